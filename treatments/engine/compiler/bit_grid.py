"""Rules against variables, as bits: which rules the regions of one fact leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules against variables: the regions that each cell accepts.

    ``tests`` holds for each variable the rules with a cell over it, each as its bit
    and the mask of the accepted regions.
    """

    rules: int
    tests: tuple[tuple[tuple[int, int], ...], ...]

    def bits(self, at: int, mask: int) -> tuple[int, int]:
        """The rules surely and possibly satisfied by regions of one variable.

        ``at`` is the variable's number, ``mask`` the set of regions it may be in. Both
        answers are sets of rules; a rule without a cell over it is in both.
        """
        sure = possible = (1 << self.rules) - 1
        for bit, accepted in self.tests[at]:
            if mask & ~accepted:
                sure &= ~bit
            if not mask & accepted:
                possible &= ~bit
        return sure, possible


def grid_of(rules: Sequence[Iterable[tuple[int, int]]], variables: int) -> Grid:
    """The grid of rules, each given as its cells: a variable's number and the mask of
    the regions that the cell accepts."""
    tests: list[list[tuple[int, int]]] = [[] for _ in range(variables)]
    for number, cells in enumerate(rules):
        for at, accepted in cells:
            tests[at].append((1 << number, accepted))
    return Grid(len(rules), tuple(map(tuple, tests)))
