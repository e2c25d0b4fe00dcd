"""Functions of lists, and of contexts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .declaring import FUNCTIONS, declare, declare_over_list
from .run import Run
from .values import NUMBERS, Function, both, compare, either, same


def _numbers(items: list[Any]) -> list[Decimal]:
    if not all(isinstance(item, Decimal) for item in items):
        raise ValueError("not all are numbers")
    return items


@declare_over_list("count")
def _count(_: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


@declare_over_list("sum")
def sum_of(_: Run, items: list[Any]) -> Decimal | None:
    """The sum; null of an empty list.

    Raises:
        ValueError: some item is no number.
    """
    if not items:
        return None
    total = Decimal(0)
    for number in _numbers(items):
        total = NUMBERS.add(total, number)
    return total


@declare_over_list("mean")
def _mean(run: Run, items: list[Any]) -> Decimal | None:
    total = sum_of(run, items)
    return None if total is None else NUMBERS.divide(total, Decimal(len(items)))


@declare_over_list("min")
def least_of(_: Run, items: list[Any]) -> Any:
    """The least item; null of an empty list.

    Raises:
        ValueError: the items are of several kinds, or of one without an order.
    """
    return _extreme("<", items)


@declare_over_list("max")
def most_of(_: Run, items: list[Any]) -> Any:
    """The greatest item; as :func:`least_of`."""
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


@declare_over_list("all")
def _all(_: Run, items: list[Any]) -> bool | None:
    result: bool | None = True
    for item in items:
        result = both(result, item)
    return result


@declare_over_list("any")
def _any(_: Run, items: list[Any]) -> bool | None:
    result: bool | None = False
    for item in items:
        result = either(result, item)
    return result


@declare("list contains", "list:l, element:a")
def _has(run: Run, items: list[Any], element: Any) -> bool:
    return any(same(item, element, run) is True for item in items)


@declare("index of", "list:l, match:a")
def _index(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    return [
        Decimal(place)
        for place, item in enumerate(items, 1)
        if same(item, match, run) is True
    ]


@declare("reverse", "list:l")
def _reverse(run: Run, items: list[Any]) -> list[Any]:
    run.spend(len(items))
    return items[::-1]


@declare("flatten", "list:l")
def _flatten(run: Run, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in items:
        run.spend()
        flat += _flatten(run, item) if isinstance(item, list) else [item]
    run.spend(len(flat))
    return flat


@declare("distinct values", "list:l")
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


@declare("get value", "m:c, key:s")
def _get(_: Run, context: dict[str, Any], key: str) -> Any:
    return context.get(key)
