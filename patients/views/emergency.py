"""A patient of another team, in an emergency; and who has made use of it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from patients.forms import EmergencyForm
from patients.models import EmergencyAccess
from patients.services.emergency import emergency_access_open
from spine_cds.accounts import rate_limits
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role

PAGE_SIZE = 50
TRIES_AN_HOUR = 20
# One answer for every number that opens nothing: who exists is nobody's to find out.
NOBODY = (
    "No patient of another team has this hospital number and this birth date. Both "
    "have to be exact."
)
TOO_MANY = "Too many tries. Please ask a member of the patient’s team."


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON, Role.RESIDENT)
def emergency_access(request: SignedInRequest) -> HttpResponse:
    """Nothing is looked up before the reason is given."""
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        tries = rate_limits.count("emergency", str(request.user.pk), seconds=60 * 60)
        if tries > TRIES_AN_HOUR:
            form.add_error(None, TOO_MANY)
        elif opened := emergency_access_open(user=request.user, **form.cleaned_data):
            return redirect(opened[0].patient)
        else:
            form.add_error(None, NOBODY)
    page = {"form": form, "hours": settings.EMERGENCY_ACCESS_HOURS}
    return render(request, "patients/emergency_access.html", page)


@require_safe
@require_role(Role.ADMIN)
def emergency_list(request: SignedInRequest) -> HttpResponse:
    """Ids and reasons, no names of patients: an administrator sees none of those."""
    accesses = EmergencyAccess.objects.select_related("user")
    page = Paginator(accesses, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "patients/emergency_list.html", {"page": page})
