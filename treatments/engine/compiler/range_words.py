"""A region in words, and the value in it that is nearest to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..ruleset.unary_tests import Value
from .bitset import lowest
from .regions import Variable

#: Clinical decimals are read to a tenth.
_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Span:
    """A run of numbers that belong to one region, in the fact's unit.

    A run of whole numbers is closed at both ends.
    """

    low: float
    high: float
    low_closed: bool
    high_closed: bool

    def holds(self, value: float) -> bool:
        """Whether a number lies in the run."""
        above = value > self.low or (self.low_closed and value == self.low)
        below = value < self.high or (self.high_closed and value == self.high)
        return above and below


def regions_in_words(variable: Variable, mask: int) -> str:
    """The regions of a mask in words, without the unit.

    ``yes``, ``extrusion, sequestration``, ``under 6``, ``3 to under 4``.
    """
    if variable.points:
        low, high = variable.fact.limits
        spans = spans_of(variable, mask)
        return " or ".join(_in_words(span, low, high) for span in spans)
    pairs = zip(variable.values, variable.pieces, strict=True)
    values = [value for value, region in pairs if mask >> region & 1]
    words = {True: "yes", False: "no"}
    return ", ".join(words[v] if isinstance(v, bool) else str(v) for v in values)


def nearest_value(variable: Variable, mask: int, value: Value) -> Value:
    """The value of the regions of a mask that is the smallest change from ``value``.

    Near an open end that is a tenth of the fact's unit away; of an enumeration it is
    the first value.
    """
    first = variable.representatives[lowest(mask)]
    if not variable.points or isinstance(value, str):
        return first
    whole = variable.fact.type == "int"
    found = [
        near
        for span in spans_of(variable, mask)
        for near in (value, *_ends(span, whole=whole))
        if span.holds(near)
    ]
    if not found:
        return first
    best = min(found, key=lambda near: abs(near - value))
    return int(best) if whole else best


def spans_of(variable: Variable, mask: int) -> list[Span]:
    """The runs of numbers that make up the regions of a mask, least first."""
    spans: list[Span] = []
    for span, region in _pieces(variable):
        if region < 0 or not mask >> region & 1:
            continue
        if spans and _touch(spans[-1], span, whole=variable.fact.type == "int"):
            last = spans.pop()
            span = Span(last.low, span.high, last.low_closed, span.high_closed)
        spans.append(span)
    return spans


def _pieces(variable: Variable) -> Iterator[tuple[Span, int]]:
    whole = variable.fact.type == "int"
    for at, region in enumerate(variable.pieces):
        low = variable.points[at // 2]
        if at % 2 == 0:
            yield Span(low, low, low_closed=True, high_closed=True), region
            continue
        high = variable.points[at // 2 + 1]
        if whole:
            low, high = low + 1, high - 1
        yield Span(low, high, low_closed=whole, high_closed=whole), region


def _touch(left: Span, right: Span, *, whole: bool) -> bool:
    if whole:
        return left.high + 1 == right.low
    return left.high == right.low and (left.high_closed or right.low_closed)


def _ends(span: Span, *, whole: bool) -> Iterator[float]:
    yield span.low if span.low_closed else round(span.low + _TENTH, 1)
    yield span.high if span.high_closed else round(span.high - _TENTH, 1)
    if not whole:
        yield (span.low + span.high) / 2


def _in_words(span: Span, least: float, greatest: float) -> str:
    if span.low == span.high:
        return f"{span.low:g}"
    if span.low == least and span.high == greatest:
        return f"{span.low:g} to {span.high:g}"
    if span.low == least:
        return f"{'up to' if span.high_closed else 'under'} {span.high:g}"
    if span.high == greatest:
        return f"{span.low:g} or more" if span.low_closed else f"over {span.low:g}"
    low = "" if span.low_closed else "over "
    high = "" if span.high_closed else "under "
    return f"{low}{span.low:g} to {high}{span.high:g}"
