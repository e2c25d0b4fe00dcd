"""``explore``: how far the answer to one case reaches, and what would move it.

Four questions that a colleague would ask of an advice: what else is possible, what to
ask next, what would change it, and why not the others. Each is answered over all
completions or all changes, or it says that its budget was spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from ..case import NEIGHBOUR_MAXIMUM, Case, CaseReader
from ..compiler.bitset import lowest, members, union
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program, mask_of, program_of
from ..compiler.range_words import nearest_value, regions_in_words
from ..ruleset.answers import Answer, AnswerSet
from ..ruleset.enums import Disposition
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import (
    IMAGE_ANSWERS,
    IMAGE_READ,
    IMAGE_STATUS,
    asked_name,
    computed_values,
    follows_from_person,
    presumed_values,
)
from ..ruleset.unary_tests import Value
from ..search.completions import Base, Budget, open_facts, with_mask
from ..search.questions import OutcomeQuestion
from ..search.targeted import ReachableOutcomes, reachable_among
from .evaluate import BUDGET_SPENT, NO_LEVEL, evaluate
from .guarantees import BLOCKS, CANNOT_CHANGE
from .resolve import QuestionSet, ResolvedCase, computed_masks
from .result import Evaluation
from .why_not import why_not

#: QuestionSet that are asked, and states for the outcomes behind one possible answer
#: and behind all of them together.
ASKED_AT_MOST = 6
ANSWER_STATES = 1_500
ALL_ANSWERS_STATES = 6_000
#: What trying pairs of changes may cost, a pair that has to be resolved by a search
#: being the dearer, and the changes that are listed.
PAIRS_COST = 40_000
RESOLVING_COST = 8
CHANGES_LISTED = 60


@dataclass(frozen=True, slots=True)
class Exploration:
    """What :func:`explore` found; None where a part could not be decided.

    ``possible``: the outcomes that completions give, each with an example.
    ``ask_next``: the questions that can affect the answer, each with its answers and
    the outcomes they leave. ``would_change``: the smallest changes of known facts that
    move the advice. ``why_not``: a reason for each option that is not advised.
    ``not_said``: the reason for each part that is None or not complete.
    """

    possible: list[dict[str, Any]] | None
    ask_next: list[dict[str, Any]] | None
    would_change: dict[str, Any] | None
    why_not: list[dict[str, Any]]
    not_said: list[dict[str, str]]

    def to_document(self) -> dict[str, Any]:
        """The five parts by name, ready for JSON."""
        return {
            "possible": self.possible,
            "ask_next": self.ask_next,
            "would_change": self.would_change,
            "why_not": self.why_not,
            "not_said": self.not_said,
        }


def explore(
    document: object, ruleset: Ruleset, evaluation: Evaluation | None = None
) -> Exploration:
    """Explore a case document; one with errors gives an empty exploration.

    ``evaluation`` is that of the same document, where it has been made already.
    """
    case = CaseReader(ruleset).read(document)
    if case is None:
        return Exploration(None, None, None, [], [])
    if evaluation is None or (not case.level_is_open and evaluation.reachable is None):
        evaluation = evaluate(document, ruleset)
    return _Explorer(ruleset, case, evaluation).exploration()


@dataclass(frozen=True, slots=True)
class _Change:
    """One known fact given another value: its variable, regions and nearest value."""

    at: int
    mask: int
    value: Value


class _Explorer:
    def __init__(self, ruleset: Ruleset, case: Case, evaluation: Evaluation) -> None:
        self.ruleset, self.case = ruleset, case
        self.reachable = evaluation.reachable or ReachableOutcomes({}, complete=False)
        self.effects = {
            NEIGHBOUR_MAXIMUM if unknown.level else unknown.fact: effect
            for unknown, effect in evaluation.missing
        }
        self.program: Program = program_of(ruleset)
        self.computed = computed_masks(self.program, case)
        self.open_base = tuple(self.program.masks(case.answers, self.computed))
        self.question = OutcomeQuestion(self.program, case.unavailable)
        self.questions = QuestionSet(self.program, case.unavailable)
        self.resolved = ResolvedCase(self.program, case, self._base({}), self.questions)
        self.presuming = {
            name
            for kind in ("computed", "presumption")
            for table in ruleset.tables_of(kind)
            for name in table.inputs
        }
        self.not_said: list[dict[str, str]] = []
        self.left = PAIRS_COST
        self.answers_budget = Budget(ALL_ANSWERS_STATES)

    def exploration(self) -> Exploration:
        if self.case.level_is_open:
            for part in ("possible", "would_change"):
                self._leave_open(part, NO_LEVEL)
            return Exploration(None, self._ask_level(), None, [], self.not_said)
        return Exploration(
            possible=self._possible(),
            ask_next=self._ask_next(),
            would_change=self._would_change(),
            why_not=why_not(self.program, self.case, self.resolved),
            not_said=self.not_said,
        )

    def _leave_open(self, part: str, reason: str) -> None:
        self.not_said.append({"part": part, "reason": reason})

    # -- what is possible, and what to ask ---------------------------------------------

    def _possible(self) -> list[dict[str, Any]] | None:
        if not self.reachable.complete:
            self._leave_open("possible", BUDGET_SPENT)
            return None
        found = (
            {**_outcome(outcome), "example": self._example(outcome, state)}
            for outcome, state in self.reachable.found.items()
        )
        return sorted(found, key=_rank)

    def _example(self, outcome: Outcome, state: Base) -> dict[str, Value]:
        """Answers that lead to an outcome whatever else is answered, none too many."""
        for at, mask in enumerate(self.open_base):
            if state[at] != mask:
                wider = with_mask(state, at, mask)
                if self._possible_at(wider) == {outcome}:
                    state = wider
        return {
            asked_name(self.program.variables[at].name): self._value(at, mask)
            for at, mask in enumerate(state)
            if mask != self.open_base[at]
        }

    def _value(self, at: int, mask: int) -> Value:
        variable = self.program.variables[at]
        value = variable.representatives[lowest(mask)]
        return IMAGE_ANSWERS[value] if variable.name == IMAGE_READ else value

    def _possible_at(self, base: Base) -> frozenset[Outcome]:
        return self.question.possible(self.program.propagate(base))

    def _ask_level(self) -> list[dict[str, Any]] | None:
        """The level as the one question, where nothing is advised without it."""
        if self.ruleset.selection.refer is None:
            self._leave_open("ask_next", NO_LEVEL)
            return None
        blocks = self.resolved.outcome.disposition == Disposition.INSUFFICIENT_DATA
        if not blocks:
            return []
        # Without an image no level is needed: whether there is one is asked before.
        names = ["responsible_level"]
        if IMAGE_READ in self.ruleset.facts and IMAGE_READ not in self.case.known:
            names.insert(0, IMAGE_STATUS)
        return [{"fact": name, "effect": BLOCKS, "answers": []} for name in names]

    def _ask_next(self) -> list[dict[str, Any]]:
        """The questions that can affect the answer: first what blocks it, then by how
        few outcomes the least telling answer leaves.

        Which are asked at all is judged by the outcomes that open rules leave; their
        order by those that are, where these were found.
        """
        truth = self.program.propagate(self.open_base)
        facts = open_facts(self.program, truth, self.question.deciding(truth))
        affecting = [at for at in facts if self._effect(at) != CANNOT_CHANGE]
        order = sorted(affecting, key=self._left_at_worst)
        asked = [self._asked(at) for at in order[:ASKED_AT_MOST]]
        return sorted(asked, key=_left_in_fact)

    def _effect(self, at: int) -> str | None:
        # A partial answer that is not among the missing facts changes nothing more.
        name = asked_name(self.program.variables[at].name)
        return self.effects.get(name, CANNOT_CHANGE)

    def _left_at_worst(self, at: int) -> tuple[bool, int, float]:
        sizes = [
            len(self._possible_at(with_mask(self.open_base, at, 1 << region)))
            for region in members(self.open_base[at])
        ]
        return self._effect(at) != BLOCKS, max(sizes), sum(sizes) / len(sizes)

    def _asked(self, at: int) -> dict[str, Any]:
        """A question with its answers; those that lead to the same are one."""
        variable = self.program.variables[at]
        found: list[tuple[int, list[dict[str, Any]] | None]] = []
        for region in members(self.open_base[at]):
            outcomes = self._outcomes(at, 1 << region)
            same = [
                i for i, (_, o) in enumerate(found) if o is not None and o == outcomes
            ]
            if same:
                found[same[0]] = found[same[0]][0] | 1 << region, outcomes
            else:
                found.append((1 << region, outcomes))
        return {
            "fact": asked_name(variable.name),
            "effect": self._effect(at),
            "answers": [
                {
                    "range": str(self._value(at, mask))
                    if variable.name == IMAGE_READ
                    else regions_in_words(variable, mask),
                    "example": self._value(at, mask),
                    "outcomes": outcomes,
                }
                for mask, outcomes in found
            ],
        }

    def _outcomes(self, at: int, answer: int) -> list[dict[str, Any]] | None:
        """The outcomes that one answer leaves: of all those there are, the ones whose
        completions it is in, and those that others lead to."""
        found = {
            outcome: state
            for outcome, state in self.reachable.found.items()
            if state[at] & answer
        }
        base = with_mask(self.open_base, at, answer)
        question, among = self.question, self._possible_at(base)
        if self.reachable.complete:
            among &= self.reachable.found.keys()
            advised = {outcome.recommended for outcome in self.reachable.found}
            question = question.ablated(self.program.effects.keys() - advised)
        budget = self.answers_budget.lend(ANSWER_STATES)
        left = reachable_among(self.program, question, base, budget, among, found)
        self.answers_budget.take_back(budget)
        if not left.complete:
            return None
        return sorted((_outcome(outcome) for outcome in left.found), key=_rank)

    # -- what would change the advice --------------------------------------------------

    def _would_change(self) -> dict[str, Any]:
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
                    self._leave_open(
                        "would_change", "Not every pair of changes was tried."
                    )
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
        stated = {
            name: value
            for name, value in self.case.answers.items()
            if name not in self.case.computed
        }
        known: dict[str, Answer] = {**stated, **changed}
        known |= computed_values(self.ruleset, known)
        presumed = presumed_values(self.ruleset, known)
        return tuple(self.program.masks({**presumed, **known}, self.computed))

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
            "outcome": _outcome(outcome),
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


def _left_in_fact(question: dict[str, Any]) -> tuple[bool, bool, int, float]:
    """What blocks first; a question with an answer not followed to its end last."""
    outcomes = [answer["outcomes"] for answer in question["answers"]]
    sizes = [len(left) for left in outcomes if left is not None]
    open_end = len(sizes) < len(outcomes)
    most = max(sizes, default=0)
    return question["effect"] != BLOCKS, open_end, most, sum(sizes) / len(outcomes)


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "disposition": outcome.disposition,
        "urgency": outcome.urgency,
        "treatment": outcome.recommended,
    }


def _rank(outcome: dict[str, Any]) -> tuple[str, str, str]:
    return (
        outcome["disposition"],
        outcome["urgency"] or "",
        outcome["treatment"] or "",
    )
