"""The smallest changes of known facts that move the advice, with what they cross."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from ..case import Case
from ..compiler.bitset import members, union
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program, mask_of
from ..compiler.range_words import nearest_value, regions_in_words
from ..ruleset.answers import Answer, AnswerSet
from ..ruleset.presumptions import IMAGE_READ, follows_from_person
from ..ruleset.unary_tests import Value
from ..search.completions import Base, with_mask
from ..search.questions import OutcomeQuestion
from .next_question import base_with
from .question_set import QuestionSet
from .resolve import ResolvedCase

#: What trying pairs of changes may cost, a pair that has to be resolved by a search
#: being the dearer, and the changes that are listed.
PAIRS_COST = 40_000
RESOLVING_COST = 8
CHANGES_LISTED = 60
NOT_EVERY_PAIR = "Not every pair of changes was tried."


@dataclass(frozen=True, slots=True)
class _Change:
    """One known fact given another value: its variable, regions and nearest value."""

    at: int
    mask: int
    value: Value


class ChangeFinder:
    """Changes one fact, then two, and looks at what the case then comes to.

    ``left_open`` has the reason where not every pair could be tried.
    """

    def __init__(
        self,
        program: Program,
        case: Case,
        resolved: ResolvedCase,
        questions: QuestionSet,
    ) -> None:
        self.program, self.case, self.ruleset = program, case, program.ruleset
        self.resolved, self.questions = resolved, questions
        self.question = OutcomeQuestion(program, case.unavailable)
        self.presuming = {
            name
            for kind in ("computed", "presumption")
            for table in self.ruleset.tables_of(kind)
            for name in table.inputs
        }
        self.left_open = ""
        self.left = PAIRS_COST

    def would_change(self) -> dict[str, Any]:
        """The changes that move the advice, by whether people can bring them about.

        ``complete`` is false where not every pair was tried, or not every one listed.
        """
        still: list[_Change] = []
        moving: dict[tuple[int, Outcome], int] = {}
        for change in self._changes():
            outcome = self._outcome_after([change])
            if outcome == self.resolved.outcome:
                still.append(change)
            else:
                key = change.at, outcome
                moving[key] = moving.get(key, 0) | change.mask
        found = [
            self._described([self._change(at, mask)], outcome)
            for (at, outcome), mask in moving.items()
        ]
        pairs, complete = self._pairs(still)
        found += pairs
        listed = found[:CHANGES_LISTED]
        return {
            "modifiable": [c for c in listed if self._modifiable(c)],
            "fixed": [c for c in listed if not self._modifiable(c)],
            "complete": complete and len(listed) == len(found),
        }

    def _changes(self) -> Iterator[_Change]:
        # A pregnancy is not asked of a man: what follows from the person stays.
        answers = self.case.answers
        given = {"level", IMAGE_READ, *follows_from_person(self.ruleset, answers)}
        for at in range(self.program.base_count):
            variable = self.program.variables[at]
            if variable.name in given or variable.name not in answers:
                continue
            now = mask_of(variable, answers[variable.name])
            for region in members(variable.everything & ~now):
                yield self._change(at, 1 << region)

    def _change(self, at: int, mask: int) -> _Change:
        variable = self.program.variables[at]
        answer = self.case.answers[variable.name]
        if not isinstance(answer, AnswerSet):
            return _Change(at, mask, nearest_value(variable, mask, answer))
        # Of a partial answer the end that is nearer to the change is where it begins.
        found = [
            (nearest_value(variable, mask, e), e) for e in (answer.low, answer.high)
        ]
        value, _ = min(found, key=_distance)
        return _Change(at, mask, value)

    def _pairs(self, still: list[_Change]) -> tuple[list[dict[str, Any]], bool]:
        """Pairs of changes that move the advice although neither does alone."""
        by_fact: dict[int, list[_Change]] = {}
        for change in still:
            by_fact.setdefault(change.at, []).append(change)
        found: list[dict[str, Any]] = []
        self.left = PAIRS_COST
        for one, other in combinations(by_fact, 2):
            self.left -= 1
            if self._pair_is_idle(one, other, by_fact):
                continue
            for first, second in product(by_fact[one], by_fact[other]):
                if self.left < 0:
                    self.left_open = NOT_EVERY_PAIR
                    return found, False
                outcome = self._outcome_after([first, second])
                if outcome != self.resolved.outcome:
                    found.append(self._described([first, second], outcome))
        return found, True

    def _pair_is_idle(
        self, one: int, other: int, by_fact: dict[int, list[_Change]]
    ) -> bool:
        """Whether no values of two facts move the advice: asked of both at once."""
        base = list(self.resolved.base)
        for at in (one, other):
            for change in by_fact[at]:
                base[at] |= change.mask
        truth = self.program.propagate(base)
        return self.question.possible(truth) == {self.resolved.outcome}

    def _outcome_after(self, changes: list[_Change]) -> Outcome:
        base = self._changed_base(changes)
        possible = self.question.possible(self.program.propagate(base))
        self.left -= 1
        if len(possible) == 1:
            return next(iter(possible))
        self.left -= RESOLVING_COST
        return ResolvedCase(self.program, self.case, base, self.questions).outcome

    def _changed_base(self, changes: list[_Change]) -> Base:
        variables = self.program.variables
        if any(variables[c.at].name in self.presuming for c in changes):
            return self._base({variables[c.at].name: c.value for c in changes})
        base = tuple(self.resolved.base)
        for c in changes:
            base = with_mask(base, c.at, variables[c.at].mask_of(c.value))
        return base

    def _base(self, changed: dict[str, Value]) -> tuple[int, ...]:
        return base_with(self.program, self.case, changed)

    def _described(self, changes: list[_Change], outcome: Outcome) -> dict[str, Any]:
        variables = self.program.variables
        truth = self.program.propagate(self._changed_base(changes))
        fires = truth.sure & ~self.resolved.truth.sure & self._spoken_of(outcome)
        return {
            "changes": [
                {
                    "fact": variables[c.at].name,
                    "from": _stated(self.case.answers[variables[c.at].name]),
                    "to": c.value,
                    "range": regions_in_words(variables[c.at], c.mask),
                }
                for c in changes
            ],
            "outcome": outcome_document(outcome),
            "rules": [self.program.rules[n].id for n in members(fires)],
        }

    def _spoken_of(self, outcome: Outcome) -> int:
        """The rules of triage, of urgency, and of the two treatments concerned."""
        hits = (*self.program.triage, *self.program.urgency)
        bits = union(hit.bits for hit in hits)
        for code in (outcome.recommended, self.resolved.outcome.recommended):
            if code is not None:
                bits |= self.program.effects[code].all
        return bits

    def _modifiable(self, change: dict[str, Any]) -> bool:
        facts = self.ruleset.facts
        return all(facts[c["fact"]].modifiable for c in change["changes"])


def _distance(ends: tuple[Value, float]) -> float:
    """How far a new value lies from an end of the old ones; names lie anywhere."""
    value, end = ends
    return 0 if isinstance(value, str) else abs(value - end)


def _stated(answer: Answer) -> Any:
    return dict(answer.stated) if isinstance(answer, AnswerSet) else answer


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """An outcome by its three parts, ready for JSON."""
    return {
        "disposition": outcome.disposition,
        "urgency": outcome.urgency,
        "treatment": outcome.recommended,
    }
