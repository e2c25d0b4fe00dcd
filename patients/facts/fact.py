"""What a fact is, and the words to declare one in a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.db.models import TextChoices

from patients.facts.answer import Answer, PartialAnswer, is_partial

Kind = Literal["int", "decimal", "bool", "enum"]
Record = Literal["encounter", "examination", "imaging", "disc"]
#: Facts of which an answer is exact or missing, and never a part of the range: the
#: age follows from the birth date.
ALWAYS_EXACT = ("age_years",)


@dataclass(frozen=True, slots=True)
class ClinicalFact:
    """One fact. Numbers are in `unit`; bounds are inclusive; None is "not known".

    `choices` are the codes of an enum with their words. `asked` is how a form asks for
    it where the label alone is no question. One that `needs_image` is not asked while
    there is no image. An `added` one has no column of its own: an administrator of
    rules asks it.
    """

    name: str
    kind: Kind
    label: str
    record: Record = "encounter"
    unit: str = ""
    minimum: float = 0
    maximum: float = 0
    plausible: tuple[float, float] | None = None
    choices: tuple[tuple[str, str], ...] = ()
    grades: tuple[tuple[int, str], ...] = ()
    essential: bool = False
    hint: str = ""
    asked: str = ""
    needs_image: bool = False
    added: bool = False

    @property
    def allowed(self) -> str:
        """What may be entered, as the form says it."""
        if self.kind == "enum":
            return ", ".join(label for _, label in self.choices)
        if self.kind == "bool":
            return "yes, no or not known"
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.minimum:g} to {self.maximum:g}{unit}"

    @property
    def values(self) -> tuple[int | str, ...]:
        """Every value of a choice or a whole number, in the order of the form."""
        if self.kind == "enum":
            return tuple(code for code, _ in self.choices)
        if self.kind == "int":
            return tuple(range(int(self.minimum), int(self.maximum) + 1))
        return ()

    @property
    def can_be_partial(self) -> bool:
        """Whether more can be left of its range than one value and less than all."""
        if self.name in ALWAYS_EXACT:
            return False
        return self.kind == "decimal" or len(self.values) > 2

    def takes(self, answer: Answer) -> bool:
        """Whether an exact answer is one that may be stored."""
        if self.kind == "bool":
            return isinstance(answer, bool)
        if self.kind == "enum":
            return isinstance(answer, str) and answer in self.values
        is_number = type(answer) is int or (
            self.kind == "decimal" and type(answer) is float
        )
        return is_number and self.minimum <= answer <= self.maximum  # type: ignore[operator]

    def words(self, answer: Answer) -> str:
        """A stored answer in plain words; unknown is said, never left blank.

        Of a partial answer it says what is left, as inside a sentence: "13 weeks or
        more", "protrusion, extrusion or sequestration".
        """
        if answer is None or answer == "":
            return "not known"
        if is_partial(answer):
            return self._partial_words(answer)
        if self.kind == "bool":
            return "Yes" if answer else "No"
        if self.kind == "enum" or self.grades:
            return self._label(answer)
        return f"{answer:g} {self.unit}".strip()

    def _label(self, value: object) -> str:
        """What one value of a choice or a scale is called."""
        if self.kind == "enum":
            return dict(self.choices).get(str(value)) or spoken(str(value))
        return dict(self.grades).get(value, f"{value:g}")  # type: ignore[call-overload]

    def _partial_words(self, answer: PartialAnswer) -> str:
        if self.kind == "enum":
            labels = [self._label(code) for code in answer["one_of"]]
            return _either([label[:1].lower() + label[1:] for label in labels])
        scale, unit = self._scale_and_unit
        if "one_of" in answer:
            said = _either([self._label(number) for number in answer["one_of"]])
            return f"{scale} {said} {unit}".strip()
        lowest, highest = answer.get("at_least"), answer.get("at_most")
        if lowest is not None and highest is not None:
            said = f"{self._label(lowest)} to {self._label(highest)} {unit}"
        elif lowest is not None:
            said = (
                f"{self._label(lowest)} {_counted(unit, lowest)}".strip() + " or more"
            )
        else:
            said = (
                f"{self._label(highest)} {_counted(unit, highest)}".strip() + " or less"
            )
        return f"{scale} {said}".strip()

    @property
    def _scale_and_unit(self) -> tuple[str, str]:
        """What stands before and after the numbers: "MRC grade" 4, 6 "weeks"."""
        if not self.grades:
            return "", self.unit
        is_named = self.unit in ("grade", "type")
        return self.unit if is_named else f"{self.unit} grade", ""


def spoken(name: str) -> str:
    """A name or a code that has no words of its own, as people say it."""
    said = name.replace("_", " ")
    return said[:1].upper() + said[1:]


def _counted(unit: str, number: object) -> str:
    """A unit after a number: one week, and two weeks."""
    return unit.removesuffix("s") if number == 1 else unit


@dataclass(frozen=True, slots=True)
class FactSection:
    """A clinical section of the case form."""

    code: str
    title: str
    facts: tuple[ClinicalFact, ...]
    intro: str = ""


def _either(words: Sequence[str]) -> str:
    """ "a, b or c"; with semicolons where a comma is part of a word."""
    mark = ";" if any("," in word for word in words) else ","
    if mark == ";":
        return "; ".join([*words[:-1], f"or {words[-1]}"])
    return f"{', '.join(words[:-1])} or {words[-1]}"


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
        name,
        "enum",
        label,
        choices=tuple((str(option.value), str(option.label)) for option in options),
        hint=hint,
        essential=essential,
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
