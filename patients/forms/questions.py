"""A fact as a form asks it: the field that checks it, the question on screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from patients.facts import ClinicalFact, Value

NOT_KNOWN = ("", "Not known")
YES_NO = (("yes", "Yes"), ("no", "No"), NOT_KNOWN)
# The width of an answer beyond its words, and of a column in two lines; in letters.
PILL, ROOM = 3, 48
_TRUTH = {"yes": True, "no": False}


class MeasureField(forms.DecimalField):
    """A decimal fact; a decimal comma is as good as a point. Cleans to a float."""

    def to_python(self, value: Any) -> Any:
        """A decimal comma becomes a point."""
        if isinstance(value, str):
            value = value.replace(",", ".")
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        """A float, as the case document has it; None for no answer."""
        number = super().clean(value)
        return None if number is None else float(number)


def fact_to_field(fact: ClinicalFact) -> forms.Field:
    """Every answer may be missing; one that is there has to be allowed."""
    allowed = f"Allowed: {fact.allowed}."
    # Django fills these messages with params: a unit of per cent has to be doubled.
    filled = allowed.replace("%", "%%")
    if fact.kind == "bool" or fact.choices is not None or fact.grades:
        return forms.TypedChoiceField(
            label=fact.label,
            choices=options(fact),
            coerce=_coerced(fact),
            empty_value=None,
            required=False,
            error_messages={"invalid_choice": filled},
        )
    kind = MeasureField if fact.kind == "decimal" else forms.IntegerField
    limits: dict[str, Any] = {"min_value": fact.minimum, "max_value": fact.maximum}
    if fact.kind == "decimal":
        limits["decimal_places"] = 2
    number = "a number" if fact.kind == "decimal" else "a whole number"
    return kind(
        label=fact.label,
        required=False,
        error_messages={
            "invalid": f"Enter {number}. {allowed}",
            "min_value": filled,
            "max_value": filled,
            "max_decimal_places": "Two decimal places at most.",
        },
        **limits,
    )


def options(fact: ClinicalFact) -> tuple[tuple[str, str], ...]:
    """Code and words of each answer that can be picked; none for typed numbers."""
    if fact.kind == "bool":
        return YES_NO
    if fact.choices is not None:
        return (*((str(c.value), str(c.label)) for c in fact.choices), NOT_KNOWN)
    if fact.grades:
        return (*((str(grade), text) for grade, text in fact.grades), NOT_KNOWN)
    return ()


def as_posted(value: Value | date) -> str:
    """A stored value as its form field would send it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def refusals(form: forms.Form, name: str) -> tuple[str, ...]:
    """Why an answer cannot be stored; empty for one that can, or is only shown."""
    return tuple(str(text) for text in form.errors.get(name, []))


def _coerced(fact: ClinicalFact) -> Any:
    if fact.kind == "bool":
        return _TRUTH.__getitem__
    return int if fact.kind == "int" else str


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

    @property
    def id(self) -> str:
        """The id of the control."""
        return f"id_{self.name}"

    @property
    def answered(self) -> bool:
        """Whether something stands in the field, right or wrong."""
        return self.value != ""

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
        mode="decimal" if fact.kind == "decimal" else "numeric",
        needs_image=fact.needs_image,
    )
