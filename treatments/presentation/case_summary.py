"""What was entered, from the stored case document, as a clinical note reads it.

Present, absent and measured findings are kept apart from what is not known and from
what was assumed: an unknown answer never looks like a "no".
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from patients.choices import Level, Sex
from patients.facts import CASE_FACTS, DISC_FACTS, DISC_SECTIONS, SECTIONS, ClinicalFact
from patients.findings import disc_field

SEX = ClinicalFact("sex", "enum", "Sex", choices=Sex)
#: What an evaluation can name beside the facts of the form's sections.
OTHER_LABELS: Mapping[str, str] = {
    "responsible_level": "Responsible level",
    "level": "Responsible level",
    "neighbour_pfirrmann_max": "Pfirrmann grade of the neighbouring discs",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One fact in words; `name` and `level` say where it is entered."""

    name: str
    label: str
    value: str = ""
    level: str = ""
    essential: bool = False

    @property
    def anchor(self) -> str:
        """The id of its field in the case form."""
        if self.level:
            return f"id_{disc_field(self.level, self.name)}"
        if self.name == "level":
            return "id_responsible_level"
        if self.name == "neighbour_pfirrmann_max":
            return "heading-discs"
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
    """The note, and how much of it is known."""

    sections: tuple[NoteSection, ...]
    responsible_level: str
    known: int
    assumed: int
    unknown: int

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
    """The level named, or the only one with a herniation, or "" (contract 1)."""
    if case.get("responsible_level"):
        return str(case["responsible_level"])
    # A single herniation needs no naming: its disc is the responsible one.
    herniated = [
        disc["level"]
        for disc in case.get("discs", ())
        if disc.get("herniation_type") not in (None, "none")
    ]
    return herniated[0] if len(herniated) == 1 else ""


def fact_item(name: str, value: Any = None, level: str = "") -> Item:
    """A fact in words, wherever it belongs; one that no form has keeps its name."""
    fact = SEX if name == "sex" else CASE_FACTS.get(name) or DISC_FACTS.get(name)
    if fact is None:
        words = "" if value is None else str(value)
        label = OTHER_LABELS.get(name) or name.replace("_", " ").capitalize()
        return Item(name, label, words)
    words = "" if value is None else fact.words(value)
    at_disc = level if name in DISC_FACTS else ""
    return Item(name, fact.label, words, at_disc, fact.essential)


def case_summary(
    case: Mapping[str, Any],
    assumed: Iterable[Mapping[str, Any]],
    missing: Iterable[Mapping[str, Any]] = (),
) -> Summary:
    """The note of a case document, with the `assumed` values of its evaluation.

    Of a neighbouring disc it names as not known only what the evaluation misses there.
    """
    facts: Mapping[str, Any] = case.get("facts", {})
    presumed = {entry["fact"]: entry["value"] for entry in assumed}
    level = responsible_level(case)
    discs = {disc["level"]: disc for disc in case.get("discs", ())}
    sections = [
        _section(
            section.title,
            (SEX, *section.facts) if section.code == "patient" else section.facts,
            facts,
            presumed,
            is_red_flags=section.code == "red_flags",
        )
        for section in SECTIONS
    ]
    missed: dict[str, set[str]] = {}
    for entry in missing:
        if entry.get("level"):
            missed.setdefault(entry["level"], set()).add(entry["fact"])
    shown = [c for c in Level.values if c in discs or c == level or c in missed]
    # The responsible disc comes first: the others are its context.
    shown.sort(key=lambda code: code != level)
    sections[-1:-1] = [
        _disc_section(
            code,
            discs.get(code, {}),
            presumed,
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
        unknown=sum(len(section.unknown) for section in sections) + (not level),
    )


def _disc_section(
    level: str,
    values: Mapping[str, Any],
    presumed: Mapping[str, Any],
    *,
    is_responsible: bool,
    missed: Collection[str],
) -> NoteSection:
    facts = tuple(fact for section in DISC_SECTIONS for fact in section.facts)
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
    presumed: Mapping[str, Any],
    level: str = "",
    is_responsible: bool = False,
    is_red_flags: bool = False,
) -> NoteSection:
    known = [fact for fact in facts if values.get(fact.name) is not None]
    unknown = [fact for fact in facts if values.get(fact.name) is None]

    def items(
        wanted: Iterable[ClinicalFact], source: Mapping[str, Any]
    ) -> tuple[Item, ...]:
        return tuple(
            Item(
                fact.name,
                fact.label,
                fact.words(source[fact.name]) if fact.name in source else "",
                level,
                fact.essential,
            )
            for fact in wanted
        )

    return NoteSection(
        title=title,
        measured=items((f for f in known if f.kind != "bool"), values),
        present=items((f for f in known if values[f.name] is True), values),
        absent=items((f for f in known if values[f.name] is False), values),
        assumed=items((f for f in unknown if f.name in presumed), presumed),
        unknown=items((f for f in unknown if f.name not in presumed), {}),
        is_responsible=is_responsible,
        is_red_flags=is_red_flags,
    )
