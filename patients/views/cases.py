"""Entering a case: new, draft, correction; and taking one out of use."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients.forms import CaseEntry, ErrorReasonForm
from patients.models import Encounter, Patient, UnsavedEntry, UnsavedEntryQuerySet
from patients.services.access_log import case_read, patient_read
from patients.services.autosave import case_enter
from patients.services.cases import (
    CaseNotOpenError,
    EditConflictError,
    case_mark_entered_in_error,
)
from spine_cds.accounts.access import SignedInRequest, require_role
from spine_cds.accounts.models import Role, User

#: When the form of a new case was last shown, by patient.
_SHOWN = "new_case_shown"
CLOSED = (
    "This version can no longer be changed: it was superseded by a correction, "
    "or marked as entered in error."
)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def case_create_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A new case of a known patient. What is open of them is offered first."""
    patient = get_object_or_404(
        Patient.objects.visible_to(request.user).leading(), pk=pk
    )
    posted = request.POST if request.method == "POST" else None
    if posted is None and (what_is_open := _open(request, patient)):
        patient_read(patient, request.user)
        return render(request, "patients/case_open.html", what_is_open)
    entry = _continued(request, patient) or CaseEntry(posted, patient=patient)
    made: list[Encounter] = []
    if posted is not None and entry.is_valid():
        made = _made_since(request, entry)
        if not made:
            return _save(request, entry)
    _note_shown(request, patient)
    patient_read(patient, request.user)
    return case_form_page(request, entry, made)


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def case_edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A draft, edited in place; or an evaluated case, corrected by a new version."""
    encounter = _encounter(request, pk)
    posted = request.POST if request.method == "POST" else None
    entry = _continued(request, encounter.patient, encounter)
    if posted is None and entry is None and not encounter.is_open:
        messages.info(request, CLOSED)
        return redirect(encounter.patient)
    entry = entry or CaseEntry(posted, encounter)
    if posted is not None and entry.is_valid():
        return _save(request, entry)
    case_read(encounter, request.user)
    return case_form_page(request, entry)


def _save(request: SignedInRequest, entry: CaseEntry) -> HttpResponse:
    """Store a valid entry; then stay with it, or go on to its evaluation."""
    try:
        saved = case_enter(
            patient=entry.patient,
            encounter=entry.encounter,
            actor=request.user,
            data=entry.data_for_service(),
            revision=entry.revision,
            submission_key=entry.submission_key,
            kept=entry.kept,
        )
    except EditConflictError as conflict:
        return case_form_page(request, entry.against(conflict.current))
    except CaseNotOpenError:
        entry.form.add_error(None, CLOSED)
        return case_form_page(request, entry)
    if request.POST.get("then") == "evaluate":
        # 307: the browser posts on, so that an evaluation stays an explicit POST.
        return redirect("treatments:case-evaluate", saved.pk, preserve_request=True)
    messages.success(request, _saved_words(saved))
    return redirect(saved)


def _continued(
    request: SignedInRequest, patient: Patient, encounter: Encounter | None = None
) -> CaseEntry | None:
    """The entries that the address names; none where they were saved meanwhile, or
    where another page has taken them over: then that is offered.
    """
    wanted = request.GET.get("continue")
    if request.method == "POST" or not wanted:
        return None
    own = UnsavedEntry.objects.of(request.user, patient).filter(encounter=encounter)
    for unsaved in own.that_can_go_on():
        if str(unsaved.pk) == wanted:
            return CaseEntry.continuing(unsaved, encounter, patient)
    return None


def _saved_words(saved: Encounter) -> str:
    if not saved.is_draft:
        return "Nothing was changed."
    if saved.version == 1:
        return "Draft saved."
    before = saved.version - 1
    return f"Saved as version {saved.version}. Version {before} stays as it was."


def case_form_page(
    request: SignedInRequest, entry: CaseEntry, made: Iterable[Encounter] = ()
) -> HttpResponse:
    """The form as it stands: with its errors, a conflict, drafts `made` meanwhile."""
    unsaved = _unsaved(request.user, entry.patient, entry.encounter)
    page = {
        "entry": entry,
        # Beside answers that stand in the form already, another offer would mislead.
        "unsaved": unsaved if entry.data is None else (),
        "made": made,
        "encounter": entry.encounter,
        "patient": entry.patient,
    }
    return render(request, "patients/case_form.html", page)


def _open(request: SignedInRequest, patient: Patient) -> dict[str, Any]:
    """What can be gone on with in place of a new case; nothing where it was seen."""
    if {"another", "continue"} & request.GET.keys():
        return {}
    drafts = Encounter.objects.visible_to(request.user).drafts_of(patient)
    unsaved = _unsaved(request.user, patient)
    if not drafts and not unsaved:
        return {}
    return {"patient": patient, "drafts": drafts, "unsaved": unsaved}


def _note_shown(request: SignedInRequest, patient: Patient) -> None:
    shown = request.session.get(_SHOWN, {})
    request.session[_SHOWN] = {**shown, str(patient.pk): timezone.now().isoformat()}


def _made_since(request: SignedInRequest, entry: CaseEntry) -> list[Encounter]:
    """Drafts of this patient that this person saved from another window since the form
    was shown: a second one is made knowingly, or not at all.
    """
    shown = request.session.get(_SHOWN, {}).get(str(entry.patient.pk))
    if shown is None:
        return []
    drafts = Encounter.objects.visible_to(request.user).drafts_of(entry.patient)
    own = drafts.filter(created_by=request.user, created_at__gt=shown)
    return list(own.exclude(submission_key=entry.submission_key))


def _unsaved(
    user: User, patient: Patient, encounter: Encounter | None = None
) -> UnsavedEntryQuerySet:
    entries = UnsavedEntry.objects.of(user, patient)
    return entries.of_case(encounter).that_can_go_on()


@require_http_methods(["GET", "HEAD", "POST"])
@require_role(Role.SURGEON)
def case_entered_in_error(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Asks for the reason; that page is the confirmation."""
    encounter = _encounter(request, pk)
    form = ErrorReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            case_mark_entered_in_error(
                encounter=encounter, actor=request.user, **form.cleaned_data
            )
        except CaseNotOpenError:
            messages.error(request, CLOSED)
        else:
            messages.success(request, "The case is marked as entered in error.")
        return redirect(encounter.patient)
    case_read(encounter, request.user)
    page = {"form": form, "encounter": encounter, "patient": encounter.patient}
    return render(request, "patients/case_entered_in_error.html", page)


def _encounter(request: SignedInRequest, pk: uuid.UUID) -> Encounter:
    return get_object_or_404(
        Encounter.objects.visible_to(request.user).with_findings(), pk=pk
    )
