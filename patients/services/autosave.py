"""Writes of what is typed into the case form: kept, thrown away, saved in the case.

The audit trail says that somebody began to keep entries and what became of them, once
each and never what they hold: a line for every pause in typing would say no more.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from patients.findings import CaseFindings
from patients.models import Encounter, Patient, UnsavedEntry
from patients.services.cases import case_create, case_save
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record


class NotYourEntryError(Exception):
    """The id of these entries belongs to another person, or to another patient."""


@transaction.atomic
def entry_keep(
    *,
    author: User,
    patient: Patient,
    encounter: Encounter | None,
    page: UUID,
    step: int,
    answers: Mapping[str, str],
    continues: UUID | None = None,
) -> None:
    """Keep what stands in a page; an older step than the one kept changes nothing.

    `continues` names the entries that the page began with: they are in it, and go.

    Raises:
        NotYourEntryError: the id of the page is taken by somebody else.
    """
    own = UnsavedEntry.objects.of(author, patient)
    now = timezone.now()
    newer = {"answers": dict(answers), "step": step, "updated_at": now}
    entry = UnsavedEntry(
        pk=page, author=author, patient=patient, encounter=encounter, **newer
    )
    # Requests of one page may overtake each other: the step says which is newer.
    if not own.filter(pk=page).exists() and _inserted(entry):
        _record(AuditAction.CASE_ENTRY_KEEP, entry)
    elif not own.filter(pk=page).exists():
        raise NotYourEntryError
    else:
        own.filter(pk=page, step__lt=step).update(**newer)
    if continues is not None:
        own.filter(pk=continues).delete()


@transaction.atomic
def entry_discard(*, entry: UnsavedEntry) -> None:
    """Throw entries away, as their author asked; twice is once."""
    if UnsavedEntry.objects.filter(pk=entry.pk).delete()[0]:
        _record(AuditAction.CASE_ENTRY_DISCARD, entry)


@transaction.atomic
def case_enter(
    *,
    patient: Patient,
    encounter: Encounter | None,
    actor: User,
    data: CaseFindings,
    revision: int,
    submission_key: UUID | None,
    kept: Iterable[UUID],
) -> Encounter:
    """Save a new case, a draft or a correction; what was `kept` of it is in it now.

    Raises:
        EditConflictError, CaseNotOpenError, ValidationError: as case_create and
            case_save do; nothing is saved then, and what was kept stays.
    """
    if encounter is None:
        saved = case_create(
            patient=patient, actor=actor, data=data, submission_key=submission_key
        )
    else:
        saved = case_save(
            encounter=encounter,
            actor=actor,
            data=data,
            revision=revision,
            submission_key=submission_key,
        )
    UnsavedEntry.objects.of(actor, patient).filter(pk__in=list(kept)).delete()
    return saved


def _inserted(entry: UnsavedEntry) -> bool:
    """False where the id is taken: by this page a moment ago, or by another person."""
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _record(action: AuditAction, entry: UnsavedEntry) -> None:
    record(
        actor=entry.author,
        action=action,
        entity=entry,
        patient_id=entry.patient_id,
    )
