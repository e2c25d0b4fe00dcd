"""Mending who a case or a record belongs to: merging, moving, taking back into use."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from patients.forms import MergeForm, MoveForm
from patients.models import Encounter, Patient, PatientMerge
from patients.services.access_log import case_read, patient_read
from patients.services.cases import CaseNotOpenError
from patients.services.merging import (
    CannotMergeError,
    merge_refusal,
    merge_undo,
    patients_merge,
)
from patients.services.moving import (
    CannotMoveError,
    case_hand_over,
    case_reinstate,
    move_refusal,
)
from patients.views.patients import patients_found
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
@require_role(Role.SURGEON)
def patient_merge_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Look for the other record, see both side by side, and merge it into this one."""
    patient = _own(request, pk)
    other = _chosen(request, "with")
    page: dict[str, Any] = {"patient": patient, "other": other, **_search(request)}
    patient_read(patient, request.user)
    if other is None:
        return render(request, "patients/merge.html", page)
    patient_read(other, request.user)
    form = MergeForm(request.POST if "merge" in request.POST else None)
    if form.is_valid() and _merged(request, patient, other, form):
        messages.success(request, "The two records are one patient now.")
        return redirect(patient)
    page |= {
        "form": form,
        "refusal": merge_refusal(patient, other),
        "details": _side_by_side(patient, other),
        "cases": Encounter.objects.visible_to(request.user)
        .current()
        .filter(patient=other)
        .count(),
    }
    return render(request, "patients/merge.html", page)


def _side_by_side(patient: Patient, other: Patient) -> list[tuple[str, str, str]]:
    """Label, and what each record says."""
    return [
        ("Name", str(patient), str(other)),
        ("Birth date", str(patient.birth_date or ""), str(other.birth_date or "")),
        ("Sex", patient.get_sex_display(), other.get_sex_display()),
    ]


def _merged(
    request: SignedInRequest, patient: Patient, other: Patient, form: MergeForm
) -> PatientMerge | None:
    """The merge; None where the form says why there is none."""
    reason = form.cleaned_data["reason"]
    try:
        return patients_merge(
            leading=patient, merged=other, actor=request.user, reason=reason
        )
    except CannotMergeError as refusal:
        form.add_error(None, str(refusal))
        return None


@require_POST
@require_role(Role.SURGEON)
def merge_undo_page(
    request: SignedInRequest, pk: uuid.UUID, merge: uuid.UUID
) -> HttpResponse:
    """Two records again."""
    patient = _own(request, pk)
    row = get_object_or_404(PatientMerge, pk=merge, leading=patient)
    merge_undo(merge=row, actor=request.user)
    messages.success(request, "They are two patients again, each as before.")
    return redirect(patient)


@get_or_post
@require_role(Role.SURGEON)
def case_move_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Look for the right patient, see what will happen, and go on to the draft."""
    encounter = _case(request, pk)
    target = _chosen(request, "to")
    page: dict[str, Any] = {
        "encounter": encounter,
        "patient": encounter.patient,
        "target": target,
        **_search(request),
    }
    case_read(encounter, request.user)
    if target is None:
        return render(request, "patients/case_move.html", page)
    form = MoveForm(request.POST if "hand_over" in request.POST else None)
    if form.is_valid() and (draft := _handed_over(request, encounter, target, form)):
        words = f"This is a draft of {target} now. Check it, then evaluate."
        messages.success(request, words)
        return redirect(draft)
    page |= {"form": form, "refusal": move_refusal(encounter, target)}
    return render(request, "patients/case_move.html", page)


def _handed_over(
    request: SignedInRequest, encounter: Encounter, target: Patient, form: MoveForm
) -> Encounter | None:
    """The draft; None where the form says why there is none."""
    try:
        return case_hand_over(
            encounter=encounter,
            patient=target,
            actor=request.user,
            is_move=form.cleaned_data["how"] == "move",
            submission_key=form.cleaned_data["submission_key"],
        )
    except (CannotMoveError, CaseNotOpenError) as refusal:
        form.add_error(None, str(refusal) or "The case is no longer in use.")
        return None


@get_or_post
@require_role(Role.SURGEON)
def case_reinstate_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """That page is the confirmation."""
    encounter = _case(request, pk)
    if request.method == "POST":
        try:
            case_reinstate(encounter=encounter, actor=request.user)
        except CaseNotOpenError:
            messages.error(request, "A correction has taken the place of this version.")
        else:
            messages.success(request, "The case is in use again.")
        return redirect(encounter.patient.leading)
    case_read(encounter, request.user)
    page = {"encounter": encounter, "patient": encounter.patient}
    return render(request, "patients/case_reinstate.html", page)


def _own(request: SignedInRequest, pk: uuid.UUID) -> Patient:
    """A leading record of the user's own teams: in an emergency nothing is merged."""
    return get_object_or_404(
        Patient.objects.in_teams_of(request.user).leading().select_related("team"),
        pk=pk,
    )


def _case(request: SignedInRequest, pk: uuid.UUID) -> Encounter:
    return get_object_or_404(
        Encounter.objects.visible_to(request.user)
        .filter(patient__team__in=request.user.teams.all())
        .with_findings(),
        pk=pk,
    )


def _chosen(request: SignedInRequest, name: str) -> Patient | None:
    """The record that the address names, of the user's own teams."""
    try:
        pk = uuid.UUID(request.GET.get(name, ""))
    except ValueError:
        return None
    return _own(request, pk)


def _search(request: SignedInRequest) -> dict[str, Any]:
    sought = request.POST.get("find", "").strip()
    found = patients_found(request.user, sought) if sought else None
    return {"sought": sought, "found": found}
