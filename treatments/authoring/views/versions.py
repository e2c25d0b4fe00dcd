"""Versions: any two compared, one restored, exported, a file imported, signers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import UnsplittableError
from treatments.authoring.drafts import review, services
from treatments.authoring.drafts.access import for_rule_makers
from treatments.authoring.versions import publishing
from treatments.authoring.versions.comparison import compare
from treatments.authoring.views.forms import ImportForm, RestoreForm, SignerForm
from treatments.engine import RulesetError
from treatments.exchange.errors import ImportRefusedError
from treatments.exchange.formats import FORMATS, export, read
from treatments.models import (
    DesignatedSigner,
    RulesetActivation,
    RulesetDraft,
    RulesetVersion,
)


@require_safe
@for_rule_makers
def version_compare(request: SignedInRequest) -> HttpResponse:
    """Two versions or drafts, chosen by the query: ``?old=v1&new=d<uuid>``."""
    choices = _choices()
    old = _chosen(request.GET.get("old", ""))
    new = _chosen(request.GET.get("new", ""))
    page = {
        "choices": choices,
        "old": old,
        "new": new,
        "old_key": request.GET.get("old", ""),
        "new_key": request.GET.get("new", ""),
        "groups": compare(old.document, new.document) if old and new else None,
    }
    return render(request, "treatments/authoring/version_compare.html", page)


def _choices() -> list[tuple[str, str]]:
    drafts = RulesetDraft.objects.without_document()
    versions = RulesetVersion.objects.without_document()
    return [
        *((f"v{version.pk}", str(version)) for version in versions),
        *((f"d{d.pk}", f"{d.title} ({d.get_state_display()})") for d in drafts),
    ]


def _chosen(key: str) -> RulesetVersion | RulesetDraft | None:
    """The version or draft of this key; None for no choice, 404 for a wrong one."""
    if not key:
        return None
    try:
        if key.startswith("v"):
            return RulesetVersion.objects.get(pk=int(key[1:]))
        return RulesetDraft.objects.get(pk=UUID(key[1:]))
    except (
        ValueError,
        OverflowError,
        RulesetVersion.DoesNotExist,
        RulesetDraft.DoesNotExist,
    ) as error:
        raise Http404("There is no such version or draft.") from error


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def version_restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the reason, and make a version live again."""
    version = get_object_or_404(RulesetVersion, pk=pk)
    live = RulesetVersion.objects.live().without_document().first()
    seen = {"seen": live.pk if live else None}
    form = RestoreForm(request.POST or None, initial=seen)
    if form.is_valid():
        try:
            publishing.version_restore(
                version=version, actor=request.user, **form.cleaned_data
            )
        except EditError as refusal:
            form = form.against(refusal, live)
        else:
            messages.success(request, f"{version} is live again.")
            return redirect("treatments:ruleset-list")
    page = {"version": version, "form": form, "live": live}
    return render(request, "treatments/authoring/version_restore.html", page)


@require_POST
@require_role(Role.ADMIN)
def activation_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back a version that is still to go live."""
    activation = get_object_or_404(RulesetActivation, pk=pk)
    try:
        publishing.activation_withdraw(activation=activation, actor=request.user)
    except EditError as refusal:
        messages.error(request, str(refusal))
    return redirect("treatments:ruleset-list")


@require_safe
def version_export(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """A version as a file, in the format that ``form`` names."""
    version = get_object_or_404(RulesetVersion, pk=pk)
    name = f"{version.ruleset_id}-{version.version}"
    record(
        actor=request.user,
        action=AuditAction.RULESET_EXPORT,
        entity=version,
        detail={"format": form, "sha256": version.sha256},
    )
    return _file(version.document, name, form)


@require_safe
@for_rule_makers
def draft_export(request: SignedInRequest, pk: UUID, form: str) -> HttpResponse:
    """A draft as a file, in the format that ``form`` names."""
    draft = get_object_or_404(RulesetDraft, pk=pk)
    detail = {"format": form, "revision": draft.revision}
    record(
        actor=request.user, action=AuditAction.DRAFT_EXPORT, entity=draft, detail=detail
    )
    return _file(draft.document, f"draft-{draft.pk.hex[:8]}", form)


def _file(document: Any, name: str, form: str) -> HttpResponse:
    if form not in FORMATS:
        return HttpResponseNotFound("There is no such format.")
    known = FORMATS[form]
    try:
        data = export(document, form)
    except RulesetError as refusal:
        text = f"This cannot be written in that format:\n{refusal}"
        return HttpResponse(text, content_type="text/plain", status=422)
    response = HttpResponse(data, content_type=known.media_type)
    filename = f"{name}{known.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def draft_import(request: SignedInRequest) -> HttpResponse:
    """A file becomes a draft, shown as a difference from the newest version."""
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: Any = ()
    if form.is_valid():
        form_data = dict(form.cleaned_data)
        file = form_data.pop("file")
        head = RulesetActivation.objects.head()
        try:
            document = read(
                file.read(), file.name, head.version.document if head else None
            )
            draft = services.draft_create(
                document=document,
                base=head.version if head else None,
                actor=request.user,
                **form_data,
            )
        except ImportRefusedError as refusal:
            problems = refusal.problems
        except UnsplittableError as refusal:
            problems = [refusal]
        else:
            return redirect("treatments:draft-difference", pk=draft.pk)
    page = {"form": form, "problems": problems}
    return render(request, "treatments/authoring/draft_import.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def signer_list(request: SignedInRequest) -> HttpResponse:
    """The surgeons who may sign rulesets beside the administrators."""
    form = SignerForm(request.POST or None)
    if form.is_valid():
        review.signer_designate(actor=request.user, **form.cleaned_data)
        return redirect("treatments:signer-list")
    signers = DesignatedSigner.objects.filter(withdrawn_at=None)
    page = {"form": form, "signers": signers.select_related("user", "made_by")}
    return render(request, "treatments/authoring/signer_list.html", page)


@require_POST
@require_role(Role.ADMIN)
def signer_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a surgeon sign no more."""
    user = get_object_or_404(User, pk=pk)
    review.signer_withdraw(user=user, actor=request.user)
    return redirect("treatments:signer-list")
