"""What every page names: the ruleset in use, and whether it has been signed."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from treatments.models import RulesetVersion


def ruleset_footer(request: HttpRequest) -> dict[str, Any]:
    """The live ruleset's title, version and sign-off; read once, and only when shown.

    Not cached beyond the page: what is signed may change, and must never look stale.
    """
    return {"ruleset_footer": SimpleLazyObject(_live)}


def _live() -> dict[str, str]:
    version = (
        RulesetVersion.objects.live().only("title", "version", "sign_off_state").first()
    )
    if version is None:
        return {}
    return {
        "title": version.title,
        "version": version.version,
        "sign_off": "signed"
        if version.is_signed
        else "not signed off for clinical use",
    }
