"""Count what somebody asks for within a while, to refuse what is too much.

The counters live in the cache: shared through Redis in production.
"""

import hashlib
import time

from django.core.cache import cache


def count(what: str, who: str, *, seconds: int) -> int:
    """One more ``what`` by ``who``; how many there were in this stretch of time."""
    key = _key(what, who, seconds)
    if cache.add(key, 1, seconds):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it expired between the two calls
        return 1


def counted(what: str, who: str, *, seconds: int) -> int:
    """How many there were in this stretch of time; counts nothing."""
    return cache.get(_key(what, who, seconds), 0)


def forget(what: str, who: str, *, seconds: int) -> None:
    cache.delete(_key(what, who, seconds))


def _key(what: str, who: str, seconds: int) -> str:
    # Hashed: what is typed as a user name may be a password, and is of any length.
    name = hashlib.sha256(who.encode()).hexdigest()
    return f"rate:{what}:{name}:{int(time.time()) // seconds}"
