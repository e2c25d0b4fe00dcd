"""What rules leave uncovered, as a decision diagram: its exact part, and its boxes.

A node stands at a column and knows the rules that no column before it has ruled out
(``alive``); its branches are the regions of the column. Nodes that are alike are worked
out once, which is what keeps the diagram small. A search (:mod:`.boxes`) is faster
where much is uncovered; the diagram where little is, and it alone measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from ..compiler.bitset import members
from .boxes import Box, Space, Spend

#: The rules that accept some regions of a column, their weight, and the regions.
Branch = tuple[int, int, int]


class DecisionDiagram:
    """Which cases no rule of a space covers.

    ``weights`` gives for each column the part of it that each region takes up;
    ``spend`` is called for each node, and may raise.
    """

    def __init__(
        self, space: Space, weights: Sequence[Sequence[Fraction]], spend: Spend
    ) -> None:
        self.space, self.weights, self.spend = space, weights, spend
        self.rules = space.rules
        self.order = sorted(space.columns, key=lambda at: -space.tested(at).bit_count())
        sizes = [lcm(*(w.denominator for w in weights[at])) for at in self.order]
        self._whole = [1]
        self._later = [0]
        for at, size in zip(reversed(self.order), reversed(sizes), strict=True):
            self._whole.append(self._whole[-1] * size)
            self._later.append(self._later[-1] | space.tested(at))
        self._whole.reverse()
        self._later.reverse()
        self._branches = [
            self._branches_of(at, size)
            for at, size in zip(self.order, sizes, strict=True)
        ]
        #: Whether a column, or a later one, has regions without any weight.
        self._specks = [False]
        for branches in reversed(self._branches):
            weightless = any(not weight for _, weight, _ in branches)
            self._specks.append(self._specks[-1] or weightless)
        self._specks.reverse()
        self._parts: dict[tuple[int, int], int] = {}
        self._left: dict[tuple[int, int], bool] = {}

    def share(self) -> Fraction:
        """The exact part of the space that no rule covers: a fraction from 0 to 1."""
        return Fraction(self._part(0, self.rules), self._whole[0])

    def uncovered(self, space: Space) -> Box | None:
        """A box that no rule touches, nor any rule that ``space`` has beside them.

        ``space`` is a copy of the diagram's own in which boxes found before were closed
        (:meth:`.boxes.Space.close`). None: nothing is left.
        """
        found = _Walk(self, space).down(0, self.rules, space.rules & ~self.rules)
        if found is None:
            return None
        masks = list(space.everything)
        for at, mask in zip(self.order, reversed(found), strict=False):
            masks[at] = mask
        return tuple(masks)

    def _branches_of(self, at: int, size: int) -> list[Branch]:
        """The regions of a column, those that the same rules accept together."""
        merged: dict[int, tuple[int, int]] = {}
        for region, weight in enumerate(self.weights[at]):
            accepting = self.space.accepting(at, region)
            sum_, mask = merged.get(accepting, (0, 0))
            merged[accepting] = sum_ + int(weight * size), mask | 1 << region
        return [(accepting, *found) for accepting, found in merged.items()]

    def _part(self, place: int, alive: int) -> int:
        """How much no rule covers, of those that are still alive at a column."""
        if alive & ~self._later[place]:
            return 0
        if not alive:
            return self._whole[place]
        key = place, alive
        if key not in self._parts:
            self.spend()
            left: dict[int, int] = {}
            for accepting, weight, _ in self._branches[place]:
                after = alive & accepting
                left[after] = left.get(after, 0) + weight
            self._parts[key] = sum(
                weight * self._part(place + 1, after)
                for after, weight in left.items()
                if weight
            )
        return self._parts[key]

    def is_left(self, place: int, alive: int) -> bool:
        """Whether anything is uncovered, single values between the rows included."""
        if self._part(place, alive) or not alive:
            return True
        if alive & ~self._later[place] or not self._specks[place]:
            return False
        key = place, alive
        if key not in self._left:
            self.spend()
            self._left[key] = any(
                self.is_left(place + 1, alive & accepting)
                for accepting, _, _ in self._branches[place]
            )
        return self._left[key]

    def branches(self, place: int) -> Sequence[Branch]:
        """The branches of a column, by its place in :attr:`order`."""
        return self._branches[place]


class _Walk:
    """One way down a diagram, past what is closed."""

    def __init__(self, diagram: DecisionDiagram, space: Space) -> None:
        self.diagram, self.space = diagram, space
        self.closed = space.rules & ~diagram.rules
        self.later = [0]
        for at in reversed(diagram.order):
            self.later.append(self.later[-1] | space.tested(at))
        self.later.reverse()
        self.dead: set[tuple[int, int, int]] = set()
        self.ways: dict[int, list[tuple[int, int, int]]] = {}

    def down(self, place: int, alive: int, closed: int) -> list[int] | None:
        """The masks of the columns from this one on, the last of them first."""
        if closed & ~self.later[place]:
            return None
        if not alive and not closed:
            return []
        key = place, alive, closed
        if key in self.dead or not self.diagram.is_left(place, alive):
            return None
        self.diagram.spend()
        for accepting, mask, closing in self._ways(place):
            found = self.down(place + 1, alive & accepting, closed & closing)
            if found is not None:
                return [*found, mask]
        self.dead.add(key)
        return None

    def _ways(self, place: int) -> list[tuple[int, int, int]]:
        """For each branch the rules that stay, its regions, and what closes them."""
        if place not in self.ways:
            space, at = self.space, self.diagram.order[place]
            ways: dict[tuple[int, int], int] = {}
            for accepting, _, mask in self.diagram.branches(place):
                for region in members(mask):
                    key = accepting, space.accepting(at, region) & self.closed
                    ways[key] = ways.get(key, 0) | 1 << region
            self.ways[place] = [(a, mask, b) for (a, b), mask in ways.items()]
        return self.ways[place]
