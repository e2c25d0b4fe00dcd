"""A patient: choosing or entering one, their cases, corrections of their details."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from patients.forms import PatientForm
from patients.models import Encounter, Patient, UnsavedEntry
from patients.person import mark_other_details
from patients.services.access_log import patient_read
from patients.services.likeness import Likely, likely_patients
from patients.services.patients import (
    PatientConflictError,
    patient_create,
    patient_update,
)
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record

FOUND_AT_MOST = 20
PERSON = ("identifier", "family_name", "given_name", "birth_date")


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def case_start(request: SignedInRequest) -> HttpResponse:
    """Choose a known patient or enter a new one; then comes the case form."""
    sought = request.POST.get("find", "").strip()
    found = patients_found(request.user, sought) if sought else None
    if request.htmx:
        return render(
            request, "patients/patients_found.html", {"found": found, "sought": sought}
        )
    entering = request.method == "POST" and "find" not in request.POST
    form = PatientForm(request.user, request.POST if entering else None)
    likely = None
    if entering:
        likely = _likely(request.user, form)
        if patient := _entered(request, form, likely):
            return redirect("patients:case-create", patient.pk)
    page = {
        "form": form,
        "found": found,
        "sought": sought,
        "likely": likely,
        "taken": form.has_error(NON_FIELD_ERRORS, "unique_together"),
    }
    return render(request, "patients/case_start.html", page)


def _likely(user: User, form: PatientForm) -> Likely | None:
    """Whom the person entered may be; None where the form does not say enough."""
    form.is_valid()
    given: dict[str, Any] = {n: form.cleaned_data.get(n) for n in PERSON}
    if not given["family_name"]:
        return None
    # A field that was refused has no value, and says nothing of the person.
    words = {n: given[n] or "" for n in ("identifier", "family_name", "given_name")}
    return likely_patients(user, **given | words)


def _entered(
    request: SignedInRequest, form: PatientForm, likely: Likely | None
) -> Patient | None:
    """The new person; None where the form says what cannot be right, and where the
    user has not yet seen whom it may be.
    """
    user = request.user
    if not form.is_valid():
        patient = form.sent_before()
        if patient is None:
            _record_shown(user, likely)
        return patient
    if likely and request.POST.get("another") != likely.mark:
        form.ask_again(likely.mark)
        _record_shown(user, likely)
        return None
    try:
        return patient_create(
            actor=user,
            despite=likely.ids if likely else (),
            submission_key=form.cleaned_data["submission_key"],
            **form.details(),
        )
    except ValidationError as taken:
        form.add_error(None, taken)
        return None


def _record_shown(user: User, likely: Likely | None) -> None:
    if likely:
        record(
            actor=user,
            action=AuditAction.PATIENT_SEARCH,
            entity=user,
            detail={"patients": likely.ids, "elsewhere": likely.elsewhere},
        )


def patients_found(user: User, text: str) -> list[Patient]:
    """The patients that fit a search, each once: by the record that leads."""
    rows = Patient.objects.visible_to(user).search(text).select_related("merged_into")
    fitting = {row.leading.pk: row.leading for row in rows[:FOUND_AT_MOST]}
    found = list(fitting.values())
    record(
        actor=user,
        action=AuditAction.PATIENT_SEARCH,
        entity=user,
        detail={"patients": [str(patient.pk) for patient in found]},
    )
    return found


@require_safe
@require_role(Role.SURGEON, Role.RESIDENT)
def patient_detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Who it is, and every case with all its versions."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    if patient.merged_into is not None:
        messages.info(request, f"{patient.identifier or 'The record'} was merged here.")
        return redirect(patient.merged_into)
    patient_read(patient, request.user)
    page = {
        "patient": patient,
        "cases": _cases(patient, request.user),
        "merges": patient.merges.filter(undone_at=None).select_related("merged"),
        "emergencies": patient.emergency_accesses.told_to(request.user),
        "is_own_team": request.user.teams.contains(patient.team),
        "unsaved": UnsavedEntry.objects.of(request.user, patient).that_can_go_on(),
    }
    return render(request, "patients/patient_detail.html", page)


def _cases(patient: Patient, user: User) -> list[list[Encounter]]:
    """The versions of each case, newest first; the case changed last comes first."""
    versions: dict[uuid.UUID, list[Encounter]] = {}
    records = [patient, *patient.merged.all()]
    rows = Encounter.objects.visible_to(user).filter(patient__in=records)
    rows = rows.with_standing().order_by("-version")
    rows = rows.select_related("patient", "created_by", "updated_by")
    mark_other_details(rows)
    for encounter in rows:
        versions.setdefault(encounter.case_uid, []).append(encounter)
    return sorted(versions.values(), key=lambda case: case[0].updated_at, reverse=True)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def patient_edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """For the patient's own team: in an emergency nobody's number is corrected."""
    patient = get_object_or_404(
        Patient.objects.in_teams_of(request.user).leading(), pk=pk
    )
    # A copy for the form, which changes its row before the service compares.
    form = PatientForm(
        request.user,
        request.POST if request.method == "POST" else None,
        instance=Patient.objects.get(pk=pk),
    )
    if form.is_valid():
        try:
            _correct(request.user, patient, form)
        except PatientConflictError as conflict:
            form = form.against(conflict.current)
        except ValidationError as taken:
            form.add_error(None, taken)
        else:
            messages.success(request, "The patient’s details are saved.")
            return redirect(patient)
    patient_read(patient, request.user)
    page = {"form": form, "patient": patient}
    return render(request, "patients/patient_form.html", page)


def _correct(user: User, patient: Patient, form: PatientForm) -> None:
    # A page without its revision has seen nothing: whatever is stored is news to it.
    seen = form.cleaned_data["revision"]
    patient_update(
        patient=patient,
        actor=user,
        revision=-1 if seen is None else seen,
        **form.details(),
    )
