"""Ask for a replay, watch it, stop it, and look at who would be advised what."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from treatments.authoring.drafts.access import for_rule_makers
from treatments.models import Replay
from treatments.replay.forms import ReplayForm
from treatments.replay.jobs import rulesets_of
from treatments.replay.presenter import Words, explained, matrix_of, moves_page
from treatments.replay.services import (
    replay_cancel,
    replay_read,
    replay_request,
    replay_retry,
)

LISTED = 50


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def replay_create(request: SignedInRequest) -> HttpResponse:
    """The replays so far, and a form for another; a draft's page posts here too."""
    form = ReplayForm(request.POST or None)
    if form.is_valid():
        replay = replay_request(
            old=form.cleaned_data["old"],
            new_document=form.document,
            new_title=form.title,
            actor=request.user,
            submission_key=form.cleaned_data["submission_key"],
        )
        return _to_its_page(replay)
    replays = Replay.objects.without_documents().select_related("old", "requested_by")
    return render(
        request,
        "treatments/replay/replay_list.html",
        {"form": form, "replays": replays.defer("matrix")[:LISTED]},
        status=422 if form.is_bound else 200,
    )


@require_safe
@for_rule_makers
def replay_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The page of a replay; to htmx its progress alone, and a reload when it ends."""
    replay = get_object_or_404(
        Replay.objects.without_documents().select_related("old", "requested_by"), pk=pk
    )
    values: dict[str, Any] = {"replay": replay, "matrix": None}
    if request.htmx and not replay.is_finished:
        return render(request, "treatments/replay/_progress.html", values)
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    replay_read(replay=replay, actor=request.user)
    if replay.state == Replay.State.DONE:
        old, new = rulesets_of(replay)
        words = Words(old, new)
        cell = {n: request.GET[n] for n in ("old", "new") if n in request.GET}
        page = moves_page(replay, cell, request.GET.get("page", "1"))
        values["matrix"] = matrix_of(replay, words)
        values["cell"] = f"{urlencode(cell)}&" if cell else ""
        values |= {"page": page, "moved": explained(page, words, old, new)}
    return render(request, "treatments/replay/replay_detail.html", values)


@require_POST
@require_role(Role.ADMIN)
def replay_stop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Cancel a replay that waits or runs."""
    replay = get_object_or_404(Replay.objects.without_documents(), pk=pk)
    replay_cancel(replay=replay, actor=request.user)
    return _to_its_page(replay)


@require_POST
@require_role(Role.ADMIN)
def replay_again(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Try a replay again that failed."""
    replay = get_object_or_404(Replay.objects.without_documents(), pk=pk)
    replay_retry(replay=replay, actor=request.user)
    return _to_its_page(replay)


def _to_its_page(replay: Replay) -> HttpResponse:
    response = HttpResponseRedirect(replay.get_absolute_url())
    response.status_code = 303
    return response
