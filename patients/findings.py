"""All that was entered for one version of a case, as one value.

The forms make it, the services store it, and it is read back to fill a form, to show
what two surgeons entered differently, or to build the engine's case document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from patients.choices import Level
from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    Answer,
    ClinicalFact,
    PartialAnswerError,
    Record,
    Value,
    normalised,
)
from patients.models import Encounter, ImagingStudy
from patients.person import follows

UNKNOWN = (None, "")


@dataclass(frozen=True, slots=True)
class AnswerDifference:
    """One answer that two versions of the findings do not share."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """Known answers only: a fact that is not in a mapping is unknown.

    `facts` are those of scope case but `sex`, which belongs to the patient; `discs`
    maps a level to its facts. A disc of which nothing is known is not in the mapping.
    An answer is a value or a partial answer, as the case document has it.
    `asked_together` names the questions that one click answered with no: of them those
    that still stand so. It is no answer, and no difference between two versions.
    """

    occurred_on: date
    facts: Mapping[str, Answer] = field(default_factory=dict)
    discs: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    responsible_level: str = ""
    note: str = ""
    asked_together: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Drop what is unknown; bring partial answers to their one form.

        Raises:
            ValueError: names every fact or level that does not exist, or every partial
                answer that its fact cannot have.
        """
        strange = [name for name in self.facts if name not in CASE_FACTS]
        strange += [level for level in self.discs if level not in Level.values]
        for level, facts in self.discs.items():
            strange += [f"{level}.{name}" for name in facts if name not in DISC_FACTS]
        if strange:
            raise ValueError(f"not in the vocabulary: {', '.join(sorted(strange))}")
        odd: list[str] = []
        facts = _known(CASE_FACTS, self.facts, odd)
        discs = {
            level: _known(DISC_FACTS, self.discs[level], odd, level)
            for level in sorted(self.discs)
        }
        if odd:
            raise ValueError(f"no partial answers: {'; '.join(odd)}")
        object.__setattr__(self, "facts", facts)
        no = frozenset(n for n in self.asked_together if facts.get(n) is False)
        object.__setattr__(self, "asked_together", no)
        object.__setattr__(self, "discs", {k: v for k, v in discs.items() if v})

    @classmethod
    def of(cls, encounter: Encounter) -> "CaseFindings":
        """What was answered; cheap after Encounter.objects.with_findings().

        Without what follows from the person, and without what nobody was asked: of a
        version of before both may stand in its columns.
        """
        imaging: ImagingStudy | None = getattr(encounter, "imaging", None)
        rows: dict[Record, models.Model | None] = {
            "encounter": encounter,
            "examination": getattr(encounter, "examination", None),
            "imaging": imaging,
        }
        exact = {
            fact.name: _plain(getattr(rows[fact.record], fact.name, None))
            for fact in CASE_FACTS.values()
            if fact.name not in encounter.not_asked
            and not follows(fact.name, encounter.patient)
        }
        return cls(
            occurred_on=encounter.occurred_on,
            facts=_with_partial(exact, encounter.partial_answers),
            discs={
                disc.level: _with_partial(
                    {name: _plain(_stored(disc, name)) for name in DISC_FACTS},
                    disc.partial_answers,
                )
                for disc in (imaging.disc_findings.all() if imaging else ())
            },
            responsible_level=encounter.responsible_level,
            note=encounter.note,
            asked_together=frozenset(encounter.asked_together),
        )

    def differences(self, theirs: "CaseFindings") -> list[AnswerDifference]:
        """Field by field, in the order of the form; names are those of its fields."""
        mine, other = self.answers(), theirs.answers()
        found = []
        for name, label, fact in _questions():
            value, stored = mine.get(name, ""), other.get(name, "")
            if value != stored:
                words = _words(fact, value), _words(fact, stored)
                found.append(AnswerDifference(name, label, *words))
        return found

    def changes(self, before: "CaseFindings") -> dict[str, Any]:
        """For the audit trail: the fields that changed, and their coded values before
        and after. Of the note it says that it changed, and no word of it."""
        mine, old = self.answers(), before.answers()
        names = [difference.name for difference in self.differences(before)]
        coded = [name for name in names if name != "note"]
        return {
            "changed": names,
            "before": {name: _told(old.get(name)) for name in coded},
            "after": {name: _told(mine.get(name)) for name in coded},
        }

    def answers(self) -> dict[str, Any]:
        """Every known answer under the name of its form field."""
        answers: dict[str, Any] = {
            "occurred_on": self.occurred_on,
            "responsible_level": self.responsible_level,
            "note": self.note,
            **self.facts,
        }
        for level, facts in self.discs.items():
            answers |= {disc_field(level, name): facts[name] for name in facts}
        return answers


def disc_field(level: str, name: str) -> str:
    """The form field of a disc's fact: "L5-S1-zone"."""
    return f"{level}-{name}"


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _known(
    vocabulary: Mapping[str, ClinicalFact],
    facts: Mapping[str, Answer],
    odd: list[str],
    level: str = "",
) -> dict[str, Answer]:
    """The answers that say something; ``odd`` takes up what is no partial answer."""
    known: dict[str, Answer] = {}
    for name, given in facts.items():
        try:
            answer = normalised(vocabulary[name], given)
        except PartialAnswerError as refusal:
            odd.append(f"{disc_field(level, name) if level else name}: {refusal}")
        else:
            if answer not in UNKNOWN:
                known[name] = answer
    return known


def _with_partial(
    exact: Mapping[str, Value], partial: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The columns of a row with its partial answers, in the order of the columns.

    Where both stand, the column holds: the release before writes that one alone.
    """
    filled: dict[str, Answer] = {
        name: partial.get(name) if value in UNKNOWN else value
        for name, value in exact.items()
    }
    return {**filled, **{name: partial[name] for name in partial if name not in exact}}


def _plain(value: Any) -> Value:
    return float(value) if isinstance(value, Decimal) else value


def _stored(disc: Any, name: str) -> Any:
    return disc.herniation_type_id if name == "herniation_type" else getattr(disc, name)


def _questions() -> Iterator[tuple[str, str, ClinicalFact | None]]:
    yield "occurred_on", "Date of the encounter", None
    for fact in CASE_FACTS.values():
        yield fact.name, fact.label, fact
    for level in Level.values:
        for fact in DISC_FACTS.values():
            yield disc_field(level, fact.name), f"{level}: {fact.label}", fact
    yield "responsible_level", "Responsible level", None
    yield "note", "Note", None


def _words(fact: ClinicalFact | None, value: Any) -> str:
    if fact is not None:
        return fact.words(value)
    return "not known" if value in UNKNOWN else str(value)
