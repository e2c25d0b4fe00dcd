"""What a team's hospital cannot offer."""

from typing import Self

from django.db import models

from spine_cds.accounts.models import Team


class TreatmentAvailabilityQuerySet(models.QuerySet["TreatmentAvailability"]):
    """What teams cannot offer."""

    def of_team(self, team: Team) -> Self:
        """The rows of one team."""
        return self.filter(team=team)

    def codes(self) -> list[str]:
        """Their treatments' codes, in the order of the alphabet."""
        return list(self.order_by("treatment").values_list("treatment", flat=True))


class TreatmentAvailability(models.Model):
    """A treatment that this team cannot offer: a fact of the place, not of a patient.

    A row means "not offered here"; without a row the treatment is available.
    """

    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="unavailable_treatments"
    )
    treatment = models.CharField(max_length=40)

    objects = TreatmentAvailabilityQuerySet.as_manager()

    class Meta:
        ordering = ("team", "treatment")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "treatment"), name="availability_team_treatment_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.treatment} not offered by {self.team_id}"
