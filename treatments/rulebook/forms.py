"""What a team's hospital can offer."""

from collections.abc import Iterable
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.http import QueryDict

from treatments.engine import Ruleset


class AvailabilityForm(forms.Form):
    """What a team's hospital cannot offer."""

    unavailable = forms.MultipleChoiceField(
        label="Not offered here",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A ticked treatment is shown apart and never advised.",
    )
    # What was ticked when the page was opened, so that two do not undo each other.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, ruleset: Ruleset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ruleset = ruleset
        self.initial["seen"] = " ".join(self.initial.get("unavailable", ()))
        unavailable = cast("forms.MultipleChoiceField", self.fields["unavailable"])
        # What is left when nothing else is must be offered everywhere.
        last_resort = ruleset.selection.last_resort_treatment
        unavailable.choices = [
            (code, treatment.title)
            for code, treatment in ruleset.treatments.items()
            if code != last_resort
        ]
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Save"))

    def clean_seen(self) -> list[str] | None:
        """None where the page did not say it, an empty list where nothing was set."""
        seen: str = self.cleaned_data["seen"]
        return seen.split() if "seen" in self.data else None

    def against(self, stored: Iterable[str]) -> "AvailabilityForm":
        """What is stored now, changed as this user changed what they saw."""
        chosen = set(self.cleaned_data["unavailable"])
        seen = set(self.cleaned_data["seen"])
        data = QueryDict(mutable=True)
        data["seen"] = " ".join(stored)
        merged = (set(stored) - (seen - chosen)) | (chosen - seen)
        data.setlist("unavailable", sorted(merged))
        return AvailabilityForm(data, ruleset=self.ruleset)

    def words(self, codes: Iterable[str]) -> list[str]:
        """The treatments by name; by code where the rules no longer have one."""
        known = self.ruleset.treatments
        return [known[code].title if code in known else code for code in codes]
