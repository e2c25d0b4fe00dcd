"""All that was entered for one version of a case, as one value.

The forms make it, the services store it, and it is read back to fill a form, to show
what two surgeons entered differently, or to build the engine's case document.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from patients.choices import Level
from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    SHIPPED,
    Answer,
    ClinicalFact,
    PartialAnswerError,
    Record,
    Value,
    Vocabulary,
    is_partial,
    normalised,
    withdrawn,
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
    `vocabulary` is what was asked; of what is `stored` that is only words, for an
    answer stays what it was when the rules have moved on.
    """

    occurred_on: date
    facts: Mapping[str, Answer] = field(default_factory=dict)
    discs: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    responsible_level: str = ""
    note: str = ""
    asked_together: frozenset[str] = frozenset()
    vocabulary: Vocabulary = field(default=SHIPPED, compare=False, repr=False)
    stored: bool = field(default=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Drop what is unknown; bring partial answers to their one form.

        Raises:
            ValueError: names every fact or level that does not exist, or every partial
                answer that its fact cannot have.
        """
        if self.stored:
            self._keep(
                _said(self.facts),
                {level: _said(self.discs[level]) for level in sorted(self.discs)},
            )
            return
        case, disc = self.vocabulary.case, self.vocabulary.disc
        strange = [name for name in self.facts if name not in case]
        strange += [level for level in self.discs if level not in Level.values]
        for level, facts in self.discs.items():
            strange += [f"{level}.{name}" for name in facts if name not in disc]
        if strange:
            raise ValueError(f"not in the vocabulary: {', '.join(sorted(strange))}")
        odd: list[str] = []
        known = _known(case, self.facts, odd)
        discs = {
            level: _known(disc, self.discs[level], odd, level)
            for level in sorted(self.discs)
        }
        if odd:
            raise ValueError(f"no partial answers: {'; '.join(odd)}")
        self._keep(known, discs)

    def _keep(
        self, facts: Mapping[str, Answer], discs: Mapping[str, Mapping[str, Answer]]
    ) -> None:
        object.__setattr__(self, "facts", facts)
        no = frozenset(n for n in self.asked_together if facts.get(n) is False)
        object.__setattr__(self, "asked_together", no)
        object.__setattr__(self, "discs", {k: v for k, v in discs.items() if v})

    @classmethod
    def of(
        cls, encounter: Encounter, vocabulary: Vocabulary = SHIPPED
    ) -> "CaseFindings":
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
            facts=_with_partial(exact, encounter.partial_answers)
            | encounter.added_answers,
            discs={
                disc.level: _with_partial(
                    {name: _plain(getattr(disc, name)) for name in DISC_FACTS},
                    disc.partial_answers,
                )
                | disc.added_answers
                for disc in (imaging.disc_findings.all() if imaging else ())
            },
            responsible_level=encounter.responsible_level,
            note=encounter.note,
            asked_together=frozenset(encounter.asked_together),
            vocabulary=vocabulary,
            stored=True,
        )

    def with_kept(
        self, before: "CaseFindings", was_asked: Callable[[str], bool]
    ) -> "CaseFindings":
        """With the answers of `before` to what a page did not ask, by form field.

        It could not take them back either: they stay with the case.
        """
        facts = {n: a for n, a in before.facts.items() if not was_asked(n)}
        discs = {
            level: {
                n: a for n, a in known.items() if not was_asked(disc_field(level, n))
            }
            for level, known in before.discs.items()
        }
        if not facts and not any(discs.values()):
            return self
        return replace(
            self,
            facts={**self.facts, **facts},
            discs={
                level: {**self.discs.get(level, {}), **discs.get(level, {})}
                for level in {**self.discs, **discs}
            },
            stored=True,
        )

    def refused(self) -> dict[str, str]:
        """What the vocabulary does not allow, by form field: the answers that no
        column of the database is held to."""
        rows = [("", self.vocabulary.case, self.facts)]
        rows += [(lv, self.vocabulary.disc, known) for lv, known in self.discs.items()]
        return {
            disc_field(level, name) if level else name: f"Allowed: {fact.allowed}."
            for level, asked, known in rows
            for name, answer in known.items()
            if (fact := asked.get(name)) is not None
            and (fact.added or fact.kind == "enum")
            and not is_partial(answer)
            and not fact.takes(answer)
        }

    def differences(self, theirs: "CaseFindings") -> list[AnswerDifference]:
        """Field by field, in the order of the form; names are those of its fields."""
        mine, other = self.answers(), theirs.answers()
        found = []
        for name, label, fact in _questions(self, theirs):
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


def _said(facts: Mapping[str, Answer]) -> dict[str, Answer]:
    return {name: answer for name, answer in facts.items() if answer not in UNKNOWN}


def _questions(
    one: CaseFindings, other: CaseFindings
) -> Iterator[tuple[str, str, ClinicalFact | None]]:
    """Every question of either, those last that are not asked any more."""
    yield "occurred_on", "Date of the encounter", None
    for fact in _all_of(one, other, one.facts, other.facts, of_disc=False):
        yield fact.name, fact.label, fact
    for level in Level.values:
        mine, theirs = one.discs.get(level, {}), other.discs.get(level, {})
        for fact in _all_of(one, other, mine, theirs, of_disc=True):
            yield disc_field(level, fact.name), f"{level}: {fact.label}", fact
    yield "responsible_level", "Responsible level", None
    yield "note", "Note", None


def _all_of(
    one: CaseFindings,
    other: CaseFindings,
    mine: Mapping[str, Answer],
    theirs: Mapping[str, Answer],
    *,
    of_disc: bool,
) -> Iterator[ClinicalFact]:
    sides = (other.vocabulary, one.vocabulary)
    asked: dict[str, ClinicalFact] = {}
    for vocabulary in sides:
        asked |= vocabulary.disc if of_disc else vocabulary.case
    yield from asked.values()
    for name, answer in {**theirs, **mine}.items():
        if name not in asked:
            yield withdrawn(name, answer)


def _words(fact: ClinicalFact | None, value: Any) -> str:
    if fact is not None:
        return fact.words(value)
    return "not known" if value in UNKNOWN else str(value)
