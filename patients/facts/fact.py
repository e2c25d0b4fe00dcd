"""What a fact is, and the words to declare one in a line."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from django.db.models import TextChoices

Kind = Literal["int", "decimal", "bool", "enum"]
Record = Literal["encounter", "examination", "imaging", "disc"]
Value = int | float | bool | str | None


@dataclass(frozen=True, slots=True)
class ClinicalFact:
    """One fact. Numbers are in `unit`; bounds are inclusive; None is "not known".

    `asked` is how a form asks for it where the label alone is no question. One that
    `needs_image` is not asked while there is no image.
    """

    name: str
    kind: Kind
    label: str
    record: Record = "encounter"
    unit: str = ""
    minimum: int = 0
    maximum: int = 0
    plausible: tuple[float, float] | None = None
    choices: type[TextChoices] | None = None
    grades: tuple[tuple[int, str], ...] = ()
    essential: bool = False
    hint: str = ""
    asked: str = ""
    needs_image: bool = False

    @property
    def allowed(self) -> str:
        """What may be entered, as the form says it."""
        if self.choices is not None:
            return ", ".join(str(label) for label in self.choices.labels)
        if self.kind == "bool":
            return "yes, no or not known"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.minimum} to {self.maximum}{unit}"

    def words(self, value: Value) -> str:
        """A stored value in plain words; unknown is said, never left blank."""
        if value is None or value == "":
            return "not known"
        if self.kind == "bool":
            return "Yes" if value else "No"
        if self.choices is not None:
            return str(self.choices(str(value)).label)
        if self.grades and isinstance(value, int):
            return dict(self.grades)[value]
        return f"{value:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class FactSection:
    """A clinical section of the case form."""

    code: str
    title: str
    facts: tuple[ClinicalFact, ...]
    intro: str = ""


def yes_no(
    name: str, label: str, hint: str = "", *, essential: bool = False
) -> ClinicalFact:
    """A fact that is answered with yes or no."""
    return ClinicalFact(name, "bool", label, hint=hint, essential=essential)


def choice(
    name: str,
    label: str,
    options: type[TextChoices],
    hint: str = "",
    *,
    essential: bool = False,
) -> ClinicalFact:
    """A fact that is answered with one of ``options``."""
    return ClinicalFact(
        name, "enum", label, choices=options, hint=hint, essential=essential
    )


def number(
    name: str,
    label: str,
    bounds: tuple[int, int],
    unit: str = "",
    hint: str = "",
    *,
    kind: Kind = "int",
    plausible: tuple[float, float] | None = None,
    grades: Iterable[tuple[int, str]] = (),
    essential: bool = False,
) -> ClinicalFact:
    """A fact that is a number in ``unit``, within ``bounds`` (inclusive).

    ``plausible`` is the span outside which the form asks again; ``grades`` are the
    words of a scale, where each number has its own.
    """
    return ClinicalFact(
        name,
        kind,
        label,
        unit=unit,
        minimum=bounds[0],
        maximum=bounds[1],
        plausible=plausible,
        grades=tuple(grades),
        hint=hint,
        essential=essential,
    )


def of_the_image(*facts: ClinicalFact) -> tuple[ClinicalFact, ...]:
    """Facts that say nothing while there is no image."""
    return tuple(replace(fact, needs_image=True) for fact in facts)


def stored_in(record: Record, *facts: ClinicalFact) -> tuple[ClinicalFact, ...]:
    """The same facts, held by the rows of ``record``."""
    return tuple(replace(fact, record=record) for fact in facts)
