"""System checks that tell an operator what is wrong, before a user finds out."""

import os
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from spine_cds.accounts.models import Role


@register(Tags.security)
def development_has_no_other_host(**kwargs: Any) -> list[CheckMessage]:
    """Warn where hosts are named and not served."""
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
    """``check --deploy`` fails in development mode."""
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


@register(Tags.security, deploy=True)
def list_of_stolen_passwords_is_there(**kwargs: Any) -> list[CheckMessage]:
    """The list that the settings name has to be readable."""
    path = settings.BREACHED_PASSWORDS
    if not path or os.access(path, os.R_OK):
        return []
    return [
        Error(
            f"SPINE_CDS_BREACHED_PASSWORDS names {path}, which cannot be read.",
            hint="No password could be changed. Put the list there, or unset it.",
            id="spine_cds.E003",
        )
    ]


@register(Tags.security, deploy=True)
def roles_with_a_second_factor_are_known(**kwargs: Any) -> list[CheckMessage]:
    """A role that is misspelt would do without one, and nobody would notice."""
    unknown = sorted(set(settings.SECOND_FACTOR_ROLES) - set(Role.values))
    if not unknown:
        return []
    return [
        Error(
            f"SPINE_CDS_SECOND_FACTOR_ROLES names no role: {', '.join(unknown)}.",
            hint=f"The roles are {', '.join(Role.values)}.",
            id="spine_cds.E004",
        )
    ]


@register(Tags.urls)
def every_url_has_a_name(**kwargs: Any) -> list[CheckMessage]:
    """The permission table of the tests is keyed by name: nothing may escape it."""
    return [
        Error(f"A URL of {view} has no name.", id="spine_cds.E002")
        for name, view in named_urls()
        if name.endswith("None")
    ]


def named_urls(
    resolver: URLResolver | None = None, namespace: str = ""
) -> list[tuple[str, str]]:
    """The full name ("<app>:<entity>-<action>") and the view of every URL."""
    found: list[tuple[str, str]] = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found += named_urls(entry, inner)
        elif isinstance(entry, URLPattern):
            found.append((f"{namespace}{entry.name}", entry.lookup_str))
    return found
