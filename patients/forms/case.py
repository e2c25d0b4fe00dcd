"""The fields of a case: the facts of scope case, and those of one disc."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from patients.choices import Level
from patients.facts import SHIPPED, Vocabulary
from patients.forms.fields import NOT_KNOWN, fact_to_field
from patients.forms.partial import clean_partial_answers
from patients.models import Patient, today
from patients.person import follows
from spine_cds.dates import IsoDateField


class CaseForm(forms.Form):
    """Everything of a case but its discs. Any answer may be missing."""

    helper: FormHelper

    revision = forms.IntegerField(
        min_value=0,
        widget=forms.HiddenInput,
        error_messages={"required": "This page is incomplete. Open the case again."},
    )
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # What the page showed when it was opened: tells what its user has not touched.
    loaded = forms.CharField(widget=forms.HiddenInput, required=False)
    # The names of the questions that one "all asked: no" answered, with commas.
    asked_together = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=1000
    )
    occurred_on = IsoDateField(
        label="Date of the encounter",
        error_messages={"required": "Enter the date of the encounter."},
    )
    responsible_level = forms.ChoiceField(
        choices=(*Level.choices, NOT_KNOWN), required=False
    )
    note = forms.CharField(max_length=4000, required=False, strip=True)

    def __init__(
        self,
        patient: Patient,
        *args: Any,
        vocabulary: Vocabulary = SHIPPED,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.vocabulary = vocabulary
        for fact in vocabulary.case.values():
            if not follows(fact.name, patient):
                self.fields[fact.name] = fact_to_field(fact)

    def clean_asked_together(self) -> frozenset[str]:
        """The names; what is none is left out."""
        named = self.cleaned_data["asked_together"].split(",")
        return frozenset(name for name in named if name in self.vocabulary.case)

    def clean_occurred_on(self) -> date:
        """Between the birth of the patient and today."""
        day: date = self.cleaned_data["occurred_on"]
        if day > today():
            raise ValidationError("The encounter cannot be in the future.")
        born = self.patient.birth_date
        if born is not None and day < born:
            raise ValidationError(f"Before the birth date ({born:%Y-%m-%d}).")
        return day

    def clean(self) -> dict[str, Any]:
        """With the partial answers among the others. What nobody answered stays so."""
        super().clean()
        clean_partial_answers(self, self.vocabulary.case.values())
        return self.cleaned_data


class DiscForm(forms.Form):
    """The findings of one disc; its prefix is the level: "L5-S1-zone"."""

    def __init__(
        self, *args: Any, vocabulary: Vocabulary = SHIPPED, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.vocabulary = vocabulary
        for fact in vocabulary.disc.values():
            self.fields[fact.name] = fact_to_field(fact)

    def clean(self) -> dict[str, Any]:
        """With the partial answers among the others."""
        super().clean()
        clean_partial_answers(self, self.vocabulary.disc.values())
        return self.cleaned_data
