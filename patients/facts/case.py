"""The facts of scope "case", in the order in which a consultation takes them."""

from dataclasses import replace

from patients import choices
from patients.facts.fact import (
    FactSection,
    choice,
    number,
    of_the_image,
    stored_in,
    yes_no,
)

PATIENT = FactSection(
    "patient",
    "Patient",
    (
        number(
            "age_years",
            "Age",
            (8, 110),
            "years",
            "At this encounter; worked out from the birth date.",
            essential=True,
            plausible=(14, 90),
        ),
        yes_no("pregnant", "Pregnant"),
        choice("smoking_status", "Smoking", choices.SmokingStatus),
        choice("physical_demand", "Physical demand", choices.PhysicalDemand),
    ),
)

PRESENTATION = FactSection(
    "presentation",
    "Presentation",
    (
        number(
            "symptom_duration_weeks",
            "Duration of symptoms",
            (0, 1040),
            "weeks",
            "Since the onset of this episode.",
            essential=True,
            plausible=(0, 260),
        ),
        yes_no(
            "first_episode",
            "First episode",
            "No earlier episode of the same pain.",
            essential=True,
        ),
        choice(
            "pain_pattern",
            "Dominant pain pattern",
            choices.PainPattern,
            "Claudicant: mainly stenosis symptoms.",
            essential=True,
        ),
        choice(
            "pain_dominance",
            "Dominant pain",
            choices.PainDominance,
            "Which pain is worse.",
            essential=True,
        ),
        number(
            "leg_pain_nrs",
            "Leg pain (NRS)",
            (0, 10),
            "NRS",
            "Worst usual, 0 to 10.",
            essential=True,
        ),
        number(
            "back_pain_nrs",
            "Back pain (NRS)",
            (0, 10),
            "NRS",
            "Worst usual, 0 to 10.",
            essential=True,
        ),
        number(
            "odi_percent",
            "Oswestry Disability Index",
            (0, 100),
            "%",
            "The score only.",
            plausible=(0, 90),
        ),
        choice(
            "symptom_trend",
            "Trend of symptoms",
            choices.SymptomTrend,
            "Over the last weeks.",
            essential=True,
        ),
        yes_no(
            "pain_intolerable",
            "Pain intolerable",
            "Not controlled by adequate analgesia.",
        ),
        yes_no(
            "neurogenic_claudication",
            "Neurogenic claudication",
            "Leg symptoms on walking that sitting relieves.",
            essential=True,
        ),
        yes_no(
            "bilateral_leg_symptoms",
            "Symptoms in both legs",
            "Pain or deficit in both legs.",
            essential=True,
        ),
        choice(
            "symptom_side",
            "Side of the leg symptoms",
            choices.SymptomSide,
            "Compared with the side of the herniation.",
        ),
    ),
)

RED_FLAGS = FactSection(
    "red_flags",
    "Red flags",
    stored_in(
        "examination",
        yes_no(
            "saddle_anaesthesia",
            "Saddle anaesthesia",
            "Perianal or perineal sensory change.",
            essential=True,
        ),
        yes_no(
            "bladder_dysfunction",
            "Bladder dysfunction",
            "New retention, incontinence or loss of urge.",
            essential=True,
        ),
        yes_no(
            "bowel_dysfunction",
            "Bowel dysfunction",
            "New incontinence or loss of anal tone.",
            essential=True,
        ),
        yes_no(
            "sexual_dysfunction",
            "Sexual dysfunction",
            "New loss of genital sensation or function.",
        ),
        number(
            "post_void_residual_ml",
            "Post-void residual",
            (0, 2000),
            "mL",
            "Bladder scan; a low value never clears a red flag.",
            plausible=(0, 1000),
        ),
        yes_no(
            "progressive_motor_deficit",
            "Progressive weakness",
            "A motor deficit that is getting worse.",
            essential=True,
        ),
        yes_no(
            "suspected_infection",
            "Infection suspected",
            "Spinal or systemic, suspected or active.",
            essential=True,
        ),
        yes_no(
            "suspected_malignancy",
            "Malignancy suspected",
            "As the cause of the symptoms.",
            essential=True,
        ),
        yes_no(
            "significant_trauma",
            "Significant trauma",
            "Trauma, or fragile bone, with a fracture suspected.",
            essential=True,
        ),
    ),
    intro="Asked first by the rules: a red flag stops the ladder.",
)

EXAMINATION = FactSection(
    "examination",
    "Examination",
    stored_in(
        "examination",
        number(
            "weakest_mrc_grade",
            "Weakest muscle (MRC)",
            (0, 5),
            "MRC",
            "Lowest grade in both legs; 5 = normal power, 0 = no contraction.",
            grades=[(grade, str(grade)) for grade in range(6)],
            essential=True,
        ),
        number(
            "motor_deficit_days",
            "Weakness present for",
            (0, 3650),
            "days",
            "Where the grade is below 5.",
            plausible=(0, 365),
        ),
        number(
            "straight_leg_raise_deg",
            "Straight leg raise",
            (0, 90),
            "°",
            "Angle at which leg pain appears; 90 = negative.",
        ),
        yes_no(
            "crossed_straight_leg_raise",
            "Crossed straight leg raise",
            "Yes: pain in the other leg.",
        ),
        yes_no(
            "femoral_stretch_positive",
            "Femoral stretch test",
            "Yes: positive, an upper lumbar root tension sign.",
        ),
        *of_the_image(
            yes_no(
                "clinical_imaging_concordance",
                "Clinical and imaging findings agree",
                "Symptoms and signs fit the level and side on the images.",
                essential=True,
            ),
        ),
    ),
)

HISTORY = FactSection(
    "history",
    "History and comorbidity",
    (
        number(
            "conservative_care_weeks",
            "Structured conservative care",
            (0, 520),
            "weeks",
            "Non-operative, in this episode.",
            essential=True,
            plausible=(0, 156),
        ),
        choice(
            "conservative_response",
            "Response to conservative care",
            choices.ConservativeResponse,
            essential=True,
        ),
        choice(
            "injection_tried",
            "Injection tried",
            choices.InjectionTried,
            "At a root or epidural, in this episode. Relief that did not last counts.",
        ),
        yes_no(
            "percutaneous_failed",
            "Percutaneous treatment failed",
            "At this level.",
        ),
        number(
            "same_level_recurrences",
            "Recurrences at this level",
            (0, 5),
            "",
            "Recurrent herniations after discectomy.",
            essential=True,
            plausible=(0, 3),
        ),
        yes_no(
            "uncorrected_coagulopathy",
            "Coagulopathy not correctable",
            "Bleeding disorder, or anticoagulation that cannot be stopped.",
            essential=True,
        ),
        yes_no(
            "anticoagulated",
            "Anticoagulated",
            "An anticoagulant or a strong platelet inhibitor that can be paused.",
        ),
        yes_no(
            "osteoporosis",
            "Osteoporosis",
            "Known, or a fragility fracture.",
        ),
        yes_no(
            "unfit_for_general_anaesthesia",
            "Unfit for general anaesthesia",
            "The anaesthetist's judgement.",
        ),
    ),
)

IMAGING = FactSection(
    "imaging",
    "Imaging",
    stored_in(
        "imaging",
        replace(
            choice(
                "imaging_status",
                "Image of the lumbar spine",
                choices.ImagingStatus,
                "One that has been read; without it, no disc is asked about.",
            ),
            asked="Is there an image?",
        ),
        *of_the_image(
            number(
                "mri_age_months",
                "Age of the MRI",
                (0, 240),
                "months",
                plausible=(0, 24),
            ),
            choice(
                "iliac_crest_height",
                "Iliac crest height",
                choices.IliacCrestHeight,
                "Low: below the upper pedicle line of L5. "
                "High: above the lower pedicle line of L4.",
            ),
            yes_no(
                "numbering_anomaly",
                "Transitional vertebra",
                "Sacralised or lumbarised: the numbering needs care.",
            ),
        ),
    ),
)

PREFERENCES = FactSection(
    "preferences",
    "Preferences",
    (
        yes_no("surgery_accepted", "Surgery accepted"),
        yes_no("implant_accepted", "Implant accepted"),
    ),
)

SECTIONS = (
    PATIENT,
    PRESENTATION,
    RED_FLAGS,
    EXAMINATION,
    HISTORY,
    IMAGING,
    PREFERENCES,
)
