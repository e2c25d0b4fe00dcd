"""The grid: a decision table of a draft, read and edited cell by cell."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from spine_cds.accounts.access import SignedInRequest
from spine_cds.audit.services import record
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import steps
from treatments.authoring.drafts import services
from treatments.authoring.drafts.access import draft_of, for_rule_makers, may_write
from treatments.authoring.drafts.services import (
    DraftClosedError,
    DraftConflictError,
    draft_edit,
)
from treatments.authoring.grid import actions as actions
from treatments.authoring.grid.actions import Action
from treatments.authoring.grid.paste import BlockError, block_of, preview
from treatments.authoring.grid.row_filter import RowFilter
from treatments.authoring.grid.rule_forms import RuleForm
from treatments.authoring.grid.sheet import Sheet, clash_rows
from treatments.authoring.views import grid_fragments as pages

TEMPLATES = "treatments/authoring/grid"
HIDDEN = "hidden-columns"
GONE = "There is no such rule or column in this table any more."
REFUSALS = (EditError, DraftClosedError)
View = Callable[..., HttpResponse]


def of_table(view: View) -> View:
    """Give the view its sheet: 403 for others than rule makers, and for a write by
    others than administrators; 404 without such a draft or table."""

    @wraps(view)
    def opened(
        request: SignedInRequest, pk: UUID, slug: str, **named: Any
    ) -> HttpResponse:
        if request.method == "POST" and not may_write(request.user):
            raise PermissionDenied
        response = view(request, _sheet(request, pk, slug), **named)
        response["X-Rule-Grid"] = "1"
        return response

    return for_rule_makers(opened)  # type: ignore[return-value]


@require_safe
@of_table
def grid_detail(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    wanted = RowFilter.of(request.GET)
    if wanted.stored_case:
        record(
            actor=request.user,
            action="case.filter_rules",
            entity=sheet.draft,
            case_uid=wanted.stored_case,
            detail={"table": sheet.id},
        )
    page = pages.grid_page(sheet, request.user, wanted)
    return render(request, f"{TEMPLATES}/detail.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@of_table
def grid_cell(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """The control of one cell; or what was entered there, written."""
    said = request.POST if request.method == "POST" else request.GET
    rule_id, key = said.get("rule", ""), said.get("key", "")
    try:
        rule, column = sheet.rule(rule_id), sheet.column(key)
    except KeyError:
        return _refused(request, sheet, EditError(GONE))
    if request.method != "POST":
        form = RuleForm([column], rule)
        page = {"form": form, "column": column, "rule": rule, "sheet": sheet}
        return render(request, f"{TEMPLATES}/cell.html", page)
    if "words" in said:
        entries = [(rule_id, key, column.typed(said["words"]))]
    else:
        form = RuleForm([column], rule, said)
        entries = form.entries if form.is_valid() else []
    return _write(request, sheet, actions.entries_action(sheet, entries))


@require_http_methods(["GET", "HEAD", "POST"])
@of_table
def grid_rule(request: SignedInRequest, sheet: Sheet, rule: str) -> HttpResponse:
    """A whole rule on a page of its own; it needs no script."""
    if rule not in sheet.rule_ids:
        if request.method == "POST":
            return _refused(request, sheet, EditError(GONE))
        raise Http404("This table has no such rule.")
    sheet.hidden = frozenset()
    form = RuleForm(sheet.columns, sheet.rule(rule), request.POST or None)
    if form.is_valid():
        if form.left_over:
            return _refused(request, sheet, EditError(GONE))
        action = actions.entries_action(sheet, form.entries)
        return _write(request, sheet, action)
    page = {
        **pages.bar_part(sheet, request.user),
        "form": form,
        "rule": sheet.rule(rule),
        "row": sheet.rows([rule])[0],
        "badges": pages.quick_badges(sheet).of(rule),
    }
    return render(request, f"{TEMPLATES}/rule.html", page)


@require_POST
@of_table
def grid_row(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Add, copy, move, disable, enable, or remove a rule; add one from a gap."""
    owner = str(request.user)
    try:
        if request.POST.get("action") == "gap":
            finding = pages.finding_of(sheet, request.POST.get("finding", ""))
            action = actions.gap_action(finding, sheet, request.POST, owner)
        else:
            action = actions.row_action(sheet, request.POST, owner)
    except EditError as refusal:
        return _refused(request, sheet, refusal)
    return _write(request, sheet, action)


@require_POST
@of_table
def grid_column(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Show some of the columns, add one, or remove an empty one."""
    if request.POST.get("action") == "show":
        keys = set(request.POST.getlist("shown"))
        all_hidden = dict(request.session.get(HIDDEN, {}))
        names = [c.name for c in sheet.columns if not c.is_output]
        shown = {c.name for c in sheet.columns if c.key in keys}
        all_hidden[sheet.id] = [name for name in names if name not in shown]
        request.session[HIDDEN] = all_hidden
        return redirect(_url(sheet))
    try:
        action = actions.column_action(sheet, request.POST)
    except EditError as refusal:
        return _refused(request, sheet, refusal)
    return _write(request, sheet, action)


@require_POST
@of_table
def grid_step(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Undo or redo one's own newest edit."""
    back = request.POST.get("action") != "redo"
    step = services.draft_undo if back else services.draft_redo
    word = "Undone" if back else "Done again"
    try:
        change = step(draft=sheet.draft, actor=request.user)
    except DraftConflictError as conflict:
        return _conflict(request, sheet, conflict, can_force=False)
    except REFUSALS as refusal:
        return _refused(request, sheet, refusal)
    said = f"{word}: {change.summary}" if change else "There is nothing to take back."
    return _written(request, sheet, said)


@require_POST
@of_table
def grid_paste(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Show what a block from a spreadsheet would write; or write it, as one edit."""
    said = request.POST
    rules, keys = said.getlist("rules"), said.getlist("keys")
    try:
        found = preview(
            block_of(said.get("block", "")),
            [rule for rule in rules if rule in sheet.rule_ids],
            [column for column in sheet.shown if column.key in keys],
            {rule["id"]: rule for rule in sheet.rules},
        )
    except BlockError as problem:
        return _refused(request, sheet, problem)
    if "apply" not in said:
        page = {"preview": found, "block": said.get("block", ""), "rules": rules}
        page |= {**pages.bar_part(sheet, request.user), "keys": keys}
        return render(request, f"{TEMPLATES}/paste.html", page)
    called = said.get("called") or f"{len(found.changes)} cells pasted"
    return _write(request, sheet, actions.entries_action(sheet, found.writes, called))


@require_safe
@of_table
def grid_checks(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """The badges of the full check, for a page that shows the newest revision."""
    page = pages.table_part(
        sheet,
        request.user,
        pages.filtered(sheet, RowFilter.of_url(request.htmx.current_url)),
        pages.full_badges(sheet),
    )
    seen = request.GET.get("seen", "")
    page["is_newest"] = seen == str(sheet.draft.revision)
    page["by_others"] = sheet.changed_by_others(seen, request.user)
    return render(request, f"{TEMPLATES}/checks.html", page)


@require_safe
@of_table
def grid_finding(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """One finding with its example patient."""
    finding = request.GET.get("finding", "")
    page = pages.finding_part(sheet, request.user, finding)
    name = "_finding" if request.htmx else "finding"
    return render(request, f"{TEMPLATES}/{name}.html", page)


# --- Within -------------------------------------------------------------------------


def _sheet(request: SignedInRequest, pk: UUID, slug: str) -> Sheet:
    hidden = request.session.get(HIDDEN, {}).get(slug, ())
    try:
        return Sheet(draft_of(pk), slug, hidden)
    except KeyError:
        raise Http404("This draft has no such table.") from None


def _url(sheet: Sheet, rule: str = "") -> str:
    url = reverse("treatments:grid-detail", args=[sheet.draft.pk, sheet.id])
    return f"{url}#{rule}" if rule else url


def _seen(request: SignedInRequest, sheet: Sheet) -> int:
    """The revision on the screen; one that does not say it has seen nothing."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdigit() else 0


def _write(request: SignedInRequest, sheet: Sheet, action: Action) -> HttpResponse:
    try:
        change = draft_edit(
            draft=sheet.draft,
            seen=_seen(request, sheet),
            edit=action.edit,
            summary=action.summary,
            actor=request.user,
        )
    except DraftConflictError as conflict:
        return _conflict(request, sheet, conflict, can_force=True)
    except REFUSALS as refusal:
        return _refused(request, sheet, refusal)
    said = f"Saved: {action.summary}" if change else "Nothing was changed."
    return _written(request, sheet, said)


def _written(request: SignedInRequest, before: Sheet, said: str) -> HttpResponse:
    sheet = _sheet(request, before.draft.pk, before.id)
    made = next((r for r in sheet.rule_ids if r not in before.rule_ids), "")
    if not request.htmx:
        messages.success(request, said)
        rule = made or request.POST.get("rule", "")
        return redirect(_url(sheet, rule if rule in sheet.rule_ids else ""))
    wanted = RowFilter.of_url(request.htmx.current_url)
    seen = _seen(request, sheet)
    page = pages.answer_part(sheet, request.user, seen, wanted, said)
    page["made"] = made
    return render(request, f"{TEMPLATES}/answer.html", page)


def _conflict(
    request: SignedInRequest,
    before: Sheet,
    conflict: DraftConflictError,
    *,
    can_force: bool,
) -> HttpResponse:
    """Both versions side by side; what was typed goes along, to be written or not."""
    sheet = _sheet(request, before.draft.pk, before.id)
    typed = [(name, v) for name, vs in request.POST.lists() for v in vs]
    page: dict[str, Any] = {
        "conflict": conflict,
        "clashes": [_clash(sheet, clash) for clash in conflict.clashes],
        "can_force": can_force,
        "typed": [(n, v) for n, v in typed if n not in ("seen", "csrfmiddlewaretoken")],
        "sheet": sheet,
        "draft": sheet.draft,
        "action": request.path,
    }
    if not request.htmx:
        return render(request, f"{TEMPLATES}/conflict.html", page, status=409)
    wanted = RowFilter.of_url(request.htmx.current_url)
    seen = _seen(request, sheet)
    page |= pages.answer_part(sheet, request.user, seen, wanted, str(conflict))
    return render(request, f"{TEMPLATES}/conflict_answer.html", page)


def _clash(sheet: Sheet, clash: services.Clash) -> dict[str, Any]:
    theirs, yours = clash.theirs, clash.yours
    rows = (
        clash_rows(sheet, theirs, yours)
        if isinstance(theirs, dict) and isinstance(yours, dict) and "cells" in theirs
        else []
    )
    return {"name": steps(clash.address)[-1], "clash": clash, "rows": rows}


def _refused(
    request: SignedInRequest, sheet: Sheet, refusal: Exception
) -> HttpResponse:
    """Why nothing was written; a whole rule that was typed is shown again."""
    if request.htmx:
        return render(request, f"{TEMPLATES}/refused.html", {"refusal": refusal})
    match = request.resolver_match
    if match is None or match.url_name != "grid-rule":
        messages.error(request, str(refusal))
        return redirect(_url(sheet))
    page = {
        "refusal": refusal,
        "typed": [
            (name, ", ".join(map(str, values)))
            for name, values in request.POST.lists()
            if not name.endswith(("-was", "-shown"))
        ],
        "sheet": sheet,
        "draft": sheet.draft,
    }
    return render(request, f"{TEMPLATES}/not_saved.html", page, status=409)
