"""The rule tables, read as tables; what a team's hospital cannot offer."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, Team
from treatments.exchange.formats import FORMATS
from treatments.models import (
    RulesetActivation,
    RulesetDraft,
    RulesetVersion,
    TreatmentAvailability,
)
from treatments.models.drafts import acts_for_rules
from treatments.presentation.rule_tables import ruleset_page, source_rows, table_page
from treatments.rulebook.forms import AvailabilityForm
from treatments.rulebook.services import (
    AvailabilityConflictError,
    availability_set,
    live_ruleset,
)


@require_safe
def ruleset_list(request: SignedInRequest) -> HttpResponse:
    """Every version with its standing, and the drafts it came from."""
    versions = RulesetVersion.objects.without_document().with_standing()
    written_as = Prefetch("drafted_as", RulesetDraft.objects.for_list())
    teams = Team.objects.all() if request.user.is_rule_admin else ()
    makes_rules = acts_for_rules(request.user)
    page = {
        "versions": versions.prefetch_related(written_as),
        "teams": teams,
        "makes_rules": makes_rules,
        "drafts": RulesetDraft.objects.open().for_list() if makes_rules else (),
        "abandoned": RulesetDraft.objects.abandoned().for_list() if makes_rules else (),
        "to_come": RulesetActivation.objects.to_come().select_related("version"),
    }
    return render(request, "treatments/rules/ruleset_list.html", page)


@require_safe
def ruleset_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """A version: its metadata, tables, ladder and invariants."""
    version = _version(pk)
    page = {
        "version": version,
        "formats": FORMATS.values(),
        "drafts": version.drafted_as.without_document(),
        "activations": version.activations.select_related("made_by"),
        **ruleset_page(version.ruleset),
    }
    return render(request, "treatments/rules/ruleset_detail.html", page)


@require_safe
def table_detail(request: SignedInRequest, pk: int, slug: str) -> HttpResponse:
    """A table of a version; ``?columns`` shows every fact as a column."""
    version = _version(pk)
    table = version.ruleset.tables.get(slug)
    if table is None:
        raise Http404("This ruleset has no such table.")
    every_fact = "columns" in request.GET
    view = table_page(table, version.ruleset, every_fact=every_fact)
    page = {"version": version, "table": view}
    return render(request, "treatments/rules/table_detail.html", page)


@require_safe
def source_list(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sources of a version, and where they are cited."""
    version = _version(pk)
    page = {"version": version, "sources": source_rows(version.ruleset)}
    return render(request, "treatments/rules/source_list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.ADMIN)
def availability_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """What a team's hospital cannot offer."""
    team = get_object_or_404(Team, pk=pk)
    unavailable = TreatmentAvailability.objects.of_team(team).codes()
    form = AvailabilityForm(
        request.POST if request.method == "POST" else None,
        ruleset=live_ruleset().ruleset,
        initial={"unavailable": unavailable},
    )
    theirs: list[str] | None = None
    if form.is_valid():
        try:
            availability_set(team=team, actor=request.user, **form.cleaned_data)
        except AvailabilityConflictError as conflict:
            theirs = form.words(conflict.stored)
            form = form.against(conflict.stored)
        else:
            words = f"Saved for {team}. It counts from the next case."
            messages.success(request, words)
            return redirect("treatments:ruleset-list")
    page = {"team": team, "form": form, "theirs": theirs}
    return render(request, "treatments/rules/availability.html", page)


def _version(pk: int) -> RulesetVersion:
    versions = RulesetVersion.objects.without_document().with_standing()
    return get_object_or_404(versions, pk=pk)
