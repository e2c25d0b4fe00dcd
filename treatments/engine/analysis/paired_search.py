"""A search on two readings of one case: is there a case in which they come apart?

The two readings differ in one respect (a rule left out, the value of one fact); all
else is the same and is split together, until the readings surely come apart or surely
do not.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from ..compiler.program import Truth
from ..search.completions import Base, Budget
from .satisfiability import with_mask


class Readings(Protocol):
    """Two readings of a case, and the question whether they come apart."""

    def start(self) -> Base:
        """The cases that are searched, a mask a base variable."""
        ...

    def truths(self, state: Base) -> list[Truth]:
        """What each reading says of all rules."""
        ...

    def decide(self, truths: list[Truth]) -> bool | None:
        """Whether they come apart in every completion, in none, or in some (None)."""
        ...

    def key_and_split(
        self, truths: list[Truth], state: Base
    ) -> tuple[Hashable, int, int]:
        """The key of the state, and the first split: a fact and its regions."""
        ...


def parting_case(readings: Readings, budget: Budget, prefer: Base) -> Base | None:
    """A case in which the two readings come apart.

    Args:
        prefer: regions of an ordinary case; the half of a split that holds one of them
            is looked into first.

    Returns:
        regions in all of which they do, or None: there is no such case.

    Raises:
        BudgetSpentError: neither was settled.
    """
    entered: set[Hashable] = set()
    stack = [readings.start()]
    while stack:
        state = stack.pop()
        budget.spend()
        truths = readings.truths(state)
        decided = readings.decide(truths)
        if decided:
            return state
        if decided is not None:
            continue
        key, at, accepted = readings.key_and_split(truths, state)
        if key in entered:
            continue
        entered.add(key)
        halves = [state[at] & ~accepted, state[at] & accepted]
        if prefer[at] & halves[0]:
            halves.reverse()
        stack.extend(with_mask(state, at, mask) for mask in halves)
    return None
