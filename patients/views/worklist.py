"""The first page: the cases of the user's teams."""

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from patients.forms import WorklistForm
from patients.models import (
    Encounter,
    EncounterQuerySet,
    Patient,
    UnsavedEntry,
    UnsavedEntryQuerySet,
)
from patients.person import mark_other_details
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record

PAGE_SIZE = 50
# Search terms are names: they stay on the server, where a URL would reach logs.
CHOSEN = "worklist"


@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: SignedInRequest) -> HttpResponseBase:
    """POST narrows the list; GET shows it as it was narrowed last."""
    if request.user.is_rule_admin:
        return redirect("treatments:ruleset-list")
    return _cases(request)


@require_role(Role.SURGEON, Role.RESIDENT)
def _cases(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        form = WorklistForm(request.POST)
        if form.is_valid():
            request.session[CHOSEN] = form.cleaned_data
        if not request.htmx:
            return redirect("patients:worklist")
    chosen = request.session.get(CHOSEN, {})
    cases = Paginator(_narrowed(request.user, chosen), PAGE_SIZE)
    page = cases.get_page(request.GET.get("page"))
    mark_other_details(page.object_list)
    record(
        actor=request.user,
        action=AuditAction.WORKLIST_READ,
        entity=request.user,
        detail={"cases": len(page.object_list)},
    )
    context = {
        "page": page,
        "form": WorklistForm(initial=chosen),
        "unsaved": _unsaved(request.user),
        "narrowed": any(chosen.values()),
    }
    name = "worklist_cases" if request.htmx else "worklist"
    return render(request, f"patients/{name}.html", context)


def _unsaved(user: User) -> UnsavedEntryQuerySet:
    """What one has typed and not saved: after a crash nobody looks for it elsewhere."""
    entries = UnsavedEntry.objects.filter(
        author=user, patient__in=Patient.objects.visible_to(user)
    )
    return entries.that_can_go_on().select_related("patient")


def _narrowed(user: User, chosen: dict[str, str]) -> EncounterQuerySet:
    cases = Encounter.objects.visible_to(user).current()
    if state := chosen.get("state"):
        cases = cases.in_state(state)
    else:
        cases = cases.exclude(state=Encounter.State.ENTERED_IN_ERROR)
    if text := chosen.get("q"):
        cases = cases.search(text)
    listed = cases.with_standing().select_related("patient", "updated_by")
    return listed.order_by(F("updated_at").desc(), "pk")
