"""How far an answer can be trusted: ``robust``, and what each missing fact can do.

Both are exact over all completions of the unknown facts, the presumed ones included,
or they are None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .advice import FOR, UNDETERMINED, Outcome
from .case import NEIGHBOUR_GRADE, NEIGHBOUR_MAXIMUM, Case, Unknown
from .completions import (
    Answer,
    Base,
    Budget,
    BudgetSpentError,
    OutcomeQuestion,
    Question,
    StatusQuestion,
    TriageQuestion,
    answers,
    fact_bears,
)
from .program import Program
from .vocabulary import Fact

BLOCKS = "blocks"
COULD_CHANGE = "could_change"
CANNOT_CHANGE = "cannot_change"

#: States that may be entered for ``robust``, for the effect of one fact, and for
#: the effects of all facts together: about a second of one core at the most.
ROBUST_STATES = 6_000
EFFECT_STATES = 600
ALL_EFFECTS_STATES = 3_000


class _Enough(OutcomeQuestion):
    """Two outcomes are enough to know that the answer is not robust."""

    def enough(self, found: object) -> bool:
        return isinstance(found, dict) and len(found) > 1


class Guarantees:
    """The guarantees of one evaluation.

    ``base`` holds the regions with the presumptions used, ``open_base`` those
    without; ``statuses`` are the options' before one is advised.
    """

    def __init__(
        self,
        program: Program,
        case: Case,
        base: Base,
        open_base: Base,
        outcome: Outcome,
        statuses: Mapping[str, str],
    ) -> None:
        self.program, self.case = program, case
        self.base, self.open_base = base, open_base
        self.outcome, self.statuses = outcome, statuses
        self.question = _Enough(program, case.unavailable)
        self.states_left = ALL_EFFECTS_STATES

    def robust(self) -> bool | None:
        """Whether every completion gives this disposition, urgency and option.

        None where the search was given up, or where the responsible level itself is
        open (then only an outcome that needs no level is certain).
        """
        if self.case.level is None:
            truth = self.program.propagate(self.open_base)
            return True if len(self.question.possible(truth)) == 1 else None
        try:
            budget = Budget(ROBUST_STATES)
            found = answers(self.program, self.question, self.open_base, budget)
        except BudgetSpentError:
            return None
        return len(found) == 1

    def missing(self) -> Iterator[tuple[Unknown, str | None]]:
        """Every unknown fact of the vocabulary, with what it can do to the answer."""
        facts = self.program.ruleset.facts
        if self.case.level is None:
            stopped = self.outcome.disposition != "insufficient_data"
            yield Unknown("responsible_level"), CANNOT_CHANGE if stopped else BLOCKS
        for fact in facts.values():
            wanted = fact.scope == "case" or (fact.scope == "disc" and self.case.level)
            if wanted and fact.name not in self.case.known:
                yield Unknown(fact.name), self._effect(fact)
        if NEIGHBOUR_MAXIMUM in facts:
            for level in self.case.open_neighbours:
                effect = self._effect(facts[NEIGHBOUR_MAXIMUM])
                yield Unknown(NEIGHBOUR_GRADE, level), effect

    def _effect(self, fact: Fact) -> str | None:
        at = self.program.index.get(fact.name)
        if at is None:
            return CANNOT_CHANGE
        if len(self.question.possible(self.program.propagate(self.open_base))) == 1:
            return CANNOT_CHANGE
        try:
            if self._blocks(at):
                return BLOCKS
            if self.case.level is None:
                return None
            bears = self._bears(self.question, at, self.open_base)
            return COULD_CHANGE if bears else CANNOT_CHANGE
        except BudgetSpentError:
            return None

    def _blocks(self, at: int) -> bool:
        """Whether what holds up the answer can hang on this fact alone.

        Where triage is open that is triage; else the options that are undetermined.
        A presumed fact holds nothing up.
        """
        mask = self.base[at]
        if self.outcome.disposition != "insufficient_data" or mask & (mask - 1) == 0:
            return False
        triage = TriageQuestion(self.program)
        if len(triage.possible(self.program.propagate(self.base))) > 1:
            return self._bears(triage, at, self.base)
        return any(
            self._bears(StatusQuestion(self.program, code), at, self.base)
            for code, status in self.statuses.items()
            if status == UNDETERMINED
        )

    def _bears(self, question: Question[Answer], at: int, base: Base) -> bool:
        def differs(state: Base) -> bool:
            found = set()
            for region in _bits(state[at]):
                one = (*state[:at], region, *state[at + 1 :])
                possible = question.possible(self.program.propagate(one))
                found.add(_weight(question, next(iter(possible))))
            return len(found) > 1

        budget = Budget(min(EFFECT_STATES, self.states_left))
        allowed = budget.left
        try:
            return fact_bears(self.program, question, at, base, budget, differs)
        finally:
            self.states_left -= allowed - max(budget.left, 0)


def _weight(question: Question[Answer], answer: Answer) -> object:
    """What of an answer matters: of a status, whether the option may be taken."""
    return answer in FOR if isinstance(question, StatusQuestion) else answer


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low
        mask ^= low
