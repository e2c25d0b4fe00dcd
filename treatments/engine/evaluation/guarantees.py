"""How far an answer can be trusted: ``robust``, and what each missing fact can do.

Both are exact over all completions of the unknown facts, the presumed ones included,
or they are None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from ..case import NEIGHBOUR_GRADE, NEIGHBOUR_MAXIMUM, Case, UnknownFact
from ..compiler.bitset import singletons
from ..compiler.possible_outcomes import UNDETERMINED, Outcome
from ..compiler.program import Program
from ..ruleset.enums import OptionStatus
from ..ruleset.presumptions import IMAGE_READ, IMAGE_STATUS, applies
from ..search.completions import (
    Base,
    Budget,
    BudgetSpentError,
    open_facts,
    with_mask,
)
from ..search.questions import (
    Answer,
    CaseQuestion,
    OutcomeQuestion,
    StatusQuestion,
    TriageQuestion,
)
from ..search.targeted import ReachableOutcomes, can_affect, reachable_outcomes

BLOCKS = "blocks"
COULD_CHANGE = "could_change"
CANNOT_CHANGE = "cannot_change"

#: States that may be entered for the outcomes, for the effect of one fact, and for
#: the effects of all facts together: half a second of one core at the most.
REACHABLE_STATES = 12_000
EFFECT_STATES = 3_000
ALL_EFFECTS_STATES = 9_000
#: The same where the answer has to come at once, and for how many facts.
SEARCHED_AT_ONCE = 6
QUICK_STATES = 30
ALL_QUICK_STATES = 90


class Guarantees:
    """The guarantees of one evaluation.

    They are two: ``robust``, and the effect of each missing fact.

    ``base`` holds the regions with the presumptions used, ``open_base`` those
    without; ``statuses`` are the options' before one is advised; ``triage_is_open``
    says that completions differ in where triage sends the case. ``proved`` are
    variables of which two completions are known that differ in them and in the outcome.
    """

    def __init__(
        self,
        program: Program,
        case: Case,
        base: Base,
        open_base: Base,
        outcome: Outcome,
        statuses: Mapping[str, OptionStatus],
        *,
        triage_is_open: bool,
        proved: frozenset[int] = frozenset(),
    ) -> None:
        self.program, self.case = program, case
        self.base, self.open_base = base, open_base
        self.outcome, self.statuses = outcome, statuses
        self.triage_is_open, self.proved = triage_is_open, proved
        self.question = OutcomeQuestion(program, case.unavailable)
        self.effects_budget = Budget(ALL_EFFECTS_STATES)
        self.quick_budget = Budget(ALL_QUICK_STATES)
        self._open_facts: dict[int, frozenset[int]] = {}
        self._status_questions: dict[str, StatusQuestion] = {}
        self._affecting: dict[int, bool | None] = {}

    def robust(self) -> bool | None:
        """Whether every completion gives this disposition, urgency and option.

        None where the search was given up, or where the responsible level itself is
        open (then only an outcome that needs no level is certain).
        """
        if self.case.level_is_open and not self._one_outcome_left:
            return None
        if self.proved:
            return False
        if len(self.reachable.found) > 1:
            return False
        return True if self.reachable.complete else None

    def reach(self) -> ReachableOutcomes:
        """The same as :attr:`reachable`, for whoever may never ask for it."""
        return self.reachable

    @cached_property
    def reachable(self) -> ReachableOutcomes:
        """The outcomes of the completions, where the responsible level is known."""
        budget = Budget(REACHABLE_STATES)
        return reachable_outcomes(self.program, self.question, self.open_base, budget)

    def missing(self) -> Iterator[tuple[UnknownFact, str | None]]:
        """Every unknown fact of the vocabulary, with what it can do to the answer.

        The effect is ``blocks``, ``could_change`` or ``cannot_change``; None where the
        search was given up. A partial answer is there where its fact still matters.
        """
        unknown = list(self._unknown())
        blocking = {at: self._or_none(self._blocks, at) for _, at in unknown if at >= 0}
        if self.case.level_is_open:
            is_open = self.outcome.is_open
            yield UnknownFact("responsible_level"), BLOCKS if is_open else CANNOT_CHANGE
        for fact, at in unknown:
            effect = self._effect(at, blocking)
            if fact.have is None or effect != CANNOT_CHANGE:
                yield fact, effect

    def missing_at_once(self) -> Iterator[tuple[UnknownFact, str | None]]:
        """The missing facts with the effects that are found in some milliseconds.

        That is what triage waits for (``blocks``); of a case of contract 2 what is
        proved to change the outcome, or what a short search tells. The effect of the
        others is None.
        """
        if self.case.level_is_open:
            yield UnknownFact("responsible_level"), None
        for fact, at in self._unknown():
            effect = self._effect_at_once(at)
            if fact.have is None or effect != CANNOT_CHANGE:
                yield fact, effect

    def _effect_at_once(self, at: int) -> str | None:
        if self.case.contract == 1:
            waits = at >= 0 and self.triage_is_open
            return BLOCKS if waits and self._or_none(self._blocks, at) else None
        if self.case.level_is_open:
            return None
        if at in self.proved:
            return COULD_CHANGE
        open_ones = self._open_of(self.question, self.open_base)
        if at < 0 or at not in open_ones:
            return CANNOT_CHANGE
        if len(open_ones - self.proved) > SEARCHED_AT_ONCE:
            return None
        budget = self.quick_budget.lend(QUICK_STATES)
        try:
            base, question = self.open_base, self.question
            affects = can_affect(self.program, question, at, base, budget)
        except BudgetSpentError:
            return None
        finally:
            self.quick_budget.take_back(budget)
        return COULD_CHANGE if affects else CANNOT_CHANGE

    def _unknown(self) -> Iterator[tuple[UnknownFact, int]]:
        """The open facts, each with its variable; -1 where no rule tests it."""
        facts, index = self.program.ruleset.facts, self.program.index
        partial = self.case.partial
        for fact in facts.values():
            wanted = fact.scope == "case" or (fact.scope == "disc" and self.case.level)
            wanted = wanted and applies(fact, self.case.known)
            if wanted and fact.name not in self.case.known:
                name = IMAGE_READ if fact.name == IMAGE_STATUS else fact.name
                have = partial[fact.name].stated if fact.name in partial else None
                yield UnknownFact(fact.name, have=have), index.get(name, -1)
        if NEIGHBOUR_MAXIMUM in facts:
            for level, grades in self.case.open_neighbours.items():
                have = None if grades is None else grades.stated
                yield (
                    UnknownFact(NEIGHBOUR_GRADE, level, have),
                    index.get(NEIGHBOUR_MAXIMUM, -1),
                )

    def _effect(self, at: int, blocking: Mapping[int, bool | None]) -> str | None:
        if at < 0 or self._one_outcome_left:
            return CANNOT_CHANGE
        if blocking[at] and self.triage_is_open:
            return BLOCKS
        if blocking[at] is None or self.case.level_is_open:
            return None
        affects = self._affects_outcome(at)
        if affects:
            return BLOCKS if blocking[at] else COULD_CHANGE
        return None if affects is None else CANNOT_CHANGE

    @cached_property
    def _one_outcome_left(self) -> bool:
        """Whether one outcome is left before anything is searched."""
        truth = self.program.propagate(self.open_base)
        return len(self.question.possible(truth)) == 1

    @staticmethod
    def _or_none(ask: Callable[[int], bool], at: int) -> bool | None:
        try:
            return ask(at)
        except BudgetSpentError:
            return None

    def _affects_outcome(self, at: int) -> bool | None:
        """Whether some value of a fact changes the outcome of some completion."""
        if at in self.proved:
            return True
        if self.robust() is True:
            return False
        if at in self._seen_to_affect:
            return True
        if at not in self._affecting:
            self._affecting[at] = self._or_none(self._search_outcome, at)
        return self._affecting[at]

    def _search_outcome(self, at: int) -> bool:
        return self._search(self._ablated_question, at, self.open_base)

    @cached_property
    def _ablated_question(self) -> OutcomeQuestion:
        """The same question without the options that no completion advises."""
        if not self.reachable.complete:
            return self.question
        advised = {outcome.recommended for outcome in self.reachable.found}
        return self.question.ablated(self.program.effects.keys() - advised)

    @cached_property
    def _seen_to_affect(self) -> frozenset[int]:
        """Variables of which one other answer moves the outcome of a completion.

        A first look: it proves for most facts that they do, and for none that
        they cannot.
        """
        seen: set[int] = set()
        for outcome, state in self.reachable.found.items():
            for whole in (
                tuple(mask & -mask for mask in state),
                tuple(1 << mask.bit_length() - 1 for mask in state),
            ):
                seen |= self._flips(outcome, whole, seen)
        return frozenset(seen)

    def _flips(self, outcome: Outcome, whole: Base, seen: set[int]) -> set[int]:
        """The variables whose change alone leaves the outcome of a completion."""
        found = set()
        for at, mask in enumerate(self.open_base):
            if at in seen:
                continue
            for region in singletons(mask & ~whole[at]):
                truth = self.program.propagate(with_mask(whole, at, region))
                if outcome not in self._ablated_question.possible(truth):
                    found.add(at)
                    break
        return found

    def _blocks(self, at: int) -> bool:
        """Whether what holds up the answer can hang on this fact alone.

        Where triage is open that is triage; else the options that are undetermined.
        A presumed fact holds nothing up, nor does one that cannot change the outcome
        (two ways to the same advice).
        """
        mask = self.base[at]
        if not self.outcome.is_open or mask & (mask - 1) == 0:
            return False
        if self.triage_is_open:
            if at not in self._open_of(self._triage_question, self.base):
                return False
            return self._search(self._triage_question, at, self.base)
        return any(
            self._search(self._status_question(code), at, self.base)
            for code, status in self.statuses.items()
            if status == UNDETERMINED
        )

    def _open_of(self, question: CaseQuestion[Answer], base: Base) -> frozenset[int]:
        """The variables that an answer can hang on: no others need be searched."""
        found = self._open_facts.get(id(question))
        if found is None:
            truth = self.program.propagate(base)
            facts = open_facts(self.program, truth, question.deciding(truth))
            found = self._open_facts[id(question)] = frozenset(facts)
        return found

    @cached_property
    def _triage_question(self) -> TriageQuestion:
        return TriageQuestion(self.program)

    def _status_question(self, code: str) -> StatusQuestion:
        found = self._status_questions.get(code)
        if found is None:
            found = self._status_questions[code] = StatusQuestion(self.program, code)
        return found

    def _search(self, question: CaseQuestion[Answer], at: int, base: Base) -> bool:
        budget = self.effects_budget.lend(EFFECT_STATES)
        try:
            return can_affect(self.program, question, at, base, budget)
        finally:
            self.effects_budget.take_back(budget)
