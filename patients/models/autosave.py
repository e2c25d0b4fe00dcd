"""What stands in an open case form and is in no case yet.

It is a person's own paper, not a record: nobody else sees it, nothing is concluded
from it, and it is gone once it is saved in the case, or thrown away by its author.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from patients.models.encounter import Encounter
from patients.models.patient import Patient
from spine_cds.accounts.models import User


class UnsavedEntryQuerySet(models.QuerySet["UnsavedEntry"]):
    """Entries that were typed and not saved."""

    def of(self, author: User, patient: Patient) -> "UnsavedEntryQuerySet":
        """What ``author`` has begun for ``patient``: nobody else sees it."""
        return self.filter(author=author, patient=patient)

    def of_case(self, encounter: Encounter | None) -> "UnsavedEntryQuerySet":
        """Those of any version of a case; without one, those of new cases."""
        if encounter is None:
            return self.filter(encounter=None)
        return self.filter(encounter__case_uid=encounter.case_uid)

    def that_can_go_on(self) -> "UnsavedEntryQuerySet":
        """Not those of a case that was taken out of use: nothing goes into it."""
        return self.exclude(encounter__state="entered_in_error")


class UnsavedEntry(models.Model):
    """The answers of one open page of the case form, kept while they are typed.

    The page chooses the `id`, and `step` counts its changes: what arrives late never
    takes the place of what was typed after it. `answers` maps the names of the form's
    fields to what stood in them, with the revision that the page was opened with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="unsaved_entries",
    )
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="unsaved_entries"
    )
    encounter = models.ForeignKey(
        "patients.Encounter",
        null=True,
        on_delete=models.PROTECT,
        related_name="unsaved_entries",
    )
    answers = models.JSONField()
    step = models.PositiveIntegerField()
    updated_at = models.DateTimeField(default=timezone.now)

    objects = UnsavedEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "unsaved entries"
        ordering = ("-updated_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(step__gt=0), name="unsaved_entry_has_a_change"
            ),
        )

    def __str__(self) -> str:
        return f"Unsaved entries of {self.updated_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The case form with these answers in it."""
        if self.encounter_id is None:
            page = reverse("patients:case-create", args=[self.patient_id])
        else:
            page = reverse("patients:case-edit", args=[self.encounter_id])
        return f"{page}?continue={self.pk}"
