"""The append-only trail of who read and wrote what."""

from collections.abc import Iterator
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from spine_cds.audit.chain import HASHED_FIELDS, Head, detail_sha256


class AppendOnlyError(TypeError):
    """An audit event was to be changed or deleted."""


class EventQuerySet(models.QuerySet["Event"]):
    """Events: they are read and appended, never changed."""

    def of_case(self, case_uid: object) -> "EventQuerySet":
        """What happened to a case, over all its versions."""
        return self.filter(case_uid=str(case_uid))

    def of_patient(self, patient_id: object) -> "EventQuerySet":
        """What happened to a patient, their cases among it."""
        return self.filter(patient_id=str(patient_id))

    def of_user(self, user: models.Model) -> "EventQuerySet":
        """What the user did, and what was done to the account."""
        about = models.Q(entity_type=user._meta.label_lower, entity_id=str(user.pk))
        return self.filter(models.Q(actor_id=user.pk) | about)

    def in_order(self) -> "EventQuerySet":
        """Stream by stream, each as its lines were written."""
        return self.order_by("stream", "sequence")

    def lines(self, chunk: int = 1000) -> Iterator[dict[str, Any]]:
        """Every event as a plain mapping, a chunk at a time."""
        fields = (*HASHED_FIELDS, "id", "at", "detail", "sha256")
        for line in self.values(*fields).iterator(chunk_size=chunk):
            yield {**line, "detail_sha256": detail_sha256(line["detail"])}

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError("audit events are never changed")

    def delete(self) -> NoReturn:
        """Refused.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError("audit events are never deleted")


class Event(models.Model):
    """One read or write. Triggers in the database refuse any later change.

    ``detail`` holds codes, counts and ids: never a patient's name, number or notes.
    The last four fields chain it to the event before it in its stream.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="audit_events",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60)
    entity_type = models.CharField(max_length=60, blank=True)
    entity_id = models.CharField(max_length=64, blank=True)
    patient_id = models.CharField(max_length=36, blank=True, db_index=True)
    case_uid = models.CharField(max_length=36, blank=True, db_index=True)
    remote_addr = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict)
    stream = models.CharField(max_length=130)
    sequence = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("stream", "sequence"), name="audit_event_once_in_stream"
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the event.

        Raises:
            AppendOnlyError: it is stored already.
        """
        if not self._state.adding:
            raise AppendOnlyError("audit events are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError("audit events are never deleted")


class StreamHead(models.Model):
    """Where a stream ends: the lock of those who append, and the proof of its length.

    The database lets it move one line forward at a time, and never back.
    """

    stream = models.CharField(primary_key=True, max_length=130)
    sequence = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("stream",)

    def __str__(self) -> str:
        return f"{self.stream} {self.sequence}"

    @property
    def head(self) -> Head:
        """The row as verification takes it."""
        return Head(self.stream, self.sequence, self.sha256)
