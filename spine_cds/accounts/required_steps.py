"""What a person has to do before anything else: their own password, a second factor."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from spine_cds.accounts.models import User
from spine_cds.accounts.second_factor import EXISTS, needs_second_factor

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: Where one gets on with it, and can leave.
_ALWAYS_OPEN = frozenset(
    {
        "healthz",
        "readyz",
        "metrics",
        "accounts:login",
        "accounts:logout",
        "accounts:session-extend",
        "accounts:password-change",
    }
)
_SECOND_FACTOR = ("mfa_", "account_reauthenticate")


class FirstThingsFirstMiddleware:
    """Lead to the one page that is open to this person, from whatever was asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or match is None:
            return None
        if match.view_name in _ALWAYS_OPEN:
            return None
        if user.has_temporary_password:
            messages.info(request, "First choose a password that only you know.")
            return _whole_page(request, "accounts:password-change")
        if match.view_name.startswith(_SECOND_FACTOR):
            return None
        if _lacks_second_factor(request, user):
            messages.info(request, "Your role needs a second factor to sign in.")
            return _whole_page(request, "mfa_index")
        return None


def _whole_page(request: HttpRequest, name: str) -> HttpResponse:
    """Never into a fragment of the page that asked."""
    if "HX-Request" in request.headers:
        return HttpResponseClientRedirect(reverse(name))
    return redirect(name)


def _lacks_second_factor(request: HttpRequest, user: User) -> bool:
    """Asked of the database until there is one, then remembered in the session."""
    if request.session.get(EXISTS):
        return False
    if needs_second_factor(user):
        return True
    request.session[EXISTS] = True
    return False
