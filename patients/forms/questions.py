"""A question of the case form as it stands on screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django import forms

from patients.facts import ClinicalFact
from patients.facts.fact import spoken
from patients.forms.fields import input_mode, options
from patients.forms.partial import PartialControl, partial_control

# The width of an answer beyond its words, and of a column in two lines; in letters.
PILL, ROOM = 3, 48


def refusals(form: forms.Form, name: str) -> tuple[str, ...]:
    """Why an answer cannot be stored; empty for one that can, or is only shown."""
    return tuple(str(text) for text in form.errors.get(name, []))


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """All that a template needs to show one question; strings only, so it is fast."""

    name: str
    label: str
    value: str
    unit: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    essential: bool = False
    kind: str = "number"
    errors: tuple[str, ...] = ()
    warning: str = ""
    mode: str = field(default="numeric")
    needs_image: bool = False
    partial: PartialControl | None = None

    @property
    def id(self) -> str:
        """The id of the control."""
        return f"id_{self.name}"

    @property
    def answered(self) -> bool:
        """Whether something stands in its fields, right or wrong."""
        return self.value != "" or self.is_partly_answered

    @property
    def is_partly_answered(self) -> bool:
        """Whether a part of an answer stands in its fields."""
        return self.partial is not None and self.partial.is_open

    @property
    def answers(self) -> list[tuple[str, str, str, bool]]:
        """Code, words, id and "is it chosen" of each answer that can be picked."""
        return [
            (code, words, f"{self.id}_{code or 'unknown'}", code == self.value)
            for code, words in self.options
        ]

    @property
    def is_wide(self) -> bool:
        """Whether its answers need two columns of the form."""
        return sum(len(words) + PILL for _, words in self.options) > ROOM

    @property
    def described_by(self) -> str:
        """Ids of the texts that belong to the control, for assistive technology."""
        parts = {
            "unit": self.unit,
            "hint": self.hint,
            "error": self.errors,
            "warning": self.warning,
        }
        return " ".join(f"{self.id}_{part}" for part, text in parts.items() if text)


def question(
    fact: ClinicalFact, form: forms.Form, warnings: Mapping[str, str], name: str = ""
) -> FormQuestion:
    """The question of a fact with what stands in the form: typed, or stored before."""
    name = name or fact.name
    if form.is_bound:
        value = str(form.data.get(name, "")).strip()
    else:
        value = form.initial.get(fact.name, "")
    choices = options(fact)
    if choices and value and value not in dict(choices):
        # An answer stays in sight when the rules have withdrawn it; it is refused.
        choices = ((value, f"{spoken(value)}: no longer an answer"), *choices)
    return FormQuestion(
        name=name,
        label=fact.asked or fact.label,
        value=value,
        unit="" if fact.grades else fact.unit,
        hint=fact.hint,
        options=choices,
        essential=fact.essential,
        kind="options" if choices else "number",
        errors=refusals(form, fact.name),
        warning=warnings.get(name, ""),
        mode=input_mode(fact),
        needs_image=fact.needs_image,
        partial=partial_control(fact, form, name),
    )
