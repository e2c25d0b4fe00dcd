"""A report: what is to be printed, frozen, and the job that prints it."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from patients.models import Encounter
from spine_cds.jobs.models import Job, JobQuerySet


def _told(what: str, then: str = "Tell your administrator") -> str:
    safe = "The case and the recommendation are safe."
    return f"{what} {safe} {then} the report number."


class ReportQuerySet(JobQuerySet["Report"]):
    """Reports, each a job, and who may see them."""

    def visible_to(self, user: Any) -> Self:
        """Reports on cases of the user's teams: the case's own rule decides."""
        return self.filter(
            recommendation__encounter__in=Encounter.objects.visible_to(user)
        )

    def without_bytes(self) -> Self:
        """For lists and status pages: neither the PDF nor the printed values."""
        return self.defer("document", "content")


class Report(Job):
    """One PDF of one recommendation.

    `content` keeps every printed value as it was when the report was asked for, so
    the same row always renders to the same bytes. A report is never edited; asking
    again makes a new row.
    """

    kind = "report"
    done_verb = "render"
    # Longer than the hard limit: whoever held the row is gone when the lease ends.
    soft_limit = timedelta(seconds=10)
    hard_limit = timedelta(seconds=15)
    lease = timedelta(seconds=20)
    attempts_spent = _told(
        "The report could not be made: every attempt was cut short.",
        "Ask for the report again; if it fails again, tell your administrator",
    )
    too_long = _told("The report could not be made within the time allowed.")
    unexpected = _told("The report could not be made because of an unexpected fault.")

    class Status(models.TextChoices):
        """What the document is worth (FHIR DiagnosticReport.status)."""

        PRELIMINARY = "preliminary", "Preliminary"
        FINAL = "final", "Final"
        AMENDED = "amended", "Amended"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    recommendation = models.ForeignKey(
        "treatments.Recommendation", on_delete=models.PROTECT, related_name="reports"
    )
    status = models.CharField(max_length=20, choices=Status)
    content = models.JSONField()
    document = models.BinaryField(null=True)

    objects = ReportQuerySet.as_manager()

    class Meta(Job.Meta):
        constraints = (
            *Job.Meta.constraints,
            models.CheckConstraint(
                name="report_status_is_known",
                condition=Q(
                    status__in=["preliminary", "final", "amended", "entered_in_error"]
                ),
            ),
            models.CheckConstraint(
                name="report_document_only_when_done",
                condition=(
                    Q(state="done", document__isnull=False)
                    | (~Q(state="done") & Q(document__isnull=True))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"Report {self.reference} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        """The page of the report, also before it is ready."""
        return reverse("treatments:report-detail", args=[self.pk])

    def audit_subject(self) -> dict[str, object]:
        """The patient and the case that the report is about."""
        encounter = Encounter.objects.only("patient_id", "case_uid").get(
            recommendations=self.recommendation_id
        )
        return {"patient_id": encounter.patient_id, "case_uid": encounter.case_uid}
