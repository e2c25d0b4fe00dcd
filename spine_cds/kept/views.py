"""Words that were not sent: kept as they are typed, thrown away, sent once more."""

import time
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from spine_cds.accounts.access import SignedInRequest
from spine_cds.accounts.models import User
from spine_cds.dates import told
from spine_cds.kept.middleware import keep_sent, may_be_kept, refusal
from spine_cds.kept.models import KeptWords
from spine_cds.kept.page import sent_with, shown_page
from spine_cds.kept.services import words_discard, words_keep, words_of

#: The most that the column for a step holds.
LAST_STEP = 2**31 - 1
#: Where people begin: what they have unsent on other pages is named there.
HOMES = frozenset({"patients:worklist", "treatments:ruleset-list"})

_LOOKED = "kept_words"
_LOOK_SECONDS = 60


class KeptForm(forms.Form):
    """Which form of the page it is, and how often it was changed."""

    kept_action = forms.CharField()
    kept_step = forms.IntegerField(min_value=0, max_value=LAST_STEP)

    def clean_kept_action(self) -> str:
        """The path of a form of this site."""
        path = urlsplit(self.cleaned_data["kept_action"]).path
        try:
            name = resolve(path).view_name
        except Resolver404:
            raise forms.ValidationError("no form goes there") from None
        if not may_be_kept(name):
            raise forms.ValidationError("nothing that goes there is kept")
        return path


@sensitive_post_parameters()
@require_POST
def words_keep_page(request: SignedInRequest) -> HttpResponse:
    """Keep what stands in a form; one without a change has nothing to keep."""
    form = KeptForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"refused": "This page is incomplete."}, status=400)
    step = form.cleaned_data["kept_step"]
    kept = not step or words_keep(
        page=shown_page(request),
        action=form.cleaned_data["kept_action"],
        words=words_of(request.POST),
        actor=request.user,
        step=step,
    )
    if not kept:
        return JsonResponse({"refused": "This is too long to be kept."}, status=413)
    if step:
        _remember(request, has_any=True)
    return JsonResponse({"at": told(timezone.now(), "H:i")})


@require_POST
def words_discard_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Back to the page they were typed on. What is gone already is fine."""
    kept = KeptWords.objects.of(request.user).filter(pk=pk).first()
    if kept is None:
        return redirect("/")
    words_discard(kept=kept)
    return redirect(kept.path)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is out of date, as after a sign-in in another window.

    To whose page it is, what they sent is shown, to be sent once more; to anybody else
    nothing of it.
    """
    page = sent_with(request)
    if page is not None and (refused := refusal(request)):
        return refused
    kept: Iterable[KeptWords] = ()
    if page is not None and isinstance(request.user, User):
        keep_sent(request, page)
        _remember(request, has_any=True)
        mine = KeptWords.objects.of(request.user)
        kept = mine.filter(page=page.key, action=request.path)
    return render(request, "403_csrf.html", {"kept": kept}, status=403)


def kept_words(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what this person has not sent from this page; at the start of
    their day, from any."""
    # A request that was refused early has no user, and its page asks as well.
    user, match = getattr(request, "user", None), request.resolver_match
    is_part = request.method != "GET" or "HX-Request" in request.headers
    if is_part or match is None or not isinstance(user, User):
        return {}
    kept = _kept_by(request, user)
    if match.view_name not in HOMES:
        kept = [words for words in kept if words.path == request.path]
    return {"kept_words": kept}


def _kept_by(request: HttpRequest, user: User) -> list[KeptWords]:
    """Asked of the database once a minute, and while there is something: most people
    have nothing unsent, and no page should cost them a query for that."""
    has_any, looked = request.session.get(_LOOKED, (False, 0))
    if not has_any and time.time() - looked < _LOOK_SECONDS:
        return []
    # The words themselves are read where they are shown.
    kept = list(KeptWords.objects.of(user).defer("words"))
    _remember(request, has_any=bool(kept))
    return kept


def _remember(request: HttpRequest, *, has_any: bool) -> None:
    before, looked = request.session.get(_LOOKED, (None, 0))
    now = int(time.time())
    if before != has_any or now - looked >= _LOOK_SECONDS:
        request.session[_LOOKED] = (has_any, now)
