"""A report: what is to be printed, frozen, and the job that prints it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from patients.models import Encounter


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> Self:
        """Reports on cases of the user's teams: the case's own rule decides."""
        return self.filter(
            recommendation__encounter__in=Encounter.objects.visible_to(user)
        )

    def without_bytes(self) -> Self:
        """For lists and status pages: neither the PDF nor the printed values."""
        return self.defer("document", "content")


class Report(models.Model):
    """One PDF of one recommendation.

    The row is the job: a message to a worker only says "look here". `content`
    keeps every printed value as it was when the report was asked for, so the
    same row always renders to the same bytes. A report is never edited; asking
    again makes a new row.
    """

    class Status(models.TextChoices):
        """What the document is worth (FHIR DiagnosticReport.status)."""

        PRELIMINARY = "preliminary", "Preliminary"
        FINAL = "final", "Final"
        AMENDED = "amended", "Amended"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    class State(models.TextChoices):
        """Where the job stands."""

        QUEUED = "queued", "Queued"
        RENDERING = "rendering", "Rendering"
        RENDERED = "rendered", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recommendation = models.ForeignKey(
        "treatments.Recommendation", on_delete=models.PROTECT, related_name="reports"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    request_key = models.UUIDField(unique=True)
    status = models.CharField(max_length=20, choices=Status.choices)
    content = models.JSONField()

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Fencing: grows with each claim; only the newest claim may finish the row.
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    rung_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True)
    document = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-id"]
        indexes = [
            models.Index(
                fields=["state", "rung_at"],
                name="report_unfinished",
                condition=Q(state__in=["queued", "rendering"]),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="report_state_is_known",
                condition=Q(state__in=["queued", "rendering", "rendered", "failed"]),
            ),
            models.CheckConstraint(
                name="report_status_is_known",
                condition=Q(
                    status__in=["preliminary", "final", "amended", "entered_in_error"]
                ),
            ),
            models.CheckConstraint(
                name="report_document_only_when_rendered",
                condition=(
                    Q(state="rendered", document__isnull=False, sha256__gt="")
                    | (~Q(state="rendered") & Q(document__isnull=True, sha256=""))
                ),
            ),
            models.CheckConstraint(
                name="report_lease_only_while_rendering",
                condition=(
                    Q(state="rendering", lease_until__isnull=False)
                    | (~Q(state="rendering") & Q(lease_until__isnull=True))
                ),
            ),
            models.CheckConstraint(
                name="report_failure_is_told",
                condition=(
                    Q(state="failed", failure__gt="")
                    | (~Q(state="failed") & Q(failure=""))
                ),
            ),
            models.CheckConstraint(
                name="report_finish_has_a_time",
                condition=(
                    Q(state__in=["rendered", "failed"], finished_at__isnull=False)
                    | Q(state__in=["queued", "rendering"], finished_at__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.reference} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("treatments:report-detail", args=[self.pk])

    @property
    def reference(self) -> str:
        """The short number printed on the report and spoken on the telephone."""
        return self.pk.hex[:8].upper()

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.RENDERED, self.State.FAILED}
