"""The facts of scope "disc", in the order in which an MRI is read."""

from patients import choices
from patients.facts.fact import FactSection, choice, number, stored_in, yes_no

ROMAN = ("0", "I", "II", "III", "IV", "V")

DISC_SECTIONS = (
    FactSection(
        "herniation",
        "Herniation",
        stored_in(
            "disc",
            choice(
                "herniation_type",
                "Type of herniation",
                choices.Herniation,
                "Lumbar disc nomenclature 2.0.",
                essential=True,
            ),
            yes_no(
                "contained",
                "Contained",
                "Outer annulus or posterior longitudinal ligament intact over it.",
            ),
            choice("zone", "Zone", choices.Zone, essential=True),
            choice("side", "Side", choices.Side, essential=True),
            choice(
                "migration",
                "Migration",
                choices.Migration,
                "High grade: beyond the height of the posterior disc margin.",
            ),
            number(
                "canal_compromise_percent",
                "Canal compromise",
                (0, 100),
                "%",
                "Share of the canal's cross-section.",
                plausible=(0, 90),
            ),
            choice(
                "calcification",
                "Calcification",
                choices.Calcification,
                "Of the herniated tissue, on CT.",
            ),
            yes_no(
                "intradural_suspected",
                "Intradural fragment suspected",
                "A fragment inside the dura.",
            ),
        ),
    ),
    FactSection(
        "stenosis",
        "Stenosis",
        stored_in(
            "disc",
            choice(
                "central_stenosis",
                "Central stenosis",
                choices.Stenosis,
                "Schizas A, B, C, D.",
                essential=True,
            ),
            choice(
                "lateral_recess_stenosis",
                "Lateral recess stenosis",
                choices.Stenosis,
                "Bartynski 0 to 3.",
                essential=True,
            ),
            choice(
                "foraminal_stenosis",
                "Foraminal stenosis",
                choices.Stenosis,
                "Lee 0 to 3.",
                essential=True,
            ),
            yes_no(
                "stenosis_is_bony",
                "Stenosis is bony",
                "Bone narrows it, rather than soft tissue.",
            ),
        ),
    ),
    FactSection(
        "degeneration",
        "Degeneration and disc",
        stored_in(
            "disc",
            number(
                "pfirrmann_grade",
                "Pfirrmann grade",
                (1, 5),
                "grade",
                grades=[(g, ROMAN[g]) for g in range(1, 6)],
            ),
            number(
                "modic_type",
                "Modic type",
                (0, 3),
                "type",
                "0 = none.",
                grades=[(g, str(g)) for g in range(4)],
            ),
            number(
                "disc_height_percent",
                "Disc height kept",
                (0, 100),
                "%",
                "Against the healthy neighbour.",
                plausible=(10, 100),
            ),
            number(
                "posterior_disc_height_mm",
                "Posterior disc height",
                (0, 20),
                "mm",
                kind="decimal",
                plausible=(2, 14),
            ),
            number(
                "annular_defect_width_mm",
                "Annular defect width",
                (0, 20),
                "mm",
                "On MRI or at operation.",
                kind="decimal",
                plausible=(0, 15),
            ),
        ),
    ),
    FactSection(
        "stability",
        "Stability",
        stored_in(
            "disc",
            number(
                "slip_grade",
                "Slip (Meyerding)",
                (0, 5),
                "Meyerding",
                "0 = no slip, V = spondyloptosis.",
                grades=[(g, ROMAN[g]) for g in range(6)],
                essential=True,
                plausible=(0, 4),
            ),
            choice(
                "slip_type",
                "Type of the slip",
                choices.SlipType,
                "Isthmic: a defect of the pars.",
            ),
            number(
                "translation_mm",
                "Translation on flexion-extension",
                (0, 20),
                "mm",
                "In the sagittal plane.",
                kind="decimal",
                plausible=(0, 12),
            ),
            number(
                "rotation_deg",
                "Rotation on flexion-extension",
                (0, 40),
                "°",
                "In the sagittal plane.",
                kind="decimal",
                plausible=(0, 25),
            ),
            yes_no(
                "iatrogenic_instability_expected",
                "Iatrogenic instability expected",
                "More than half of both facets, or one whole facet, "
                "would have to be removed.",
            ),
        ),
    ),
)
