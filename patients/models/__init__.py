"""Rows: what is known of a patient, with its limits held by the database.

A *case* is all encounters with one `case_uid`; its newest version is the one not
superseded. A draft is edited in place under an optimistic lock (`revision`); what was
evaluated is never changed again: a correction is the next version. A fact that is
NULL, or "" where it is an enum, is unknown, and unknown is never "no", 0 or "none".
"""

from patients.models.autosave import UnsavedEntry, UnsavedEntryQuerySet
from patients.models.encounter import CONTRACT, Encounter, EncounterQuerySet, today
from patients.models.findings import (
    ClinicalExamination,
    DiscFinding,
    HerniationType,
    ImagingStudy,
)
from patients.models.merge import SHARED_DETAILS, PatientMerge
from patients.models.patient import (
    TOLD_FOR,
    EmergencyAccess,
    EmergencyAccessQuerySet,
    Patient,
    PatientQuerySet,
)

__all__ = [
    "CONTRACT",
    "SHARED_DETAILS",
    "TOLD_FOR",
    "ClinicalExamination",
    "DiscFinding",
    "EmergencyAccess",
    "EmergencyAccessQuerySet",
    "Encounter",
    "EncounterQuerySet",
    "HerniationType",
    "ImagingStudy",
    "Patient",
    "PatientMerge",
    "PatientQuerySet",
    "UnsavedEntry",
    "UnsavedEntryQuerySet",
    "today",
]
