"""That something of a patient was opened, on record: for every page that shows it."""

from patients.models import Encounter, Patient
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record


def patient_read(patient: Patient, reader: User) -> None:
    """Record that ``reader`` opened a page of the patient."""
    record(
        actor=reader,
        action=AuditAction.PATIENT_READ,
        entity=patient,
        patient_id=patient.pk,
    )


def case_read(encounter: Encounter, reader: User) -> None:
    """Record that ``reader`` opened a version of a case."""
    record(
        actor=reader,
        action=AuditAction.CASE_READ,
        entity=encounter,
        patient_id=encounter.patient_id,
        case_uid=encounter.case_uid,
    )
