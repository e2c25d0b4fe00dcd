"""A rule of a derived table, and what of the advice would be otherwise without it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import (
    possible_statuses,
    possible_triage,
    possible_urgencies,
    undetermined_hits,
    undetermined_rules,
)
from ..compiler.program import DerivedStep, Program, Truth
from ..ruleset.enums import Disposition
from ..search.completions import Base, Budget
from .satisfiability import open_state, with_mask


class Without(Program):
    """A compiled ruleset in which one rule of a derived table gives no value.

    Its regions and its rules' numbers are those of the whole.
    """

    def __init__(self, whole: Program, number: int) -> None:
        vars(self).update(vars(whole))
        self.steps = tuple(_less(step, number) for step in whole.steps)
        self.step_of = {step.variable: step for step in self.steps}
        self._derived = {}


def _less(step: DerivedStep, number: int) -> DerivedStep:
    rules = tuple(n for n in step.hit.rules if n != number)
    if rules == step.hit.rules:
        return step
    return replace(step, hit=replace(step.hit, rules=rules, bits=bit_set(rules)))


Answers = Callable[[Program, Truth], Iterable[object]]
Waiting = Callable[[Program, Truth], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said of a case: ``rules`` are all that decide it."""

    rules: int
    answers: Answers
    waiting: Waiting


def said_of(program: Program, output: str, values: int) -> Iterator[Said]:
    """All that is said of a case and tells these values of a derived fact apart.

    ``values`` are regions of the fact; triage comes first.
    """
    telling = _telling(program, program.index[output], values)
    triage = bit_set(n for hit in program.triage for n in hit.rules)
    urgency = bit_set(n for hit in program.urgency for n in hit.rules)
    if telling & triage:
        yield Said(triage, possible_triage, _triage_waits)
    if telling & urgency:
        yield Said(triage | urgency, _urgencies, _urgency_waits)
    for code, effects in program.effects.items():
        if telling & effects.all:
            yield _status_of(code, triage | effects.all)
    for number in program.alerts:
        if telling >> number & 1:
            yield _alert(number)


def _telling(program: Program, at: int, values: int) -> int:
    """The rules that can hold or not by which of these values a derived fact has."""
    telling, moved = 0, {at: values}
    for number, cells in enumerate(program.cells):
        if any(_tells(accepted, moved.get(place, 0)) for place, accepted in cells):
            telling |= 1 << number
    for step in program.steps:
        if step.hit.bits & telling and step.variable not in moved:
            moved[step.variable] = step.nothing | (step.nothing - 1)
            for number, cells in enumerate(program.cells):
                if any(place == step.variable for place, _ in cells):
                    telling |= 1 << number
    return telling


def _tells(accepted: int, values: int) -> bool:
    return bool(accepted & values) and bool(values & ~accepted)


def differs(
    whole: Program, number: int, said: Said, budget: Budget, prefer: Base
) -> Base | None:
    """A case of which something else is said without the rule, or None.

    Raises:
        BudgetSpentError: neither was settled.
    """
    search = _Difference(whole, number, said)
    entered: set[Hashable] = set()
    stack = [search.start()]
    while stack:
        state = stack.pop()
        budget.spend()
        truths = [program.propagate(state) for program in search.programs]
        decided = search.decide(truths)
        if decided:
            return state
        if decided is not None:
            continue
        key, at, accepted = search.open_state(truths, state)
        if key in entered:
            continue
        entered.add(key)
        halves = [state[at] & ~accepted, state[at] & accepted]
        if prefer[at] & halves[0]:
            halves.reverse()
        stack.extend(with_mask(state, at, mask) for mask in halves)
    return None


class _Difference:
    """The question whether one thing is said otherwise without a rule."""

    def __init__(self, whole: Program, number: int, said: Said) -> None:
        self.number, self.said = number, said
        self.programs = (whole, Without(whole, number))
        (self.step,) = (s for s in whole.steps if number in s.hit.rules)

    def start(self) -> Base:
        whole = self.programs[0]
        masks = [v.everything for v in whole.variables[: whole.base_count]]
        for at, accepted in whole.cells[self.number]:
            if at < len(masks):
                masks[at] &= accepted
        return tuple(masks)

    def decide(self, truths: list[Truth]) -> bool | None:
        """Whether it differs in every completion, in none, or in some."""
        one, other = (truth.masks[self.step.variable] for truth in truths)
        same_value = one == other and not one & (one - 1)
        if same_value or not truths[0].possible >> self.number & 1:
            return False
        before, after = (
            frozenset(self.said.answers(program, truth))
            for program, truth in zip(self.programs, truths, strict=True)
        )
        if not before & after:
            return True
        return False if len(before) == len(after) == 1 else None

    def open_state(self, truths: list[Truth], state: Base) -> tuple[Hashable, int, int]:
        """What tells the state apart, and the first split: a fact and its regions."""
        keys: list[Hashable] = []
        splits: list[tuple[int, int]] = []
        for program, truth in zip(self.programs, truths, strict=True):
            waits = _Waits(self, program)
            if any(waits.waiting(truth)):
                key, at, accepted = open_state(program, waits, truth, state)
                keys.append(key)
                splits.append((at, accepted))
            else:
                keys.append(frozenset(self.said.answers(program, truth)))
        return tuple(keys), *splits[0]


@dataclass(frozen=True, slots=True)
class _Waits:
    """What the difference hangs on in one of the two programs."""

    difference: _Difference
    program: Program

    def decide(self, truth: Truth) -> bool | None:
        return None

    def waiting(self, truth: Truth) -> Iterator[int]:
        hit = self.program.step_of[self.difference.step.variable].hit
        yield from undetermined_hits(self.program, (hit,), truth)
        yield from self.difference.said.waiting(self.program, truth)

    def open(self, truth: Truth) -> int:
        return bit_set(self.waiting(truth))

    def left(self, truth: Truth) -> Hashable:
        rules = self.difference.said.rules | self.difference.step.hit.bits
        return truth.sure & rules, truth.possible & rules


def _triage_waits(program: Program, truth: Truth) -> Iterator[int]:
    yield from undetermined_hits(program, program.triage, truth)


def _urgencies(program: Program, truth: Truth) -> Iterator[object]:
    for answer in possible_triage(program, truth):
        if answer.urgency == "-":
            yield from possible_urgencies(program, truth)
        else:
            yield answer


def _urgency_waits(program: Program, truth: Truth) -> Iterator[int]:
    yield from undetermined_hits(program, program.triage, truth)
    yield from undetermined_hits(program, program.urgency, truth)


def _status_of(code: str, rules: int) -> Said:
    """The status of a treatment; away from the ladder nothing is said of it."""

    def answers(program: Program, truth: Truth) -> Iterator[object]:
        ladder = {
            a.disposition == Disposition.LADDER for a in possible_triage(program, truth)
        }
        if True in ladder:
            yield from possible_statuses(program, code, truth)
        if False in ladder:
            yield None

    def waiting(program: Program, truth: Truth) -> Iterator[int]:
        yield from undetermined_hits(program, program.triage, truth)
        yield from undetermined_rules(program, code, truth)

    return Said(rules, answers, waiting)


def _alert(number: int) -> Said:
    def answers(_program: Program, truth: Truth) -> Iterator[object]:
        if truth.possible >> number & 1:
            yield True
        if not truth.sure >> number & 1:
            yield False

    def waiting(_program: Program, truth: Truth) -> Iterator[int]:
        if (truth.possible & ~truth.sure) >> number & 1:
            yield number

    return Said(1 << number, answers, waiting)
