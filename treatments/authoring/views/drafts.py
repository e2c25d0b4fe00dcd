"""A draft from its beginning to the live rules."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from treatments.authoring.document.edits import EditError
from treatments.authoring.drafts import review, services
from treatments.authoring.drafts.access import draft_of, for_rule_makers
from treatments.authoring.drafts.writing import DraftClosedError, DraftConflictError
from treatments.authoring.versions import publishing
from treatments.authoring.versions.comparison import compare, place_words
from treatments.authoring.versions.publishing import NotReadyError, StaleBaseError
from treatments.authoring.views import draft_page
from treatments.authoring.views.forms import (
    MEANING,
    DescribeForm,
    DraftForm,
    PublishForm,
    ReasonForm,
    SignForm,
    SubmitForm,
)
from treatments.models import RulesetDraft, RulesetVersion

REFUSALS = (
    DraftClosedError,
    DraftConflictError,
    EditError,
    NotReadyError,
    StaleBaseError,
)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def draft_create(request: SignedInRequest, pk: int) -> HttpResponse:
    """A draft of a version; of a past one it is the way to bring it back, changed."""
    version = get_object_or_404(RulesetVersion, pk=pk)
    form = DraftForm(request.POST or None, initial={"title": ""})
    if form.is_valid():
        draft = services.draft_create(
            base=draft_page.newest_base(version),
            document=version.document,
            actor=request.user,
            **form.cleaned_data,
        )
        return redirect(draft)
    page = {"version": version, "form": form}
    return render(request, "treatments/authoring/draft_create.html", page)


@require_safe
@for_rule_makers
def draft_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How far a draft is, and what can be done with it now."""
    page = draft_page.draft_page(draft_of(pk), request)
    return render(request, "treatments/authoring/draft_detail.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def draft_describe(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The title and the note of a draft, as a form."""
    draft = draft_of(pk)
    initial = {"title": draft.title, "note": draft.note}
    form = DescribeForm(request.POST or None, initial=initial)
    if form.is_valid():
        title, note = form.cleaned_data["title"], form.cleaned_data["note"]
        try:
            services.draft_describe(
                draft=draft, title=title, note=note, actor=request.user
            )
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
        return redirect(draft)
    page = {"draft": draft, "form": form, "heading": "What the draft is for"}
    return render(request, "treatments/authoring/draft_form.html", page)


@require_safe
@for_rule_makers
def draft_checks(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the checks find in a draft."""
    page = draft_page.checks_page(draft_of(pk), request.user)
    return render(request, "treatments/authoring/draft_checks.html", page)


@require_POST
@require_role(Role.ADMIN)
def finding_accept(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let the findings stand that were ticked, one by one or by kind: one reason."""
    draft = draft_of(pk)
    wanted = {*request.POST.getlist("fingerprint"), *request.POST.getlist("kind")}
    reason = request.POST.get("reason", "")
    still_open = publishing.gate_of(draft).open_findings
    found = [o for o in still_open if wanted & {o.fingerprint, o.kind}]
    try:
        if not found:
            raise EditError("Tick the findings that may stand.")
        for finding in found:
            review.finding_accept(
                draft=draft,
                fingerprint=finding.fingerprint,
                message=finding.message,
                reason=reason,
                actor=request.user,
            )
    except REFUSALS as refusal:
        page = draft_page.checks_page(draft, request.user)
        page |= {"refusal": str(refusal), "reason": reason, "ticked": wanted}
        return render(request, "treatments/authoring/draft_checks.html", page)
    return redirect("treatments:draft-checks", pk=pk)


@require_safe
@for_rule_makers
def draft_difference(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the draft changes in the version it builds on."""
    draft = draft_of(pk)
    base = draft.base.document if draft.base else draft.document
    page = {
        "draft": draft,
        "groups": compare(base, draft.document),
        "old": draft.base,
        "new": draft.title,
    }
    return render(request, "treatments/authoring/draft_difference.html", page)


@require_POST
@require_role(Role.ADMIN)
def draft_submit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Hand a draft to review, under a version number."""
    draft = draft_of(pk)
    form = SubmitForm(request.POST)
    return _sent(request, draft, "submit_form", form, publishing.draft_submit)


@require_POST
@for_rule_makers
def draft_return(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give a draft back to its authors, with the reason."""
    draft = draft_of(pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say what is to be changed.")
        return redirect(draft)
    return _done(request, draft, review.draft_return, **form.cleaned_data)


@require_POST
@for_rule_makers
def draft_sign(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Sign the content that is on the page, with the password again."""
    draft = draft_of(pk)
    form = SignForm(request.POST, request=request)
    if not form.is_valid():
        return _again(request, draft, sign_form=form)
    # Refused, the page is read anew: the form names the content that was read.
    content = form.cleaned_data["content"]
    return _done(request, draft, review.draft_sign, content=content, meaning=MEANING)


@require_POST
@require_role(Role.ADMIN)
def draft_publish(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Publish a signed draft, with the password again."""
    draft = draft_of(pk)
    form = PublishForm(request.POST, request=request)
    return _sent(request, draft, "publish_form", form, publishing.draft_publish)


@require_POST
@require_role(Role.ADMIN)
def draft_merge(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Bring the newest version into a draft."""
    draft = draft_of(pk)
    try:
        clashes = publishing.draft_merge(draft=draft, actor=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(draft)
    named = ", ".join(place_words(clash) for clash in clashes)
    warning = (
        f" Both changed {named}: the draft's text stands, look at it." if named else ""
    )
    messages.success(request, f"The newest version is merged in.{warning}")
    return redirect("treatments:draft-difference", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def draft_abandon(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask whether a draft is to be closed, and close it."""
    draft = draft_of(pk)
    if request.method == "POST":
        return _done(request, draft, review.draft_abandon)
    return render(request, "treatments/authoring/draft_abandon.html", {"draft": draft})


@require_POST
@require_role(Role.ADMIN)
def draft_undo(request: SignedInRequest, pk: UUID, way: str) -> HttpResponse:
    """Undo or redo one's own newest edit, as ``way`` says."""
    draft = draft_of(pk)
    step = services.draft_undo if way == "undo" else services.draft_redo
    return _done(request, draft, step)


def _done(
    request: SignedInRequest, draft: RulesetDraft, write: Any, **form_data: Any
) -> HttpResponse:
    """Make one write and go back to the draft, which shows what it came to."""
    try:
        write(draft=draft, actor=request.user, **form_data)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("treatments:draft-detail", args=[draft.pk]))


def _sent(
    request: SignedInRequest, draft: RulesetDraft, name: str, form: Form, write: Any
) -> HttpResponse:
    """Make the write of a form; refused, the page says why and keeps what was typed."""
    if form.is_valid():
        try:
            write(draft=draft, actor=request.user, **form.cleaned_data)
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect(draft)
    return _again(request, draft_of(draft.pk), **{name: form})


def _again(request: SignedInRequest, draft: RulesetDraft, **forms: Any) -> HttpResponse:
    """The draft's page with a form that was not right, all that was typed kept."""
    page = draft_page.draft_page(draft, request) | forms
    return render(request, "treatments/authoring/draft_detail.html", page)
