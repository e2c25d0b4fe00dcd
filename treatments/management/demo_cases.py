"""Synthetic cases for a demonstration: every rung, every other answer, every state.

Nobody here is a real person. Each case is what differs from `USUAL`, a patient with
sciatica whose conservative care has failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

USUAL: Mapping[str, Any] = {
    "smoking_status": "never",
    "physical_demand": "light",
    "symptom_duration_weeks": 14,
    "first_episode": True,
    "pain_pattern": "radicular",
    "pain_dominance": "leg",
    "leg_pain_nrs": 7,
    "back_pain_nrs": 3,
    "odi_percent": 44,
    "symptom_trend": "stable",
    "pain_intolerable": False,
    "neurogenic_claudication": False,
    "bilateral_leg_symptoms": False,
    "symptom_side": "left",
    "saddle_anaesthesia": False,
    "bladder_dysfunction": False,
    "bowel_dysfunction": False,
    "sexual_dysfunction": False,
    "post_void_residual_ml": 0,
    "progressive_motor_deficit": False,
    "suspected_infection": False,
    "suspected_malignancy": False,
    "significant_trauma": False,
    "weakest_mrc_grade": 5,
    "straight_leg_raise_deg": 40,
    "crossed_straight_leg_raise": False,
    "clinical_imaging_concordance": True,
    "conservative_care_weeks": 10,
    "conservative_response": "none",
    "injection_tried": "no",
    "percutaneous_failed": False,
    "same_level_recurrences": 0,
    "uncorrected_coagulopathy": False,
    "anticoagulated": False,
    "osteoporosis": False,
    "unfit_for_general_anaesthesia": False,
    "imaging_status": "available",
    "mri_age_months": 2,
    "iliac_crest_height": "mid",
    "numbering_anomaly": False,
    "surgery_accepted": True,
    "implant_accepted": True,
}
#: The disc of `USUAL`: a free extrusion beside the midline of L4-5.
USUAL_DISC: Mapping[str, Any] = {
    "herniation_type": "extrusion",
    "contained": False,
    "zone": "subarticular",
    "side": "left",
    "migration": "down_low",
    "canal_compromise_percent": 35,
    "calcification": "none",
    "intradural_suspected": False,
    "central_stenosis": "none",
    "lateral_recess_stenosis": "none",
    "foraminal_stenosis": "none",
    "stenosis_is_bony": False,
    "pfirrmann_grade": 4,
    "modic_type": 0,
    "disc_height_percent": 80,
    "posterior_disc_height_mm": 6.5,
    "annular_defect_width_mm": 4.0,
    "slip_grade": 0,
    "slip_type": "none",
    "translation_mm": 1.0,
    "rotation_deg": 4.0,
    "iatrogenic_instability_expected": False,
}
#: What is not asked while there is no image.
OF_THE_IMAGE = (
    *("clinical_imaging_concordance", "mri_age_months"),
    *("iliac_crest_height", "numbering_anomaly"),
)
CONTAINED = {
    "herniation_type": "protrusion",
    "contained": True,
    "migration": "none",
    "canal_compromise_percent": 20,
    "pfirrmann_grade": 3,
    "disc_height_percent": 90,
}


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A patient, what differs from the usual, and how far the case has come.

    `forget` names facts that were not asked; `then` is the last thing that happened:
    draft, evaluated, reviewed, disputed, decided, overridden or deferred.
    """

    family_name: str
    given_name: str
    sex: str
    age: int
    days_ago: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    disc: Mapping[str, Any] | None = field(default_factory=dict)
    level: str = "L4-5"
    neighbours: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    forget: tuple[str, ...] = ()
    then: str = "evaluated"
    note: str = ""
    team: int = 0

    @property
    def all_facts(self) -> dict[str, Any]:
        """The facts of a usual case, with what is special in this one."""
        asked = {"pregnant": False} if self.sex == "female" else {}
        facts = {**USUAL, **asked, **self.facts}
        return {name: facts[name] for name in facts if name not in self.forget}

    @property
    def all_discs(self) -> dict[str, dict[str, Any]]:
        """The facts of each disc by its level."""
        discs = {level: dict(found) for level, found in self.neighbours.items()}
        if self.disc is not None:
            found = {**USUAL_DISC, **self.disc}
            discs[self.level] = {n: found[n] for n in found if n not in self.forget}
        return discs


# One case a block, as a table reads.
# fmt: off
CASES: tuple[DemoCase, ...] = (
    DemoCase(
        "Abbott", "Grace", "female", 38, 1,
        {"conservative_care_weeks": 3, "symptom_duration_weeks": 4,
         "leg_pain_nrs": 5, "odi_percent": 28, "conservative_response": "partial"},
        CONTAINED,
        forget=("annular_defect_width_mm", "posterior_disc_height_mm"),
    ),
    DemoCase(
        "Brandt", "Felix", "male", 28, 2,
        {"symptom_duration_weeks": 10, "conservative_care_weeks": 8,
         "leg_pain_nrs": 6},
        CONTAINED,
        forget=("straight_leg_raise_deg", "sexual_dysfunction",
                "post_void_residual_ml"),
        then="reviewed",
    ),
    DemoCase(
        "Castillo", "Inés", "female", 43, 3,
        {"weakest_mrc_grade": 4, "motor_deficit_days": 20, "leg_pain_nrs": 8},
        neighbours={"L5-S1": {"herniation_type": "bulge", "pfirrmann_grade": 3},
                    "L3-4": {"herniation_type": "none", "pfirrmann_grade": 2}},
        forget=("femoral_stretch_positive", "translation_mm", "rotation_deg",
                "post_void_residual_ml"),
        then="decided",
        note="Works as a nurse; wants to be back on the ward by spring.",
    ),
    DemoCase(
        "Dubois", "Henri", "male", 51, 4,
        {"iliac_crest_height": "high"},
        {"zone": "central", "side": "midline", "migration": "none"},
        level="L5-S1",
    ),
    DemoCase(
        "Eriksen", "Maja", "female", 47, 5,
        {},
        {"zone": "central", "side": "midline", "migration": "none",
         "lateral_recess_stenosis": "mild"},
        then="disputed",
    ),
    DemoCase(
        "Fonseca", "Rui", "male", 36, 6,
        {"physical_demand": "heavy", "same_level_recurrences": 0},
        {"annular_defect_width_mm": 7.0, "posterior_disc_height_mm": 7.5,
         "zone": "central", "side": "midline", "migration": "none"},
    ),
    DemoCase(
        "Goldberg", "Ruth", "female", 66, 7,
        {"pain_pattern": "mixed", "neurogenic_claudication": True,
         "symptom_duration_weeks": 40, "conservative_care_weeks": 20},
        {"lateral_recess_stenosis": "severe", "central_stenosis": "moderate",
         "stenosis_is_bony": True, "migration": "none"},
        then="overridden",
    ),
    DemoCase(
        "Haddad", "Karim", "male", 58, 8,
        {"pain_dominance": "equal", "back_pain_nrs": 7, "symptom_duration_weeks": 30,
         "smoking_status": "former", "conservative_care_weeks": 24},
        {"slip_grade": 2, "slip_type": "degenerative", "translation_mm": 5.0,
         "rotation_deg": 12.0,
         "foraminal_stenosis": "moderate", "migration": "none"},
        neighbours={"L5-S1": {"herniation_type": "none", "pfirrmann_grade": 2},
                    "L3-4": {"herniation_type": "none", "pfirrmann_grade": 3}},
    ),
    DemoCase(
        "Ivanova", "Vera", "female", 61, 0,
        {"saddle_anaesthesia": True, "bladder_dysfunction": True,
         "bilateral_leg_symptoms": True, "symptom_side": "both",
         "post_void_residual_ml": 350,
         "weakest_mrc_grade": 3, "motor_deficit_days": 2},
        {"canal_compromise_percent": 70, "zone": "central", "side": "midline"},
    ),
    DemoCase(
        "Jansen", "Pieter", "male", 54, 1,
        {"suspected_infection": True, "back_pain_nrs": 8, "pain_dominance": "back"},
        CONTAINED,
    ),
    DemoCase(
        "Kowalska", "Ewa", "female", 45, 2,
        forget=(
            "conservative_care_weeks", "conservative_response", "contained",
            "herniation_type", "migration", "canal_compromise_percent",
            "weakest_mrc_grade", "translation_mm",
        ),
    ),
    DemoCase(
        "Lindqvist", "Oskar", "male", 33, 9,
        {},
        {"herniation_type": "none", "contained": None, "zone": "", "side": "",
         "migration": "", "canal_compromise_percent": None,
         "annular_defect_width_mm": None, "calcification": ""},
    ),
    DemoCase(
        "Moreau", "Léa", "female", 31, 0,
        {},
        None,
        level="",
        forget=("conservative_response", "leg_pain_nrs", "odi_percent",
                "symptom_side", "imaging_status",
                "straight_leg_raise_deg", "clinical_imaging_concordance"),
        then="draft",
    ),
    DemoCase(
        "Nakamura", "Sora", "male", 40, 12,
        {"surgery_accepted": False},
        then="deferred",
    ),
    DemoCase(
        "Osei", "Abena", "female", 29, 13,
        {"pregnant": True, "leg_pain_nrs": 8},
        forget=("odi_percent",),
    ),
    DemoCase(
        "Petrov", "Ilya", "male", 48, 15,
        {"clinical_imaging_concordance": False},
    ),
    DemoCase(
        "Quinn", "Orla", "female", 52, 18,
        {},
        {"zone": "extraforaminal", "migration": "none"},
        level="L3-4",
        then="reviewed",
    ),
    DemoCase(
        "Rossi", "Marco", "male", 44, 21,
        {"progressive_motor_deficit": True, "weakest_mrc_grade": 3,
         "motor_deficit_days": 5},
        {"migration": "down_high"},
        then="decided",
    ),
    DemoCase("Schmidt", "Anja", "female", 39, 25, then="decided"),
    DemoCase(
        "Thapa", "Kiran", "male", 55, 30,
        {"same_level_recurrences": 2, "back_pain_nrs": 6, "first_episode": False},
    ),
    DemoCase("Umarov", "Timur", "male", 42, 3, team=1),
    DemoCase("Visser", "Sanne", "female", 50, 6, {}, CONTAINED, team=1),
    DemoCase(
        "Walsh", "Niamh", "female", 35, 1,
        {"symptom_duration_weeks": 2, "conservative_care_weeks": 1,
         "conservative_response": "partial", "imaging_status": "none"},
        None,
        level="",
        forget=OF_THE_IMAGE,
        note="Seen two weeks after it began; no image has been asked for.",
    ),
    DemoCase(
        "Yilmaz", "Deniz", "male", 46, 2,
        {"symptom_side": "right"},
        note="The report names the left side; the pain is on the right.",
    ),
)
# fmt: on
