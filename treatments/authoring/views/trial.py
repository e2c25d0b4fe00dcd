"""Try a case on a draft: a panel beside the grid, and a page without script."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from spine_cds.accounts.access import SignedInRequest
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.authoring.checks.case_matching import CaseNotFoundError, case_named
from treatments.authoring.drafts.access import draft_of, for_rule_makers
from treatments.authoring.grid import trial
from treatments.authoring.grid.sheet import Sheet
from treatments.authoring.views.grid_fragments import finding_of
from treatments.engine import Ruleset
from treatments.models import RulesetVersion

#: A changed fact in the query, and the case that is invented from nothing.
PREFIX, NEW = "fact.", "new"


@require_safe
@for_rule_makers
def trial_panel(request: SignedInRequest, pk: UUID, slug: str) -> HttpResponse:
    """The case that the query names, changed as it says, on the draft and live."""
    try:
        sheet = Sheet(draft_of(pk), slug)
    except KeyError as error:
        raise Http404("The draft has no such table.") from error
    version = RulesetVersion.objects.live().first()
    live = version.ruleset if version else None
    problem = ""
    case: Mapping[str, Any] = {}
    try:
        case = _case(request, sheet, live)
    except CaseNotFoundError as refusal:
        problem = str(refusal)
    page = {
        "draft": sheet.draft,
        "sheet": sheet,
        "chosen": {name: request.GET.get(name, "") for name in ("case", "finding")},
        "problem": problem,
        **trial.panel(sheet, live, case),
    }
    shape = "_trial" if request.htmx else "trial"
    return render(request, f"treatments/authoring/{shape}.html", page)


def _case(
    request: SignedInRequest, sheet: Sheet, live: Ruleset | None
) -> Mapping[str, Any]:
    """The case to try; empty while none is chosen.

    Raises:
        CaseNotFoundError: the query names no case.
    """
    changes = {
        key.removeprefix(PREFIX): str(value)
        for key, value in request.GET.items()
        if key.startswith(PREFIX)
    }
    start = _chosen(request, sheet, live)
    if not (start or changes or request.GET.get("case") == NEW):
        return {}
    return trial.changed(start, sheet.document.facts, changes)


def _chosen(
    request: SignedInRequest, sheet: Sheet, live: Ruleset | None
) -> Mapping[str, Any]:
    """The example of a finding, or a golden or stored case; empty for a new one."""
    name, mark = request.GET.get("case", ""), request.GET.get("finding", "")
    if mark:
        finding = finding_of(sheet, mark)
        if finding is None or finding.example is None:
            raise CaseNotFoundError("That finding does not stand any more.")
        return finding.example.document
    if name in ("", NEW):
        return {}
    ruleset = sheet.document.reading.ruleset or live
    if ruleset is None:
        raise CaseNotFoundError("No case can be tried before the draft can be read.")
    start = case_named(ruleset, name)
    _on_record(request, sheet, name)
    return start


def _on_record(request: SignedInRequest, sheet: Sheet, name: str) -> None:
    """A stored case is somebody's: that its findings were read is on record."""
    try:
        uid = UUID(name)
    except ValueError:
        return
    record(
        actor=request.user,
        action=AuditAction.CASE_TRY_ON_DRAFT,
        entity=sheet.draft,
        case_uid=uid,
        detail={"table": sheet.id},
    )
