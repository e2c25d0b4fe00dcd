"""Rows: what is known of a patient, with its limits held by the database.

A *case* is all encounters with one `case_uid`; its newest version is the one not
superseded. A draft is edited in place under an optimistic lock (`revision`); what was
evaluated is never changed again: a correction is the next version. A fact that is
NULL, or "" where it is an enum, is unknown, and unknown is never "no", 0 or "none".
"""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from patients.choices import Level, Sex
from patients.facts import DISC_FACTS, facts_of
from patients.fields import fact_constraints, fact_field, one_of
from patients.querysets import (
    EmergencyAccessQuerySet,
    EncounterQuerySet,
    PatientQuerySet,
)
from patients.unsaved import UnsavedEntry

__all__ = [
    "ClinicalExamination",
    "DiscFinding",
    "EmergencyAccess",
    "Encounter",
    "HerniationType",
    "ImagingStudy",
    "Patient",
    "UnsavedEntry",
    "today",
]


def today() -> date:
    """The date where the server's users are; a default for forms and rows."""
    return timezone.localdate()


class Patient(models.Model):
    """A person under the care of a team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, related_name="patients"
    )
    identifier = models.CharField("hospital number", max_length=40)
    family_name = models.CharField("family name", max_length=100)
    given_name = models.CharField("given name", max_length=100, blank=True)
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


class Encounter(models.Model):
    """One version of a case: the history, and the frame of all other findings."""

    class State(models.TextChoices):
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

    conservative_care_weeks = fact_field("conservative_care_weeks")
    conservative_response = fact_field("conservative_response")
    percutaneous_failed = fact_field("percutaneous_failed")
    same_level_recurrences = fact_field("same_level_recurrences")
    uncorrected_coagulopathy = fact_field("uncorrected_coagulopathy")
    unfit_for_general_anaesthesia = fact_field("unfit_for_general_anaesthesia")

    surgery_accepted = fact_field("surgery_accepted")
    implant_accepted = fact_field("implant_accepted")

    objects = EncounterQuerySet.as_manager()

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
                    triage_flag__in=("", "emergency", "diagnose_first", "urgent")
                ),
                name="encounter_triage_flag_allowed",
            ),
            models.CheckConstraint(
                condition=one_of("responsible_level", Level),
                name="encounter_level_allowed",
            ),
            *fact_constraints(facts_of("encounter")),
        )

    def __str__(self) -> str:
        return f"Case of {self.occurred_on:%Y-%m-%d}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("patients:case-edit", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it can still be edited (a draft) or corrected (evaluated)."""
        return self.state not in (self.State.SUPERSEDED, self.State.ENTERED_IN_ERROR)


class ClinicalExamination(models.Model):
    """Red flags and signs at one encounter."""

    encounter = models.OneToOneField(
        Encounter, on_delete=models.PROTECT, related_name="examination"
    )

    saddle_anaesthesia = fact_field("saddle_anaesthesia")
    bladder_dysfunction = fact_field("bladder_dysfunction")
    bowel_dysfunction = fact_field("bowel_dysfunction")
    sexual_dysfunction = fact_field("sexual_dysfunction")
    post_void_residual_ml = fact_field("post_void_residual_ml")
    progressive_motor_deficit = fact_field("progressive_motor_deficit")
    suspected_infection = fact_field("suspected_infection")
    suspected_malignancy = fact_field("suspected_malignancy")
    significant_trauma = fact_field("significant_trauma")

    weakest_mrc_grade = fact_field("weakest_mrc_grade")
    motor_deficit_days = fact_field("motor_deficit_days")
    straight_leg_raise_deg = fact_field("straight_leg_raise_deg")
    crossed_straight_leg_raise = fact_field("crossed_straight_leg_raise")
    femoral_stretch_positive = fact_field("femoral_stretch_positive")
    clinical_imaging_concordance = fact_field("clinical_imaging_concordance")

    class Meta:
        constraints = fact_constraints(facts_of("examination"))

    def __str__(self) -> str:
        return f"Examination {self.pk}"


class ImagingStudy(models.Model):
    """The images behind the disc findings: reported findings, never pictures."""

    encounter = models.OneToOneField(
        Encounter, on_delete=models.PROTECT, related_name="imaging"
    )
    mri_age_months = fact_field("mri_age_months")
    iliac_crest_height = fact_field("iliac_crest_height")
    numbering_anomaly = fact_field("numbering_anomaly")

    class Meta:
        verbose_name_plural = "imaging studies"
        constraints = fact_constraints(facts_of("imaging"))

    def __str__(self) -> str:
        return f"Imaging {self.pk}"


class HerniationType(models.Model):
    """Reference table after lumbar disc nomenclature 2.0; filled by a migration."""

    class Containment(models.TextChoices):
        YES = "yes", "Contained"
        NO = "no", "Not contained"
        EITHER = "either", "Either"

    code = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=40, unique=True)
    definition = models.TextField()
    contained = models.CharField(max_length=6, choices=Containment)
    source = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(unique=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                condition=Q(contained__in=("yes", "no", "either")),
                name="herniation_type_contained_allowed",
            ),
        )

    def __str__(self) -> str:
        return self.name


class DiscFinding(models.Model):
    """What the images show of one disc."""

    imaging_study = models.ForeignKey(
        ImagingStudy, on_delete=models.PROTECT, related_name="disc_findings"
    )
    level = models.CharField(max_length=5, choices=Level)

    herniation_type = models.ForeignKey(
        HerniationType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="disc_findings",
    )
    contained = fact_field("contained")
    zone = fact_field("zone")
    side = fact_field("side")
    migration = fact_field("migration")
    canal_compromise_percent = fact_field("canal_compromise_percent")
    calcification = fact_field("calcification")

    central_stenosis = fact_field("central_stenosis")
    lateral_recess_stenosis = fact_field("lateral_recess_stenosis")
    foraminal_stenosis = fact_field("foraminal_stenosis")
    stenosis_is_bony = fact_field("stenosis_is_bony")

    pfirrmann_grade = fact_field("pfirrmann_grade")
    modic_type = fact_field("modic_type")
    disc_height_percent = fact_field("disc_height_percent")
    posterior_disc_height_mm = fact_field("posterior_disc_height_mm")
    annular_defect_width_mm = fact_field("annular_defect_width_mm")

    slip_grade = fact_field("slip_grade")
    translation_mm = fact_field("translation_mm")
    rotation_deg = fact_field("rotation_deg")
    iatrogenic_instability_expected = fact_field("iatrogenic_instability_expected")

    class Meta:
        ordering = ("level",)
        constraints = (
            models.UniqueConstraint(
                fields=("imaging_study", "level"), name="disc_level_once_a_study"
            ),
            models.CheckConstraint(
                condition=one_of("level", Level, or_blank=False),
                name="disc_level_allowed",
            ),
            *fact_constraints(DISC_FACTS.values()),
        )

    def __str__(self) -> str:
        return f"{self.level}"
