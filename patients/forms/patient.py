"""A person, a reason, and what the worklist is narrowed to."""

import json
from datetime import date
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.models import model_to_dict
from django.http import QueryDict

from patients.choices import Sex
from patients.findings import AnswerDifference
from patients.models import Encounter, Patient, today
from spine_cds.accounts.models import User
from spine_cds.dates import IsoDateField

OLDEST_YEARS = 120


class PatientForm(forms.ModelForm):
    """A new person of one of the user's teams, or a correction of what was entered.

    `differences` is filled where somebody else corrected the details meanwhile.
    """

    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    # What the page showed when it was opened: tells what its user has not touched.
    loaded = forms.JSONField(required=False, widget=forms.HiddenInput)

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
        field_classes = {"birth_date": IsoDateField}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.differences: list[AnswerDifference] = []
        self.fields["sex"].widget.choices = [("", "Not known"), *Sex.choices]
        teams = list(user.teams.all())
        self.fields["team"] = forms.ModelChoiceField(
            user.teams.all(),
            widget=forms.HiddenInput() if len(teams) == 1 else forms.Select(),
        )
        if len(teams) == 1:
            self.initial["team"] = teams[0].pk
        if self.instance.created_at:
            self.initial["revision"] = self.instance.revision
            self.initial["loaded"] = self._shown(self.instance)
        self.helper = _patient_helper(self.instance)

    def details(self) -> dict[str, Any]:
        """What is said of the person, as patient_create and patient_update take it."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def ask_again(self, seen: str) -> None:
        """A second button, for who has seen whom the new person may be: ``seen``."""
        self.helper.layout.append(
            StrictButton(
                "It is another person: create",
                type="submit",
                name="another",
                value=seen,
                css_class="btn-outline-primary mt-1 mt-sm-0",
            )
        )

    def sent_before(self) -> Patient | None:
        """The person whom this user entered with just these details: sent twice."""
        details = {name: self.cleaned_data.get(name) for name in self.Meta.fields}
        return Patient.objects.filter(created_by=self.user, **details).first()

    def against(self, current: Patient) -> "PatientForm":
        """The same answers beside what somebody else saved; what this user left as it
        was is taken from there. Sending it again overwrites `current`.
        """
        theirs = self._shown(current)
        data = QueryDict(mutable=True)
        data.update(self.data)
        loaded = self.cleaned_data.get("loaded")
        loaded = loaded if isinstance(loaded, dict) else {}
        for name, text in theirs.items():
            if data.get(name, "") == loaded.get(name):
                data[name] = text
        data["revision"], data["loaded"] = str(current.revision), json.dumps(theirs)
        form = PatientForm(self.user, data, instance=current)
        form.differences = [
            AnswerDifference(
                name, str(form.fields[name].label), data.get(name, ""), text
            )
            for name, text in theirs.items()
            if data.get(name, "") != text and name != "team"
        ]
        return form

    def _shown(self, patient: Patient) -> dict[str, str]:
        """The details as the browser sends them."""
        values = model_to_dict(patient, self.Meta.fields)
        return {name: str(value) for name, value in values.items()}

    def clean_birth_date(self) -> date:
        """In the past, and within the span of a life."""
        day: date = self.cleaned_data["birth_date"]
        if day > today():
            raise ValidationError("The birth date cannot be in the future.")
        # A century mistyped is more likely than somebody that old.
        if today().year - day.year > OLDEST_YEARS:
            raise ValidationError(f"More than {OLDEST_YEARS} years ago.")
        return day


def _patient_helper(patient: Patient) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": "", "autocomplete": "off"}
    helper.layout = Layout(
        "revision",
        "loaded",
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

    q = forms.CharField(
        max_length=100, required=False, label="Name, number, birth date or level"
    )
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All in use"),
            *[c for c in Encounter.State.choices if c[0] != "superseded"],
        ],
    )
