"""Slow down guessing: so many failed sign-ins, then a pause.

Counted per user name *and* address, so that nobody can lock a colleague out from
elsewhere. The counters live in the cache: shared through Redis in production.
"""

import hashlib

from django.conf import settings
from django.core.cache import cache

from spine_cds.audit.middleware import remote_addr


def is_paused(username: str) -> bool:
    failures: int = cache.get(_key(username), 0)
    return failures >= settings.SIGN_IN_ATTEMPTS


def note_failure(username: str) -> None:
    key = _key(username)
    cache.add(key, 0, settings.SIGN_IN_ATTEMPTS_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # it expired between the two calls
        cache.set(key, 1, settings.SIGN_IN_ATTEMPTS_SECONDS)


def forget(username: str) -> None:
    cache.delete(_key(username))


def _key(username: str) -> str:
    # Hashed: what is typed as a user name may be a password, and is of any length.
    typed = f"{username.casefold()}\n{remote_addr.get()}".encode()
    return f"sign-in:{hashlib.sha256(typed).hexdigest()}"
