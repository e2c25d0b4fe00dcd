"""Two records of one person, brought together; it can be taken back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models.patient import Patient

#: What a merged record takes over from the one that leads.
SHARED_DETAILS = ("family_name", "given_name", "birth_date", "sex")


class PatientMerge(models.Model):
    """One merge: which record leads, and what the other said of the person before.

    Nothing is deleted and no case changes its record, so that it can be taken back:
    then `undone_at` is set, and `before` stands in the record again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    leading = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="merges"
    )
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField()
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("merged",),
                condition=Q(undone_at=None),
                name="patient_merge_one_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="patient_merge_has_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.merged} into {self.leading}, {self.made_at:%Y-%m-%d}"
