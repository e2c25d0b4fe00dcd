"""Is there a case such that …? An exact search over regions.

A goal is asked of a partly known case: it surely holds, surely fails, or hangs on
open rules. The search splits the regions of a fact on which an open rule hangs until
the goal holds or no case is left, so "none found" is a proof. Nothing is sampled. The
budget counts states, not seconds. What is found is a *witness*: regions of each fact,
in all of which the goal holds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..compiler.bitset import bit_set, members
from ..compiler.possible_outcomes import (
    Statuses,
    possible_statuses,
    undetermined_hits,
    undetermined_rules,
)
from ..compiler.program import Program, SingleHit, Truth
from ..ruleset.enums import FOR
from ..search.completions import Base, Budget
from ..search.questions import possible_hits_of


class Goal(Protocol):
    """A property of cases that rules decide."""

    def decide(self, truth: Truth) -> bool | None:
        """Whether it holds in every completion, in none (False), or hangs (None)."""
        ...

    def deciding(self, truth: Truth) -> Iterable[int]:
        """The open rules that it hangs on, the deciding ones first."""
        ...

    def deciding_bits(self, truth: Truth) -> int:
        """The same as a bit set."""
        ...

    def residue(self, truth: Truth) -> Hashable:
        """What of it is left to decide.

        Two states with the same residue, the same open rules and the same regions of
        the facts these hang on have the same answer; see :func:`key_and_split`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """All of these rules hold, none of those, and (if any are named) one of these.

    Each field is a bit set of rule numbers.
    """

    all_of: int = 0
    none_of: int = 0
    any_of: int = 0

    def decide(self, truth: Truth) -> bool | None:
        """See :meth:`Goal.decide`."""
        sure, possible, _ = truth
        if self.all_of & ~possible or self.none_of & sure:
            return False
        if self.any_of and not self.any_of & possible:
            return False
        met = not self.any_of or self.any_of & sure
        settled = not self.all_of & ~sure and not self.none_of & possible
        return True if settled and met else None

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Goal.deciding`."""
        for part in self.residue(truth):
            yield from members(part)

    def deciding_bits(self, truth: Truth) -> int:
        """See :meth:`Goal.deciding_bits`."""
        all_left, any_left, none_left = self.residue(truth)
        return (all_left | any_left | none_left) & ~truth.sure

    def residue(self, truth: Truth) -> tuple[int, int, int]:
        """See :meth:`Goal.residue`."""
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
        """See :meth:`Goal.decide`."""
        mask = truth.masks[self.at]
        if not mask & self.accepted:
            return False
        return None if mask & ~self.accepted else True

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Goal.deciding`."""
        if self.decide(truth) is None:
            yield from undetermined_hits(self.program, self._hits, truth)

    def deciding_bits(self, truth: Truth) -> int:
        """See :meth:`Goal.deciding_bits`."""
        return bit_set(self.deciding(truth))

    def residue(self, truth: Truth) -> Hashable:
        """A rule that surely holds is not open, and gives the value that is left."""
        decided = self.decide(truth)
        return possible_hits_of(self._hits, truth) if decided is None else decided

    @property
    def _hits(self) -> tuple[SingleHit]:
        return (self.program.step_of[self.at].hit,)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of some goals, the most telling first."""

    goals: tuple[Goal, ...]

    def decide(self, truth: Truth) -> bool | None:
        """See :meth:`Goal.decide`."""
        decided: bool | None = True
        for goal in self.goals:
            one = goal.decide(truth)
            if one is False:
                return False
            decided = decided and one
        return decided

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Goal.deciding`."""
        for goal in self.goals:
            yield from goal.deciding(truth)

    def deciding_bits(self, truth: Truth) -> int:
        """See :meth:`Goal.deciding_bits`."""
        found = 0
        for goal in self.goals:
            found |= goal.deciding_bits(truth)
        return found

    def residue(self, truth: Truth) -> Hashable:
        """See :meth:`Goal.residue`."""
        return tuple(goal.residue(truth) for goal in self.goals)


@dataclass(frozen=True, slots=True)
class NoIndication:
    """No option is suitable, not even with a caution; ``aside`` are not asked."""

    program: Program
    aside: tuple[str, ...] = ()

    def decide(self, truth: Truth) -> bool | None:
        """See :meth:`Goal.decide`."""
        decided: bool | None = True
        for statuses in self._statuses(truth):
            if statuses <= FOR:
                return False
            if statuses & FOR:
                decided = None
        return decided

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Goal.deciding`."""
        for code in self._codes():
            if possible_statuses(self.program, code, truth) & FOR:
                yield from undetermined_rules(self.program, code, truth)

    def deciding_bits(self, truth: Truth) -> int:
        """See :meth:`Goal.deciding_bits`."""
        found = 0
        for code in self._codes():
            if possible_statuses(self.program, code, truth) & FOR:
                found |= self.program.effects[code].all
        return found & truth.possible & ~truth.sure

    def residue(self, truth: Truth) -> Hashable:
        """The statuses that a treatment may come to, where one of them is for it.

        A sure indication is kept apart from one that may yet fail: both may stay open.
        """
        return tuple(s if s & FOR else None for s in self._statuses(truth))

    def _codes(self) -> Iterator[str]:
        order = self.program.ruleset.selection.order
        return (code for code in order if code not in self.aside)

    def _statuses(self, truth: Truth) -> Iterator[Statuses]:
        for code in self._codes():
            yield possible_statuses(self.program, code, truth)


def find_witness(
    program: Program,
    goal: Goal,
    base: Sequence[int],
    budget: Budget,
    *,
    prefer: Sequence[int] = (),
) -> Base | None:
    """A witness of the goal, or the proof that there is none.

    Args:
        base: the regions of each fact that are searched, a mask a base variable.
        prefer: regions of an ordinary case; the half of a split that holds one of them
            is looked into first, so that the witness is close to it.

    Returns:
        regions in all of which the goal holds; None where no case meets it.

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
        key, at, accepted = key_and_split(program, goal, truth, state)
        if key in entered:
            continue
        entered.add(key)
        halves = [state[at] & ~accepted, state[at] & accepted]
        if prefer and prefer[at] & halves[0]:
            halves.reverse()
        stack.extend(with_mask(state, at, mask) for mask in halves)
    return None


def key_and_split(
    program: Program, goal: Goal, truth: Truth, state: Base
) -> tuple[Hashable, int, int]:
    """The key of a state, and where to split it: a fact and the regions of one half.

    States with equal keys have the same completions: the same residue of the goal, the
    same open rules, and the same regions of the facts on which these hang; of a derived
    fact also the same rules that may give its value, those that surely hold included.
    """
    rules = goal.deciding_bits(truth)
    masks: list[tuple[int, ...]] = []
    for step in reversed(program.steps):
        at = step.variable
        if rules & program.open_cells(at, truth.masks[at]):
            hits = step.hit.possible_hits(truth.sure, truth.possible)[0]
            masks.append((at, truth.masks[at], *hits))
            rules |= bit_set(undetermined_hits(program, (step.hit,), truth))
    for at, testing in enumerate(program.testing[: len(state)]):
        if not rules & testing:
            continue
        mask = state[at]
        if mask & (mask - 1) and rules & program.open_cells(at, mask):
            masks.append((at, mask))
    at, accepted = _first_split(program, truth, goal.deciding(truth))
    return (goal.residue(truth), rules, tuple(masks)), at, accepted


def _first_split(
    program: Program, truth: Truth, deciding: Iterable[int]
) -> tuple[int, int]:
    """The first base fact, with its accepted regions, that an open cell hangs on."""
    for number in deciding:
        for at, accepted in program.cells[number]:
            mask = truth.masks[at]
            if mask & accepted and mask & ~accepted:
                if at < program.base_count:
                    return at, accepted
                hits = (program.step_of[at].hit,)
                return _first_split(
                    program, truth, undetermined_hits(program, hits, truth)
                )
    raise AssertionError("an open goal hangs on an open cell")


def with_mask(state: Base, at: int, mask: int) -> Base:
    """The state with other regions of one base variable."""
    return (*state[:at], mask, *state[at + 1 :])


def everything(program: Program) -> Base:
    """The state in which nothing is known: every region of every base variable."""
    return tuple(v.everything for v in program.variables[: program.base_count])
