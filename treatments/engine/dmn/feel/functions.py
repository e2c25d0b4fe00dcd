"""FEEL's own functions, but those with regular expressions, clocks or zones.

Each is declared with the kinds of its arguments; other kinds give null.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from ..errors import DecisionError
from . import temporal
from .run import Run
from .temporal import Months
from .values import (
    NUMBERS,
    Function,
    both,
    compare,
    either,
    kind,
    negated,
    same,
    text_of,
)

FUNCTIONS: dict[str, Function] = {}

_KINDS = {"s": "string", "n": "number", "l": "list", "c": "context"}
_ROUNDINGS = {
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
    "decimal": decimal.ROUND_HALF_EVEN,
}
Body = Callable[..., Any]


def _declare(name: str, signature: str) -> Callable[[Body], Body]:
    """``"string:s, length:n?"``: each parameter, its kind (a: any), ? if optional."""
    parts = [part.split(":") for part in signature.split(", ") if part]
    kinds = [sort for _, sort in parts]

    def register(body: Body) -> Body:
        def call(run: Run, arguments: list[Any]) -> Any:
            checked = [
                _as_kind(argument, sort)
                for argument, sort in zip(arguments, kinds, strict=False)
            ]
            if any(argument is _WRONG for argument in checked):
                return run.null(f"{name}() takes other arguments")
            try:
                return body(run, *checked)
            except DecisionError:
                raise
            except (ArithmeticError, ValueError):
                return run.null(f"{name}() is not defined for these arguments")

        names = tuple(parameter for parameter, _ in parts)
        optional = sum(sort.endswith("?") for sort in kinds)
        FUNCTIONS[name] = Function(name, names, call, optional)
        return body

    return register


_WRONG = object()


def _as_kind(value: Any, sort: str) -> Any:
    if sort.endswith("?") and value is None:
        return None
    wanted = _KINDS.get(sort.rstrip("?"))
    if wanted == "list" and not isinstance(value, list):
        return _WRONG if value is None else [value]
    if wanted not in (None, "list") and isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if wanted is None or kind(value) == wanted else _WRONG


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


# Logic and conversion


@_declare("not", "negand:a")
def _not(_: Run, value: Any) -> bool | None:
    return negated(value)


@_declare("is", "value1:a, value2:a")
def _is(run: Run, left: Any, right: Any) -> bool:
    if isinstance(left, time | datetime) and isinstance(right, time | datetime):
        # Equal moments told with different offsets are not the same element.
        return left == right and left.utcoffset() == right.utcoffset()
    return type(left) is type(right) and same(left, right, run) is True


@_declare("string", "from:a")
def _string(run: Run, value: Any) -> str | None:
    return None if value is None else text_of(value, run)


@_declare("number", "from:s, grouping separator:s?, decimal separator:s?")
def _number(
    _: Run, text: str, group: str | None = None, point: str | None = None
) -> Any:
    if group not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise ValueError("unknown separator")
    if group and group == point:
        raise ValueError("one separator for two things")
    plain = text.replace(group, "") if group else text
    plain = plain.replace(point, ".") if point else plain
    if not plain.strip("-+").replace(".", "", 1).isascii() or " " in plain:
        raise ValueError("no number")
    number = NUMBERS.create_decimal(plain)
    return number if number.is_finite() and "_" not in plain else None


# Texts


@_declare("string length", "string:s")
def _length(_: Run, text: str) -> Decimal:
    return Decimal(len(text))


@_declare("upper case", "string:s")
def _upper(run: Run, text: str) -> str:
    return run.text(text.upper())


@_declare("lower case", "string:s")
def _lower(run: Run, text: str) -> str:
    return run.text(text.lower())


@_declare("contains", "string:s, match:s")
def _contains(_: Run, text: str, match: str) -> bool:
    return match in text


@_declare("starts with", "string:s, match:s")
def _starts(_: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@_declare("ends with", "string:s, match:s")
def _ends(_: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@_declare("substring before", "string:s, match:s")
def _before(_: Run, text: str, match: str) -> str:
    return text[: text.index(match)] if match in text else ""


@_declare("substring after", "string:s, match:s")
def _after(_: Run, text: str, match: str) -> str:
    return text[text.index(match) + len(match) :] if match in text else ""


@_declare("substring", "string:s, start position:n, length:n?")
def _substring(_: Run, text: str, start: Decimal, length: Any = None) -> str:
    at = _whole(start)
    if not 1 <= abs(at) <= len(text):
        raise ValueError("starts outside the text")
    at = at - 1 if at > 0 else len(text) + at
    count = len(text) if length is None else int(length)
    if count < 1:
        raise ValueError("no length")
    return text[at : at + count]


@_declare("string join", "list:l, delimiter:s?")
def _join(run: Run, items: list[Any], delimiter: str | None = None) -> Any:
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        raise ValueError("not all are texts")
    return run.text((delimiter or "").join(texts))


# Numbers


def _round_to(name: str, default: bool) -> None:
    signature = "n:n, scale:n?" if default else "n:n, scale:n"

    @_declare(name, signature)
    def _round(_: Run, number: Decimal, scale: Decimal | None = None) -> Decimal:
        digits = int(scale) if scale is not None else 0
        if not -6111 <= digits <= 6176:
            raise ValueError("scale out of range")
        if number.as_tuple().exponent >= -digits:  # type: ignore[operator]
            return number
        wide = decimal.Context(prec=7000, rounding=_ROUNDINGS[name])
        rounded = number.quantize(Decimal(1).scaleb(-digits), context=wide)
        return NUMBERS.plus(rounded)


for _name in _ROUNDINGS:
    _round_to(_name, _name in ("floor", "ceiling"))


@_declare("abs", "n:a")
def _abs(_: Run, value: Any) -> Any:
    if isinstance(value, Months):
        return Months(abs(value.months))
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, timedelta):
        return abs(value)
    raise ValueError("no size")


@_declare("modulo", "dividend:n, divisor:n")
def _modulo(_: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    quotient = NUMBERS.divide(dividend, divisor)
    floor = quotient.to_integral_value(decimal.ROUND_FLOOR)
    return NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, floor))


@_declare("sqrt", "number:n")
def _sqrt(_: Run, number: Decimal) -> Decimal:
    return NUMBERS.sqrt(number)


@_declare("even", "number:n")
def _even(_: Run, number: Decimal) -> bool:
    return _whole(number) % 2 == 0


@_declare("odd", "number:n")
def _odd(_: Run, number: Decimal) -> bool:
    return _whole(number) % 2 == 1


# Lists


def _declare_over_list(name: str) -> Callable[[Body], Body]:
    """A function of one list, or of as many items as one likes."""

    def register(body: Body) -> Body:
        def call(run: Run, arguments: list[Any]) -> Any:
            one = len(arguments) == 1 and isinstance(arguments[0], list)
            items = arguments[0] if one else arguments
            if not arguments:
                return run.null(f"{name}() takes arguments")
            run.spend(len(items))
            try:
                return body(run, items)
            except DecisionError:
                raise
            except (ArithmeticError, ValueError, TypeError):
                return run.null(f"{name}() is not defined for these items")

        FUNCTIONS[name] = Function(name, None, call)
        return body

    return register


def _numbers(items: list[Any]) -> list[Decimal]:
    if not all(isinstance(item, Decimal) for item in items):
        raise ValueError("not all are numbers")
    return items


@_declare_over_list("count")
def _count(_: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@_declare_over_list("sum")
def sum_of(_: Run, items: list[Any]) -> Decimal | None:
    if not items:
        return None
    total = Decimal(0)
    for number in _numbers(items):
        total = NUMBERS.add(total, number)
    return total


@_declare_over_list("mean")
def _mean(run: Run, items: list[Any]) -> Decimal | None:
    total = sum_of(run, items)
    return None if total is None else NUMBERS.divide(total, Decimal(len(items)))


@_declare_over_list("min")
def least_of(_: Run, items: list[Any]) -> Any:
    return _extreme("<", items)


@_declare_over_list("max")
def most_of(_: Run, items: list[Any]) -> Any:
    return _extreme(">", items)


def _extreme(operator: str, items: list[Any]) -> Any:
    if not items:
        return None
    found = items[0]
    for item in items:
        better = compare(operator, item, found)
        if better is None:
            raise ValueError("items of several kinds")
        found = item if better else found
    return found


@_declare_over_list("all")
def _all(_: Run, items: list[Any]) -> bool | None:
    result: bool | None = True
    for item in items:
        result = both(result, item)
    return result


@_declare_over_list("any")
def _any(_: Run, items: list[Any]) -> bool | None:
    result: bool | None = False
    for item in items:
        result = either(result, item)
    return result


@_declare("list contains", "list:l, element:a")
def _has(run: Run, items: list[Any], element: Any) -> bool:
    return any(same(item, element, run) is True for item in items)


@_declare("index of", "list:l, match:a")
def _index(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    return [
        Decimal(place)
        for place, item in enumerate(items, 1)
        if same(item, match, run) is True
    ]


@_declare("reverse", "list:l")
def _reverse(run: Run, items: list[Any]) -> list[Any]:
    run.spend(len(items))
    return items[::-1]


@_declare("flatten", "list:l")
def _flatten(run: Run, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in items:
        run.spend()
        flat += _flatten(run, item) if isinstance(item, list) else [item]
    run.spend(len(flat))
    return flat


@_declare("distinct values", "list:l")
def _distinct(run: Run, items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(same(item, other, run) is True for other in kept):
            kept.append(item)
    return kept


def _joined(run: Run, lists: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for items in lists:
        joined += items if isinstance(items, list) else [items]
        run.spend(1 + len(joined))
    return joined


FUNCTIONS["concatenate"] = Function("concatenate", None, _joined)
FUNCTIONS["union"] = Function(
    "union", None, lambda run, lists: _distinct(run, _joined(run, lists))
)
FUNCTIONS["append"] = Function(
    "append", None, lambda run, items: _joined(run, [*items[:1], items[1:]])
)


# Dates, times and durations


@_declare("date", "from:a, month:n?, day:n?")
def _date(_: Run, source: Any, month: Any = None, day: Any = None) -> date | None:
    if isinstance(source, Decimal) and month is not None and day is not None:
        return date(_whole(source), _whole(month), _whole(day))
    if isinstance(source, datetime):
        return source.date()
    if isinstance(source, date):
        return source
    return temporal.read_date(source) if isinstance(source, str) else None


@_declare("time", "from:a, minute:n?, second:n?")
def _time(_: Run, source: Any, minute: Any = None, second: Any = None) -> time | None:
    if isinstance(source, Decimal) and minute is not None and second is not None:
        return time(_whole(source), _whole(minute), _whole(second))
    if isinstance(source, datetime):
        return source.timetz()
    if isinstance(source, time):
        return source
    return temporal.read_time(source) if isinstance(source, str) else None


@_declare("date and time", "date:a, time:a?")
def _date_time(_: Run, day: Any, clock: Any = None) -> datetime | None:
    if isinstance(day, date) and isinstance(clock, time):
        only = day.date() if isinstance(day, datetime) else day
        return datetime.combine(only, clock)
    if clock is None and isinstance(day, str):
        return temporal.read_date_time(day)
    return day if clock is None and isinstance(day, datetime) else None


@_declare("duration", "from:s")
def _duration(_: Run, text: str) -> Any:
    return temporal.read_duration(text)


@_declare("years and months duration", "from:a, to:a")
def _months(_: Run, start: Any, end: Any) -> Months | None:
    if not (isinstance(start, date) and isinstance(end, date)):
        return None
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)


@_declare("get value", "m:c, key:s")
def _get(_: Run, context: dict[str, Any], key: str) -> Any:
    return context.get(key)
