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
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import steps
from treatments.authoring.drafts import services
from treatments.authoring.drafts.access import draft_of, for_rule_makers, may_write
from treatments.authoring.drafts.writing import (
    Clash,
    DraftClosedError,
    DraftConflictError,
)
from treatments.authoring.grid import actions
from treatments.authoring.grid.actions import Action
from treatments.authoring.grid.paste import BlockError, block_of, preview
from treatments.authoring.grid.row_filter import RowFilter, filtered
from treatments.authoring.grid.rule_forms import RuleForm
from treatments.authoring.grid.sheet import Sheet, clash_rows
from treatments.authoring.views import grid_fragments as pages

TEMPLATES = "treatments/authoring/grid"
HIDDEN = "hidden-columns"
GONE = "There is no such rule or column in this table any more."
#: What a form carries of the page it is on, and not of what was typed.
_OF_THE_PAGE = {"seen", "csrfmiddlewaretoken", "page_of"}
REFUSALS = (EditError, DraftClosedError, BlockError)
View = Callable[..., HttpResponse]


def of_table(view: View) -> View:
    """Give the view its sheet, and answer for it where a write is refused.

    403 for others than rule makers, and for a write by others than administrators;
    404 without such a draft or table.
    """

    @wraps(view)
    def opened(
        request: SignedInRequest, pk: UUID, slug: str, **named: Any
    ) -> HttpResponse:
        if request.method == "POST" and not may_write(request.user):
            raise PermissionDenied
        sheet = _sheet(request, pk, slug)
        try:
            response = view(request, sheet, **named)
        except DraftConflictError as conflict:
            response = _conflict(request, _sheet(request, pk, slug), conflict)
        except REFUSALS as refusal:
            response = _refused(request, sheet, refusal)
        response["X-Rule-Grid"] = "1"
        return response

    return for_rule_makers(opened)  # type: ignore[return-value]


@require_safe
@of_table
def grid_detail(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """The page of a table, with the rows that the query asks for."""
    wanted = RowFilter.of(request.GET)
    if wanted.stored_case:
        record(
            actor=request.user,
            action=AuditAction.CASE_FILTER_RULES,
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
    asked = request.POST if request.method == "POST" else request.GET
    rule_id = asked.get("rule", "")
    try:
        rule, column = sheet.rule(rule_id), sheet.column(asked.get("key", ""))
    except KeyError:
        raise EditError(GONE) from None
    if request.method != "POST":
        form = RuleForm([column], rule)
        page = {"form": form, "column": column, "rule": rule, "sheet": sheet}
        return render(request, f"{TEMPLATES}/cell.html", page)
    if "words" in asked:
        entries = [(rule_id, column.key, column.typed(asked["words"]))]
    else:
        form = RuleForm([column], rule, asked)
        entries = form.entries if form.is_valid() else []
    return _write(request, sheet, actions.entries_action(sheet, entries))


@require_http_methods(["GET", "HEAD", "POST"])
@of_table
def grid_rule(request: SignedInRequest, sheet: Sheet, rule: str) -> HttpResponse:
    """A whole rule on a page of its own; it needs no script."""
    if rule not in sheet.rule_ids:
        if request.method == "POST":
            raise EditError(GONE)
        raise Http404("This table has no such rule.")
    form = RuleForm(sheet.columns, sheet.rule(rule), request.POST or None)
    if form.is_valid():
        if form.left_over:
            raise EditError(GONE)
        return _write(request, sheet, actions.entries_action(sheet, form.entries))
    page = pages.rule_page(sheet.showing_all(), request.user, rule)
    return render(request, f"{TEMPLATES}/rule.html", {**page, "form": form})


@require_POST
@of_table
def grid_row(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Add, copy, move, disable, enable, or remove a rule; add one from a gap."""
    owner = str(request.user)
    if request.POST.get("action") == "gap":
        finding = pages.finding_of(sheet, request.POST.get("finding", ""))
        action = actions.gap_action(finding, sheet, request.POST, owner)
    else:
        action = actions.row_action(sheet, request.POST, owner)
    return _write(request, sheet, action)


@require_POST
@of_table
def grid_column(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Show some of the columns, add one, or remove an empty one."""
    if request.POST.get("action") != "show":
        return _write(request, sheet, actions.column_action(sheet, request.POST))
    keys = set(request.POST.getlist("shown"))
    shown = {column.name for column in sheet.columns if column.key in keys}
    names = [column.name for column in sheet.columns if not column.is_output]
    hidden = [name for name in names if name not in shown]
    request.session[HIDDEN] = {**request.session.get(HIDDEN, {}), sheet.id: hidden}
    return redirect(_url(sheet))


@require_POST
@of_table
def grid_step(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Undo or redo one's own newest edit."""
    back = request.POST.get("action") != "redo"
    step = services.draft_undo if back else services.draft_redo
    write = step(draft=sheet.draft, actor=request.user, known=sheet.document)
    message = "There is nothing to take back."
    if write.change:
        message = f"{'Undone' if back else 'Done again'}: {write.change.summary}"
    return _written(request, sheet, sheet.after(write.document), message)


@require_POST
@of_table
def grid_paste(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """Show what a block from a spreadsheet would write; or write it, as one edit."""
    posted = request.POST
    block = posted.get("block", "")
    rules, keys = posted.getlist("rules"), posted.getlist("keys")
    found = preview(
        block_of(block),
        [rule for rule in rules if rule in sheet.rule_ids],
        [column for column in sheet.shown if column.key in keys],
        {rule["id"]: rule for rule in sheet.rules},
    )
    if "apply" in posted:
        called = posted.get("called") or f"{len(found.changes)} cells pasted"
        action = actions.entries_action(sheet, found.writes, called)
        return _write(request, sheet, action)
    page = {"preview": found, "block": block, "rules": rules, "keys": keys}
    page |= pages.bar_part(sheet, request.user)
    return render(request, f"{TEMPLATES}/paste.html", page)


@require_safe
@of_table
def grid_checks(request: SignedInRequest, sheet: Sheet) -> HttpResponse:
    """The badges of the full check, for a page that shows the newest revision."""
    page = pages.table_part(
        sheet,
        request.user,
        filtered(sheet, RowFilter.of_url(request.htmx.current_url)),
        pages.full_badges(sheet),
    )
    seen = request.GET.get("seen", "")
    page["is_newest"] = seen == str(sheet.document.revision)
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


def _seen(request: SignedInRequest) -> int:
    """The revision on the screen; one that does not say it has seen nothing."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdigit() else 0


def _write(request: SignedInRequest, sheet: Sheet, action: Action) -> HttpResponse:
    """Make the edit, and show what it came to."""
    write = services.draft_edit(
        draft=sheet.draft,
        known=sheet.document,
        seen=_seen(request),
        edit=action.edit,
        summary=action.summary,
        actor=request.user,
    )
    message = f"Saved: {action.summary}" if write.change else "Nothing was changed."
    return _written(request, sheet, sheet.after(write.document), message)


def _written(
    request: SignedInRequest, before: Sheet, sheet: Sheet, message: str
) -> HttpResponse:
    """The rows that are others now; without a script, the page of the table."""
    made = next((r for r in sheet.rule_ids if r not in before.rule_ids), "")
    if not request.htmx:
        messages.success(request, message)
        rule = made or request.POST.get("rule", "")
        return redirect(_url(sheet, rule if rule in sheet.rule_ids else ""))
    page = _answer(request, sheet, message)
    return render(request, f"{TEMPLATES}/answer.html", {**page, "made": made})


def _answer(request: SignedInRequest, sheet: Sheet, message: str) -> dict[str, Any]:
    wanted = RowFilter.of_url(request.htmx.current_url)
    return pages.answer_part(sheet, request.user, _seen(request), wanted, message)


def _conflict(
    request: SignedInRequest, sheet: Sheet, conflict: DraftConflictError
) -> HttpResponse:
    """Both versions side by side; what was typed goes along, to be written or not."""
    typed = [(name, v) for name, vs in request.POST.lists() for v in vs]
    page: dict[str, Any] = {
        "conflict": conflict,
        "clashes": [_clash(sheet, clash) for clash in conflict.clashes],
        "can_force": not conflict.is_undo,
        "typed": [(n, v) for n, v in typed if n not in _OF_THE_PAGE],
        "sheet": sheet,
        "draft": sheet.draft,
        "action": request.path,
    }
    if not request.htmx:
        return render(request, f"{TEMPLATES}/conflict.html", page, status=409)
    page |= _answer(request, sheet, str(conflict))
    return render(request, f"{TEMPLATES}/conflict_answer.html", page)


def _clash(sheet: Sheet, clash: Clash) -> dict[str, Any]:
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
