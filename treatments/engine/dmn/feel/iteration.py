"""What runs over a list: filters, ``for``, ``some`` and ``every``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .nodes import ConstantNode, NegativeNode
from .run import Node, Run, Scope
from .values import Range, both, either, kind

_RUNS = {"number"}


@dataclass(frozen=True, slots=True)
class StepsNode:
    """``2..5`` of a ``for``: numbers one apart, up or down."""

    low: Node
    high: Node

    def value(self, scope: Scope) -> Any:
        """A closed range; unlike an interval it may run down."""
        low, high = self.low.value(scope), self.high.value(scope)
        return Range(low, high, low_closed=True, high_closed=True)


@dataclass(frozen=True, slots=True)
class FilterNode:
    """``list[condition]`` keeps items, ``list[2]`` picks one, from 1 or, below, -1."""

    operand: Node
    condition: Node

    def value(self, scope: Scope) -> Any:
        """The items kept, or the one picked; anything but a list is one item."""
        items = self.operand.value(scope)
        if not isinstance(items, list):
            items = [] if items is None else [items]
        if isinstance(self.condition, ConstantNode | NegativeNode):
            return self._pick(items, self.condition.value(scope), scope)
        kept = []
        for item in items:
            inside = dict(item) if isinstance(item, dict) else {}
            chosen = self.condition.value(scope.child({"item": item, **inside}))
            if isinstance(chosen, Decimal):
                return self._pick(items, chosen, scope)
            if chosen is True:
                kept.append(item)
        return kept

    def _pick(self, items: list[Any], place: Any, scope: Scope) -> Any:
        if not isinstance(place, Decimal):
            return items if place is True else []
        if place == place.to_integral_value() and 1 <= abs(place) <= len(items):
            return items[int(place) - 1 if place > 0 else int(place)]
        return scope.run.null(f"the list has no item {place}")


class _NothingToRunOver(Exception):  # noqa: N818
    """The domain of an iteration is null, or a range of no steps."""


@dataclass(frozen=True, slots=True)
class IterationNode:
    """``for``, ``some`` and ``every``: a body for each value of each variable."""

    word: str
    variables: tuple[tuple[str, Node], ...]
    body: Node

    def value(self, scope: Scope) -> Any:
        """A list of a ``for``; Kleene's answer of ``some`` and ``every``."""
        try:
            return self._value(scope)
        except _NothingToRunOver:
            return scope.run.null(f"{self.word} has no list to run over")

    def _value(self, scope: Scope) -> Any:
        if self.word == "for":
            return [self.body.value(inner) for inner in self._scopes(scope, 0)]
        combine = either if self.word == "some" else both
        result: bool | None = self.word == "every"
        for inner in self._scopes(scope, 0):
            result = combine(result, self.body.value(inner))
        return result

    def _scopes(self, scope: Scope, at: int) -> Iterator[Scope]:
        if at == len(self.variables):
            yield scope
            return
        name, domain = self.variables[at]
        for item in _items(domain.value(scope), scope.run):
            yield from self._scopes(scope.child({name: item}), at + 1)


def _items(domain: Any, run: Run) -> Iterator[Any]:
    if isinstance(domain, list):
        yield from domain
    elif isinstance(domain, Range) and {kind(domain.low), kind(domain.high)} == _RUNS:
        step = 1 if domain.low <= domain.high else -1
        value = domain.low
        while (domain.high - value) * step >= 0:
            run.spend()
            yield value
            value += step
    elif domain is None or isinstance(domain, Range):
        raise _NothingToRunOver
    else:
        yield domain
