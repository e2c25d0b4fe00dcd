"""System checks that tell an operator what is wrong, before a user finds out."""

import os
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver


@register(Tags.security)
def development_has_no_other_host(**kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION or not os.environ.get("ALLOWED_HOSTS"):
        return []
    return [
        checks.Warning(
            "ALLOWED_HOSTS is set, but development answers on this machine only.",
            hint="Set SPINE_CDS_ENV=production to serve other hosts.",
            id="spine_cds.W001",
        )
    ]


@register(Tags.security, deploy=True)
def deployment_is_in_production_mode(**kwargs: Any) -> list[CheckMessage]:
    if settings.PRODUCTION:
        return []
    return [
        Error(
            "This is development mode: demo sign-ins, SQLite, no TLS.",
            hint="Set SPINE_CDS_ENV=production.",
            id="spine_cds.E001",
        )
    ]


@register(Tags.security, deploy=True)
def proxy_is_named(**kwargs: Any) -> list[CheckMessage]:
    """Without it, every request seems to be plain HTTP and is redirected for ever."""
    if not settings.PRODUCTION or os.environ.get("SPINE_CDS_TRUSTED_PROXY"):
        return []
    return [
        checks.Warning(
            "SPINE_CDS_TRUSTED_PROXY is not set.",
            hint="yes: a proxy ends TLS and sets X-Forwarded-Proto and -For; "
            "no: the server itself speaks TLS.",
            id="spine_cds.W002",
        )
    ]


@register(Tags.urls)
def every_url_has_a_name(**kwargs: Any) -> list[CheckMessage]:
    """The permission table of the tests is keyed by name: nothing may escape it."""
    return [
        Error(f"The URL {route!r} has no name.", id="spine_cds.E002")
        for route, pattern in walk_urls()
        if not pattern.name
    ]


def walk_urls(
    resolver: URLResolver | None = None, prefix: str = ""
) -> list[tuple[str, URLPattern]]:
    """Every route of the project with its pattern."""
    found: list[tuple[str, URLPattern]] = []
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += walk_urls(entry, route)
        else:
            found.append((route, entry))
    return found
