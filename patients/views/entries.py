"""Entries that are in no case yet: kept as they are typed, or thrown away."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from patients.forms import KeptPage
from patients.models import Encounter, Patient, UnsavedEntry
from patients.services.autosave import NotYourEntryError, entry_discard, entry_keep
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role
from spine_cds.dates import told


@sensitive_post_parameters()
@require_POST
@require_role(Role.SURGEON)
def entry_keep_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what stands in an open page; a page without a change has nothing to keep."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    page = KeptPage(request.POST)
    if not page.is_valid():
        return JsonResponse({"refused": "This page is incomplete."}, status=400)
    if page.cleaned_data["kept_step"]:
        try:
            entry_keep(
                author=request.user,
                patient=patient,
                encounter=_encounter(request, patient, page.cleaned_data["encounter"]),
                page=page.cleaned_data["kept_as"],
                step=page.cleaned_data["kept_step"],
                answers=page.answers(),
                continues=page.cleaned_data["continues"],
            )
        except NotYourEntryError:
            return JsonResponse({"refused": "Open the case again."}, status=409)
    return JsonResponse({"at": told(timezone.now(), "H:i")})


@require_POST
@require_role(Role.SURGEON)
def entry_discard_page(
    request: SignedInRequest, pk: uuid.UUID, entry: uuid.UUID
) -> HttpResponse:
    """Back to where they were offered: an empty form, the patient, or the worklist.

    What is gone already is fine.
    """
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    found = UnsavedEntry.objects.of(request.user, patient).filter(pk=entry).first()
    if found is not None:
        entry_discard(entry=found)
    if request.POST.get("then") == "patient":
        return redirect(patient)
    if request.POST.get("then") != "form":
        return redirect("patients:worklist")
    if found is not None and found.encounter is not None:
        return redirect(found.encounter)
    return redirect("patients:case-create", patient.pk)


def _encounter(
    request: SignedInRequest, patient: Patient, pk: uuid.UUID | None
) -> Encounter | None:
    if pk is None:
        return None
    versions = Encounter.objects.visible_to(request.user).filter(patient=patient)
    return get_object_or_404(versions, pk=pk)
