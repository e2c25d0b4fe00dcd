"""Slow down guessing: after so many failures the account pauses, or waits for an admin.

django-axes counts per user name *and* address, so that nobody can lock a colleague out
from elsewhere with a few tries. Beside it, an account takes only so many failures a day
from all addresses together, save those from which its owner has signed in lately. A
name that nobody has is counted in the same way, so that the answer never tells which
names exist.
"""

import hashlib
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from spine_cds.accounts import rate_limits
from spine_cds.accounts.models import User
from spine_cds.audit.middleware import client_address

_ACCOUNT = "sign-in-account"
_DAY = 24 * 60 * 60
_KNOWN_FOR = 30 * _DAY


def locked_words() -> str:
    """What somebody is told who is locked out: never whether the name exists."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
    return (
        f"Too many attempts. Please wait {minutes} minutes and try again, or ask an "
        "administrator to unlock your account."
    )


def user_of(request: HttpRequest, username: str, password: str) -> User | None:
    """Whose credentials these are; None where they are wrong or the name is locked.

    Each wrong try is counted.
    """
    if is_locked(request, username):
        return None
    found = authenticate(asking(request), username=username, password=password)
    if isinstance(found, User):
        cache.set(_place(request, found.username), 1, _KNOWN_FOR)
        return found
    rate_limits.count(
        _ACCOUNT, counted_name(None, {"username": username}), seconds=_DAY
    )
    return None


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this caller may not try this name now."""
    credentials = {"username": username}
    name = counted_name(None, credentials)
    failures: int = rate_limits.counted(_ACCOUNT, name, seconds=_DAY)
    guessed = failures >= settings.SIGN_IN_FAILURES_A_DAY
    # The owner at a known desk is let in, whoever else guesses from elsewhere.
    if guessed and not cache.get(_place(request, name)):
        return True
    return not AxesProxyHandler.is_allowed(asking(request), credentials)


def forgive(request: HttpRequest, user: User) -> None:
    """Forget the failures from this address: the password was right now."""
    reset(username=user.username, ip=client_address(request))


def unlock(user: User) -> None:
    """Forget every failure, from wherever."""
    reset(username=user.username)
    rate_limits.forget(_ACCOUNT, user.username, seconds=_DAY)


def locked_usernames() -> set[str]:
    """The names that are locked from at least one address."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    rows = (
        AccessAttempt.objects.filter(attempt_time__gte=since)
        .order_by()
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    )
    return {row["username"] for row in rows}


def is_locked_anywhere(user: User) -> bool:
    """Whether the account is locked from some address, for the page of users."""
    failures: int = rate_limits.counted(_ACCOUNT, user.username, seconds=_DAY)
    return (
        failures >= settings.SIGN_IN_FAILURES_A_DAY
        or user.username in locked_usernames()
    )


def counted_name(
    request: HttpRequest | None, credentials: dict[str, Any] | None
) -> str:
    """The name under which a failure is kept: the user's own, in whatever case typed.

    What nobody is called is kept as a hash: it may be a password in the wrong field.
    """
    typed = str((credentials or {}).get("username") or "")
    known = User.objects.filter(username__iexact=typed).values_list("username")
    row = known.first()
    return row[0] if row else f"nobody-{hashlib.sha256(typed.encode()).hexdigest()}"


def _place(request: HttpRequest, name: str) -> str:
    """Where somebody has signed in before: guessing elsewhere shuts nobody out here."""
    place = f"{name}\n{client_address(request)}".encode()
    return f"signed-in-from:{hashlib.sha256(place).hexdigest()}"


def asking(request: HttpRequest) -> HttpRequest:
    """The same caller, but nothing of what was posted: the counts keep a copy of it."""
    bare = HttpRequest()
    bare.META = request.META
    bare.path = request.path
    bare.method = "POST"
    return bare
