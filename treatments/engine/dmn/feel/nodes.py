"""The parts of a parsed expression; each gives its value in a scope.

Chains (sums, conjunctions, paths) are kept flat, so that the depth of an evaluation
is the depth of the brackets, which the parser bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .arithmetic import calculate, negative
from .run import Node, Run, Scope
from .temporal import part
from .values import (
    Function,
    Range,
    both,
    compare,
    either,
    kind,
    negated,
    same,
    within,
)

INPUT = "?"
_RUNS = {"number"}


@dataclass(frozen=True, slots=True)
class Constant:
    constant: Any

    def value(self, scope: Scope) -> Any:
        scope.run.spend()
        return self.constant


@dataclass(frozen=True, slots=True)
class Name:
    name: str

    def value(self, scope: Scope) -> Any:
        scope.run.spend()
        if self.name in scope.names:
            return scope.names[self.name]
        return scope.run.null(f"there is no {self.name!r} here")


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Operands of one precedence, left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def value(self, scope: Scope) -> Any:
        result = self.first.value(scope)
        for operator, operand in self.rest:
            result = calculate(operator, result, operand.value(scope), scope.run)
        return result


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Node

    def value(self, scope: Scope) -> Any:
        return negative(self.operand.value(scope), scope.run)


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: Node
    right: Node

    def value(self, scope: Scope) -> bool | None:
        left, right = self.left.value(scope), self.right.value(scope)
        return related(self.operator, left, right, scope.run)


def related(operator: str, left: Any, right: Any, run: Run) -> bool | None:
    if operator == "=":
        return same(left, right, run)
    if operator == "!=":
        return negated(same(left, right, run))
    return compare(operator, left, right)


@dataclass(frozen=True, slots=True)
class Logic:
    """A conjunction or a disjunction of three-valued operands."""

    operator: str
    operands: tuple[Node, ...]

    def value(self, scope: Scope) -> bool | None:
        combine = both if self.operator == "and" else either
        result: bool | None = self.operator == "and"
        for operand in self.operands:
            result = combine(result, operand.value(scope))
        return result


@dataclass(frozen=True, slots=True)
class InstanceOf:
    operand: Node
    type_name: str

    def value(self, scope: Scope) -> bool:
        found = kind(self.operand.value(scope))
        return found == self.type_name or (self.type_name == "Any" and found != "null")


@dataclass(frozen=True, slots=True)
class Between:
    operand: Node
    low: Node
    high: Node

    def value(self, scope: Scope) -> bool | None:
        value = self.operand.value(scope)
        low, high = self.low.value(scope), self.high.value(scope)
        return both(compare(">=", value, low), compare("<=", value, high))


@dataclass(frozen=True, slots=True)
class Interval:
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool

    def value(self, scope: Scope) -> Any:
        low, high = self.low.value(scope), self.high.value(scope)
        known = low is not None and high is not None
        if known and compare("<=", low, high) is not True:
            return scope.run.null(f"no range from {kind(low)} to {kind(high)}")
        return Range(low, high, self.low_closed, self.high_closed)


@dataclass(frozen=True, slots=True)
class Steps:
    """``2..5`` of a ``for``: numbers one apart, up or down."""

    low: Node
    high: Node

    def value(self, scope: Scope) -> Any:
        low, high = self.low.value(scope), self.high.value(scope)
        return Range(low, high, low_closed=True, high_closed=True)


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]

    def value(self, scope: Scope) -> list[Any]:
        scope.run.spend(len(self.items))
        return [item.value(scope) for item in self.items]


@dataclass(frozen=True, slots=True)
class ContextOf:
    """Entries in order; each sees those before it."""

    entries: tuple[tuple[str, Node], ...]

    def value(self, scope: Scope) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, node in self.entries:
            made[name] = node.value(scope.child(made))
        return made


@dataclass(frozen=True, slots=True)
class If:
    condition: Node
    then: Node
    otherwise: Node

    def value(self, scope: Scope) -> Any:
        holds = self.condition.value(scope) is True
        return (self.then if holds else self.otherwise).value(scope)


@dataclass(frozen=True, slots=True)
class Path:
    operand: Node
    names: tuple[str, ...]

    def value(self, scope: Scope) -> Any:
        value = self.operand.value(scope)
        for name in self.names:
            value = member(value, name, scope.run)
        return value


def member(value: Any, name: str, run: Run) -> Any:
    run.spend()
    if isinstance(value, list):
        return [member(item, name, run) for item in value]
    if isinstance(value, dict) and name in value:
        return value[name]
    found = part(value, name)
    if found is None:
        return run.null(f"{kind(value)} has no {name!r}")
    return Decimal(found) if isinstance(found, int) else found


@dataclass(frozen=True, slots=True)
class Filter:
    """``list[condition]`` keeps items, ``list[2]`` picks one, from 1 or, below, -1."""

    operand: Node
    condition: Node

    def value(self, scope: Scope) -> Any:
        items = self.operand.value(scope)
        if not isinstance(items, list):
            items = [] if items is None else [items]
        if isinstance(self.condition, Constant | Negative):
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


@dataclass(frozen=True, slots=True)
class Call:
    """A function by position, or by the names of its parameters."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()

    def value(self, scope: Scope) -> Any:
        function = self.function.value(scope)
        if not isinstance(function, Function):
            return scope.run.null(f"{kind(function)} cannot be called")
        arguments = [argument.value(scope) for argument in self.arguments]
        if self.names:
            given = dict(zip(self.names, arguments, strict=True))
            return called_by_name(function, given, scope.run)
        return called(function, arguments, scope.run)


def called(function: Function, arguments: list[Any], run: Run) -> Any:
    run.spend()
    names = function.parameters
    if names is not None:
        least = len(names) - function.optional
        if not least <= len(arguments) <= len(names):
            return run.null(f"{function.name}() takes other arguments")
    return function.call(run, arguments)


def called_by_name(function: Function, given: dict[str, Any], run: Run) -> Any:
    if function.parameters is None and given.keys() == {"list"}:
        return called(function, [given["list"]], run)
    names = list(function.parameters or ())
    if not set(given) <= set(names):
        return run.null(f"{function.name}() has no such parameter")
    while names and names[-1] not in given:
        names.pop()
    return called(function, [given.get(name) for name in names], run)


class _NothingToRunOver(Exception):  # noqa: N818
    """The domain of an iteration is null, or a range of no steps."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """``for``, ``some`` and ``every``: a body for each value of each variable."""

    word: str
    variables: tuple[tuple[str, Node], ...]
    body: Node

    def value(self, scope: Scope) -> Any:
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


@dataclass(frozen=True, slots=True)
class In:
    operand: Node
    tests: Tests

    def value(self, scope: Scope) -> bool | None:
        return self.tests.accept(self.operand.value(scope), scope)


@dataclass(frozen=True, slots=True)
class Test:
    """One unary test: ``< 5``, or an expression the value is, is in, or makes true."""

    operator: str
    operand: Node
    uses_input: bool = False

    def accepts(self, value: Any, scope: Scope) -> bool | None:
        found = self.operand.value(scope)
        if self.operator:
            return related(self.operator, value, found, scope.run)
        if found is None and isinstance(self.operand, Interval):
            return None  # no range at all, which null is not in either
        if self.uses_input or self._is_condition(found, value):
            return found if isinstance(found, bool) else None
        return within(value, found, scope.run)

    def _is_condition(self, found: Any, value: Any) -> bool:
        # ``x > 5`` in the column of a number is a condition of its own; a literal
        # true there is a value to be equal to, as it is in the column of a boolean.
        computed = isinstance(self.operand, Comparison | Logic | Between | Call | In)
        return computed and isinstance(found, bool) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Tests:
    """A cell: any of its tests holds, or none when ``negated``; ``-`` has no tests."""

    tests: tuple[Test, ...]
    negated: bool = False
    anything: bool = False

    def accept(self, value: Any, scope: Scope) -> bool | None:
        """Three-valued: None where the standard's answer is null."""
        if self.anything:
            return True
        inner = scope
        if any(test.uses_input for test in self.tests):
            inner = scope.child({INPUT: value})
        result: bool | None = False
        for test in self.tests:
            result = either(result, test.accepts(value, inner))
            if result is True:
                break
        return negated(result) if self.negated else result
