"""What holds over *all* completions of the unknown facts: exact, or not said.

A question is asked of a partly known case. Where Kleene's logic leaves several
answers possible, the search splits the regions of a fact on which an undetermined
rule hangs, and goes on until one answer is left; nothing is sampled. Two states with
the same open rules, the same regions of the facts in them and the same regions of the
derived facts have the same answers, so a state is entered once. The budget counts
states, not seconds: the same case and ruleset always give the same document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Generic, NamedTuple, TypeVar

from .advice import (
    FOR,
    SUITABLE,
    Outcome,
    Race,
    Statuses,
    Triage,
    bearing_rules,
    possible_statuses,
    possible_triage,
    possible_urgencies,
    race,
    waiting_hits,
)
from .program import Program, SingleHit, Truth, keep

Answer = TypeVar("Answer")
Base = tuple[int, ...]
_Key = tuple[int, int]


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


class Reading(NamedTuple, Generic[Answer]):
    """What a state says of a question: the answers that are still possible, the open
    rules that decide, in deciding order and as bits, and what else of the state tells
    it apart from one with the same open rules and facts."""

    possible: frozenset[Answer]
    waiting: tuple[int, ...]
    bits: int
    residue: object


class Question(Generic[Answer]):
    """What is asked of a case. ``rules`` are the bits of all that can answer it.

    What a state says depends on the truth of those rules alone, and is kept.
    """

    def __init__(self, program: Program, rules: int) -> None:
        self.program, self.rules = program, rules
        self._possible: dict[_Key, frozenset[Answer]] = {}
        self._readings: dict[_Key, Reading[Answer]] = {}

    def reading(self, truth: Truth) -> Reading[Answer]:
        key = truth.sure & self.rules, truth.possible & self.rules
        found = self._readings.get(key)
        if found is None:
            rules = tuple(dict.fromkeys(self._waiting(truth)))
            found = Reading(
                self.possible(truth),
                rules,
                sum(1 << number for number in rules),
                self._residue(truth),
            )
            keep(self._readings, key, found)
        return found

    def possible(self, truth: Truth) -> frozenset[Answer]:
        """The answers that are still possible (never too few)."""
        key = truth.sure & self.rules, truth.possible & self.rules
        found = self._possible.get(key)
        if found is None:
            found = frozenset(self._answers(truth))
            keep(self._possible, key, found)
        return found

    def waiting(self, truth: Truth) -> Iterable[int]:
        """The open rules that decide, the deciding ones first."""
        return self.reading(truth).waiting

    def residue(self, truth: Truth) -> object:
        """What tells two states with the same open rules and open facts apart."""
        return self.reading(truth).residue

    def enough(self, found: Collection[Answer]) -> bool:
        """Whether the answers found already settle what is asked."""
        return False

    def weight(self, answer: Answer) -> object:
        """What of an answer matters where one fact is asked about."""
        return answer

    def _answers(self, truth: Truth) -> Iterable[Answer]:
        raise NotImplementedError

    def _waiting(self, truth: Truth) -> Iterable[int]:
        raise NotImplementedError

    def _residue(self, truth: Truth) -> object:
        raise NotImplementedError


class StatusQuestion(Question[str]):
    """Which statuses can one treatment come to?

    Where ``never_excluded`` every completion is for it, and one without a
    reservation is enough.
    """

    def __init__(
        self, program: Program, code: str, *, never_excluded: bool = False
    ) -> None:
        super().__init__(program, program.effects[code].all)
        self.code, self.never_excluded = code, never_excluded

    def _answers(self, truth: Truth) -> Statuses:
        return possible_statuses(self.program, self.code, truth)

    def _waiting(self, truth: Truth) -> Iterable[int]:
        return bearing_rules(self.program, self.code, truth)

    def _residue(self, truth: Truth) -> Statuses:
        return self.possible(truth)

    def weight(self, answer: str) -> bool:
        return answer in FOR

    def enough(self, found: Collection[str]) -> bool:
        statuses = frozenset(found)
        if self.never_excluded:
            return SUITABLE in statuses
        return bool(statuses & FOR) and bool(statuses - FOR)


class TriageQuestion(Question[Triage]):
    """Where can triage send the case?"""

    def __init__(self, program: Program) -> None:
        super().__init__(program, _bits_of(hit.bits for hit in program.triage))

    def _answers(self, truth: Truth) -> Iterable[Triage]:
        return possible_triage(self.program, truth)

    def _waiting(self, truth: Truth) -> Iterable[int]:
        return waiting_hits(self.program, self.program.triage, truth)

    def _residue(self, truth: Truth) -> object:
        return left_of(self.program.triage, truth)

    def enough(self, found: Collection[Triage]) -> bool:
        return len(found) > 1


class UrgencyQuestion(Question[str]):
    """How urgent can the case be on the ladder?"""

    def __init__(self, program: Program) -> None:
        super().__init__(program, _bits_of(hit.bits for hit in program.urgency))

    def _answers(self, truth: Truth) -> Iterable[str]:
        return possible_urgencies(self.program, truth)

    def _waiting(self, truth: Truth) -> Iterable[int]:
        return waiting_hits(self.program, self.program.urgency, truth)

    def _residue(self, truth: Truth) -> object:
        return left_of(self.program.urgency, truth)


class OutcomeQuestion(Question[Outcome]):
    """What can the advice come to?"""

    def __init__(self, program: Program, unavailable: frozenset[str]) -> None:
        self._options = _bits_of(effects.all for effects in program.effects.values())
        hits = (*program.triage, *program.urgency)
        super().__init__(program, self._options | _bits_of(hit.bits for hit in hits))
        self.unavailable = unavailable
        self._races: dict[_Key, Race] = {}

    def without(self, codes: Iterable[str]) -> OutcomeQuestion:
        """The same question with these treatments off the list."""
        return OutcomeQuestion(self.program, self.unavailable | frozenset(codes))

    def _race(self, truth: Truth) -> Race:
        key = truth.sure & self._options, truth.possible & self._options
        found = self._races.get(key)
        if found is None:
            found = race(self.program, truth, self.unavailable)
            keep(self._races, key, found)
        return found

    def _run(self, truth: Truth) -> Race | None:
        """The race, where the ladder is possible."""
        triage = possible_triage(self.program, truth)
        ladder = any(answer.disposition == "ladder" for answer in triage)
        return self._race(truth) if ladder else None

    def _answers(self, truth: Truth) -> Iterator[Outcome]:
        for answer in possible_triage(self.program, truth):
            if answer.disposition != "ladder":
                yield Outcome(answer.disposition, answer.urgency, None)
                continue
            urgencies = (
                possible_urgencies(self.program, truth)
                if answer.urgency == "-"
                else {answer.urgency}
            )
            winners = self._race(truth).winners
            yield from (Outcome("ladder", u, c) for u in urgencies for c in winners)

    def _waiting(self, truth: Truth) -> Iterator[int]:
        program = self.program
        yield from waiting_hits(program, program.triage, truth)
        run = self._run(truth)
        if run is not None:
            for code in run.bearing:
                yield from bearing_rules(program, code, truth)
            yield from waiting_hits(program, program.urgency, truth)

    def _residue(self, truth: Truth) -> object:
        run = self._run(truth)
        triage = left_of(self.program.triage, truth)
        return triage, run and (run.statuses, left_of(self.program.urgency, truth))


class AdviceQuestion(OutcomeQuestion):
    """Is there one treatment that every completion advises?"""

    def enough(self, found: Collection[Outcome]) -> bool:
        return len({outcome.recommended for outcome in found}) > 1


def _bits_of(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def left_of(hits: Iterable[SingleHit], truth: Truth) -> object:
    """The rules that may be the hit of each table, those that surely hold included."""
    found = (hit.candidates(truth.sure, truth.possible) for hit in hits)
    return tuple((tuple(numbers), none) for numbers, none in found)


class Split(NamedTuple):
    """A base variable that an open rule hangs on, and the regions its cell accepts."""

    rule: int
    at: int
    accepted: int


def splits(program: Program, truth: Truth, waiting: Iterable[int]) -> Iterator[Split]:
    """The first open cell over each base variable that open rules hang on, in
    deciding order."""
    facts = rules = 0
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
            if at >= program.base_count:
                hit = (program.step_of[at].hit,)
                queue.extend(reversed(list(waiting_hits(program, hit, truth))))
            elif not facts >> at & 1:
                facts |= 1 << at
                yield Split(number, at, accepted)


def open_facts(program: Program, truth: Truth, waiting: Iterable[int]) -> list[int]:
    """The base variables that open rules hang on, in deciding order."""
    return [split.at for split in splits(program, truth, waiting)]


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
        reading = question.reading(truth)
        possible = reading.possible
        if possible <= found:
            continue
        if len(possible) == 1:
            found |= possible
            yield next(iter(possible)), state
            continue
        key, _ = told_apart(program, reading, truth)
        if key in entered:
            continue
        entered.add(key)
        _, at, accepted = next(splits(program, truth, reading.waiting))
        stack.append(with_mask(state, at, state[at] & ~accepted))
        stack.append(with_mask(state, at, state[at] & accepted))


def answers(
    program: Program, question: Question[Answer], base: Sequence[int], budget: Budget
) -> dict[Answer, Base]:
    """Every answer that some completion gives; see :func:`search`."""
    return dict(search(program, question, base, budget))


def told_apart(
    program: Program, reading: Reading[Answer], truth: Truth
) -> tuple[object, int]:
    """What makes two states one, all that their answers can still depend on, and the
    bits of the base variables that open rules hang on.

    Of a derived fact that is all the rules that may give its value: one that surely
    holds is not open, and still says which value is left where the open ones fail.
    """
    masks, rules, facts = truth.masks, reading.bits, 0
    derived = []
    for step in reversed(program.steps):
        if rules & program.open_cells(step.variable, masks[step.variable]):
            numbers, none = step.hit.candidates(truth.sure, truth.possible)
            derived.append((step.variable, tuple(numbers), none))
            rules |= _bits_of(1 << number for number in numbers) & ~truth.sure
    left = []
    for at in range(program.base_count):
        mask = masks[at]
        if mask & (mask - 1) and rules & program.open_cells(at, mask):
            facts |= 1 << at
            left.append(mask)
    return (reading.residue, rules, tuple(derived), facts, tuple(left)), facts


def with_mask(state: Base, at: int, mask: int) -> Base:
    return (*state[:at], mask, *state[at + 1 :])
