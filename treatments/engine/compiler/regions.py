"""Regions: the finitely many classes of values that no rule can tell apart.

The cells that test a fact cut its range into pieces; values accepted by exactly the
same cells form one region. A set of regions is an int, a bit a region, so that an
interval, a list, a negation and "unknown" are all the same kind of thing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..ruleset.answers import AnswerSet
from ..ruleset.unary_tests import UnaryTests, Value
from ..ruleset.vocabulary import Fact
from .bitset import union


@dataclass(frozen=True, slots=True)
class Variable:
    """A fact as the program sees it: its range, cut into regions.

    ``representatives`` holds one value for each region. A number's range is cut at
    ``points`` (in the fact's unit) into pieces: point, gap, point, …; a fact with
    ``values`` has a piece for each. ``pieces`` maps each piece to its region, and to
    -1 where a gap holds no whole number.
    """

    fact: Fact
    representatives: tuple[Value, ...]
    values: tuple[Value, ...]
    points: tuple[float, ...]
    pieces: tuple[int, ...]

    @property
    def name(self) -> str:
        """The fact's name in the vocabulary."""
        return self.fact.name

    @property
    def everything(self) -> int:
        """The mask of all regions: nothing is known."""
        return (1 << len(self.representatives)) - 1

    def mask_of(self, value: Value) -> int:
        """The mask of the one region that holds a value within the fact's range.

        Raises:
            ValueError: the value is none of an enumeration's.
        """
        if self.points:
            at = bisect_left(self.points, float(value))
            on_point = at < len(self.points) and self.points[at] == value
            return 1 << self.pieces[2 * at if on_point else 2 * at - 1]
        return 1 << self.pieces[self.values.index(value)]

    def touched(self, answer: AnswerSet) -> int:
        """The mask of the regions that hold some value of a partial answer.

        No rule tells the values of a region apart, so it is exact that they come whole.

        Raises:
            ValueError: a value is none of an enumeration's.
        """
        if answer.values:
            return union(self.mask_of(value) for value in answer.values)
        mask = 0
        for at, region in enumerate(self.pieces):
            low = high = self.points[at // 2]
            if at % 2:
                high = self.points[at // 2 + 1]
                is_met = answer.low < high and answer.high > low
                if self.fact.type == "int":
                    is_met = answer.low <= high - 1 and answer.high >= low + 1
            else:
                is_met = answer.low <= low <= answer.high
            if is_met and region >= 0:
                mask |= 1 << region
        return mask

    def accepted(self, cell: UnaryTests) -> int:
        """The mask of the regions that a cell accepts.

        A derived fact's last region, "no rule gave a value", is accepted by none.
        """
        mask = 0
        for region, value in enumerate(self.representatives):
            if cell.accepts(value):
                mask |= 1 << region
        return mask


def variable(fact: Fact, cells: Sequence[UnaryTests]) -> Variable:
    """The variable of a fact whose range is cut by ``cells``.

    Two values fall into one region exactly when every cell accepts both or neither.
    Cells of the same text are one: a large table has few different ones.
    """
    cells = list({cell.text: cell for cell in cells}.values())
    if fact.type in ("int", "decimal"):
        points = _points(fact, cells)
        samples: list[Value | None] = list(_samples(fact, points))
        return _merged(fact, (), points, samples, cells)
    values: tuple[Value, ...] = (
        (False, True) if fact.type == "bool" else tuple(fact.values)
    )
    return _merged(fact, values, (), list(values), cells)


def _merged(
    fact: Fact,
    values: tuple[Value, ...],
    points: tuple[float, ...],
    samples: list[Value | None],
    cells: Sequence[UnaryTests],
) -> Variable:
    regions: dict[tuple[bool, ...], int] = {}
    representatives: list[Value] = []
    pieces: list[int] = []
    for sample in samples:
        if sample is None:
            pieces.append(-1)
            continue
        signature = tuple(cell.accepts(sample) for cell in cells)
        if signature not in regions:
            regions[signature] = len(representatives)
            representatives.append(sample)
        pieces.append(regions[signature])
    return Variable(fact, tuple(representatives), values, points, tuple(pieces))


def _points(fact: Fact, cells: Sequence[UnaryTests]) -> tuple[float, ...]:
    low, high = fact.limits
    cuts = {low, high}
    for cell in cells:
        cuts |= {bound for bound in cell.bounds() if low <= bound <= high}
    return tuple(sorted(cuts))


def _samples(fact: Fact, points: tuple[float, ...]) -> Iterable[Value | None]:
    """A value for each piece: point, gap, point, …; None where an int has no room."""
    for low, high in zip(points, (*points[1:], None), strict=True):
        whole = fact.type == "int"
        yield (int(low) if low == int(low) else None) if whole else low
        if high is None:
            return
        if whole:
            middle = (int(low) + int(high)) // 2
            inside = middle if low < middle < high else int(low) + 1
            yield inside if low < inside < high else None
        else:
            yield (low + high) / 2
