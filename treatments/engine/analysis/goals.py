"""Is there a case such that …? An exact search over regions, and an exact measure.

A goal is asked of a partly known case: it surely holds, surely fails, or hangs on
open rules. The search splits the regions of a fact on which an open rule hangs until
the goal holds or no case is left, so "none found" is a proof. Nothing is sampled. The
budget counts states, not seconds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ..advice import (
    FOR,
    Statuses,
    possible_statuses,
    waiting_hits,
    waiting_rules,
)
from ..completions import Base, Budget
from ..program import Program, Truth

Weights = Sequence[Sequence[Fraction]]


class Goal(Protocol):
    """A property of cases that rules decide."""

    def decide(self, truth: Truth) -> bool | None:
        """Whether it holds in every completion, in none (False), or hangs (None)."""
        ...

    def waiting(self, truth: Truth) -> Iterable[int]:
        """The open rules that it hangs on, the deciding ones first."""
        ...

    def left(self, truth: Truth) -> Hashable:
        """What of it is left to decide: equal states with it have equal answers."""
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """All of these rules hold, none of those, and (if any are named) one of these."""

    all_of: int = 0
    none_of: int = 0
    any_of: int = 0

    def decide(self, truth: Truth) -> bool | None:
        sure, possible, _ = truth
        if self.all_of & ~possible or self.none_of & sure:
            return False
        if self.any_of and not self.any_of & possible:
            return False
        met = not self.any_of or self.any_of & sure
        settled = not self.all_of & ~sure and not self.none_of & possible
        return True if settled and met else None

    def waiting(self, truth: Truth) -> Iterator[int]:
        for part in self.left(truth):
            yield from _bits(part)

    def left(self, truth: Truth) -> tuple[int, int, int]:
        sure, possible, _ = truth
        met = self.any_of & sure
        return (
            self.all_of & ~sure,
            0 if met else self.any_of & possible,
            self.none_of & possible,
        )

    def __and__(self, other: Pattern) -> Pattern:
        """Both; at most one of them may name alternatives."""
        return Pattern(
            self.all_of | other.all_of,
            self.none_of | other.none_of,
            self.any_of | other.any_of,
        )


@dataclass(frozen=True, slots=True)
class Within:
    """A derived fact is in these regions."""

    program: Program
    at: int
    accepted: int

    def decide(self, truth: Truth) -> bool | None:
        mask = truth.masks[self.at]
        if not mask & self.accepted:
            return False
        return None if mask & ~self.accepted else True

    def waiting(self, truth: Truth) -> Iterator[int]:
        if self.decide(truth) is None:
            yield from waiting_hits(
                self.program, (self.program.step_of[self.at].hit,), truth
            )

    def left(self, truth: Truth) -> Hashable:
        return self.decide(truth)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of some goals, the most telling first."""

    goals: tuple[Goal, ...]

    def decide(self, truth: Truth) -> bool | None:
        decided: bool | None = True
        for goal in self.goals:
            one = goal.decide(truth)
            if one is False:
                return False
            decided = decided and one
        return decided

    def waiting(self, truth: Truth) -> Iterator[int]:
        for goal in self.goals:
            yield from goal.waiting(truth)

    def left(self, truth: Truth) -> Hashable:
        return tuple(goal.left(truth) for goal in self.goals)


@dataclass(frozen=True, slots=True)
class NoIndication:
    """No option is suitable, not even with a caution."""

    program: Program

    def decide(self, truth: Truth) -> bool | None:
        decided: bool | None = True
        for statuses in self._statuses(truth):
            if statuses <= FOR:
                return False
            if statuses & FOR:
                decided = None
        return decided

    def waiting(self, truth: Truth) -> Iterator[int]:
        for code in self.program.ruleset.selection.order:
            if possible_statuses(self.program, code, truth) & FOR:
                yield from waiting_rules(self.program, code, truth)

    def left(self, truth: Truth) -> Hashable:
        return tuple(bool(statuses & FOR) for statuses in self._statuses(truth))

    def _statuses(self, truth: Truth) -> Iterator[Statuses]:
        for code in self.program.ruleset.selection.order:
            yield possible_statuses(self.program, code, truth)


def find(
    program: Program,
    goal: Goal,
    base: Sequence[int],
    budget: Budget,
    *,
    prefer: Sequence[int] = (),
) -> Base | None:
    """Regions in all of which the goal holds, or None where no case meets it.

    The half that holds a region of ``prefer`` is looked into first.

    Raises:
        BudgetSpentError: neither was settled.
    """
    entered: set[Hashable] = set()
    stack: list[Base] = [tuple(base)]
    while stack:
        state = stack.pop()
        budget.spend()
        truth = program.propagate(state)
        decided = goal.decide(truth)
        if decided:
            return state
        if decided is not None:
            continue
        key, at, accepted = _open(program, goal, truth, state)
        if key in entered:
            continue
        entered.add(key)
        halves = [state[at] & ~accepted, state[at] & accepted]
        if prefer and prefer[at] & halves[0]:
            halves.reverse()
        stack.extend(with_mask(state, at, mask) for mask in halves)
    return None


def share(
    program: Program,
    goal: Goal,
    base: Sequence[int],
    weights: Weights,
    budget: Budget,
) -> Fraction:
    """The exact part of the cases in ``base`` in which the goal holds.

    Facts count as independent, each spread evenly over its range.

    Raises:
        BudgetSpentError: it was not settled.
    """
    known: dict[Hashable, Fraction] = {}

    def part(state: Base) -> Fraction:
        budget.spend()
        truth = program.propagate(state)
        decided = goal.decide(truth)
        if decided is not None:
            return Fraction(decided)
        key, at, accepted = _open(program, goal, truth, state)
        if key not in known:
            whole = _weight(weights[at], state[at])
            found = Fraction(0)
            for mask in (state[at] & accepted, state[at] & ~accepted):
                weight = _weight(weights[at], mask)
                if weight:
                    found += weight / whole * part(with_mask(state, at, mask))
            known[key] = found
        return known[key]

    return part(tuple(base))


def _open(
    program: Program, goal: Goal, truth: Truth, state: Base
) -> tuple[Hashable, int, int]:
    """What tells this state apart, and the first split: a fact and its regions.

    Two states with the same goal left, the same open rules, the same regions of the
    facts in these and the same derived values have the same completions.
    """
    rules = 0
    facts: dict[int, int] = {}
    queue = list(goal.waiting(truth))[::-1]
    while queue:
        number = queue.pop()
        if rules >> number & 1:
            continue
        rules |= 1 << number
        for at, accepted in program.cells[number]:
            mask = truth.masks[at]
            if mask & accepted and mask & ~accepted:
                if at < program.base_count:
                    facts.setdefault(at, accepted)
                else:
                    hit = (program.step_of[at].hit,)
                    queue.extend(list(waiting_hits(program, hit, truth))[::-1])
    at, accepted = next(iter(facts.items()))
    masks = tuple((fact, state[fact]) for fact in facts)
    derived = truth.masks[program.base_count :]
    return (goal.left(truth), rules, masks, derived), at, accepted


def with_mask(state: Base, at: int, mask: int) -> Base:
    return (*state[:at], mask, *state[at + 1 :])


def everything(program: Program) -> Base:
    """Nothing is known."""
    return tuple(v.everything for v in program.variables[: program.base_count])


def _weight(weights: Sequence[Fraction], mask: int) -> Fraction:
    return sum((weights[region] for region in _bits(mask)), Fraction(0))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
