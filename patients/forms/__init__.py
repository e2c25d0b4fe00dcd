"""What a browser sends, checked: patients, cases, reasons."""

from patients.forms.autosave import KeptPage
from patients.forms.emergency import EmergencyForm
from patients.forms.entry import CaseEntry
from patients.forms.patient import (
    ErrorReasonForm,
    MergeForm,
    MoveForm,
    PatientForm,
    WorklistForm,
)

__all__ = [
    "CaseEntry",
    "EmergencyForm",
    "ErrorReasonForm",
    "KeptPage",
    "MergeForm",
    "MoveForm",
    "PatientForm",
    "WorklistForm",
]
