"""What holds over *all* completions of the unknown facts: exact, or not said.

A question is asked of a partly known case. Where Kleene's logic leaves several
answers possible, the search splits the regions of a fact on which an undetermined
rule hangs, and goes on until one answer is left; nothing is sampled. Two states with
the same open rules, the same regions of the facts in them and the same regions of the
derived facts have the same answers, so a state is entered once. The budget counts
states, not seconds: the same case and ruleset always give the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from .advice import (
    FOR,
    SUITABLE,
    Outcome,
    Race,
    Statuses,
    Triage,
    possible_statuses,
    possible_triage,
    possible_urgencies,
    race,
    waiting_hits,
    waiting_rules,
)
from .program import Program, Truth

Answer = TypeVar("Answer")
Base = tuple[int, ...]


class BudgetSpentError(Exception):
    """The search was given up: nothing may be said about its question."""


class Budget:
    """How many states a search may still enter."""

    def __init__(self, states: int) -> None:
        self.left = states

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise BudgetSpentError


class Question(Generic[Answer]):
    """The answers that are still possible, and the open rules that decide."""

    def possible(self, truth: Truth) -> frozenset[Answer]:
        raise NotImplementedError

    def waiting(self, truth: Truth) -> Iterable[int]:
        raise NotImplementedError

    def residue(self, truth: Truth) -> object:
        """What, beside the open rules and their facts, tells two states apart."""
        return self.possible(truth)

    def enough(self, found: Collection[Answer]) -> bool:
        """Whether the answers found already settle what is asked."""
        return False


class StatusQuestion(Question[str]):
    """Which statuses can one treatment come to?

    Where ``never_excluded`` every completion is for it, and one without a
    reservation is enough.
    """

    def __init__(
        self, program: Program, code: str, *, never_excluded: bool = False
    ) -> None:
        self.program, self.code = program, code
        self.never_excluded = never_excluded

    def possible(self, truth: Truth) -> Statuses:
        return possible_statuses(self.program, self.code, truth)

    def waiting(self, truth: Truth) -> Iterable[int]:
        return waiting_rules(self.program, self.code, truth)

    def enough(self, found: Collection[str]) -> bool:
        statuses = frozenset(found)
        if self.never_excluded:
            return SUITABLE in statuses
        return bool(statuses & FOR) and bool(statuses - FOR)


class TriageQuestion(Question[Triage]):
    """Where can triage send the case?"""

    def __init__(self, program: Program) -> None:
        self.program = program

    def possible(self, truth: Truth) -> frozenset[Triage]:
        return frozenset(possible_triage(self.program, truth))

    def waiting(self, truth: Truth) -> Iterable[int]:
        return waiting_hits(self.program, self.program.triage, truth)

    def enough(self, found: Collection[Triage]) -> bool:
        return len(found) > 1


class UrgencyQuestion(Question[str]):
    """How urgent can the case be on the ladder?"""

    def __init__(self, program: Program) -> None:
        self.program = program

    def possible(self, truth: Truth) -> frozenset[str]:
        return frozenset(possible_urgencies(self.program, truth))

    def waiting(self, truth: Truth) -> Iterable[int]:
        return waiting_hits(self.program, self.program.urgency, truth)


class OutcomeQuestion(Question[Outcome]):
    """What can the advice come to?"""

    def __init__(self, program: Program, unavailable: frozenset[str]) -> None:
        self.program, self.unavailable = program, unavailable
        self._read: tuple[Truth, frozenset[Triage], Race | None] | None = None

    def _reading(self, truth: Truth) -> tuple[frozenset[Triage], Race | None]:
        """Triage and, where the ladder is possible, the race; kept for one state."""
        if self._read is None or self._read[0] is not truth:
            triage = frozenset(possible_triage(self.program, truth))
            ladder = any(answer.disposition == "ladder" for answer in triage)
            run = race(self.program, truth, self.unavailable) if ladder else None
            self._read = truth, triage, run
        return self._read[1], self._read[2]

    def possible(self, truth: Truth) -> frozenset[Outcome]:
        triage, run = self._reading(truth)
        found = set()
        for answer in triage:
            if run is None or answer.disposition != "ladder":
                found.add(Outcome(answer.disposition, answer.urgency, None))
                continue
            urgencies = (
                possible_urgencies(self.program, truth)
                if answer.urgency == "-"
                else {answer.urgency}
            )
            found |= {Outcome("ladder", u, c) for u in urgencies for c in run.winners}
        return frozenset(found)

    def waiting(self, truth: Truth) -> Iterable[int]:
        program = self.program
        yield from waiting_hits(program, program.triage, truth)
        _, run = self._reading(truth)
        if run is not None:
            for code, _ in run.bearing:
                yield from waiting_rules(program, code, truth)
            yield from waiting_hits(program, program.urgency, truth)

    def residue(self, truth: Truth) -> object:
        _, run = self._reading(truth)
        return self.possible(truth), run and run.bearing


class AdviceQuestion(OutcomeQuestion):
    """Is there one treatment that every completion advises?"""

    def enough(self, found: Collection[Outcome]) -> bool:
        return len({outcome.recommended for outcome in found}) > 1


def open_facts(
    program: Program, truth: Truth, waiting: Iterable[int]
) -> tuple[dict[int, int], int]:
    """The base variables that undetermined rules hang on, in deciding order.

    Returns:
        for each such variable the regions that the first open cell accepts, and the
        bits of all the open rules, those of derived facts included.
    """
    facts: dict[int, int] = {}
    rules = 0
    queue = list(waiting)
    queue.reverse()
    while queue:
        number = queue.pop()
        if rules >> number & 1:
            continue
        rules |= 1 << number
        for at, accepted in program.cells[number]:
            mask = truth.masks[at]
            if not (mask & accepted and mask & ~accepted):
                continue
            if at < program.base_count:
                facts.setdefault(at, accepted)
            else:
                hit = (program.step_of[at].hit,)
                queue.extend(reversed(list(waiting_hits(program, hit, truth))))
    return facts, rules


def search(
    program: Program, question: Question[Answer], base: Sequence[int], budget: Budget
) -> Iterator[tuple[Answer, Base]]:
    """Each answer that some completion gives, with such a completion's regions.

    Stops early once ``question.enough``.

    Raises:
        BudgetSpentError: not all states could be entered.
    """
    found: set[Answer] = set()
    entered: set[object] = set()
    stack: list[Base] = [tuple(base)]
    while stack and not question.enough(found):
        state = stack.pop()
        budget.spend()
        truth = program.propagate(state)
        possible = question.possible(truth)
        if possible <= found:
            continue
        if len(possible) == 1:
            found |= possible
            yield next(iter(possible)), state
            continue
        facts, rules = open_facts(program, truth, question.waiting(truth))
        key = _residue(program, question, truth, rules, {f: state[f] for f in facts})
        if key in entered:
            continue
        entered.add(key)
        at, accepted = next(iter(facts.items()))
        stack.append(_with(state, at, state[at] & ~accepted))
        stack.append(_with(state, at, state[at] & accepted))


def answers(
    program: Program, question: Question[Answer], base: Sequence[int], budget: Budget
) -> dict[Answer, Base]:
    """Every answer that some completion gives; see :func:`search`."""
    return dict(search(program, question, base, budget))


def fact_bears(
    program: Program,
    question: Question[Answer],
    fact: int,
    base: Sequence[int],
    budget: Budget,
    witness: Callable[[Base], bool],
) -> bool:
    """Whether some completion of the *other* facts makes ``witness`` true.

    ``witness`` is asked of states in which the question hangs on ``fact`` alone.

    Raises:
        BudgetSpentError: neither a witness was found nor could all states be entered.
    """
    entered: set[object] = set()
    stack: list[Base] = [tuple(base)]
    while stack:
        state = stack.pop()
        budget.spend()
        truth = program.propagate(state)
        if len(question.possible(truth)) == 1:
            continue
        facts, rules = open_facts(program, truth, question.waiting(truth))
        if fact not in facts:
            continue
        others = [(at, accepted) for at, accepted in facts.items() if at != fact]
        if not others:
            if witness(state):
                return True
            continue
        key = _residue(program, question, truth, rules, {f: state[f] for f in facts})
        if key in entered:
            continue
        entered.add(key)
        at, accepted = others[0]
        stack.append(_with(state, at, state[at] & accepted))
        stack.append(_with(state, at, state[at] & ~accepted))
    return False


def _residue(
    program: Program,
    question: Question[Answer],
    truth: Truth,
    rules: int,
    facts: dict[int, int],
) -> object:
    """What makes two states one: all that their answers can still depend on.

    The derived facts' regions are part of it: a rule that surely holds is not open,
    and still says which value is left where the open ones fail.
    """
    derived = truth.masks[program.base_count :]
    return question.residue(truth), rules, derived, tuple(facts.items())


def _with(state: Base, at: int, mask: int) -> Base:
    return (*state[:at], mask, *state[at + 1 :])
