"""A patient, who may see them, and access in an emergency."""

import unicodedata
import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from patients.choices import Sex
from patients.models.fields import one_of
from spine_cds.accounts.models import User
from spine_cds.accounts.names import check_visible

#: How long the team reads of an emergency access on the patient's page.
TOLD_FOR = timedelta(days=30)


def folded(text: str) -> str:
    """Text as the search compares it: no accents, no case, single spaces."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())


def name_or_number(text: str, prefix: str = "") -> Q:
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


def opened_by(user: User) -> "models.QuerySet[EmergencyAccess, Any]":
    """The ids of the patients that the user opened in an emergency, for now."""
    return user.emergency_accesses.active().values("patient")


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    """Patients that were opened in an emergency."""

    def active(self) -> "EmergencyAccessQuerySet":
        """Those whose hours are not over."""
        return self.filter(until__gt=timezone.now())

    def told_to(self, user: User) -> "EmergencyAccessQuerySet":
        """What the page of a patient says: one's own while it runs, those of others
        for a month, so that the team finds out whoever looks next.
        """
        own = Q(user=user, until__gt=timezone.now())
        recent = Q(since__gt=timezone.now() - TOLD_FOR)
        return self.filter(own | recent & ~Q(user=user)).select_related("user")


class PatientQuerySet(models.QuerySet["Patient"]):
    """Patients, and who may see them."""

    def visible_to(self, user: User) -> "PatientQuerySet":
        """The patients of the user's teams, and for some hours those opened in an
        emergency; administrators of rules see none.
        """
        if user.is_rule_admin:
            return self.none()
        return self.filter(Q(team__in=user.teams.all()) | Q(pk__in=opened_by(user)))

    def in_teams_of(self, user: User) -> "PatientQuerySet":
        """Without those opened in an emergency."""
        if user.is_rule_admin:
            return self.none()
        return self.filter(team__in=user.teams.all())

    def search(self, text: str) -> "PatientQuerySet":
        """Those whose name or number holds every word of ``text``."""
        return self.filter(name_or_number(text))


class Patient(models.Model):
    """A person under the care of a team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, related_name="patients"
    )
    identifier = models.CharField(
        "hospital number", max_length=40, validators=[check_visible]
    )
    family_name = models.CharField(
        "family name", max_length=100, validators=[check_visible]
    )
    given_name = models.CharField(
        "given name", max_length=100, blank=True, validators=[check_visible]
    )
    birth_date = models.DateField("birth date")
    sex = models.CharField(max_length=6, choices=Sex, blank=True)
    search_key = models.CharField(max_length=300, editable=False, blank=True)
    # In the database, too: a server of the release before still inserts rows.
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ("family_name", "given_name", "identifier")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "identifier"), name="patient_number_unique_in_team"
            ),
            models.CheckConstraint(
                condition=~Q(identifier="") & ~Q(family_name=""),
                name="patient_is_named",
            ),
            models.CheckConstraint(
                condition=one_of("sex", Sex), name="patient_sex_allowed"
            ),
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_name) if part)

    def get_absolute_url(self) -> str:
        """The page of the patient."""
        return reverse("patients:patient-detail", args=[self.pk])

    def age_on(self, day: date) -> int:
        """Completed years on that day."""
        birthday_to_come = (day.month, day.day) < (
            self.birth_date.month,
            self.birth_date.day,
        )
        return day.year - self.birth_date.year - birthday_to_come


class EmergencyAccess(models.Model):
    """Somebody outside the team opened a patient, for a reason and for some hours.

    It is never changed; the administrators see all of them, the team those of theirs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="emergency_accesses"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="emergency_accesses",
    )
    reason = models.CharField(max_length=500)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-pk")
        indexes = (models.Index(fields=("user", "until"), name="emergency_of_user"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason=""), name="emergency_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="emergency_ends"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.since:%Y-%m-%d %H:%M} to {self.until:%H:%M}"
