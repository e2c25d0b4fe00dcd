"""Nobody's words are stored under another's name, and none are lost on the way."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from spine_cds.accounts.models import User
from spine_cds.kept.page import Page, sent_with, shown_page
from spine_cds.kept.services import PART, words_keep, words_of, words_sent

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: From whatever page: who is signed in meanwhile may sign in anew, and sign out.
_OF_ANYBODY = frozenset(
    {"accounts:login", "account_login", "mfa_authenticate", "accounts:logout"}
)
#: What holds secrets, what keeps its own words, and what only asks.
_NOT_KEPT = ("accounts:", "account_", "mfa_", "kept:", "audit:")
_NOT_KEPT_EITHER = frozenset(
    {"patients:entry-keep", "patients:worklist", "treatments:case-preview"}
)
_SEARCH = "find"
_REDIRECTS = frozenset({302, 303, 307})


class WhosePageMiddleware:
    """Look at each unsafe request before its view does: whose page is it from?

    The check of the token against forgery comes before it, and asks the same.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "POST" and _has_arrived(request, response):
            page = shown_page(request)
            part = request.POST.get(PART, "")
            words_sent(page=page, action=request.path, part=part)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in _SAFE or getattr(view, "csrf_exempt", False):
            return None
        return refusal(request)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Of the person who is signed in: none. Of another: 409. Of somebody, and nobody is
    signed in: to the sign-in page.

    What was sent is kept for whose page it is, who finds it there again.
    """
    page, user = sent_with(request), request.user
    if isinstance(user, User):
        return None if _is_of(request, page, user) else _refuse(request, page)
    if page is None or not keep_sent(request, page):
        return None
    messages.info(request, "You were signed out. What you sent is kept for you.")
    return redirect_to_login(page.path)


def keep_sent(request: HttpRequest, page: Page) -> bool:
    """Keep what was sent, where it is somebody's words; whether it is kept."""
    match = request.resolver_match
    if match is None or not may_be_kept(match.view_name) or _SEARCH in request.POST:
        return False
    return words_keep(
        page=page,
        action=request.path,
        words=words_of(request.POST),
        actor=request.user if isinstance(request.user, User) else None,
    )


def may_be_kept(view_name: str) -> bool:
    """Whether what goes to this view is words that somebody could miss."""
    return not view_name.startswith(_NOT_KEPT) and view_name not in _NOT_KEPT_EITHER


def _is_of(request: HttpRequest, page: Page | None, user: User) -> bool:
    match = request.resolver_match
    if match is not None and match.view_name in _OF_ANYBODY:
        return True
    if page is not None:
        return page.owner == user.pk
    # As for the token against forgery: Django's own mark of its test client.
    return getattr(request, "_dont_enforce_csrf_checks", False)


def _refuse(request: HttpRequest, page: Page | None) -> HttpResponse:
    is_kept = page is not None and keep_sent(request, page)
    owner = User.objects.filter(pk=page.owner).first() if page else None
    answer = render(
        request, "kept/not_yours.html", {"owner": owner, "is_kept": is_kept}, status=409
    )
    answer["X-Not-Your-Page"] = "1"
    return answer


def _has_arrived(request: HttpRequest, response: HttpResponseBase) -> bool:
    """A form that was stored leads on; a part of a page is answered in its place."""
    if not isinstance(request.user, User):
        return False
    if response.status_code in _REDIRECTS:
        return not _is_told_of_an_error(request)
    return response.status_code == 200 and "HX-Request" in request.headers


def _is_told_of_an_error(request: HttpRequest) -> bool:
    """Some views say on the next page why they stored nothing."""
    told = getattr(get_messages(request), "_queued_messages", ())
    return any(message.level >= messages.ERROR for message in told)
