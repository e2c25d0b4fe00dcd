"""How much one person, or one address, may ask for within a while.

The counters live in the cache: shared through Redis in production. ``count`` and its
like serve every limit, the middleware is the widest of them.
"""

import hashlib
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from spine_cds.audit.middleware import client_address

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_MINUTE = 60


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
    """Begin to count anew."""
    cache.delete(_key(what, who, seconds))


def _key(what: str, who: str, seconds: int) -> str:
    # Hashed: what is typed as a user name may be a password, and is of any length.
    name = hashlib.sha256(who.encode()).hexdigest()
    return f"rate:{what}:{name}:{int(time.time()) // seconds}"


class UnsafeRateMiddleware:
    """Answer 429 to a program gone wild, or to one that guesses passwords.

    Beside it there are narrower limits: on wrong passwords for one account, on codes of
    a second factor, on emergency access.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in _SAFE and _is_too_much(request):
            response = render(request, "429.html", status=429)
            response.headers["Retry-After"] = str(_MINUTE)
            return response
        return self.get_response(request)


def _is_too_much(request: HttpRequest) -> bool:
    kind, who = _sender(request)
    limit = settings.UNSAFE_REQUESTS_A_MINUTE.get(kind)
    if limit is None:
        return False
    return count(f"unsafe-{kind}", who, seconds=_MINUTE) > limit


def _sender(request: HttpRequest) -> tuple[str, str]:
    """A kind of ``settings.UNSAFE_REQUESTS_A_MINUTE``, and who it is."""
    if request.user.is_authenticated:
        return "user", str(request.user.pk)
    address = client_address(request) or "unknown"
    signing_in = request.path.startswith(_sign_in_paths())
    return ("sign-in" if signing_in else "address"), address


def _sign_in_paths() -> tuple[str, ...]:
    return (reverse("accounts:login"), reverse("mfa_authenticate"))
