"""Try a case on a draft: a panel beside the grid, and a page without script."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from spine_cds.accounts.access import SignedInRequest
from spine_cds.audit.services import record
from treatments.authoring.checks.case_matching import CaseNotFoundError, case_named
from treatments.authoring.document.columns import facts_of
from treatments.authoring.drafts.access import draft_of, for_rule_makers
from treatments.authoring.grid import trial
from treatments.authoring.grid.sheet import Sheet
from treatments.authoring.views.grid_fragments import finding_of
from treatments.models import RulesetVersion

PREFIX = "fact."


@require_safe
@for_rule_makers
def trial_panel(request: SignedInRequest, pk: UUID, slug: str) -> HttpResponse:
    """The case that the query names, changed as it says, on the draft and live."""
    try:
        sheet = Sheet(draft_of(pk), slug)
    except KeyError as error:
        raise Http404("The draft has no such table.") from error
    live = RulesetVersion.objects.live().first()
    ruleset = live.ruleset if live else None
    problem = ""
    case: Mapping[str, Any] = {}
    try:
        case = _case(request, sheet, ruleset)
    except CaseNotFoundError as refusal:
        problem = str(refusal)
    page = {
        "draft": sheet.draft,
        "sheet": sheet,
        "chosen": {name: request.GET.get(name, "") for name in ("case", "finding")},
        "problem": problem,
        **trial.panel(sheet, ruleset, {} if problem else case),
    }
    shape = "_trial" if request.htmx else "trial"
    return render(request, f"treatments/authoring/{shape}.html", page)


def _case(request: SignedInRequest, sheet: Sheet, ruleset: Any) -> Mapping[str, Any]:
    """The case to try; empty while none is chosen.

    Raises:
        CaseNotFoundError: the query names no case.
    """
    said = {
        key.removeprefix(PREFIX): str(value)
        for key, value in request.GET.items()
        if key.startswith(PREFIX)
    }
    start: Mapping[str, Any] = {}
    name, mark = request.GET.get("case", ""), request.GET.get("finding", "")
    if mark:
        finding = finding_of(sheet, mark)
        if finding is None or finding.example is None:
            raise CaseNotFoundError("That finding does not stand any more.")
        start = finding.example.document
    elif name and name != "new":
        start = case_named(sheet.reading.ruleset or ruleset, name)
        _on_record(request, sheet, name)
    if not (start or said or name == "new"):
        return {}
    return trial.changed(start, facts_of(sheet.parts), said)


def _on_record(request: SignedInRequest, sheet: Sheet, name: str) -> None:
    """A stored case is somebody's: that its findings were read is on record."""
    try:
        uid = UUID(name)
    except ValueError:
        return
    record(
        actor=request.user,
        action="case.try_on_draft",
        entity=sheet.draft,
        case_uid=uid,
        detail={"table": sheet.id},
    )
