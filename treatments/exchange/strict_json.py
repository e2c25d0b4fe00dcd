"""JSON as the standard has it: no NaN, no key twice, no number too large to use."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from treatments.engine.ruleset.errors import shown

MAX_DEPTH = 30


class JSONRefusedError(ValueError):
    """The text is not strict JSON; the message says what is wrong with it."""


def parse(text: str) -> Any:
    """The value that a JSON text stands for.

    Raises:
        JSONRefusedError: it is not JSON, nests too deeply, says NaN or a key twice.
    """
    try:
        value = json.loads(
            text,
            parse_constant=_constant,
            parse_int=_whole,
            parse_float=_decimal,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} at line {error.lineno}"
        raise JSONRefusedError(f"{message}, column {error.colno}") from error
    except RecursionError as error:
        raise JSONRefusedError("nests too deeply") from error
    if depth(value) > MAX_DEPTH:
        raise JSONRefusedError(f"nests more than {MAX_DEPTH} levels deep")
    return value


def depth(value: Any) -> int:
    """How many lists and objects stand in one another; counted without recursion."""
    level, found = [value], 0
    while level := [v for v in level if isinstance(v, (dict, list))]:
        found += 1
        level = [v for held in level for v in _held(held)]
    return found


def _held(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise JSONRefusedError(f"says {shown(twice[:100])} twice in one object")
    return found


def _constant(name: str) -> Any:
    raise JSONRefusedError(f"holds {name}, which is no number")


def _whole(digits: str) -> int:
    # The bound of what arithmetic with decimals can take; also keeps int() fast.
    if len(digits) > 300:
        raise JSONRefusedError(f"holds a number too large to use, {digits[:20]}…")
    return int(digits)


def _decimal(digits: str) -> float:
    found = float(digits)
    if not math.isfinite(found):
        raise JSONRefusedError(f"holds a number too large to use, {digits[:20]}…")
    return found
