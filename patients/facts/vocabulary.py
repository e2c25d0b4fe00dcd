"""Which questions the form asks: those that ship, as the live rules word them, and
those that an administrator of rules adds.

The rules belong to another app, so they are handed in: it builds a `Vocabulary` of its
questions, and `ask_from` says where the live one comes from.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from patients.choices import Level, Sex
from patients.facts.answer import Answer, is_partial
from patients.facts.case import SECTIONS
from patients.facts.disc import DISC_SECTIONS
from patients.facts.fact import ClinicalFact, FactSection, Kind, spoken

#: What a column holds of a code.
LONGEST_CODE = 40
#: The form lists every value of a whole number that is known in part.
WIDEST_RANGE = 10_000
LONGEST_LABEL = 80
#: Groups of the rules that stand in a section of another name.
_SECTION_OF = {"comorbidity": "history", "preference": "preferences"}
#: The group of every shipped fact of a disc; the form has sections of it.
_DISC_GROUP = "disc"
#: Answers that are entered elsewhere: at the patient, and by choosing a disc.
_ELSEWHERE = {"sex": tuple(Sex.values), "level": tuple(Level.values)}
#: Names of fields of the form that are no facts.
_TAKEN = frozenset(
    {
        *("revision", "submission_key", "loaded", "kept_as", "kept_step", "continues"),
        *("encounter", "then", "take_theirs", "occurred_on", "responsible_level"),
        *("note", "unknown", "discs", "asked_together", "page_of"),
    }
)
_NAME = re.compile(r"(?!.*__)[a-z](?:[a-z0-9_]*[a-z0-9])?\Z")
_CODE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{LONGEST_CODE - 1}}}\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """A fact as the rules have it. `unit` is in the words of people.

    `group` is the section of the form that asks it; numbers have both bounds.
    """

    name: str
    kind: Kind
    label: str
    group: str = ""
    of_disc: bool = False
    help: str = ""
    unit: str = ""
    minimum: float = 0
    maximum: float = 0
    plausible: tuple[float, float] | None = None
    codes: tuple[str, ...] = ()
    essential: bool = False

    @property
    def section(self) -> str:
        """The code of the section that asks it."""
        return _SECTION_OF.get(self.group, self.group)


@dataclass(frozen=True)
class Vocabulary:
    """The sections of the form, of a case and of each disc, with their questions."""

    sections: tuple[FactSection, ...] = SECTIONS
    disc_sections: tuple[FactSection, ...] = DISC_SECTIONS

    @cached_property
    def case(self) -> dict[str, ClinicalFact]:
        """Every question of a case, in the order of the form."""
        return {fact.name: fact for part in self.sections for fact in part.facts}

    @cached_property
    def disc(self) -> dict[str, ClinicalFact]:
        """Every question of a disc, in the order of the form."""
        return {fact.name: fact for part in self.disc_sections for fact in part.facts}

    def get(self, name: str) -> ClinicalFact | None:
        """A question by its name; None for what no form asks."""
        return self.case.get(name) or self.disc.get(name)

    @classmethod
    def of(cls, questions: Iterable[Question]) -> "Vocabulary":
        """What ships, worded as in `questions`, with those that are added.

        One that no form can ask is left out: see `problems`.
        """
        asked = {q.name: q for q in questions if not any(problems(q))}
        return cls(
            _worded(SECTIONS, asked, of_disc=False),
            _worded(DISC_SECTIONS, asked, of_disc=True),
        )


SHIPPED = Vocabulary()


def withdrawn(name: str, answer: Answer) -> ClinicalFact:
    """A question that no rule knows any more, as far as a stored answer tells it."""
    values = [*answer.values()] if is_partial(answer) else [answer]
    kind: Kind = "decimal"
    if isinstance(values[0], bool):
        kind = "bool"
    elif isinstance(values[0], str | list):
        kind = "enum"
    return ClinicalFact(name, kind, spoken(name), added=True)


def problems(question: Question) -> Iterator[str]:
    """Why no form can ask it; nothing for one that can be asked."""
    if question.name in _ELSEWHERE:
        if not set(question.codes) <= set(_ELSEWHERE[question.name]):
            yield (
                f"is not asked by the case form; its values stay "
                f"{', '.join(_ELSEWHERE[question.name])}"
            )
        return
    if question.kind == "enum":
        yield from _odd_codes(question.codes)
    shipped = SHIPPED.get(question.name)
    if shipped is not None:
        yield from _unlike(question, shipped)
    else:
        yield from _odd_addition(question)


def _unlike(question: Question, shipped: ClinicalFact) -> Iterator[str]:
    """What its column cannot hold, and what a stored answer would no longer mean."""
    if question.kind != shipped.kind:
        yield f"stays of the type {shipped.kind}: answers of it are stored"
    elif question.of_disc != (shipped.record == "disc"):
        yield (
            "stays a fact of the disc"
            if not question.of_disc
            else ("stays a fact of the case")
        )
    elif question.kind in ("int", "decimal"):
        if not (
            shipped.minimum <= question.minimum <= question.maximum <= shipped.maximum
        ):
            yield (
                f"goes beyond what is stored: {shipped.minimum:g} to "
                f"{shipped.maximum:g}"
            )
        if question.unit != shipped.unit:
            yield (
                f"stays in its unit ({shipped.unit or 'none'}): answers of it are "
                "stored"
            )


def _odd_addition(question: Question) -> Iterator[str]:
    sections = DISC_SECTIONS if question.of_disc else SECTIONS
    known = [section.code for section in sections]
    if question.of_disc:
        known.append(_DISC_GROUP)
    if question.section not in known:
        yield f"has no section in the form; its group is one of {', '.join(known)}"
    if not _NAME.match(question.name) or question.name in _TAKEN:
        yield (
            "cannot be a field of the form: choose another name, of small letters, "
            "digits and single underscores"
        )
    if not question.label.strip():
        yield "has no label, and a question needs one"
    elif len(question.label) > LONGEST_LABEL:
        yield f"has a label of more than {LONGEST_LABEL} characters"
    if question.kind == "int" and question.maximum - question.minimum > WIDEST_RANGE:
        yield f"has a range of more than {WIDEST_RANGE}; use decimal"


def _odd_codes(codes: tuple[str, ...]) -> Iterator[str]:
    if len(set(map(str.casefold, codes))) < len(codes):
        yield "has a value twice"
    if len(codes) < 2:
        yield "needs at least two values to choose from"
    if odd := [code for code in codes if not _CODE.match(code)]:
        yield (
            f"cannot have the value {odd[0]}: up to {LONGEST_CODE} letters, digits, "
            "dots, dashes and underscores"
        )


def _worded(
    sections: tuple[FactSection, ...], asked: dict[str, Question], *, of_disc: bool
) -> tuple[FactSection, ...]:
    """The sections with the words of the rules, and what is added at their ends."""
    added: dict[str, list[ClinicalFact]] = {}
    for question in asked.values():
        known = question.name in _ELSEWHERE or SHIPPED.get(question.name)
        if question.of_disc == of_disc and not known:
            section = question.section
            if section == _DISC_GROUP:
                section = sections[0].code
            added.setdefault(section, []).append(_added(question))
    return tuple(
        replace(
            section,
            facts=(
                *(_reworded(f, asked.get(f.name)) for f in section.facts),
                *added.get(section.code, ()),
            ),
        )
        for section in sections
    )


def _added(question: Question) -> ClinicalFact:
    return ClinicalFact(
        name=question.name,
        kind=question.kind,
        label=question.label,
        record="disc" if question.of_disc else "encounter",
        unit=question.unit,
        minimum=question.minimum,
        maximum=question.maximum,
        plausible=question.plausible,
        choices=tuple((code, spoken(code)) for code in question.codes),
        essential=question.essential,
        hint=_sentence(question.help),
        added=True,
    )


def _reworded(fact: ClinicalFact, question: Question | None) -> ClinicalFact:
    """A question that ships, in the words and limits of the rules."""
    if question is None:
        return fact
    label = question.label or fact.label
    words = dict(fact.choices)
    worded = replace(
        fact,
        label=label,
        # Its own form of asking belongs to its own label.
        asked=fact.asked if label == fact.label else "",
        hint=_sentence(question.help) or fact.hint,
        essential=question.essential,
        plausible=question.plausible,
        choices=tuple((code, words.get(code, spoken(code))) for code in question.codes),
    )
    if fact.kind not in ("int", "decimal"):
        return worded
    low, high = question.minimum, question.maximum
    if fact.kind == "int":
        low, high = int(low), int(high)
    grades = tuple(pair for pair in fact.grades if low <= pair[0] <= high)
    return replace(worded, minimum=low, maximum=high, grades=grades)


def _sentence(text: str) -> str:
    """The meaning that the rules give, as the form says it."""
    text = text.strip()
    if not text:
        return ""
    ending = "" if text.endswith((".", "?", "!")) else "."
    return text[:1].upper() + text[1:] + ending


_live: Callable[[], Vocabulary] = lambda: SHIPPED  # noqa: E731


def ask_from(live: Callable[[], Vocabulary]) -> None:
    """From now on the form asks what `live` gives."""
    global _live
    _live = live


def asked_now() -> Vocabulary:
    """What the form asks now: by the live rules, or what ships while there are none."""
    return _live()
