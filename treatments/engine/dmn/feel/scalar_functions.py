"""Functions of logic, texts and numbers, but those with regular expressions."""

from __future__ import annotations

import decimal
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .declaring import declare, whole
from .run import Run
from .temporal import Months
from .values import NUMBERS, negated, same, text_of

_ROUNDINGS = {
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
    "round up": decimal.ROUND_UP,
    "round down": decimal.ROUND_DOWN,
    "round half up": decimal.ROUND_HALF_UP,
    "round half down": decimal.ROUND_HALF_DOWN,
    "decimal": decimal.ROUND_HALF_EVEN,
}

# Logic and conversion


@declare("not", "negand:a")
def _not(_: Run, value: Any) -> bool | None:
    return negated(value)


@declare("is", "value1:a, value2:a")
def _is(run: Run, left: Any, right: Any) -> bool:
    if isinstance(left, time | datetime) and isinstance(right, time | datetime):
        # Equal moments told with different offsets are not the same element.
        return left == right and left.utcoffset() == right.utcoffset()
    return type(left) is type(right) and same(left, right, run) is True


@declare("string", "from:a")
def _string(run: Run, value: Any) -> str | None:
    return None if value is None else text_of(value, run)


@declare("number", "from:s, grouping separator:s?, decimal separator:s?")
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


@declare("string length", "string:s")
def _length(_: Run, text: str) -> Decimal:
    return Decimal(len(text))


@declare("upper case", "string:s")
def _upper(run: Run, text: str) -> str:
    return run.text(text.upper())


@declare("lower case", "string:s")
def _lower(run: Run, text: str) -> str:
    return run.text(text.lower())


@declare("contains", "string:s, match:s")
def _contains(_: Run, text: str, match: str) -> bool:
    return match in text


@declare("starts with", "string:s, match:s")
def _starts(_: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@declare("ends with", "string:s, match:s")
def _ends(_: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@declare("substring before", "string:s, match:s")
def _before(_: Run, text: str, match: str) -> str:
    return text[: text.index(match)] if match in text else ""


@declare("substring after", "string:s, match:s")
def _after(_: Run, text: str, match: str) -> str:
    return text[text.index(match) + len(match) :] if match in text else ""


@declare("substring", "string:s, start position:n, length:n?")
def _substring(_: Run, text: str, start: Decimal, length: Any = None) -> str:
    at = whole(start)
    if not 1 <= abs(at) <= len(text):
        raise ValueError("starts outside the text")
    at = at - 1 if at > 0 else len(text) + at
    count = len(text) if length is None else int(length)
    if count < 1:
        raise ValueError("no length")
    return text[at : at + count]


@declare("string join", "list:l, delimiter:s?")
def _join(run: Run, items: list[Any], delimiter: str | None = None) -> Any:
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        raise ValueError("not all are texts")
    between = delimiter or ""
    run.room(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


# Numbers


def _round_to(name: str, default: bool) -> None:
    signature = "n:n, scale:n?" if default else "n:n, scale:n"

    @declare(name, signature)
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


@declare("abs", "n:a")
def _abs(_: Run, value: Any) -> Any:
    if isinstance(value, Months):
        return Months(abs(value.months))
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, timedelta):
        return abs(value)
    raise ValueError("no size")


@declare("modulo", "dividend:n, divisor:n")
def _modulo(_: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    quotient = NUMBERS.divide(dividend, divisor)
    floor = quotient.to_integral_value(decimal.ROUND_FLOOR)
    return NUMBERS.subtract(dividend, NUMBERS.multiply(divisor, floor))


@declare("sqrt", "number:n")
def _sqrt(_: Run, number: Decimal) -> Decimal:
    return NUMBERS.sqrt(number)


@declare("even", "number:n")
def _even(_: Run, number: Decimal) -> bool:
    return whole(number) % 2 == 0


@declare("odd", "number:n")
def _odd(_: Run, number: Decimal) -> bool:
    return whole(number) % 2 == 1
