"""Treatments, rungs, facts, invariants, sources and texts of a draft, as forms."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from treatments.authoring.document import edits
from treatments.authoring.document.edits import Edit, EditError
from treatments.authoring.document.parts import address
from treatments.authoring.document.row_fields import (
    SECTIONS,
    SINGLES,
    RowSection,
    blank,
    written,
)
from treatments.authoring.document.working_copy import DraftDocument
from treatments.authoring.drafts.access import draft_of, for_rule_makers, may_write
from treatments.authoring.drafts.services import draft_edit
from treatments.authoring.drafts.writing import DraftClosedError, DraftConflictError
from treatments.authoring.versions.comparison import beside, words
from treatments.authoring.views.fact_form import FactForm
from treatments.authoring.views.forms import RowForm, SeenRevisionForm
from treatments.models import RulesetDraft


@require_safe
@for_rule_makers
def section_detail(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    """One list of a draft, such as its treatments."""
    draft, known = draft_of(pk), _section(section)
    parts = DraftDocument.of(draft).parts
    rows = [
        (name, [words(parts[address(section, name)].get(c)) for c in known.columns])
        for name in parts[section]
    ]
    labels = {field.name: field.label for field in known.fields}
    page = {
        "draft": draft,
        "code": section,
        "section": known,
        "columns": [labels[name] for name in known.columns],
        "rows": rows,
        "may_write": may_write(request.user) and draft.is_editable,
    }
    return render(request, "treatments/authoring/section_detail.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@for_rule_makers
def row_edit(
    request: SignedInRequest, pk: UUID, section: str, name: str
) -> HttpResponse:
    """One row as a form; what another changed meanwhile is shown beside it."""
    draft, known = draft_of(pk), _section(section)
    document = DraftDocument.of(draft)
    row = document.parts.get(address(section, name))
    if row is None:
        raise Http404("There is no such row in this draft.")
    form = _form(request, fields=known.fields, row=row, draft=draft)
    page = {"draft": draft, "form": form, "heading": name, "code": section}
    if form.is_valid():
        value = written(known.fields, row, form.texts)
        change = partial(edits.set_item, section=section, name=name, value=value)
        if _saved(request, page, document, change, f"{known.row} {name}"):
            return redirect("treatments:section-detail", pk=pk, section=section)
    return render(request, "treatments/authoring/row_form.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def row_create(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    """An empty form, and the row that is made of it."""
    if section == "facts":
        return _fact_create(request, pk)
    draft, known = draft_of(pk), _section(section)
    form = RowForm(
        request.POST or None, fields=known.fields, row={}, draft=draft, key=known.key
    )
    heading = f"New {known.row}"
    page = {"draft": draft, "form": form, "heading": heading, "code": section}
    if form.is_valid():
        row = {known.key: form.cleaned_data["key"], **blank(known.fields)}
        value = written(known.fields, row, form.texts)
        change = partial(edits.add_item, section=section, value=value)
        if _saved(request, page, DraftDocument.of(draft), change, heading):
            return redirect("treatments:section-detail", pk=pk, section=section)
    return render(request, "treatments/authoring/row_form.html", page)


def _fact_create(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A fact as clinicians say it, with how it will look beside it."""
    draft = draft_of(pk)
    form = FactForm(request.POST or None, draft=draft)
    page = {"draft": draft, "form": form}
    if form.is_valid() and "preview" not in request.POST:
        change = partial(edits.add_item, section="facts", value=form.row)
        heading = f"New fact: {form.row['label']}"
        if _saved(request, page, DraftDocument.of(draft), change, heading):
            return redirect("treatments:section-detail", pk=pk, section="facts")
    return render(request, "treatments/authoring/fact_form.html", page)


@require_POST
@require_role(Role.ADMIN)
def row_move(
    request: SignedInRequest, pk: UUID, section: str, name: str
) -> HttpResponse:
    """One place up or down, or out of the list."""
    draft = draft_of(pk)
    _section(section)
    document = DraftDocument.of(draft)
    order = document.parts[section]
    way = request.POST.get("way")
    if way == "remove":
        change: Edit = partial(edits.remove_item, section=section, name=name)
    else:
        at = order.index(name) if name in order else 0
        to = at - 1 if way == "up" else at + 1
        change = partial(edits.move_item, section=section, name=name, to=max(to, 0))
    write = partial(draft_edit, draft=draft, known=document, actor=request.user)
    try:
        write(edit=change, summary=f"{name}: {way}", seen=draft.revision)
    except (EditError, DraftClosedError, DraftConflictError) as refusal:
        messages.error(request, str(refusal))
    return redirect("treatments:section-detail", pk=pk, section=section)


@require_http_methods(["GET", "HEAD", "POST"])
@for_rule_makers
def single_edit(request: SignedInRequest, pk: UUID, name: str) -> HttpResponse:
    """The order of preference with the last resort, or the texts about the rules."""
    if name not in SINGLES:
        raise Http404("There is no such part of a ruleset.")
    draft = draft_of(pk)
    title, fields = SINGLES[name]
    row = draft.document[name]
    form = _form(request, fields=fields, row=row, draft=draft)
    page = {"draft": draft, "form": form, "heading": title, "code": ""}
    if form.is_valid():
        value = written(fields, row, form.texts)
        change = partial(edits.set_single, name=name, value=value)
        if _saved(request, page, DraftDocument.of(draft), change, title):
            return redirect(draft)
    return render(request, "treatments/authoring/row_form.html", page)


def _form(request: SignedInRequest, draft: RulesetDraft, **row: Any) -> RowForm:
    """The form of a row, for reading alone where it cannot be written.

    Raises:
        PermissionDenied: it was sent by somebody who may only read.
    """
    if request.method == "POST" and not may_write(request.user):
        raise PermissionDenied
    form = RowForm(request.POST or None, draft=draft, **row)
    if request.method != "POST" and not (may_write(request.user) and draft.is_editable):
        form.close()
    return form


def _section(code: str) -> RowSection:
    if code not in SECTIONS:
        raise Http404("There is no such list in a ruleset.")
    return SECTIONS[code]


def _saved(
    request: SignedInRequest,
    page: dict[str, Any],
    document: DraftDocument,
    edit: Edit,
    summary: str,
) -> bool:
    """Whether the form of a page was written; if not, the page says why, and keeps
    all that was typed."""
    form: SeenRevisionForm = page["form"]
    write = partial(draft_edit, draft=page["draft"], known=document, actor=request.user)
    try:
        write(edit=edit, summary=summary, seen=form.cleaned_data["seen"])
    except DraftConflictError as conflict:
        page["conflict"] = conflict
        page["clashes"] = [
            (clash, beside(clash.address, clash.theirs, clash.yours, document.parts))
            for clash in conflict.clashes
        ]
        form.see(conflict.revision)
    except (EditError, DraftClosedError) as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False
