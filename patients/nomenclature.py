"""The herniation types of lumbar disc nomenclature 2.0, in our own words.

Source: Fardon DF, Williams AL, Dohring EJ, Murtagh FR, Rothman SLG, Sze GK.
Lumbar disc nomenclature: version 2.0. Spine J 2014;14:2525-2545.
"""

from typing import Any

from django.apps import apps as global_apps
from django.apps.registry import Apps

SOURCE = "Fardon DF et al. Spine J 2014;14:2525-2545, 10.1016/j.spinee.2014.04.022"

HERNIATION_TYPES: tuple[dict[str, Any], ...] = (
    {
        "code": "none",
        "name": "None",
        "definition": "No disc tissue beyond the edges of the disc space.",
        "contained": "yes",
    },
    {
        "code": "bulge",
        "name": "Bulge",
        "definition": (
            "Disc tissue beyond the edges of the ring apophyses over more than a "
            "quarter of the circumference; by the nomenclature not a herniation."
        ),
        "contained": "yes",
    },
    {
        "code": "protrusion",
        "name": "Protrusion",
        "definition": (
            "A focal displacement that in every plane is at least as wide at its base "
            "as it reaches out from the disc space."
        ),
        "contained": "either",
    },
    {
        "code": "extrusion",
        "name": "Extrusion",
        "definition": (
            "A displacement that in at least one plane reaches out further than its "
            "base is wide, or that lies beyond the level of the disc space, and is "
            "still continuous with the disc."
        ),
        "contained": "either",
    },
    {
        "code": "sequestration",
        "name": "Sequestration",
        "definition": (
            "Displaced disc tissue that has lost all continuity with the disc of "
            "origin; a free fragment."
        ),
        "contained": "no",
    },
)


def load_herniation_types(
    *, using: str, apps: Apps = global_apps, **kwargs: object
) -> None:
    """Bring the reference table into step with this module (after each migrate).

    Receives Django's post_migrate, as content types do, so that a database emptied by
    `flush` has its reference rows back; a data migration would run only once.
    """
    try:
        model = apps.get_model("patients", "HerniationType")
    except LookupError:  # migrated back to before the table
        return
    for position, row in enumerate(HERNIATION_TYPES):
        model.objects.using(using).update_or_create(
            code=row["code"], defaults={**row, "source": SOURCE, "position": position}
        )
