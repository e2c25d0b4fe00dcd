"""Whom to open in an emergency, and why."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms

from spine_cds.dates import IsoDateField


class EmergencyForm(forms.Form):
    """Two marks of the person, so that a slip of the pen opens nobody else."""

    identifier = forms.CharField(label="Hospital number", max_length=40)
    birth_date = IsoDateField(label="Birth date")
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In a sentence, without a name: administrators read it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True, "autocomplete": "off"}
        self.helper.layout = Layout(
            "identifier", "birth_date", "reason", Submit("open", "Open this patient")
        )
