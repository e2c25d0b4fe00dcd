"""``+ - * / **`` between numbers, texts, dates and durations; null where undefined."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .run import Run
from .temporal import Months, add_months
from .values import NUMBERS, kind

_NUMERIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": NUMBERS.power,
}


def calculate(operator: str, left: Any, right: Any, run: Run) -> Any:
    """The result, or null with a message where FEEL defines none."""
    run.spend()
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        try:
            return _NUMERIC[operator](left, right)
        except decimal.DecimalException:
            return run.null(f"{left} {operator} {right} is not defined")
    if isinstance(left, str) and isinstance(right, str) and operator == "+":
        return run.text(left + right)
    try:
        found = _temporal(operator, left, right)
    except (OverflowError, ValueError, ArithmeticError, TypeError):
        found = None
    if found is None:
        return run.null(f"{kind(left)} {operator} {kind(right)} is not defined")
    return found


def negative(value: Any, run: Run) -> Any:
    """Minus a number or a duration; null with a message for anything else."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, Months):
        return Months(-value.months)
    return run.null(f"- {kind(value)} is not defined")


def _temporal(operator: str, left: Any, right: Any) -> Any:
    if operator == "+":
        return _sum(left, right)
    if operator == "-":
        return _difference(left, right)
    if operator == "*":
        if isinstance(left, Decimal):
            left, right = right, left
        return _scaled(left, right) if isinstance(right, Decimal) else None
    if operator == "/" and isinstance(right, Decimal) and right:
        return _scaled(left, NUMBERS.divide(Decimal(1), right))
    if operator == "/":
        return _ratio(left, right)
    return None


def _sum(left: Any, right: Any) -> Any:
    if isinstance(left, timedelta | Months) and not isinstance(right, type(left)):
        left, right = right, left
    if isinstance(right, Months):
        if isinstance(left, Months):
            return Months(left.months + right.months)
        return add_months(left, right.months) if isinstance(left, date) else None
    if not isinstance(right, timedelta):
        return None
    if isinstance(left, time):
        day = datetime.combine(date(2000, 1, 1), left)
        return (day + right % timedelta(days=1)).timetz()
    if isinstance(left, datetime | timedelta):
        return left + right
    if isinstance(left, date):
        return (datetime.combine(left, time()) + right).date()
    return None


def _difference(left: Any, right: Any) -> Any:
    if isinstance(right, timedelta):
        return _sum(left, -right) if not isinstance(left, Months) else None
    if isinstance(right, Months):
        return _sum(left, Months(-right.months))
    if isinstance(left, time) and isinstance(right, time):
        day = date(2000, 1, 1)
        return datetime.combine(day, left) - datetime.combine(day, right)
    if type(left) is type(right) and isinstance(left, date):
        return left - right
    return None


def _scaled(length: Any, factor: Decimal) -> Any:
    if isinstance(length, Months):
        return Months(int(NUMBERS.multiply(Decimal(length.months), factor)))
    return length * float(factor) if isinstance(length, timedelta) else None


def _ratio(left: Any, right: Any) -> Decimal | None:
    if isinstance(left, Months) and isinstance(right, Months):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return NUMBERS.create_decimal_from_float(left / right)
    return None
