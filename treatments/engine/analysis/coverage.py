"""How much of the space: the exact part of the cases in which a goal holds.

Facts count as independent, each spread evenly over its range; all is in fractions.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction

from ..compiler.bitset import members
from ..compiler.program import Program
from ..compiler.regions import Variable
from ..search.completions import Base, Budget, BudgetSpentError
from .satisfiability import Goal, key_and_split, with_mask

Weights = Sequence[Sequence[Fraction]]

#: How many splits a measure may nest; far fewer than Python's own limit.
DEEPEST = 400


def weights(program: Program) -> Weights:
    """The part of its range that each region of each base fact takes up.

    Indexed by variable, then by region; the parts of one variable add up to 1. A single
    value of a decimal range has no weight.
    """
    return [_weights(v) for v in program.variables[: program.base_count]]


def _weights(variable: Variable) -> list[Fraction]:
    found = [Fraction(0)] * len(variable.representatives)
    for piece, region in enumerate(variable.pieces):
        if region >= 0:
            found[region] += _size(variable, piece)
    whole = sum(found)
    return [part / whole for part in found] if whole else [Fraction(1)] * len(found)


def _size(variable: Variable, piece: int) -> Fraction:
    if not variable.points:
        return Fraction(1)
    at, is_gap = divmod(piece, 2)
    whole = variable.fact.type == "int"
    if not is_gap:
        return Fraction(1 if whole else 0)
    low, high = (Fraction(str(p)) for p in variable.points[at : at + 2])
    return Fraction(-(-high // 1) - low // 1 - 1) if whole else high - low


def share(
    program: Program,
    goal: Goal,
    base: Sequence[int],
    budget: Budget,
) -> Fraction:
    """The exact part of the cases in ``base`` in which the goal holds.

    A half of a split counts by its weight within the fact's regions that are left.
    Equal states are measured once (:func:`.satisfiability.key_and_split`).

    Returns:
        a fraction from 0 to 1, of the cases in ``base``, not of all cases.

    Raises:
        BudgetSpentError: it was not settled within the budget, or nests too deeply.
    """
    known: dict[Hashable, Fraction] = {}
    measure = weights(program)

    def part(state: Base, depth: int = 0) -> Fraction:
        budget.spend()
        if depth > DEEPEST:
            raise BudgetSpentError
        truth = program.propagate(state)
        decided = goal.decide(truth)
        if decided is not None:
            return Fraction(decided)
        key, at, accepted = key_and_split(program, goal, truth, state)
        if key not in known:
            whole = _weight(measure[at], state[at])
            found = Fraction(0)
            for mask in (state[at] & accepted, state[at] & ~accepted):
                weight = _weight(measure[at], mask)
                if weight:
                    found += (
                        weight / whole * part(with_mask(state, at, mask), depth + 1)
                    )
            known[key] = found
        return known[key]

    return part(tuple(base))


def box_share(measure: Weights, base: Base) -> Fraction:
    """The exact part of all cases that lie in ``base``: a fraction from 0 to 1."""
    found = Fraction(1)
    for of_fact, mask in zip(measure, base, strict=True):
        if mask != (1 << len(of_fact)) - 1:
            found *= _weight(of_fact, mask)
    return found


def _weight(weights: Sequence[Fraction], mask: int) -> Fraction:
    return sum((weights[region] for region in members(mask)), Fraction(0))
