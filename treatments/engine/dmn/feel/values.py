"""The values of FEEL: their kinds, and when two are the same, or one the smaller.

Null is None, a number is a Decimal of 34 digits, a string, boolean, date, time,
datetime, timedelta, list and dict are Python's own. Every comparison has three
answers: True, False, and None where the standard says null.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any

from .run import Run
from .temporal import Months, write_days

NUMBERS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two bounds, each open or closed."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool

    def contains(self, value: Any) -> bool | None:
        """Whether a value lies between the bounds; None where it does not compare."""
        above = compare(">=" if self.low_closed else ">", value, self.low)
        below = compare("<=" if self.high_closed else "<", value, self.high)
        return both(above, below)


@dataclass(frozen=True, slots=True)
class Function:
    """Something to call: its parameters' names (None: any number) and its body."""

    name: str
    parameters: tuple[str, ...] | None
    call: Callable[[Run, list[Any]], Any]
    optional: int = 0


_KINDS = {
    NoneType: "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    date: "date",
    time: "time",
    datetime: "date and time",
    timedelta: "days and time duration",
    Months: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
_ORDERED = frozenset(_KINDS.values()) - {
    *("null", "boolean", "list", "context", "range", "function")
}


def kind(value: Any) -> str:
    """FEEL's name for the type of a value."""
    return _KINDS[type(value)]


def both(left: Any, right: Any) -> bool | None:
    """Kleene's and: what is no boolean counts as unknown."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    """Kleene's or: what is no boolean counts as unknown."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negated(value: Any) -> bool | None:
    """Kleene's not: None for what is no boolean."""
    return (not value) if isinstance(value, bool) else None


def same(left: Any, right: Any, run: Run) -> bool | None:
    """FEEL's ``=``: null equals null alone; kinds that differ do not compare."""
    run.spend()
    if left is None or right is None:
        return left is right
    if type(left) is not type(right):
        return None
    if isinstance(left, list):
        return _same_lists(left, right, run)
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return False
        return all(same(left[key], right[key], run) is True for key in left)
    if isinstance(left, Function):
        return None
    return bool(left == right)


def _same_lists(left: list[Any], right: list[Any], run: Run) -> bool:
    return len(left) == len(right) and all(
        same(one, other, run) is True for one, other in zip(left, right, strict=True)
    )


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """``<``, ``<=``, ``>``, ``>=`` between two values of one ordered kind."""
    if type(left) is not type(right) or kind(left) not in _ORDERED:
        return None
    try:
        if operator == "<":
            return bool(left < right)
        if operator == "<=":
            return bool(left <= right)
        if operator == ">":
            return bool(left > right)
        return bool(left >= right)
    except TypeError:  # a time with an offset beside one without
        return None


def within(value: Any, test: Any, run: Run) -> bool | None:
    """Whether a value is in a list, in a range, or is the one given."""
    if isinstance(test, Range):
        return same(value, test, run) if type(value) is Range else test.contains(value)
    if isinstance(test, list):
        found: bool | None = False
        if isinstance(value, list) and same(value, test, run):
            return True
        for item in test:
            found = either(found, _is_item(value, item, run))
        return found
    return same(value, test, run)


def _is_item(value: Any, item: Any, run: Run) -> bool | None:
    if isinstance(item, Range) and type(value) is not Range:
        return item.contains(value)
    # A list of things of other kinds does not have the value; it is not unknown.
    return same(value, item, run) is True


def text_of(value: Any, run: Run, *, quoted: bool = False) -> str:
    """A value as FEEL's ``string`` writes it; inside lists, strings are quoted."""
    if isinstance(value, str):
        return run.text(f'"{value}"' if quoted else value)
    run.spend()
    if isinstance(value, list):
        parts = [text_of(item, run, quoted=True) for item in value]
        return run.text(f"[{', '.join(parts)}]")
    if isinstance(value, dict):
        parts = [f"{key}: {text_of(value[key], run, quoted=True)}" for key in value]
        return run.text("{" + ", ".join(parts) + "}")
    if isinstance(value, Range):
        opening, closing = "[" if value.low_closed else "(", ")]"[value.high_closed]
        low, high = (text_of(end, run, quoted=True) for end in (value.low, value.high))
        return run.text(f"{opening}{low}..{high}{closing}")
    return run.text(_simple_text(value))


def _simple_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(NUMBERS) if value else Decimal(0), "f")
    if isinstance(value, timedelta):
        return write_days(value)
    if isinstance(value, Function):
        return f"function {value.name}"
    if isinstance(value, date | time):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
