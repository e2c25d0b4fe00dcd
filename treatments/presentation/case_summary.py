"""What was entered, from the stored case document, as a clinical note reads it.

Present, absent and measured findings are kept apart from what is not known and from
what was assumed: an unknown answer never looks like a "no".
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from patients.choices import Level, Sex
from patients.facts import (
    CASE_FACTS,
    SHIPPED,
    ClinicalFact,
    FactSection,
    Vocabulary,
    could_be,
    withdrawn,
)
from patients.findings import disc_field
from patients.person import PREGNANT
from treatments.engine import Fact
from treatments.presentation.form_words import cell_words

SEX = ClinicalFact("sex", "enum", "Sex", choices=tuple(Sex.choices))
#: What an evaluation can name beside the facts of the form's sections.
OTHER_LABELS: Mapping[str, str] = {
    "responsible_level": "Responsible level",
    "level": "Responsible level",
    "neighbour_pfirrmann_max": "Pfirrmann grade of the neighbouring discs",
    "image_read": CASE_FACTS["imaging_status"].label,
}


def of_the_image(asked: Vocabulary) -> frozenset[str]:
    """What cannot be known while there is no image."""
    return frozenset(
        {
            *("responsible_level", "level", "neighbour_pfirrmann_max"),
            *asked.disc,
            *(name for name, fact in asked.case.items() if fact.needs_image),
        }
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One fact in words; `name` and `level` say where it is entered.

    Of a partial answer the words say what is left: "13 weeks or more".
    `note` is why it is assumed, where the rules say it.
    """

    name: str
    label: str
    value: str = ""
    level: str = ""
    essential: bool = False
    note: str = ""

    @property
    def anchor(self) -> str:
        """The id of its field in the case form."""
        if self.level:
            return f"id_{disc_field(self.level, self.name)}"
        if self.name == "level":
            return "id_responsible_level"
        if self.name == "neighbour_pfirrmann_max":
            return "heading-discs"
        if self.name == "image_read":
            return "id_imaging_status"
        return f"id_{self.name}"


@dataclass(frozen=True, slots=True)
class NoteSection:
    """One part of the note. `complete` is False for a disc that is only context."""

    title: str
    measured: tuple[Item, ...]
    present: tuple[Item, ...]
    absent: tuple[Item, ...]
    assumed: tuple[Item, ...]
    unknown: tuple[Item, ...]
    is_responsible: bool = False
    is_red_flags: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The note, and how much of it is known.

    With `no_image` nothing of a disc was asked, and nothing of one is not known.
    """

    sections: tuple[NoteSection, ...]
    responsible_level: str
    known: int
    assumed: int
    unknown: int
    no_image: bool = False

    @property
    def red_flags(self) -> tuple[Item, ...]:
        """The red flags that were found."""
        return tuple(
            item
            for section in self.sections
            if section.is_red_flags
            for item in section.present
        )


def responsible_level(case: Mapping[str, Any]) -> str:
    """The level named, or the only one with a herniation, or "".

    From contract 2 on it is guessed from nothing: with a disc that may be herniated or
    not, its type unknown or known in part, it has to be named.
    """
    if case.get("responsible_level"):
        return str(case["responsible_level"])
    types = {d["level"]: d.get("herniation_type") for d in case.get("discs", ())}
    herniated = [level for level, kind in types.items() if not could_be(kind, "none")]
    is_settled = case.get("contract") == 1 or all(
        kind == "none" or not could_be(kind, "none") for kind in types.values()
    )
    return herniated[0] if is_settled and len(herniated) == 1 else ""


def fact_item(
    name: str, value: Any = None, level: str = "", *, asked: Vocabulary = SHIPPED
) -> Item:
    """A fact in words, wherever it belongs; one that no form has keeps its name.

    ``asked`` is the vocabulary of the ruleset that is spoken of.
    """
    fact = SEX if name == "sex" else asked.get(name)
    if fact is None:
        words = "" if value is None else str(value)
        label = OTHER_LABELS.get(name) or name.replace("_", " ").capitalize()
        return Item(name, label, words)
    words = "" if value is None else fact.words(value)
    at_disc = level if name in asked.disc else ""
    return Item(name, fact.label, words, at_disc, fact.essential)


def assumed_item(
    entry: Mapping[str, Any],
    facts: Mapping[str, Fact],
    level: str = "",
    *,
    asked: Vocabulary = SHIPPED,
) -> Item:
    """What is assumed of a fact: a value, or a range ("under 6 mm").

    ``facts`` are the facts of the ruleset that assumed it, ``asked`` its vocabulary.
    """
    name = entry["fact"]
    if "is" in entry:
        words = cell_words(facts[name], entry["is"])
        item = replace(fact_item(name, level=level, asked=asked), value=words)
    else:
        item = fact_item(name, entry["value"], level, asked=asked)
    return replace(item, note=entry.get("note", ""))


def case_summary(
    case: Mapping[str, Any],
    assumed: Iterable[Mapping[str, Any]],
    missing: Iterable[Mapping[str, Any]] = (),
    *,
    vocabulary: Mapping[str, Fact] = MappingProxyType({}),
    asked: Vocabulary = SHIPPED,
    no_image: bool = False,
) -> Summary:
    """The note of a case document, with the `assumed` values of its evaluation.

    Of a neighbouring disc it names as not known only what the evaluation misses there.
    With `no_image` it has no disc, and does not miss what needs an image.
    `vocabulary` are the facts of the ruleset, `asked` what the form asks by it.
    """
    facts: Mapping[str, Any] = case.get("facts", {})
    presumed = {
        entry["fact"]: assumed_item(entry, vocabulary, asked=asked).value
        for entry in assumed
    }
    level = "" if no_image else responsible_level(case)
    discs = {disc["level"]: disc for disc in case.get("discs", ())}
    sections = [
        _section(
            section.title,
            _asked(section, {**presumed, **facts}, no_image=no_image),
            facts,
            presumed,
            is_red_flags=section.code == "red_flags",
        )
        for section in asked.sections
    ]
    if left := [n for n in facts if n not in asked.case and n != "sex"]:
        gone = [withdrawn(name, facts[name]) for name in left]
        sections.insert(-1, _section("No longer asked", gone, facts, {}))
    missed: dict[str, set[str]] = {}
    for entry in missing:
        if entry.get("level"):
            missed.setdefault(entry["level"], set()).add(entry["fact"])
    shown = [c for c in Level.values if c in discs or c == level or c in missed]
    if no_image:
        shown = []
    # The responsible disc comes first: the others are its context.
    shown.sort(key=lambda code: code != level)
    sections[-1:-1] = [
        _disc_section(
            code,
            discs.get(code, {}),
            presumed,
            asked=asked,
            is_responsible=code == level,
            missed=missed.get(code, ()),
        )
        for code in shown
    ]
    return Summary(
        sections=tuple(sections),
        responsible_level=level,
        known=sum(len(s.measured) + len(s.present) + len(s.absent) for s in sections),
        assumed=sum(len(section.assumed) for section in sections),
        # A level that is not named is one thing not known; the note says it too.
        unknown=sum(len(section.unknown) for section in sections)
        + (not level and not no_image),
        no_image=no_image,
    )


def _asked(
    section: FactSection, said: Mapping[str, Any], *, no_image: bool
) -> tuple[ClinicalFact, ...]:
    """The facts of a section of the form: without an image those that need none, and
    of a man no pregnancy that nobody spoke of. What was ``said`` or assumed stays.
    """
    found = (SEX, *section.facts) if section.code == "patient" else section.facts
    male = said.get("sex") == Sex.MALE

    def is_asked(fact: ClinicalFact) -> bool:
        return not ((no_image and fact.needs_image) or (male and fact.name == PREGNANT))

    return tuple(f for f in found if is_asked(f) or said.get(f.name) is not None)


def _disc_section(
    level: str,
    values: Mapping[str, Any],
    presumed: Mapping[str, str],
    *,
    asked: Vocabulary,
    is_responsible: bool,
    missed: Collection[str],
) -> NoteSection:
    left = (n for n in values if n not in asked.disc and n != "level")
    facts = (
        *asked.disc.values(),
        *(withdrawn(name, values[name]) for name in left),
    )
    if not is_responsible:
        # A neighbour is context: only what was said or is missed of it is in the note.
        facts = tuple(
            fact
            for fact in facts
            if values.get(fact.name) is not None or fact.name in missed
        )
    title = f"Disc {level}, responsible" if is_responsible else f"Disc {level}"
    return _section(
        title,
        facts,
        values,
        presumed if is_responsible else {},
        level=level,
        is_responsible=is_responsible,
    )


def _section(
    title: str,
    facts: Collection[ClinicalFact],
    values: Mapping[str, Any],
    presumed: Mapping[str, str],
    level: str = "",
    is_responsible: bool = False,
    is_red_flags: bool = False,
) -> NoteSection:
    known = [fact for fact in facts if values.get(fact.name) is not None]
    unknown = [fact for fact in facts if values.get(fact.name) is None]

    def items(
        wanted: Iterable[ClinicalFact], source: Mapping[str, str]
    ) -> tuple[Item, ...]:
        return tuple(
            Item(
                fact.name, fact.label, source.get(fact.name, ""), level, fact.essential
            )
            for fact in wanted
        )

    told = {fact.name: fact.words(values[fact.name]) for fact in known}

    return NoteSection(
        title=title,
        measured=items((f for f in known if f.kind != "bool"), told),
        present=items((f for f in known if values[f.name] is True), told),
        absent=items((f for f in known if values[f.name] is False), told),
        assumed=items((f for f in unknown if f.name in presumed), presumed),
        unknown=items((f for f in unknown if f.name not in presumed), {}),
        is_responsible=is_responsible,
        is_red_flags=is_red_flags,
    )
