"""A region in words, and the value in it that is nearest to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..ruleset.answers import literal
from ..ruleset.terms import Terms
from ..ruleset.unary_tests import Compare, Equal, Interval, Test, UnaryTests, Value
from ..ruleset.wording import cell_in_words
from .bitset import lowest
from .regions import Variable

#: Clinical decimals are read to a tenth.
_TENTH = 0.1
_RANGES = Terms(between=" or ")


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
    """The regions of a mask as a cell's words: ``under 6``, ``3 to under 4``, ``yes``.

    Stored explorations and findings keep these words, so values keep their codes and
    stand between commas: ``extrusion, sequestration``. Ranges stand between "or".
    """
    tests: list[Test]
    if variable.points:
        limits = variable.fact.limits
        tests = [_test(span, *limits) for span in spans_of(variable, mask)]
        terms = _RANGES
    else:
        pairs = zip(variable.values, variable.pieces, strict=True)
        tests = [Equal(value) for value, region in pairs if mask >> region & 1]
        codes = {value: value for value in variable.fact.values}
        terms = Terms(labels=codes, between=", ")
    return cell_in_words(variable.fact, UnaryTests("", tuple(tests)), terms)


def regions_as_test(variable: Variable, mask: int) -> str:
    """The regions of a mask in S-FEEL: ``< 6``, ``"bulge","none"``, ``true``."""
    if not variable.points:
        pairs = zip(variable.values, variable.pieces, strict=True)
        return ",".join(literal(v) for v, region in pairs if mask >> region & 1)
    limits = variable.fact.limits
    return ",".join(_written(_test(s, *limits)) for s in spans_of(variable, mask))


def _written(test: Test) -> str:
    """One test of numbers in S-FEEL."""
    if isinstance(test, Equal):
        return literal(test.value)
    if isinstance(test, Compare):
        return f"{test.operator} {literal(test.bound)}"
    opening, closing = "[" if test.low_closed else "(", "]" if test.high_closed else ")"
    return f"{opening}{literal(test.low)}..{literal(test.high)}{closing}"


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


def _test(span: Span, least: float, greatest: float) -> Test:
    """The test that holds for a span; a limit of the fact is not named in vain."""
    if span.low == span.high:
        return Equal(span.low)
    from_least = span.low == least and span.low_closed
    to_greatest = span.high == greatest and span.high_closed
    if from_least and not to_greatest:
        return Compare("<=" if span.high_closed else "<", span.high)
    if to_greatest and not from_least:
        return Compare(">=" if span.low_closed else ">", span.low)
    return Interval(span.low, span.high, span.low_closed, span.high_closed)
