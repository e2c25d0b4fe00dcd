"""What an administrator manages: the teams whose members share patients."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from spine_cds.accounts.access import require_role
from spine_cds.accounts.forms import TeamForm
from spine_cds.accounts.models import Role, Team
from spine_cds.accounts.services import team_create, team_update

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_role(Role.ADMIN)
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """The teams, each with its number of active members."""
    active = Count("members", filter=Q(members__is_active=True))
    teams = Team.objects.annotate(active_members=active)
    return render(request, "accounts/team_list.html", {"teams": teams})


@require_role(Role.ADMIN)
@get_or_post
def team_new(request: HttpRequest) -> HttpResponse:
    """Make a team."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = team_create(actor=request.user, **form.cleaned_data)
        messages.success(request, f"The team “{team}” is there.")
        return redirect("accounts:team-list")
    return render(request, "accounts/form.html", {"title": "New team", "form": form})


@require_role(Role.ADMIN)
@get_or_post
@transaction.atomic
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a team."""
    team = get_object_or_404(Team.objects.select_for_update(), pk=pk)
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        team_update(team=team, actor=request.user, **form.cleaned_data)
        messages.success(request, f"The team “{team}” is saved.")
        return redirect("accounts:team-list")
    return render(request, "accounts/form.html", {"title": "Edit team", "form": form})
