"""Adding a fact: what a clinician would say of it, and how it will look."""

import re
import unicodedata
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Div, Fieldset, Layout, Submit
from django import forms

from patients.facts import DISC_SECTIONS, SECTIONS, ClinicalFact
from patients.facts.vocabulary import LONGEST_LABEL
from patients.forms.questions import FormQuestion, question
from treatments.authoring.document.columns import fact_of
from treatments.authoring.views.forms import SeenRevisionForm
from treatments.engine import Fact
from treatments.models import RulesetDraft
from treatments.presentation.form_words import cell_words
from treatments.presentation.vocabulary import UNITS, unaskable, vocabulary_from

KINDS = (
    ("bool", "Yes or no"),
    ("enum", "One of several"),
    ("int", "Whole number"),
    ("decimal", "Decimal number"),
)
PLACES = (
    ("Of the patient", [(f"case:{s.code}", s.title) for s in SECTIONS]),
    ("Of each disc", [(f"disc:{s.code}", s.title) for s in DISC_SECTIONS]),
)
_TITLES = {code: title for _, pairs in PLACES for code, title in pairs}
_NUMBERS = ("int", "decimal")
_NO_CODE = "Use letters or digits: a code is made of them."


class FactForm(SeenRevisionForm):
    """One new fact, as clinicians say it; `row` is what the draft takes of it."""

    button = "Add to the draft"
    label = forms.CharField(
        label="Name",
        max_length=LONGEST_LABEL,
        help_text="As clinicians say it: “Diabetes”.",
    )
    place = forms.ChoiceField(
        label="Section of the form", choices=PLACES, initial="case:history"
    )
    meaning = forms.CharField(
        label="Help beside it",
        required=False,
        max_length=300,
        help_text="One line: “Known, of either type.”",
    )
    kind = forms.ChoiceField(
        label="Answers", choices=KINDS, initial="bool", widget=forms.RadioSelect
    )
    answers = forms.CharField(
        label="The answers, one on each line",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For one of several. “Not known” is always offered: leave it out.",
    )
    minimum = forms.FloatField(label="Least", required=False)
    maximum = forms.FloatField(label="Greatest", required=False)
    unit = forms.ChoiceField(
        required=False,
        choices=[(c, w or "No unit") for c, w in UNITS.items()],
        initial="1",
    )
    plausible_min = forms.FloatField(
        label="Plausible from",
        required=False,
        help_text="Outside, the form asks again and takes the answer.",
    )
    plausible_max = forms.FloatField(label="Plausible to", required=False)
    presumed = forms.CharField(
        label="While it is not known, presume",
        required=False,
        max_length=40,
        help_text="Empty: nothing is presumed. Otherwise an answer: “no”, “0”.",
    )
    essential = forms.BooleanField(
        label="The rules need it: mark the question ◆", required=False
    )
    modifiable = forms.BooleanField(
        label="It can change: by time, tests, treatment or wish", required=False
    )

    def __init__(self, data: Any = None, *, draft: RulesetDraft) -> None:
        super().__init__(data, initial={"seen": draft.revision})
        self.row: dict[str, Any] = {}
        self.helper.layout = Layout(
            "seen",
            Fieldset("1 The question", "label", "place", "meaning"),
            Fieldset("2 Answers", "kind", Div("answers", css_class="fact-options")),
            Fieldset(
                "For a number",
                *("minimum", "maximum", "unit", "plausible_min", "plausible_max"),
                css_class="fact-number",
            ),
            Fieldset("3 When it is not known", "presumed", "essential", "modifiable"),
        )
        look = {"name": "preview", "value": "1", "css_class": "btn-outline-primary"}
        self.helper.layout.append(
            Div(
                Submit("send", self.button),
                StrictButton("Preview", type="submit", **look),
                css_class="buttons",
            )
        )
        self.helper.inputs = []
        # Without the script the button shows the preview.
        self.helper.attrs |= {
            "hx-post": "",
            "hx-trigger": "input delay:500ms",
            "hx-target": "#fact-preview",
            "hx-select": "#fact-preview",
            "hx-swap": "outerHTML",
            "hx-vals": '{"preview": "1"}',
        }

    def clean(self) -> dict[str, Any]:
        """The row of the draft; what no form could ask is refused here already."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        name = code_of(cleaned["label"]).lower()
        if not name:
            self.add_error("label", _NO_CODE)
            return cleaned
        scope, _, group = cleaned["place"].partition(":")
        kind = cleaned["kind"]
        is_number = kind in _NUMBERS
        number = int if kind == "int" else float
        bounds = ("minimum", "maximum", "plausible_min", "plausible_max")
        row = {
            "name": name if name[0].isalpha() else f"n_{name}",
            "scope": scope,
            "group": group,
            "type": kind,
            "values": self._values() if kind == "enum" else [],
            **{
                bound: number(cleaned[bound])
                if is_number and cleaned[bound] is not None
                else None
                for bound in bounds
            },
            "unit": cleaned["unit"] if is_number else "",
            "essential": "yes" if cleaned["essential"] else "no",
            "presumed": None,
            "modifiable": cleaned["modifiable"],
            "label": cleaned["label"].strip(),
            "meaning": cleaned["meaning"].strip(),
        }
        if is_number and None in (row["minimum"], row["maximum"]):
            self.add_error("minimum", "Enter the least and the greatest number.")
        elif is_number and row["minimum"] >= row["maximum"]:
            self.add_error("minimum", "The least is not below the greatest.")
        else:
            self._take(row)
        return cleaned

    def _take(self, row: dict[str, Any]) -> None:
        """Hold the row to what a form can ask, with what is presumed of it."""
        fact = fact_of(row)
        if fact is None:
            self.add_error(None, "This is no fact.")
            return
        for why in unaskable(fact):
            field = "answers" if row["type"] == "enum" else None
            self.add_error(field, f"“{fact.label}” {why}.")
        typed = self.cleaned_data["presumed"].strip()
        row["presumed"] = _value(fact, typed) if typed else None
        if typed and row["presumed"] is None:
            self.add_error("presumed", f"Not an answer: it takes {fact.allowed}.")
        self.row = row

    def _values(self) -> list[str]:
        lines = self.cleaned_data["answers"].splitlines()
        return [code for line in lines if (code := code_of(line))]

    @property
    def preview(self) -> dict[str, Any]:
        """The fact as the form, a note and a rule will have it; empty if refused."""
        fact = fact_of(self.row) if self.row and not self.errors else None
        if fact is None:
            return {}
        asked = vocabulary_from({fact.name: fact}).get(fact.name)
        if asked is None:
            return {}
        cell = _example_cell(fact)
        return {
            "question": as_asked(asked),
            "place": _TITLES[self.cleaned_data["place"]],
            "label": fact.label,
            "answer": asked.words(_example(fact)),
            "cell": cell_words(fact, cell),
            "name": fact.name,
            "values": fact.values,
            "presumed": "" if fact.presumed is None else asked.words(fact.presumed),
        }


def as_asked(fact: ClinicalFact) -> FormQuestion:
    """The question as an empty case form has it."""
    return question(fact, forms.Form(initial={}), {})


def code_of(words: str) -> str:
    """The code that words are stored and exchanged by: "Diet only" is diet_only."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    code = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
    return code.lower() if code == code.capitalize() else code


def _value(fact: Fact, typed: str) -> Any:
    if fact.type == "bool":
        return {"yes": True, "no": False}.get(typed.lower())
    if fact.type == "enum":
        return fact.read(code_of(typed))
    try:
        return fact.read(float(typed.replace(",", ".")))
    except ValueError:
        return None


def _example(fact: Fact) -> Any:
    if fact.type == "bool":
        return True
    return fact.values[-1] if fact.type == "enum" else fact.maximum


def _example_cell(fact: Fact) -> str:
    if fact.type == "bool":
        return "true"
    if fact.type == "enum":
        return f'"{fact.values[-1]}"'
    return f">= {fact.maximum:g}"
