"""Who sees which rows, and the filters of the worklist."""

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from spine_cds.accounts.models import User

#: How long the team reads of an emergency access on the patient's page.
TOLD_FOR = timedelta(days=30)

if TYPE_CHECKING:
    from patients.models import EmergencyAccess, Encounter, Patient  # noqa: F401


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


def _opened_by(user: User) -> "models.QuerySet[EmergencyAccess, Any]":
    """The ids of the patients that the user opened in an emergency, for now."""
    return user.emergency_accesses.active().values("patient")


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def active(self) -> "EmergencyAccessQuerySet":
        return self.filter(until__gt=timezone.now())

    def told_to(self, user: User) -> "EmergencyAccessQuerySet":
        """What the page of a patient says: one's own while it runs, those of others
        for a month, so that the team finds out whoever looks next.
        """
        own = Q(user=user, until__gt=timezone.now())
        recent = Q(since__gt=timezone.now() - TOLD_FOR)
        return self.filter(own | recent & ~Q(user=user)).select_related("user")


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> "PatientQuerySet":
        """The patients of the user's teams, and for some hours those opened in an
        emergency; administrators of rules see none.
        """
        if user.is_rule_admin:
            return self.none()
        return self.filter(Q(team__in=user.teams.all()) | Q(pk__in=_opened_by(user)))

    def in_teams_of(self, user: User) -> "PatientQuerySet":
        """Without those opened in an emergency."""
        if user.is_rule_admin:
            return self.none()
        return self.filter(team__in=user.teams.all())

    def search(self, text: str) -> "PatientQuerySet":
        return self.filter(_name_or_number(text))


class EncounterQuerySet(models.QuerySet["Encounter"]):
    def visible_to(self, user: User) -> "EncounterQuerySet":
        if user.is_rule_admin:
            return self.none()
        return self.filter(
            Q(patient__team__in=user.teams.all()) | Q(patient__in=_opened_by(user))
        )

    def current(self) -> "EncounterQuerySet":
        """The newest version of each case."""
        return self.exclude(state="superseded")

    def newest_of(self, encounter: "Encounter") -> "Encounter":
        """The version of the same case that stands now, with its findings."""
        return self.with_findings().current().get(case_uid=encounter.case_uid)

    def in_state(self, state: str) -> "EncounterQuerySet":
        return self.filter(state=state)

    def search(self, text: str) -> "EncounterQuerySet":
        return self.filter(_name_or_number(text, "patient__"))

    def with_findings(self) -> "EncounterQuerySet":
        """All that was entered, in two queries."""
        return self.select_related(
            "patient__team", "created_by", "updated_by", "examination", "imaging"
        ).prefetch_related("imaging__disc_findings")
