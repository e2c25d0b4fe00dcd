"""The parts of a parsed expression; each gives its value in a scope.

Chains (sums, conjunctions, paths) are kept flat, so that the depth of an evaluation
is the depth of the brackets, which the parser bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .arithmetic import calculate, negative
from .run import Node, Run, Scope
from .temporal import part
from .values import (
    Range,
    both,
    compare,
    either,
    kind,
    negated,
    same,
)


@dataclass(frozen=True, slots=True)
class ConstantNode:
    """A literal, or a function of FEEL's own."""

    constant: Any

    def value(self, scope: Scope) -> Any:
        """The literal itself."""
        scope.run.spend()
        return self.constant


@dataclass(frozen=True, slots=True)
class NameNode:
    """A name that the scope knows."""

    name: str

    def value(self, scope: Scope) -> Any:
        """What the scope has under the name; null with a message where nothing."""
        scope.run.spend()
        if self.name in scope.names:
            return scope.names[self.name]
        return scope.run.null(f"there is no {self.name!r} here")


@dataclass(frozen=True, slots=True)
class ArithmeticNode:
    """Operands of one precedence, left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def value(self, scope: Scope) -> Any:
        """The result of the chain; null where one step has none."""
        result = self.first.value(scope)
        for operator, operand in self.rest:
            result = calculate(operator, result, operand.value(scope), scope.run)
        return result


@dataclass(frozen=True, slots=True)
class NegativeNode:
    """``-x``."""

    operand: Node

    def value(self, scope: Scope) -> Any:
        """Minus the operand; see :func:`.arithmetic.negative`."""
        return negative(self.operand.value(scope), scope.run)


@dataclass(frozen=True, slots=True)
class ComparisonNode:
    """``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=`` between two operands."""

    operator: str
    left: Node
    right: Node

    def value(self, scope: Scope) -> bool | None:
        """True, False, or None where the operands do not compare."""
        left, right = self.left.value(scope), self.right.value(scope)
        return related(self.operator, left, right, scope.run)


def related(operator: str, left: Any, right: Any, run: Run) -> bool | None:
    """Whether a relation holds between two values; None: they do not compare."""
    if operator == "=":
        return same(left, right, run)
    if operator == "!=":
        return negated(same(left, right, run))
    return compare(operator, left, right)


@dataclass(frozen=True, slots=True)
class LogicNode:
    """A conjunction or a disjunction of three-valued operands."""

    operator: str
    operands: tuple[Node, ...]

    def value(self, scope: Scope) -> bool | None:
        """Kleene's answer; every operand is evaluated."""
        combine = both if self.operator == "and" else either
        result: bool | None = self.operator == "and"
        for operand in self.operands:
            result = combine(result, operand.value(scope))
        return result


@dataclass(frozen=True, slots=True)
class InstanceOfNode:
    """``x instance of type``."""

    operand: Node
    type_name: str

    def value(self, scope: Scope) -> bool:
        """Whether the kind of the operand has that name; null is of none."""
        found = kind(self.operand.value(scope))
        return found == self.type_name or (self.type_name == "Any" and found != "null")


@dataclass(frozen=True, slots=True)
class BetweenNode:
    """``x between low and high``, both ends included."""

    operand: Node
    low: Node
    high: Node

    def value(self, scope: Scope) -> bool | None:
        """True, False, or None where the operand does not compare to an end."""
        value = self.operand.value(scope)
        low, high = self.low.value(scope), self.high.value(scope)
        return both(compare(">=", value, low), compare("<=", value, high))


@dataclass(frozen=True, slots=True)
class IntervalNode:
    """``[1..3)``: a range whose ends are open or closed."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool

    def value(self, scope: Scope) -> Any:
        """A range; null with a message where its ends are not in order."""
        low, high = self.low.value(scope), self.high.value(scope)
        known = low is not None and high is not None
        if known and compare("<=", low, high) is not True:
            return scope.run.null(f"no range from {kind(low)} to {kind(high)}")
        return Range(low, high, self.low_closed, self.high_closed)


@dataclass(frozen=True, slots=True)
class ListNode:
    """``[1, 2]``."""

    items: tuple[Node, ...]

    def value(self, scope: Scope) -> list[Any]:
        """The values of the items, in order."""
        scope.run.spend(len(self.items))
        return [item.value(scope) for item in self.items]


@dataclass(frozen=True, slots=True)
class ContextNode:
    """Entries in order; each sees those before it."""

    entries: tuple[tuple[str, Node], ...]

    def value(self, scope: Scope) -> dict[str, Any]:
        """A dict of the entries, in order."""
        made: dict[str, Any] = {}
        for name, node in self.entries:
            made[name] = node.value(scope.child(made))
        return made


@dataclass(frozen=True, slots=True)
class IfNode:
    """``if … then … else …``; a condition that is null counts as false."""

    condition: Node
    then: Node
    otherwise: Node

    def value(self, scope: Scope) -> Any:
        """The value of one branch; the other is not evaluated."""
        holds = self.condition.value(scope) is True
        return (self.then if holds else self.otherwise).value(scope)


@dataclass(frozen=True, slots=True)
class PathNode:
    """``x.name.name``: the chain of members of a value."""

    operand: Node
    names: tuple[str, ...]

    def value(self, scope: Scope) -> Any:
        """The last member; null with a message where there is none."""
        value = self.operand.value(scope)
        for name in self.names:
            value = member(value, name, scope.run)
        return value


def member(value: Any, name: str, run: Run) -> Any:
    """A member of a context, or a part of a date or duration.

    Of a list, the list of that of each item. Null with a message where there is none.
    """
    run.spend()
    if isinstance(value, list):
        return [member(item, name, run) for item in value]
    if isinstance(value, dict) and name in value:
        return value[name]
    found = part(value, name)
    if found is None:
        return run.null(f"{kind(value)} has no {name!r}")
    return Decimal(found) if isinstance(found, int) else found
