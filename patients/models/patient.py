"""A patient, who may see them, and access in an emergency."""

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
from patients.models.search import matching, number_key, search_key
from spine_cds.accounts.models import User
from spine_cds.accounts.names import check_visible

#: How long the team reads of an emergency access on the patient's page.
TOLD_FOR = timedelta(days=30)


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

    def leading(self) -> "PatientQuerySet":
        """Without the records that were merged into another of the same person."""
        return self.filter(merged_into=None)

    def search(self, text: str) -> "PatientQuerySet":
        """Those of whom every word of ``text`` is told: name, number, birth date."""
        return self.filter(matching(text))


class Patient(models.Model):
    """A person under the care of a team.

    A number that is not known is "", a birth date None: nobody has to invent them.
    One that was `merged_into` another is a second number of the same person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, related_name="patients"
    )
    identifier = models.CharField(
        "hospital number", max_length=40, blank=True, validators=[check_visible]
    )
    family_name = models.CharField(
        "family name", max_length=100, validators=[check_visible]
    )
    given_name = models.CharField(
        "given name", max_length=100, blank=True, validators=[check_visible]
    )
    birth_date = models.DateField("birth date", null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex, blank=True)
    # Both are folded; a letter may become several, so that no length holds for them.
    search_key = models.TextField(editable=False, blank=True)
    number_key = models.TextField(editable=False, blank=True, db_default="")
    # The form's own key: sent twice, it is one person, even without a number.
    submission_key = models.UUIDField(null=True, unique=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    # Of the other records of the same person, so that each is found by all of them.
    other_numbers = models.CharField(
        max_length=400, blank=True, default="", db_default="", editable=False
    )
    # In the database, too: a server of the release before still inserts rows.
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ("family_name", "given_name", "identifier")
        indexes = (
            models.Index(fields=("number_key",), name="patient_by_number"),
            models.Index(fields=("birth_date",), name="patient_by_birth_date"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("team", "identifier"),
                condition=~Q(identifier=""),
                name="patient_known_number_unique_in_team",
                violation_error_code="unique_together",
                violation_error_message="Your team already has a patient with this "
                "number.",
            ),
            models.CheckConstraint(
                condition=~Q(family_name=""), name="patient_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="patient_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=one_of("sex", Sex), name="patient_sex_allowed"
            ),
        )

    def __str__(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_name) if part)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With what the searches compare, whoever saves."""
        numbers = [self.identifier, *self.other_numbers.split(", ")]
        self.search_key = search_key(self.family_name, self.given_name, *numbers)
        self.number_key = number_key(self.identifier)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The page of the patient."""
        return reverse("patients:patient-detail", args=[self.pk])

    @property
    def leading(self) -> "Patient":
        """The record of this person that leads: itself, unless it was merged."""
        return self.merged_into or self

    @property
    def numbers(self) -> str:
        """Every hospital number of the person, as pages and prints say it."""
        known = [text for text in (self.identifier, self.other_numbers) if text]
        return ", also ".join(known) or "number not known"

    def age_on(self, day: date) -> int | None:
        """Completed years on that day; None where no birth date is known."""
        if self.birth_date is None:
            return None
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
