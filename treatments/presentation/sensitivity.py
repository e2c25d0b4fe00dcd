"""How sure an advice is, what would change it and why not another: in words.

Reads what the engine explored when the case was evaluated (`explore`); nothing is
worked out again. What it did not decide is said to be undecided, never guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.evaluation.guarantees import BLOCKS
from treatments.engine.ruleset.enums import Disposition, OptionStatus, Urgency
from treatments.presentation.case_summary import Item, fact_item
from treatments.presentation.form_words import (
    cell_words,
    has_grades,
    in_sentence,
    range_words,
)
from treatments.presentation.vocabulary import vocabulary_of
from treatments.presentation.words import (
    DISPOSITION_WORDS,
    LADDER_URGENCIES,
    URGENCY_GOES_WITHOUT_SAYING,
)

#: Doubts, which a test can raise or clear: nobody waits for them to change.
DOUBTS = frozenset(
    {
        "suspected_infection",
        "suspected_malignancy",
        "significant_trauma",
        "clinical_imaging_concordance",
    }
)
#: Time that has passed: it can only become more.
ELAPSED = frozenset(
    {"symptom_duration_weeks", "conservative_care_weeks", "motor_deficit_days"}
)
#: More outcomes than this are counted, not named.
NAMED_AT_MOST = 3


#: Where an evaluation leads: a disposition, and on the ladder a treatment's code.
_Place = tuple[Disposition, str | None]


@dataclass(frozen=True, slots=True)
class PossibleAdvice:
    """Where a case could go: an option or an answer without one.

    `urgencies` are said where they are not that of the advice; `example` is what
    leads there.
    """

    title: str
    is_now: bool
    urgencies: tuple[Urgency, ...] = ()
    example: tuple[Item, ...] = ()

    @property
    def urgency_words(self) -> str:
        """Its urgencies as a phrase; all of them are "any"."""
        if len(self.urgencies) == len(LADDER_URGENCIES):
            return "any urgency"
        return " or ".join(self.urgencies)


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer and where it leads; None where that was not decided."""

    words: str
    outlooks: tuple[PossibleAdvice, ...] | None

    @property
    def count(self) -> int:
        """To how many outcomes it leads; 0 where that was not decided."""
        return len(self.outlooks or ())

    @property
    def is_named(self) -> bool:
        """Whether they are few enough to be named."""
        return 0 < self.count <= NAMED_AT_MOST


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """An unknown fact with what each answer to it would lead to."""

    item: Item
    answers: tuple[Answer, ...]
    is_needed: bool = False

    @property
    def settles(self) -> bool:
        """Whether some answer leaves few enough outcomes to name them."""
        return any(answer.is_named for answer in self.answers)

    @property
    def left(self) -> str:
        """How many outcomes the answers leave: "5", "5 to 8", or nothing."""
        counts = [answer.count for answer in self.answers if answer.outlooks]
        if not counts or len(counts) < len(self.answers):
            return ""
        low, high = min(counts), max(counts)
        return str(low) if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact from the value entered to the range in which the advice is another."""

    item: Item
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AdviceChange:
    """One or two facts that change together, and the rules that then hold."""

    steps: tuple[FactChange, ...]
    urgency: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Where changes lead, with every change that leads there."""

    title: str
    is_now: bool
    changes: tuple[AdviceChange, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What would change the advice, by whether it can change and how much has to.

    `doubts` are apart: they are raised or cleared by what is found, not by waiting.
    """

    can_change: tuple[Target, ...]
    doubts: tuple[Target, ...]
    cannot_change: tuple[Target, ...]
    pairs: tuple[Target, ...]
    is_complete: bool

    @property
    def fixed_count(self) -> int:
        """How many changes are of facts that nobody can change."""
        return sum(len(target.changes) for target in self.cannot_change)

    @property
    def pair_count(self) -> int:
        """How many changes need two facts at once."""
        return sum(len(target.changes) for target in self.pairs)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that changes the advice."""
        single = self.can_change or self.doubts or self.cannot_change
        return not (single or self.pairs)


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The shortest honest reason for an option that is not advised."""

    lead: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """All of it, as pages and reports show it; `unsaid` has the reason by part."""

    possible: tuple[PossibleAdvice, ...] | None
    questions: tuple[OpenQuestion, ...] | None
    changes: Changes | None
    why_not: Mapping[str, WhyNot] = field(default_factory=dict)
    unsaid: Mapping[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> frozenset[tuple[str, str]]:
        """The facts that its questions ask for, each with its disc's level."""
        questions = self.questions or ()
        return frozenset((q.item.name, q.item.level) for q in questions)


def read_exploration(
    explored: Mapping[str, Any],
    evaluation: Mapping[str, Any],
    ruleset: Ruleset,
    level: str,
) -> Sensitivity:
    """Read the document of `explore`; the responsible disc is at `level`."""
    reader = _SensitivityReader(evaluation, ruleset, level)
    possible, asked = explored["possible"], explored["ask_next"]
    changes = explored["would_change"]
    return Sensitivity(
        possible=None if possible is None else reader.outlooks(possible),
        questions=None if asked is None else tuple(map(reader.question, asked)),
        changes=None if changes is None else reader.changes(changes),
        why_not={
            option["treatment"]: reader.why_not(option)
            for option in explored["why_not"]
        },
        unsaid={part["part"]: part["reason"] for part in explored["not_said"]},
    )


class _SensitivityReader:
    def __init__(
        self, evaluation: Mapping[str, Any], ruleset: Ruleset, level: str
    ) -> None:
        advised = evaluation["recommended"] or {}
        self.now = Disposition(evaluation["disposition"]), advised.get("treatment")
        self.urgency = evaluation["urgency"]
        self.ruleset, self.level = ruleset, level
        self.asked = vocabulary_of(ruleset)
        self.order: list[_Place] = [
            (Disposition.LADDER, code) for code in ruleset.treatments
        ]
        self.needed = {
            m["fact"] for m in evaluation["missing"] if m["effect"] == BLOCKS
        }

    # -- outcomes ----------------------------------------------------------------------

    def outlooks(
        self, outcomes: Iterable[Mapping[str, Any]]
    ) -> tuple[PossibleAdvice, ...]:
        """Outcomes that differ in their urgency alone are one outlook."""
        grouped: dict[_Place, list[Mapping[str, Any]]] = {}
        for outcome in outcomes:
            grouped.setdefault(_place(outcome), []).append(outcome)
        return tuple(
            self._outlook(place, grouped[place])
            for place in sorted(grouped, key=self._rank)
        )

    def _outlook(
        self, place: _Place, outcomes: Sequence[Mapping[str, Any]]
    ) -> PossibleAdvice:
        found = {outcome["urgency"] for outcome in outcomes}
        silent = found == {self.urgency} or self._says_its_urgency(place)
        example = outcomes[0].get("example") or {}
        return PossibleAdvice(
            title=self._title(place),
            is_now=place == self.now and silent,
            urgencies=()
            if silent
            else tuple(u for u in LADDER_URGENCIES if u in found),
            example=tuple(
                fact_item(name, value, self.level, asked=self.asked)
                for name, value in example.items()
            ),
        )

    def _title(self, place: _Place) -> str:
        disposition, code = place
        treatment = self.ruleset.treatments[code] if code else None
        return treatment.title if treatment else DISPOSITION_WORDS[disposition]

    def _says_its_urgency(self, place: _Place) -> bool:
        """Whether the answer itself says how soon; not where the answer stays."""
        return place[0] in URGENCY_GOES_WITHOUT_SAYING and place != self.now

    def _rank(self, place: _Place) -> tuple[bool, int, str]:
        """The options as the ladder has them; after them the answers without one."""
        known = place in self.order
        return not known, self.order.index(place) if known else 0, place[0]

    # -- what to ask -------------------------------------------------------------------

    def question(self, document: Mapping[str, Any]) -> OpenQuestion:
        name = document["fact"]
        together: dict[tuple[PossibleAdvice, ...] | None, list[str]] = {}
        for answer in document["answers"]:
            outcomes = answer["outcomes"]
            outlooks = None if outcomes is None else self.outlooks(outcomes)
            together.setdefault(outlooks, []).append(answer["range"])
        return OpenQuestion(
            item=fact_item(
                name, level=document.get("level") or self.level, asked=self.asked
            ),
            answers=tuple(
                Answer(self._range(name, " or ".join(ranges)), outlooks)
                for outlooks, ranges in together.items()
            ),
            is_needed=name in self.needed,
        )

    # -- what would change it ----------------------------------------------------------

    def changes(self, document: Mapping[str, Any]) -> Changes:
        single: dict[str, list[Mapping[str, Any]]] = {
            kind: [change for change in document[kind] if len(change["changes"]) == 1]
            for kind in ("modifiable", "fixed")
        }
        pairs = [
            change
            for kind in ("modifiable", "fixed")
            for change in document[kind]
            if len(change["changes"]) > 1
        ]
        return Changes(
            can_change=self._targets(
                change
                for change in single["modifiable"]
                if not (_is_doubt(change) or _goes_back(change))
            ),
            doubts=self._targets(filter(_is_doubt, single["modifiable"])),
            cannot_change=self._targets(
                (*single["fixed"], *filter(_goes_back, single["modifiable"]))
            ),
            pairs=self._targets(pairs),
            is_complete=document["complete"],
        )

    def _targets(self, found: Iterable[Mapping[str, Any]]) -> tuple[Target, ...]:
        grouped: dict[_Place, list[AdviceChange]] = {}
        for change in found:
            place = _place(change["outcome"])
            grouped.setdefault(place, []).append(self._change(change))
        return tuple(
            Target(self._title(place), place == self.now, tuple(grouped[place]))
            for place in sorted(grouped, key=lambda p: (p == self.now, self._rank(p)))
        )

    def _change(self, document: Mapping[str, Any]) -> AdviceChange:
        outcome = document["outcome"]
        urgency, place = outcome["urgency"] or "", _place(outcome)
        silent = urgency == self.urgency or self._says_its_urgency(place)
        return AdviceChange(
            steps=tuple(self._step(step) for step in document["changes"]),
            urgency="" if silent else urgency,
            rules=tuple(document["rules"]),
        )

    def _step(self, document: Mapping[str, Any]) -> FactChange:
        name, before = document["fact"], document["from"]
        item = fact_item(name, before, self.level, asked=self.asked)
        is_number = isinstance(before, int | float) and not isinstance(before, bool)
        return FactChange(
            item=item,
            before=f"{before:g}" if is_number and not has_grades(name) else item.value,
            after=self._range(name, document["range"]),
        )

    # -- why not -----------------------------------------------------------------------

    def why_not(self, document: Mapping[str, Any]) -> WhyNot:
        rules = [self.ruleset.rules[rule_id] for rule_id in document["rules"]]
        texts = tuple(rule.rationale for rule in rules)
        match document["reason"]:
            case "against" if document["status"] == OptionStatus.CAUTION:
                return WhyNot("Passed over for a reservation", texts)
            case "against":
                return WhyNot("Against it", texts)
            case "not_met":
                needs = tuple(map(self._need, document["conditions"]))
                return WhyNot("It would need", needs or ("a rule that speaks for it",))
            case "later":
                return WhyNot(
                    "Suitable too; another comes first in the order of preference", ()
                )
            case "unavailable":
                return WhyNot("Not offered here; that is no clinical reason", ())
        items = (fact_item(name, asked=self.asked) for name in document["facts"])
        labels = tuple(item.label for item in items)
        return WhyNot("Not known, and decides", labels)

    def _need(self, document: Mapping[str, Any]) -> str:
        name = document["fact"]
        label = self._label(name)
        needed = cell_words(self.ruleset.facts[name], document["needed"])
        if document["value"] is None:
            return f"{label}: {needed}"
        item = fact_item(name, document["value"], asked=self.asked)
        now = in_sentence(name, item.value)
        return f"{label}: {needed} (is {now})"

    def _label(self, name: str) -> str:
        return self.ruleset.facts[name].label or fact_item(name).label

    def _range(self, name: str, words: str) -> str:
        return range_words(self.ruleset.facts[name], words)


def _is_doubt(document: Mapping[str, Any]) -> bool:
    return all(step["fact"] in DOUBTS for step in document["changes"])


def _goes_back(document: Mapping[str, Any]) -> bool:
    return any(
        step["fact"] in ELAPSED and step["to"] < step["from"]
        for step in document["changes"]
    )


def _place(outcome: Mapping[str, Any]) -> _Place:
    return Disposition(outcome["disposition"]), outcome["treatment"]
