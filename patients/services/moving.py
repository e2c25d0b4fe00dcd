"""A case that was entered for the wrong person, or taken out of use by mistake."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from patients.findings import CaseFindings
from patients.models import Encounter, Patient
from patients.person import follows
from patients.services.cases import (
    CaseNotOpenError,
    case_create,
    case_mark_entered_in_error,
)
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.models import Event
from spine_cds.audit.services import record

State = Encounter.State
ELSEWHERE = "Entered for the wrong patient; it was moved to another record."


class CannotMoveError(ValueError):
    """Why a case cannot go to a patient, in words for the person at the screen."""


@transaction.atomic
def case_hand_over(
    *,
    encounter: Encounter,
    patient: Patient,
    actor: User,
    is_move: bool,
    submission_key: UUID,
) -> Encounter:
    """What was entered of a case, as a draft of another patient; it is not evaluated.

    With `is_move` the case itself is taken out of use: the advice that was given on it
    stays with the record where it was given. The same submission twice is one.

    Raises:
        CannotMoveError: it is that patient's case, or of before the patient's birth.
        CaseNotOpenError: the case is superseded or entered in error.
    """
    sent = Encounter.objects.filter(submission_key=submission_key).first()
    if sent is not None:
        return sent
    refusal = move_refusal(encounter, patient)
    if refusal:
        raise CannotMoveError(refusal)
    if not encounter.is_open:
        raise CaseNotOpenError
    entered = CaseFindings.of(encounter)
    facts = {n: entered.facts[n] for n in entered.facts if not follows(n, patient)}
    draft = case_create(
        patient=patient,
        actor=actor,
        data=replace(entered, facts=facts),
        submission_key=submission_key,
    )
    action = AuditAction.CASE_MOVE if is_move else AuditAction.CASE_COPY
    _record(action, encounter, draft, actor)
    if is_move:
        case_mark_entered_in_error(encounter=encounter, actor=actor, reason=ELSEWHERE)
    return draft


def _record(
    action: AuditAction, encounter: Encounter, draft: Encounter, actor: User
) -> None:
    """On the trail of both patients: who looks at one case finds the other."""
    for case in (encounter, draft):
        record(
            actor=actor,
            action=action,
            entity=case,
            patient_id=case.patient_id,
            case_uid=case.case_uid,
            detail={"from": str(encounter.case_uid), "to": str(draft.case_uid)},
        )


def move_refusal(encounter: Encounter, patient: Patient) -> str:
    """Why a case cannot go to a patient, or ""."""
    if patient.leading == encounter.patient.leading:
        return "It is a case of this patient already."
    if patient.birth_date and encounter.occurred_on < patient.birth_date:
        return f"The encounter is of before the birth date ({patient.birth_date})."
    return ""


@transaction.atomic
def case_reinstate(*, encounter: Encounter, actor: User) -> Encounter:
    """Take a case back into use, as far as it had come. Twice is once.

    Raises:
        CaseNotOpenError: it was not marked as entered in error.
    """
    current = Encounter.objects.select_for_update().get(pk=encounter.pk)
    if current.state != State.ENTERED_IN_ERROR:
        if current.is_open:
            return current
        raise CaseNotOpenError
    current.state = _state_before(current)
    current.error_reason = ""
    current.revision += 1
    current.updated_at, current.updated_by = timezone.now(), actor
    current.save()
    record(
        actor=actor,
        action=AuditAction.CASE_REINSTATE,
        entity=current,
        patient_id=current.patient_id,
        case_uid=current.case_uid,
        detail={
            "version": current.version,
            "before": {"state": State.ENTERED_IN_ERROR},
            "after": {"state": current.state},
        },
    )
    return current


def _state_before(encounter: Encounter) -> str:
    """The state that the trail names; without a trail the case begins as evaluated,
    because what was evaluated must never become a draft."""
    marked = Event.objects.of_case(encounter.case_uid).filter(
        action=AuditAction.CASE_ENTERED_IN_ERROR, entity_id=str(encounter.pk)
    )
    event = marked.order_by("-pk").first()
    before = event.detail.get("before", {}).get("state") if event else None
    known = (State.DRAFT, State.EVALUATED, State.REVIEWED, State.DECIDED)
    return before if before in known else State.EVALUATED
