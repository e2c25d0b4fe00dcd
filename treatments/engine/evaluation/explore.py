"""``explore``: how far the answer to one case reaches, and what would move it.

Four questions that a colleague would ask of an advice: what else is possible, what to
ask next, what would change it, and why not the others. Each is answered over all
completions or all changes, or it says that its budget was spent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..case import NEIGHBOUR_MAXIMUM, Case, CaseReader
from ..compiler.bitset import lowest, members
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program, program_of
from ..compiler.range_words import regions_in_words
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import (
    IMAGE_ANSWERS,
    IMAGE_READ,
    IMAGE_STATUS,
    asked_name,
)
from ..ruleset.unary_tests import Value
from ..search.completions import Base, Budget, open_facts, with_mask
from ..search.questions import OutcomeQuestion
from ..search.targeted import ReachableOutcomes, reachable_among
from .evaluate import BUDGET_SPENT, NO_LEVEL, evaluate
from .guarantees import BLOCKS, CANNOT_CHANGE
from .next_question import (
    asks_level_first,
    base_with,
    effects_by_name,
    level_questions,
    ranked_questions,
)
from .question_set import QuestionSet
from .resolve import ResolvedCase, computed_masks, likely_of
from .result import Evaluation
from .why_not import why_not
from .would_change import ChangeFinder, outcome_document

#: Questions that are asked, and states for the outcomes behind one possible answer
#: and behind all of them together.
ASKED_AT_MOST = 6
ANSWER_STATES = 1_500
ALL_ANSWERS_STATES = 6_000


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
    case = replace(case, contract=evaluation.contract)
    return _Explorer(ruleset, case, evaluation).exploration()


class _Explorer:
    def __init__(self, ruleset: Ruleset, case: Case, evaluation: Evaluation) -> None:
        self.ruleset, self.case = ruleset, case
        self.reachable = evaluation.reachable or ReachableOutcomes({}, complete=False)
        self.effects = effects_by_name(evaluation.missing, NEIGHBOUR_MAXIMUM)
        self.worths = evaluation.worths
        self.program: Program = program_of(ruleset)
        self.computed = computed_masks(self.program, case)
        self.open_base = tuple(self.program.masks(case.answers, self.computed))
        self.question = OutcomeQuestion(self.program, case.unavailable)
        self.questions = QuestionSet(self.program, case.unavailable)
        base = base_with(self.program, case, {})
        likely = likely_of(self.program, case, base)
        self.resolved = ResolvedCase(
            self.program, case, base, self.questions, likely=likely
        )
        self.not_said: list[dict[str, str]] = []
        self.answers_budget = Budget(ALL_ANSWERS_STATES)

    def exploration(self) -> Exploration:
        case = self.case
        if case.level_is_open:
            for part in ("possible", "would_change"):
                self._leave_open(part, NO_LEVEL)
            asked = self._ask_level() if case.contract == 1 else self._ask_open_level()
            return Exploration(None, asked, None, [], self.not_said)
        return Exploration(
            possible=self._possible(),
            ask_next=self._ask_next(),
            would_change=self._would_change(),
            why_not=why_not(self.program, self.case, self.resolved),
            not_said=self.not_said,
        )

    def _would_change(self) -> dict[str, Any]:
        finder = ChangeFinder(self.program, self.case, self.resolved, self.questions)
        found = finder.would_change()
        if finder.left_open:
            self._leave_open("would_change", finder.left_open)
        return found

    def _leave_open(self, part: str, reason: str) -> None:
        self.not_said.append({"part": part, "reason": reason})

    # -- what is possible, and what to ask ---------------------------------------------

    def _possible(self) -> list[dict[str, Any]] | None:
        if not self.reachable.complete:
            self._leave_open("possible", BUDGET_SPENT)
            return None
        found = (
            {**outcome_document(outcome), "example": self._example(outcome, state)}
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
        if not self.resolved.outcome.is_open:
            return []
        # Without an image no level is needed: whether there is one is asked before.
        names = ["responsible_level"]
        if IMAGE_READ in self.ruleset.facts and IMAGE_READ not in self.case.known:
            names.insert(0, IMAGE_STATUS)
        return [{"fact": name, "effect": BLOCKS, "answers": []} for name in names]

    def _ask_next(self) -> list[dict[str, Any]]:
        """The questions that can affect the answer, by their worth.

        For a case of contract 1: first what blocks it, then by how few outcomes the
        least telling answer leaves. Which are asked at all is judged there by the
        outcomes that open rules leave; their order by those that are, where these were
        found.
        """
        if self.case.contract > 1:
            return [self._asked(at) for at in self._ranked()[:ASKED_AT_MOST]]
        truth = self.program.propagate(self.open_base)
        facts = open_facts(self.program, truth, self.question.deciding(truth))
        affecting = [at for at in facts if self._effect(at) != CANNOT_CHANGE]
        order = sorted(affecting, key=self._left_at_worst)
        asked = [self._asked(at) for at in order[:ASKED_AT_MOST]]
        return sorted(asked, key=_left_in_fact)

    def _ranked(self) -> list[int]:
        return ranked_questions(
            self.program,
            self.case,
            self.question,
            self.open_base,
            self.worths,
            self.effects,
        )

    def _ask_open_level(self) -> list[dict[str, Any]]:
        """What triage still hangs on, by its worth; then the level, answers apart."""
        if not self.resolved.outcome.is_open:
            return []
        names = level_questions(self.program, self.case)
        if not asks_level_first(self.case, self.resolved):
            triage = self._ranked()[:ASKED_AT_MOST]
            asked = [asked_name(self.program.variables[at].name) for at in triage]
            names = list(dict.fromkeys([*asked, *names]))
        effects = self.effects
        return [{"fact": n, "effect": effects.get(n), "answers": []} for n in names]

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
        return sorted((outcome_document(outcome) for outcome in left.found), key=_rank)


def _left_in_fact(question: dict[str, Any]) -> tuple[bool, bool, int, float]:
    """What blocks first; a question with an answer not followed to its end last."""
    outcomes = [answer["outcomes"] for answer in question["answers"]]
    sizes = [len(left) for left in outcomes if left is not None]
    open_end = len(sizes) < len(outcomes)
    most = max(sizes, default=0)
    return question["effect"] != BLOCKS, open_end, most, sum(sizes) / len(outcomes)


def _rank(outcome: dict[str, Any]) -> tuple[str, str, str]:
    return (
        outcome["disposition"],
        outcome["urgency"] or "",
        outcome["treatment"] or "",
    )
