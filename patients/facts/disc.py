"""The facts of scope "disc", in the order in which an MRI is read."""

from patients import choices
from patients.facts.fact import Section, choice, number, stored_in, yes_no

ROMAN = ("0", "I", "II", "III", "IV", "V")

DISC_SECTIONS = (
    Section(
        "herniation",
        "Herniation",
        stored_in(
            "disc",
            choice(
                "herniation_type",
                "Type",
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
                "Canal taken",
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
        ),
    ),
    Section(
        "stenosis",
        "Stenosis",
        stored_in(
            "disc",
            choice(
                "central_stenosis",
                "Central",
                choices.Stenosis,
                "Schizas A, B, C, D.",
                essential=True,
            ),
            choice(
                "lateral_recess_stenosis",
                "Lateral recess",
                choices.Stenosis,
                "Bartynski 0 to 3.",
                essential=True,
            ),
            choice(
                "foraminal_stenosis",
                "Foraminal",
                choices.Stenosis,
                "Lee 0 to 3.",
                essential=True,
            ),
            yes_no(
                "stenosis_is_bony", "Bony", "Bone narrows it, rather than soft tissue."
            ),
        ),
    ),
    Section(
        "degeneration",
        "Degeneration and disc",
        stored_in(
            "disc",
            number(
                "pfirrmann_grade",
                "Pfirrmann",
                (1, 5),
                "grade",
                grades=[(g, ROMAN[g]) for g in range(1, 6)],
            ),
            number(
                "modic_type",
                "Modic",
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
                plausible=(1, 14),
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
    Section(
        "stability",
        "Stability",
        stored_in(
            "disc",
            number(
                "slip_grade",
                "Slip",
                (0, 5),
                "Meyerding",
                "0 = no slip, V = spondyloptosis.",
                grades=[(g, ROMAN[g]) for g in range(6)],
                essential=True,
            ),
            number(
                "translation_mm",
                "Translation",
                (0, 20),
                "mm",
                "Sagittal, flexion to extension.",
                kind="decimal",
                plausible=(0, 10),
            ),
            number(
                "rotation_deg",
                "Rotation",
                (0, 40),
                "°",
                "Sagittal, flexion to extension.",
                kind="decimal",
                plausible=(0, 25),
            ),
            yes_no(
                "iatrogenic_instability_expected",
                "Decompression would destabilise",
                "More than half of both facets, or one whole facet, "
                "would have to be removed.",
            ),
        ),
    ),
)
