"""S-FEEL simple unary tests: the language of one cell of a decision table.

The grammar is DMN 1.5's "simple unary tests" over literals::

    cell      = "-" | "not(" tests ")" | tests
    tests     = test { "," test }
    test      = ( "<" | "<=" | ">" | ">=" ) literal | interval | literal
    interval  = ( "[" | "(" | "]" ) number ".." number ( "]" | ")" | "[" )
    literal   = number | "text" | true | false

Parsing is apart from evaluating, and neither looks at anything but its arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = bool | int | float | str

MAX_CELL_LENGTH = 2000

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?\d{1,15}(?:\.\d{1,10})?(?![\w.]|\.\d))
    | (?P<range_number>-?\d{1,15}(?:\.\d{1,10})?(?=\.\.))
    | "(?P<text>[^"\\]*)"
    | (?P<word>true|false|not)\b
    | (?P<mark>\.\.|<=|>=|<|>|\[|\]|\(|\)|,|-)
    )""",
    re.VERBOSE,
)


class CellError(ValueError):
    """A cell is not a simple unary test; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Equal:
    """The value is this one."""

    value: Value

    def accepts(self, value: Value) -> bool:
        """Whether it is this value; a yes or no is never a number."""
        return _same(value, self.value)


@dataclass(frozen=True, slots=True)
class Compare:
    """The number stands on one side of a bound: ``> 55``."""

    operator: str
    bound: float

    def accepts(self, value: Value) -> bool:
        """Whether it is a number on the right side of the bound."""
        if isinstance(value, (bool, str)):
            return False
        if self.operator == "<":
            return value < self.bound
        if self.operator == "<=":
            return value <= self.bound
        if self.operator == ">":
            return value > self.bound
        return value >= self.bound


@dataclass(frozen=True, slots=True)
class Interval:
    """The number lies between two bounds, each open or closed: ``(3..4]``."""

    low: float
    high: float
    low_closed: bool
    high_closed: bool

    def accepts(self, value: Value) -> bool:
        """Whether it is a number between the bounds, or on a closed one."""
        if isinstance(value, (bool, str)):
            return False
        above = value >= self.low if self.low_closed else value > self.low
        below = value <= self.high if self.high_closed else value < self.high
        return above and below


Test: TypeAlias = Equal | Compare | Interval


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """A parsed cell: any of ``tests`` holds, or none of them when ``negated``.

    A cell that accepts everything (``-``) has no tests and is not negated. One that is
    ``unknown`` accepts no value at all: it asks that the fact be not known, which only
    a presumption may.
    """

    text: str
    tests: tuple[Test, ...] = ()
    negated: bool = False
    unknown: bool = False

    @property
    def is_any(self) -> bool:
        """Whether it accepts every value, unknown ones too."""
        return not self.tests and not self.unknown

    def accepts(self, value: Value) -> bool:
        """Whether a *known* value passes; unknown is the evaluator's affair."""
        if self.is_any:
            return True
        return any(test.accepts(value) for test in self.tests) != self.negated

    def bounds(self) -> set[float]:
        """The numbers at which the answer can change."""
        found: set[float] = set()
        for test in self.tests:
            if isinstance(test, Interval):
                found |= {test.low, test.high}
            elif isinstance(test, Compare):
                found.add(test.bound)
            elif not isinstance(test.value, (bool, str)):
                found.add(test.value)
        return found


#: A cell of a presumption: the fact must not be known.
UNKNOWN = UnaryTests("unknown", unknown=True)


def parse(text: str) -> UnaryTests:
    """Parse one cell.

    Raises:
        CellError: the text is not a simple unary test.
    """
    if len(text) > MAX_CELL_LENGTH:
        raise CellError(f"is longer than {MAX_CELL_LENGTH} characters")
    return _Parser(text).cell()


def _same(left: Value, right: Value) -> bool:
    # Python holds True == 1; a yes/no fact never equals a number here.
    return isinstance(left, bool) == isinstance(right, bool) and left == right


class _Parser:
    """Recursive descent over the tokens of one cell; depth is at most two."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def cell(self) -> UnaryTests:
        if not self.tokens:
            raise CellError("is empty; write - for any value")
        if self.tokens == [("mark", "-")]:
            return UnaryTests("-")
        negated = self._take("word", "not")
        if negated:
            self._expect("(")
        tests = self._tests()
        if negated:
            self._expect(")")
        if self.at != len(self.tokens):
            raise CellError(f"has something after its end: {self._peek()[1]!r}")
        return UnaryTests(self.text.strip(), tests, negated)

    def _tests(self) -> tuple[Test, ...]:
        tests = [self._test()]
        while self._take("mark", ","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> Test:
        kind, lexeme = self._peek()
        if kind == "mark" and lexeme in ("<", "<=", ">", ">="):
            self.at += 1
            return Compare(lexeme, self._number())
        if kind == "mark" and lexeme in ("[", "(", "]"):
            return self._interval()
        return Equal(self._literal())

    def _interval(self) -> Interval:
        opening = self._next()[1]
        low = self._number()
        self._expect("..")
        high = self._number()
        kind, closing = self._next()
        if kind != "mark" or closing not in ("]", ")", "["):
            raise CellError("has an interval without its closing bracket")
        interval = Interval(low, high, opening == "[", closing == "]")
        closed = interval.low_closed and interval.high_closed
        if low > high or (low == high and not closed):
            raise CellError(f"has an impossible range: {low:g}..{high:g}")
        return interval

    def _literal(self) -> Value:
        kind, lexeme = self._next()
        if kind == "text":
            return lexeme
        if kind == "word" and lexeme != "not":
            return lexeme == "true"
        if kind in ("number", "range_number"):
            return _as_number(lexeme)
        raise CellError(f"has {lexeme!r} where a value was expected")

    def _number(self) -> float:
        kind, lexeme = self._next()
        if kind not in ("number", "range_number"):
            raise CellError(f"has {lexeme!r} where a number was expected")
        return _as_number(lexeme)

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        lexeme = self._peek()
        if lexeme[0] == "end":
            raise CellError("ends too early")
        self.at += 1
        return lexeme

    def _take(self, kind: str, lexeme: str) -> bool:
        if self._peek() == (kind, lexeme):
            self.at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take("mark", mark):
            raise CellError(f"lacks {mark!r}")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise CellError(f"cannot be read from {text[at : at + 20]!r} on")
        kind = match.lastgroup or ""
        tokens.append((kind, match.group(kind)))
        at = match.end()
    return tokens


def _as_number(lexeme: str) -> float:
    return float(lexeme) if "." in lexeme else int(lexeme)
