"""Writes of a person: entering and correcting.

Audit details say what changed; a value only where it is a code.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from patients.models import SHARED_DETAILS, Patient
from spine_cds.accounts.models import Team, User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record


class PatientConflictError(Exception):
    """Someone else changed the details since the form was opened: `current`."""

    def __init__(self, current: Patient) -> None:
        super().__init__(f"patient {current.pk} is at revision {current.revision}")
        self.current = current


@transaction.atomic
def patient_create(
    *,
    actor: User,
    team: Team,
    identifier: str = "",
    family_name: str,
    given_name: str = "",
    birth_date: date | None = None,
    sex: str = "",
    submission_key: UUID | None = None,
    despite: Sequence[str] = (),
) -> Patient:
    """A new person. The same submission twice is one person, and so are the same
    details with a number from the same user.

    `despite` are the ids of patients who were shown as likely the same one.

    Raises ValidationError where the team already knows the hospital number.
    """
    details = {
        "team": team,
        "identifier": identifier,
        "family_name": family_name,
        "given_name": given_name,
        "birth_date": birth_date,
        "sex": sex,
    }
    mine = Patient.objects.filter(created_by=actor)
    if submission_key and (sent := mine.filter(submission_key=submission_key).first()):
        return sent
    patient = Patient(**details, created_by=actor, submission_key=submission_key)
    # The number is taken by the first of two clicks: then this is the second one.
    try:
        patient_save(patient)
    except ValidationError:
        earlier = mine.filter(**details).exclude(identifier="").first()
        if earlier is None:
            raise
        return earlier
    record(
        actor=actor,
        action=AuditAction.PATIENT_CREATE,
        entity=patient,
        patient_id=str(patient.pk),
        detail={"despite": list(despite)} if despite else None,
    )
    return patient


@transaction.atomic
def patient_update(
    *, patient: Patient, actor: User, revision: int | None = None, **values: Any
) -> Patient:
    """Correct what was entered of a person: names, number, birth date, sex.

    `revision` is the one that the user has seen; None where nobody saw one.

    Raises:
        PatientConflictError: somebody else changed the details since `revision`.
        ValidationError: the team already knows the hospital number.
    """
    current = Patient.objects.select_for_update().get(pk=patient.pk)
    changed = sorted(name for name in values if getattr(current, name) != values[name])
    if not changed:
        return current
    if revision is not None and current.revision != revision:
        raise PatientConflictError(current)
    detail: dict[str, Any] = {"changed": changed}
    if "sex" in changed:  # the only one that is a code, and tells nobody who it is
        detail |= {"before": {"sex": current.sex}, "after": {"sex": values["sex"]}}
    for name in changed:
        setattr(current, name, values[name])
    current.revision += 1
    patient_save(current)
    if current.merged.exists():
        person_share(current)
    record(
        actor=actor,
        action=AuditAction.PATIENT_UPDATE,
        entity=current,
        patient_id=str(current.pk),
        detail=detail,
    )
    return current


def person_share(leading: Patient) -> None:
    """Give every record of one person what the leading one says, and all numbers."""
    records = [leading, *leading.merged.select_for_update().order_by("pk")]
    for row in records:
        others = [r.identifier for r in records if r.pk != row.pk and r.identifier]
        row.other_numbers = ", ".join(others)
        if row is not leading:
            for name in SHARED_DETAILS:
                setattr(row, name, getattr(leading, name))
            row.revision += 1
        patient_save(row)


def patient_save(patient: Patient) -> None:
    patient.full_clean()
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError:
        # Somebody else took the number after it was checked: now it is found taken.
        patient.full_clean()
        raise
