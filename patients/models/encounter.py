"""A case in its versions: the history, and the frame of all other findings."""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from patients.choices import Level
from patients.facts import CASE_FACTS, facts_of
from patients.models.fields import (
    added_answers_field,
    answers_constraints,
    fact_constraints,
    fact_field,
    fact_names_field,
    one_of,
    partial_answers_field,
)
from patients.models.patient import Patient, opened_by
from patients.models.search import level_in, matching
from spine_cds.accounts.models import User

#: The contract of the case document: how the answers entered today are to be read.
CONTRACT = 2
#: Of more patients than these, the cases are looked for together with them.
FEW = 1000


class EncounterQuerySet(models.QuerySet["Encounter"]):
    """Versions of cases, and who may see them."""

    def visible_to(self, user: User) -> "EncounterQuerySet":
        """Those of the user's teams, and of patients opened in an emergency.

        Administrators of rules see none.
        """
        if user.is_rule_admin:
            return self.none()
        return self.filter(
            Q(patient__team__in=user.teams.all()) | Q(patient__in=opened_by(user))
        )

    def current(self) -> "EncounterQuerySet":
        """The newest version of each case."""
        return self.exclude(state="superseded")

    def newest_of(self, encounter: "Encounter") -> "Encounter":
        """The version of the same case that stands now, with its findings."""
        return self.with_findings().current().get(case_uid=encounter.case_uid)

    def in_state(self, state: str) -> "EncounterQuerySet":
        """Those in one state of ``Encounter.State``."""
        return self.filter(state=state)

    def drafts_of(self, patient: Patient) -> "EncounterQuerySet":
        """What somebody has begun for a patient and not evaluated, newest first."""
        drafts = self.filter(patient=patient, state="draft")
        return drafts.select_related("updated_by").order_by("-updated_at", "pk")

    def search(self, text: str) -> "EncounterQuerySet":
        """Those of whom every word of ``text`` is told: the patient, or the level."""
        found = Patient.objects.search(text).order_by().values_list("pk", flat=True)
        if not level_in(text) and len(few := list(found[: FEW + 1])) <= FEW:
            # One look at the patients, and not one for the count and one for the page.
            return self.filter(patient__in=few)
        told = matching(text, patient="patient__", level="responsible_level")
        return self.filter(told)

    def with_standing(self) -> "EncounterQuerySet":
        """What a list says of the newest advice, in the list's own query: the facts it
        was given on (`evaluated_facts`, None without any), and whether a resident
        disagreed (`is_disputed`). The relations are those of the treatments app.
        """
        same = self.model.objects.filter(pk=OuterRef("pk"))
        newest = same.order_by("-recommendations__created_at", "-recommendations__pk")
        return self.annotate(
            evaluated_facts=Subquery(
                newest.values("recommendations__case_document__facts")[:1]
            ),
            is_disputed=Exists(
                same.filter(recommendations__reviews__verdict="disagree")
            ),
        )

    def with_findings(self) -> "EncounterQuerySet":
        """All that was entered, in two queries."""
        return self.select_related(
            "patient__team", "created_by", "updated_by", "examination", "imaging"
        ).prefetch_related("imaging__disc_findings")


def today() -> date:
    """The date where the server's users are; a default for forms and rows."""
    return timezone.localdate()


class Encounter(models.Model):
    """One version of a case: the history, and the frame of all other findings."""

    class State(models.TextChoices):
        """How far a version has come; PROGRESS in the services has the order."""

        DRAFT = "draft", "Draft"
        EVALUATED = "evaluated", "Evaluated"
        REVIEWED = "reviewed", "Reviewed"
        DECIDED = "decided", "Decided"
        SUPERSEDED = "superseded", "Superseded"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    class TriageFlag(models.TextChoices):
        """What must not wait: of the newest answer, copied here for the worklist."""

        EMERGENCY = "emergency", "Emergency"
        DIAGNOSE_FIRST = "diagnose_first", "Diagnose first"
        URGENT = "urgent", "Urgent"
        EARLY = "early", "Early"
        REFER = "refer", "Refer"
        LEAST_URGENT = "least_urgent", "At least urgent"
        LEAST_EARLY = "least_early", "At least early"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_uid = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    previous = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="next",
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="encounters"
    )
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    triage_flag = models.CharField(
        max_length=14, choices=TriageFlag, blank=True, editable=False
    )
    # How its answers are read: a case of before keeps 1 until it is saved again. The
    # release before, which does not know the column, inserts 1 as well.
    contract = models.PositiveSmallIntegerField(
        default=CONTRACT, db_default=1, editable=False
    )
    revision = models.PositiveIntegerField(default=0)
    submission_key = models.UUIDField(null=True, blank=True, unique=True)
    occurred_on = models.DateField("date of the encounter", default=today)
    responsible_level = models.CharField(max_length=5, choices=Level, blank=True)
    note = models.TextField(max_length=4000, blank=True)
    error_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    age_years = fact_field("age_years")
    pregnant = fact_field("pregnant")
    smoking_status = fact_field("smoking_status")
    physical_demand = fact_field("physical_demand")

    symptom_duration_weeks = fact_field("symptom_duration_weeks")
    first_episode = fact_field("first_episode")
    pain_pattern = fact_field("pain_pattern")
    pain_dominance = fact_field("pain_dominance")
    leg_pain_nrs = fact_field("leg_pain_nrs")
    back_pain_nrs = fact_field("back_pain_nrs")
    odi_percent = fact_field("odi_percent")
    symptom_trend = fact_field("symptom_trend")
    pain_intolerable = fact_field("pain_intolerable")
    neurogenic_claudication = fact_field("neurogenic_claudication")
    bilateral_leg_symptoms = fact_field("bilateral_leg_symptoms")
    symptom_side = fact_field("symptom_side", added=True)

    conservative_care_weeks = fact_field("conservative_care_weeks")
    conservative_response = fact_field("conservative_response")
    injection_tried = fact_field("injection_tried", added=True)
    percutaneous_failed = fact_field("percutaneous_failed")
    same_level_recurrences = fact_field("same_level_recurrences")
    uncorrected_coagulopathy = fact_field("uncorrected_coagulopathy")
    anticoagulated = fact_field("anticoagulated")
    osteoporosis = fact_field("osteoporosis")
    unfit_for_general_anaesthesia = fact_field("unfit_for_general_anaesthesia")

    surgery_accepted = fact_field("surgery_accepted")
    implant_accepted = fact_field("implant_accepted")

    # Of every fact of scope case, those of the examination and the images as well.
    partial_answers = partial_answers_field()
    # Questions that one click answered with no, and answers that nobody gave: a form of
    # before wrote them. Both name facts of scope case.
    asked_together = fact_names_field()
    not_asked = fact_names_field()
    added_answers = added_answers_field()

    objects = EncounterQuerySet.as_manager()

    # Added by with_standing(), and by who lists the cases.
    evaluated_facts: dict[str, Any] | None
    is_disputed: bool
    other_details: tuple[Any, ...]

    class Meta:
        ordering = ("-updated_at",)
        indexes = (models.Index(fields=("-updated_at",), name="encounter_last_change"),)
        constraints = (
            models.UniqueConstraint(
                fields=("case_uid", "version"), name="encounter_version_unique"
            ),
            models.UniqueConstraint(
                fields=("case_uid",),
                condition=~Q(state="superseded"),
                name="encounter_one_current_version",
            ),
            models.CheckConstraint(
                condition=Q(version=1, previous__isnull=True)
                | Q(version__gt=1, previous__isnull=False),
                name="encounter_later_versions_follow",
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("id")),
                name="encounter_not_its_own_previous",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "draft",
                        "evaluated",
                        "reviewed",
                        "decided",
                        "superseded",
                        "entered_in_error",
                    )
                ),
                name="encounter_state_allowed",
            ),
            models.CheckConstraint(
                condition=Q(state="entered_in_error") ^ Q(error_reason=""),
                name="encounter_error_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    triage_flag__in=(
                        *("", "emergency", "diagnose_first", "urgent", "refer"),
                        *("early", "least_urgent", "least_early"),
                    )
                ),
                name="encounter_triage_flag_allowed",
            ),
            models.CheckConstraint(
                condition=one_of("responsible_level", Level),
                name="encounter_level_allowed",
            ),
            models.CheckConstraint(
                condition=Q(contract__in=(1, CONTRACT)),
                name="encounter_contract_known",
            ),
            *answers_constraints("encounter"),
            *fact_constraints(facts_of("encounter")),
        )

    def __str__(self) -> str:
        return f"Case of {self.occurred_on:%Y-%m-%d}, version {self.version}"

    def get_absolute_url(self) -> str:
        """Its form."""
        return reverse("patients:case-edit", args=[self.pk])

    @property
    def age(self) -> int | None:
        """Completed years of the patient at the encounter; None where not known."""
        said: int | None = self.age_years
        worked_out = self.patient.age_on(self.occurred_on)
        return said if worked_out is None else worked_out

    @property
    def asked_together_words(self) -> str:
        """The questions that one click answered with no, by their labels."""
        shipped = {name: CASE_FACTS.get(name) for name in self.asked_together}
        return ", ".join(
            fact.label if fact else name.replace("_", " ").capitalize()
            for name, fact in shipped.items()
        )

    @property
    def not_asked_words(self) -> str:
        """The questions that nobody was asked, with the answer that a form wrote."""
        return ", ".join(
            f"“{CASE_FACTS[name].label}: {CASE_FACTS[name].words(getattr(self, name))}”"
            for name in self.not_asked
        )

    @property
    def is_draft(self) -> bool:
        """Whether it can still be written in place."""
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it can still be edited (a draft) or corrected (evaluated)."""
        return self.state not in (self.State.SUPERSEDED, self.State.ENTERED_IN_ERROR)
