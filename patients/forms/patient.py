"""A person, a reason, and what the worklist is narrowed to."""

import json
import uuid
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
    submission_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    identifier_unknown = forms.BooleanField(
        required=False, label="The number is not known yet"
    )
    birth_date_unknown = forms.BooleanField(
        required=False, label="The day of birth is not known"
    )

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
        self.initial["submission_key"] = str(uuid.uuid4())
        if self.instance.created_at:
            self.initial["revision"] = self.instance.revision
            self.initial["loaded"] = self._shown(self.instance)
            self.initial["identifier_unknown"] = not self.instance.identifier
            self.initial["birth_date_unknown"] = self.instance.birth_date is None
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
        known = Patient.objects.filter(created_by=self.user, **details)
        return known.exclude(identifier="").first()

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
        return {n: "" if value is None else str(value) for n, value in values.items()}

    def clean(self) -> dict[str, Any]:
        """What is not known is said: an empty field may have been forgotten."""
        cleaned = super().clean() or self.cleaned_data
        for name, what in (("identifier", "number"), ("birth_date", "birth date")):
            is_unknown = cleaned.get(f"{name}_unknown")
            if name in self.errors or bool(cleaned.get(name)) != bool(is_unknown):
                continue
            self.add_error(
                name,
                f"Either enter the {what} or tick that it is not known, not both."
                if is_unknown
                else f"Enter the {what}, or tick that it is not known.",
            )
        return cleaned

    def clean_birth_date(self) -> date | None:
        """In the past, and within the span of a life."""
        day: date | None = self.cleaned_data["birth_date"]
        if day is None:
            return None
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
        "submission_key",
        "team",
        Row(
            Column("identifier", "identifier_unknown", css_class="col-sm-6"),
            Column(css_class="col-sm-6"),
        ),
        Row(
            Column("family_name", css_class="col-sm-6"),
            Column("given_name", css_class="col-sm-6"),
        ),
        Row(
            Column("birth_date", "birth_date_unknown", css_class="col-sm-6"),
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


class MergeForm(forms.Form):
    """Why two records are one person."""

    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="How do you know that it is one person?",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True, "autocomplete": "off"}
        self.helper.layout = Layout("reason", Submit("merge", "Merge the two records"))


class MoveForm(forms.Form):
    """Whether a case leaves the record where it was entered."""

    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="What becomes of the case here?",
        choices=[
            ("move", "It was entered for the wrong patient: take it out of use here"),
            ("copy", "It stays in use here as well"),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["submission_key"] = str(uuid.uuid4())
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            "submission_key", "how", Submit("hand_over", "Go on to the draft there")
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
