"""Bringing two records of one person together, and taking that back.

Nothing is deleted, and no case changes its record: the merged one says of the person
what the leading one says, and its number goes on being found.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from patients.models import SHARED_DETAILS, Patient, PatientMerge
from patients.services.patients import patient_save, person_share
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record


class CannotMergeError(ValueError):
    """Why two records cannot become one, in words for the person at the screen."""


@transaction.atomic
def patients_merge(
    *, leading: Patient, merged: Patient, actor: User, reason: str
) -> PatientMerge:
    """Let `leading` speak for both records. The same merge twice is one.

    Raises:
        CannotMergeError: they are one record, of two teams, or part of another merge.
    """
    leading, merged = _locked(leading.pk, merged.pk)
    if merged.merged_into_id == leading.pk:
        return PatientMerge.objects.get(merged=merged, undone_at=None)
    refusal = merge_refusal(leading, merged)
    if refusal:
        raise CannotMergeError(refusal)
    merge = PatientMerge.objects.create(
        leading=leading,
        merged=merged,
        before={name: _plain(getattr(merged, name)) for name in SHARED_DETAILS},
        reason=reason,
        made_by=actor,
    )
    merged.merged_into = leading
    merged.save(update_fields=["merged_into"])
    person_share(leading)
    _record(AuditAction.PATIENT_MERGE, merge, actor)
    return merge


@transaction.atomic
def merge_undo(*, merge: PatientMerge, actor: User) -> PatientMerge:
    """Two records again, each as it was. Twice is once."""
    merge = PatientMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        return merge
    leading, merged = _locked(merge.leading_id, merge.merged_id)
    merged.merged_into = None
    merged.other_numbers = ""
    for name, value in merge.before.items():
        is_day = name == "birth_date" and value
        setattr(merged, name, date.fromisoformat(value) if is_day else value)
    merged.revision += 1
    patient_save(merged)
    person_share(leading)
    merge.undone_by, merge.undone_at = actor, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    _record(AuditAction.PATIENT_UNMERGE, merge, actor)
    return merge


def merge_refusal(leading: Patient, merged: Patient) -> str:
    """Why two records cannot become one, or ""."""
    if leading.pk == merged.pk:
        return "This is the record itself. Choose the other one."
    if leading.team_id != merged.team_id:
        return (
            "The two records belong to two teams. Merged, one of them would lose its "
            "cases from sight."
        )
    if leading.merged_into_id or merged.merged_into_id or merged.merged.exists():
        return "One of them was merged before. Take that merge back first."
    return ""


def _locked(*ids: UUID) -> list[Patient]:
    """The rows as they are now, always locked in the same order."""
    rows = Patient.objects.select_for_update().order_by("pk").filter(pk__in=ids)
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in ids]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _record(action: AuditAction, merge: PatientMerge, actor: User) -> None:
    """On the trail of both records: who looks at one finds the other."""
    both = {"leading": str(merge.leading_id), "merged": str(merge.merged_id)}
    for patient_id in both.values():
        record(
            actor=actor,
            action=action,
            entity=merge,
            patient_id=patient_id,
            detail={**both},
        )
