"""The field of a fact: what it takes, how it refuses, what it would send."""

from datetime import date
from typing import Any

from django import forms

from patients.facts import ClinicalFact, Value

NOT_KNOWN = ("", "Not known")
# No limit on a scale, at one of its ends.
NO_GRADE = ("", "–")
YES_NO = (("yes", "Yes"), ("no", "No"), NOT_KNOWN)
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
    if fact.kind in ("bool", "enum") or fact.grades:
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
    if fact.kind == "enum":
        return (*fact.choices, NOT_KNOWN)
    if fact.grades:
        return (*((str(grade), text) for grade, text in fact.grades), NOT_KNOWN)
    return ()


def input_mode(fact: ClinicalFact) -> str:
    """Which keys a phone shows for a typed number."""
    return "decimal" if fact.kind == "decimal" else "numeric"


def as_posted(value: Value | date) -> str:
    """A stored value as its form field would send it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _coerced(fact: ClinicalFact) -> Any:
    if fact.kind == "bool":
        return _TRUTH.__getitem__
    return int if fact.kind == "int" else str
