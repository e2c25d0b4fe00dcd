"""The version of the product: the newest release of CHANGELOG.md, and no other place.

The rules and the engine have versions of their own, which stored advice names.
"""

import re
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+)\b", re.MULTILINE)


def released_version(changelog: Path) -> str:
    """The first heading that is a release, as ``1.0.0``; *Unreleased* is none.

    Raises:
        ImproperlyConfigured: there is no such file, or no release in it.
    """
    try:
        found = _RELEASE.search(changelog.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImproperlyConfigured(f"{changelog.name}: {error.strerror}.") from error
    if found is None:
        raise ImproperlyConfigured(f"{changelog.name} names no release.")
    return found[1]


def product_version(request: HttpRequest) -> dict[str, str]:
    """For the foot of every page; read once, when the process starts."""
    return {"product_version": settings.VERSION}
