"""Read settings from the environment; an empty variable counts as unset.

Each variable ``NAME`` may instead be given as ``NAME_FILE``, a path whose content is
the value, so that a secret never has to appear in a process list.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

_YES_NO = {
    "1": True,
    "true": True,
    "yes": True,
    "0": False,
    "false": False,
    "no": False,
}


def text(name: str, default: str = "") -> str:
    """The value of ``name``, else the content of the file that ``name_FILE`` names."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return default
    try:
        return Path(path).read_text(encoding="utf-8").strip() or default
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error


def flag(name: str, default: bool = False) -> bool:
    """A variable that is yes or no, as a bool.

    Raises:
        ImproperlyConfigured: it is something else.
    """
    value = text(name).lower()
    if not value:
        return default
    if value not in _YES_NO:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return _YES_NO[value]


def listing(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated value as a list."""
    items = [item.strip() for item in text(name).split(",")]
    return [item for item in items if item] or list(default)


def zone(name: str, default: str) -> str:
    """The name of a time zone, as Europe/Berlin.

    Raises:
        ImproperlyConfigured: this machine knows no such zone.
    """
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError) as error:
        raise ImproperlyConfigured(
            f"{name} must be a time zone as Europe/Berlin or UTC, not {value!r}."
        ) from error
    return value


def refuse_missing(required: dict[str, str]) -> None:
    """Stop the start, naming every variable of ``required`` (name: why) not given."""
    missing = [f"  {name}: {why}" for name, why in required.items() if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            "SPINE_CDS_ENV=production needs these variables "
            "(each may be given as NAME_FILE instead):\n" + "\n".join(missing)
        )


def postgresql(url: str) -> dict[str, Any]:
    """Django's database settings for ``postgres://user:password@host:port/name?...``.

    A socket folder is given as ``postgres://user@/name?host=/run/postgresql``; other
    query parameters (``sslmode=verify-full``) go to libpq. Raises for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite that survives a power cut and lets several threads write in turn.

    ``IMMEDIATE`` takes the write lock when a transaction opens, so that two writers
    wait for each other (20 s) instead of failing half-way.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def generated_secret(path: Path) -> str:
    """The secret kept in ``path``, made at the first call, for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()
