"""The append-only trail of who read and wrote what."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnlyError(TypeError):
    """An audit event was to be changed or deleted."""


class EventQuerySet(models.QuerySet["Event"]):
    def of_case(self, case_uid: object) -> "EventQuerySet":
        return self.filter(case_uid=str(case_uid))

    def of_patient(self, patient_id: object) -> "EventQuerySet":
        return self.filter(patient_id=str(patient_id))

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("audit events are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("audit events are never deleted")


class Event(models.Model):
    """One read or write. Triggers in the database refuse any later change.

    ``detail`` holds codes, counts and ids: never a patient's name, number or notes.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="audit_events",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60)
    entity_type = models.CharField(max_length=60)
    entity_id = models.CharField(max_length=64)
    patient_id = models.CharField(max_length=36, blank=True, db_index=True)
    case_uid = models.CharField(max_length=36, blank=True, db_index=True)
    remote_addr = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("audit events are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("audit events are never deleted")
