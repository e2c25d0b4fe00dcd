"""What was found at an encounter: the examination, the images, disc by disc."""

from django.db import models
from django.db.models import Q

from patients.choices import Level
from patients.facts import DISC_FACTS, facts_of
from patients.models.encounter import Encounter
from patients.models.fields import (
    LONGEST_CODE,
    added_answers_field,
    answers_constraints,
    fact_constraints,
    fact_field,
    one_of,
    partial_answers_field,
)


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
    imaging_status = fact_field("imaging_status", added=True)
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
        """Whether the annulus still holds what has herniated."""

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

    # Unknown is NULL: to the release before the column is a key of HerniationType. The
    # rules may have types that the table has not.
    herniation_type = models.CharField(
        max_length=LONGEST_CODE,
        null=True,
        blank=True,
        db_column="herniation_type_id",
    )
    contained = fact_field("contained")
    zone = fact_field("zone")
    side = fact_field("side")
    migration = fact_field("migration")
    canal_compromise_percent = fact_field("canal_compromise_percent")
    calcification = fact_field("calcification")
    intradural_suspected = fact_field("intradural_suspected")

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
    slip_type = fact_field("slip_type", added=True)
    translation_mm = fact_field("translation_mm")
    rotation_deg = fact_field("rotation_deg")
    iatrogenic_instability_expected = fact_field("iatrogenic_instability_expected")

    partial_answers = partial_answers_field()
    added_answers = added_answers_field()

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
            *answers_constraints("disc"),
            *fact_constraints(DISC_FACTS.values()),
        )

    def __str__(self) -> str:
        return f"{self.level}"
