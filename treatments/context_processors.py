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
        RulesetVersion.objects.live()
        .values("title", "version", "sign_off_state")
        .first()
    )
    if version is None:
        return {}
    signed = version.pop("sign_off_state") == "signed"
    sign_off = "signed" if signed else "not signed off for clinical use"
    return {**version, "sign_off": sign_off}
