"""Who sees which rows, and the filters of the worklist."""

import unicodedata
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from spine_cds.accounts.models import User

if TYPE_CHECKING:
    from patients.models import Encounter, Patient  # noqa: F401


def folded(text: str) -> str:
    """Text as the search compares it: no accents, no case, single spaces."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def _name_or_number(text: str, prefix: str = "") -> Q:
    """Every word has to occur in a name or in the hospital number."""
    condition = Q()
    for word in text.split():
        condition &= (
            Q(**{f"{prefix}search_key__contains": folded(word)})
            | Q(**{f"{prefix}family_name__icontains": word})
            | Q(**{f"{prefix}given_name__icontains": word})
            | Q(**{f"{prefix}identifier__icontains": word})
        )
    return condition


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> "PatientQuerySet":
        """The patients of the user's teams; administrators of rules see none."""
        if user.is_rule_admin:
            return self.none()
        return self.filter(team__in=user.teams.all())

    def search(self, text: str) -> "PatientQuerySet":
        return self.filter(_name_or_number(text))


class EncounterQuerySet(models.QuerySet["Encounter"]):
    def visible_to(self, user: User) -> "EncounterQuerySet":
        if user.is_rule_admin:
            return self.none()
        return self.filter(patient__team__in=user.teams.all())

    def current(self) -> "EncounterQuerySet":
        """The newest version of each case."""
        return self.exclude(state="superseded")

    def in_state(self, state: str) -> "EncounterQuerySet":
        return self.filter(state=state)

    def search(self, text: str) -> "EncounterQuerySet":
        return self.filter(_name_or_number(text, "patient__"))

    def with_findings(self) -> "EncounterQuerySet":
        """All that was entered, in two queries."""
        return self.select_related(
            "patient__team", "created_by", "updated_by", "examination", "imaging"
        ).prefetch_related("imaging__disc_findings")
