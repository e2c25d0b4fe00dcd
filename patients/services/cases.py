"""Writes of a case: a draft, a correction, and how far it has come."""

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    Answer,
    ClinicalFact,
    PartialAnswer,
    Record,
    Value,
    exact_value,
    facts_of,
    is_partial,
)
from patients.findings import CaseFindings, disc_field
from patients.models import (
    CONTRACT,
    ClinicalExamination,
    DiscFinding,
    Encounter,
    ImagingStudy,
    Patient,
)
from patients.person import follows
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record

State = Encounter.State

# A case only moves forward; a correction starts again, as a new version.
PROGRESS: list[str] = [State.DRAFT, State.EVALUATED, State.REVIEWED, State.DECIDED]


#: Of a version as its form wrote it first.
FIRST_REVISION = 0


class EditConflictError(Exception):
    """Someone else changed the case since the form was opened; nothing was saved.

    `current` is the version that now stands, with its findings.
    """

    def __init__(self, current: Encounter) -> None:
        super().__init__(f"encounter {current.pk} is at revision {current.revision}")
        self.current = current


class CaseNotOpenError(Exception):
    """The version is superseded or entered in error: it stays as it is."""


@transaction.atomic
def case_create(
    *,
    patient: Patient,
    actor: User,
    data: CaseFindings,
    submission_key: UUID | None = None,
) -> Encounter:
    """A new case, as a draft. The same submission twice is one case; with other
    findings, as after going back to the form, its author's draft goes on.

    Raises:
        EditConflictError: the key was used before, and the case was changed since.
        ValidationError: a value is out of its range.
    """
    encounter = Encounter(
        patient=patient,
        created_by=actor,
        updated_by=actor,
        submission_key=submission_key,
    )
    return _insert(encounter, data, action=AuditAction.CASE_CREATE, actor=actor)


@transaction.atomic
def case_update(
    *, encounter: Encounter, actor: User, data: CaseFindings, revision: int
) -> Encounter:
    """Write a draft in place. Saving what is stored already changes nothing, but that
    the answers of an older contract are from here on read as those of today's.

    Raises:
        EditConflictError: the draft is no longer at `revision`, or no longer a draft.
        ValidationError: a value is out of its range.
    """
    current = _locked(encounter)
    stored = CaseFindings.of(current)
    same = not data.differences(stored) and data.asked_together == stored.asked_together
    if same and current.contract == CONTRACT:
        return current
    if current.revision != revision or not current.is_draft:
        raise EditConflictError(_newest(current))
    current.revision += 1
    _write(current, data, actor)
    _record_case(AuditAction.CASE_UPDATE, current, actor, **data.changes(stored))
    return _newest(current)


@transaction.atomic
def case_correct(
    *,
    encounter: Encounter,
    actor: User,
    data: CaseFindings,
    revision: int,
    submission_key: UUID | None = None,
) -> Encounter:
    """The next version of an evaluated case, as a draft; the old one stays as it was.

    A correction without a change is none: it gives back the version that stands.

    Raises:
        EditConflictError: somebody else corrected or changed it since `revision`.
        CaseNotOpenError: it was entered in error.
        ValidationError: a value is out of its range.
    """
    current = _locked(encounter)
    # A new version would bring back to the worklist what somebody took out of use.
    if current.state == State.ENTERED_IN_ERROR:
        raise CaseNotOpenError
    # The other surgeon may have entered the same: then both are right.
    if current.state == State.SUPERSEDED or current.revision != revision:
        return _goes_on(_newest(current), data, actor, submission_key)
    stored = CaseFindings.of(current)
    if not data.differences(stored):
        return current
    current.state = State.SUPERSEDED
    current.save(update_fields=["state"])
    correction = Encounter(
        case_uid=current.case_uid,
        version=current.version + 1,
        previous=current,
        patient=current.patient,
        created_by=actor,
        updated_by=actor,
        submission_key=submission_key,
    )
    changes = data.changes(stored)
    return _insert(
        correction, data, action=AuditAction.CASE_CORRECT, actor=actor, **changes
    )


def case_save(
    *,
    encounter: Encounter,
    actor: User,
    data: CaseFindings,
    revision: int,
    submission_key: UUID | None = None,
) -> Encounter:
    """Update a draft, or correct what was evaluated: the buttons of the case form."""
    if encounter.is_draft:
        return case_update(
            encounter=encounter, actor=actor, data=data, revision=revision
        )
    return case_correct(
        encounter=encounter,
        actor=actor,
        data=data,
        revision=revision,
        submission_key=submission_key,
    )


@transaction.atomic
def case_advance(*, encounter: Encounter, actor: User, state: str) -> Encounter:
    """Move forward in PROGRESS; there already, or beyond, changes nothing.

    Raises:
        CaseNotOpenError: the version is superseded or entered in error.
    """
    current = _locked(encounter)
    if not current.is_open:
        raise CaseNotOpenError
    _advance(current, state, actor)
    return current


@transaction.atomic
def case_evaluated(*, encounter: Encounter, actor: User, triage_flag: str) -> Encounter:
    """Take note of an evaluation: the case is no draft, and what must not wait shows.

    Raises:
        CaseNotOpenError: the version is superseded or entered in error.
    """
    current = _locked(encounter)
    if not current.is_open:
        raise CaseNotOpenError
    if current.triage_flag != triage_flag:
        before = {"triage_flag": current.triage_flag}
        current.triage_flag = triage_flag
        current.save(update_fields=["triage_flag"])
        after = {"triage_flag": triage_flag}
        _record_case(
            AuditAction.CASE_TRIAGE, current, actor, before=before, after=after
        )
    _advance(current, State.EVALUATED, actor)
    return current


@transaction.atomic
def case_mark_entered_in_error(
    *, encounter: Encounter, actor: User, reason: str
) -> Encounter:
    """Take a case out of use without deleting anything. The same reason twice is one.

    Raises:
        CaseNotOpenError: it is superseded, or marked already for another reason.
    """
    current = _locked(encounter)
    if current.error_reason == reason:
        return current
    if not current.is_open:
        raise CaseNotOpenError
    before = {"state": current.state}
    current.error_reason = reason
    _change_state(current, State.ENTERED_IN_ERROR, actor)
    _record_case(AuditAction.CASE_ENTERED_IN_ERROR, current, actor, before=before)
    return current


def _insert(
    encounter: Encounter,
    data: CaseFindings,
    *,
    action: AuditAction,
    actor: User,
    **detail: Any,
) -> Encounter:
    """Insert a version once; a submission that came before is answered with its row."""
    # A transaction of its own: PostgreSQL runs nothing more in one that has failed.
    try:
        with transaction.atomic():
            _write(encounter, data, actor)
    except IntegrityError:
        earlier = Encounter.objects.filter(
            submission_key=encounter.submission_key,
            patient=encounter.patient,
            previous=encounter.previous,
        ).first()
        if encounter.submission_key is None or earlier is None:
            raise
        return _goes_on(_newest(earlier), data, actor, encounter.submission_key)
    _record_case(action, encounter, actor, **detail)
    return _newest(encounter)


def _goes_on(
    standing: Encounter, data: CaseFindings, actor: User, key: UUID | None
) -> Encounter:
    """A form that comes a second time: the same is answered with the row. Saved, gone
    back to and saved again, it is one draft, where nobody has changed that since.
    """
    if not data.differences(CaseFindings.of(standing)):
        return standing
    is_its_draft = key is not None and standing.submission_key == key
    is_as_left = standing.revision == FIRST_REVISION and standing.updated_by == actor
    if not (is_its_draft and is_as_left and standing.is_draft):
        raise EditConflictError(standing)
    return case_update(
        encounter=standing, actor=actor, data=data, revision=FIRST_REVISION
    )


def _locked(encounter: Encounter) -> Encounter:
    """The row as it is now, held until the end of the transaction."""
    # Locked alone: PostgreSQL locks no row that an outer join may leave out.
    Encounter.objects.select_for_update().get(pk=encounter.pk)
    return Encounter.objects.with_findings().get(pk=encounter.pk)


def _newest(encounter: Encounter) -> Encounter:
    return Encounter.objects.newest_of(encounter)


def _advance(current: Encounter, state: str, actor: User) -> None:
    if PROGRESS.index(state) > PROGRESS.index(current.state):
        before = {"state": current.state}
        _change_state(current, state, actor)
        _record_case(AuditAction(f"case.{state}"), current, actor, before=before)


def _change_state(encounter: Encounter, state: str, actor: User) -> None:
    """A change of state is a revision: a form opened before it has to be told."""
    encounter.state = state
    encounter.revision += 1
    encounter.updated_at = timezone.now()
    encounter.updated_by = actor
    encounter.save()


def _write(encounter: Encounter, data: CaseFindings, actor: User) -> None:
    """Store the findings in their four tables; every error is raised at once."""
    encounter.contract = CONTRACT
    encounter.occurred_on = data.occurred_on
    encounter.responsible_level = data.responsible_level
    encounter.note = data.note
    encounter.partial_answers = _partial(data.facts, CASE_FACTS)
    encounter.added_answers = _added(data.facts, CASE_FACTS)
    encounter.asked_together = sorted(data.asked_together)
    encounter.not_asked = []
    encounter.updated_at = timezone.now()
    encounter.updated_by = actor
    examination = _part(encounter, "examination", ClinicalExamination)
    imaging = _part(encounter, "imaging", ImagingStudy)
    rows: dict[Record, models.Model] = {
        "encounter": encounter,
        "examination": examination,
        "imaging": imaging,
    }
    for record_name, row in rows.items():
        for fact in facts_of(record_name):
            given = not follows(fact.name, encounter.patient)
            answer = data.facts.get(fact.name) if given else None
            _set(row, fact, exact_value(answer))
    discs = [
        _disc(imaging, level, facts) for level, facts in sorted(data.discs.items())
    ]
    _check(data, [("", row) for row in rows.values()] + [(d.level, d) for d in discs])
    for row in rows.values():
        row.save()
    # Written anew: a disc has no identity beside its level, and no answer means no row.
    imaging.disc_findings.all().delete()
    DiscFinding.objects.bulk_create(discs)


def _part(encounter: Encounter, name: str, model: type[models.Model]) -> Any:
    return getattr(encounter, name, None) or model(encounter=encounter)


def _partial(
    facts: Mapping[str, Answer], shipped: Container[str]
) -> dict[str, PartialAnswer]:
    return {
        name: answer
        for name, answer in facts.items()
        if name in shipped and is_partial(answer)
    }


def _added(facts: Mapping[str, Answer], shipped: Container[str]) -> dict[str, Answer]:
    """The answers that have no column of their own."""
    return {name: answer for name, answer in facts.items() if name not in shipped}


def _disc(
    imaging: ImagingStudy, level: str, facts: Mapping[str, Answer]
) -> DiscFinding:
    disc = DiscFinding(
        imaging_study=imaging,
        level=level,
        partial_answers=_partial(facts, DISC_FACTS),
        added_answers=_added(facts, DISC_FACTS),
    )
    for fact in DISC_FACTS.values():
        _set(disc, fact, exact_value(facts.get(fact.name)))
    return disc


def _set(row: Any, fact: ClinicalFact, value: Value) -> None:
    if fact.name == "herniation_type":
        row.herniation_type = value or None
    elif fact.kind == "enum":
        setattr(row, fact.name, value or "")
    elif fact.kind == "decimal" and value is not None:
        setattr(row, fact.name, Decimal(str(value)))
    else:
        setattr(row, fact.name, value)


def _check(data: CaseFindings, rows: Iterable[tuple[str, models.Model]]) -> None:
    """Field checks, and what the rules allow; the database's constraints would cost a
    query each."""
    errors = {name: [text] for name, text in data.refused().items()}
    for level, row in rows:
        relations = [f.name for f in row._meta.get_fields() if f.is_relation]
        try:
            row.clean_fields(exclude=relations)
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                errors[disc_field(level, name) if level else name] = texts
    if errors:
        raise ValidationError(errors)


def _record_case(
    action: AuditAction, encounter: Encounter, actor: User, **detail: Any
) -> None:
    record(
        actor=actor,
        action=action,
        entity=encounter,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
        detail={
            "version": encounter.version,
            "revision": encounter.revision,
            "state": encounter.state,
            **_asked_together(action, encounter),
            **detail,
        },
    )


def _asked_together(action: AuditAction, encounter: Encounter) -> dict[str, Any]:
    """What one click answered, where the answers are written."""
    writes = (
        AuditAction.CASE_CREATE,
        AuditAction.CASE_UPDATE,
        AuditAction.CASE_CORRECT,
    )
    named = encounter.asked_together
    return {"asked_together": named} if named and action in writes else {}
