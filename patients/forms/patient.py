"""A person, a reason, and what the worklist is narrowed to."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from patients.choices import Sex
from patients.models import Encounter, Patient, today
from spine_cds.accounts.models import User

OLDEST_YEARS = 120


class PatientForm(forms.ModelForm):
    """A new person of one of the user's teams, or a correction of what was entered."""

    class Meta:
        model = Patient
        fields = (
            "team",
            "identifier",
            "family_name",
            "given_name",
            "birth_date",
            "sex",
        )
        error_messages = {
            NON_FIELD_ERRORS: {
                "unique_together": "Your team already has a patient with this number."
            }
        }
        widgets = {"birth_date": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].widget.choices = [("", "Not known"), *Sex.choices]
        teams = list(user.teams.all())
        self.fields["team"] = forms.ModelChoiceField(
            user.teams.all(),
            widget=forms.HiddenInput() if len(teams) == 1 else forms.Select(),
        )
        if len(teams) == 1:
            self.initial["team"] = teams[0].pk
        self.helper = _patient_helper(self.instance)

    def clean_birth_date(self) -> date:
        day: date = self.cleaned_data["birth_date"]
        if day > today():
            raise ValidationError("The birth date cannot be in the future.")
        if today().year - day.year > OLDEST_YEARS:
            raise ValidationError(f"More than {OLDEST_YEARS} years ago.")
        return day


def _patient_helper(patient: Patient) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": "", "autocomplete": "off"}
    helper.layout = Layout(
        "team",
        Row(Column("identifier", css_class="col-sm-6"), Column(css_class="col-sm-6")),
        Row(
            Column("family_name", css_class="col-sm-6"),
            Column("given_name", css_class="col-sm-6"),
        ),
        Row(
            Column("birth_date", css_class="col-sm-6"),
            Column("sex", css_class="col-sm-6"),
        ),
        Submit(
            "enter",
            "Save" if patient.created_at else "Enter patient and go to the case",
        ),
    )
    return helper


class ErrorReasonForm(forms.Form):
    """Why a case is taken out of use."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the case. Findings and advice stay readable.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout(
            "reason",
            Submit("mark", "Mark as entered in error", css_class="btn-danger"),
        )


class WorklistForm(forms.Form):
    """Search and state filter. Posted and kept in the session, never in a URL."""

    q = forms.CharField(max_length=100, required=False, label="Name or hospital number")
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All in use"),
            *[c for c in Encounter.State.choices if c[0] != "superseded"],
        ],
    )
