"""The unary tests of a cell, and ``in``, which asks them inside an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .calls import CallNode
from .nodes import BetweenNode, ComparisonNode, IntervalNode, LogicNode, related
from .run import Node, Scope
from .values import either, negated, within

#: The name that ``?`` has in a scope: the input of the cell.
INPUT = "?"


@dataclass(frozen=True, slots=True)
class InNode:
    """``x in (1, < 5)``: whether a value passes one of some tests."""

    operand: Node
    tests: FeelTests

    def value(self, scope: Scope) -> bool | None:
        """True, False, or None; see :meth:`FeelTests.accept`."""
        return self.tests.accept(self.operand.value(scope), scope)


@dataclass(frozen=True, slots=True)
class FeelTest:
    """One unary test: ``< 5``, or an expression the value is, is in, or makes true."""

    operator: str
    operand: Node
    uses_input: bool = False

    def accepts(self, value: Any, scope: Scope) -> bool | None:
        """Whether a value passes; None where the standard's answer is null."""
        found = self.operand.value(scope)
        if self.operator:
            return related(self.operator, value, found, scope.run)
        if found is None and isinstance(self.operand, IntervalNode):
            return None  # no range at all, which null is not in either
        if self.uses_input or self._is_condition(found, value):
            return found if isinstance(found, bool) else None
        return within(value, found, scope.run)

    def _is_condition(self, found: Any, value: Any) -> bool:
        # ``x > 5`` in the column of a number is a condition of its own; a literal
        # true there is a value to be equal to, as it is in the column of a boolean.
        computed = isinstance(
            self.operand, ComparisonNode | LogicNode | BetweenNode | CallNode | InNode
        )
        return computed and isinstance(found, bool) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class FeelTests:
    """A cell: any of its tests holds, or none when ``negated``; ``-`` has no tests."""

    tests: tuple[FeelTest, ...]
    negated: bool = False
    anything: bool = False

    def accept(self, value: Any, scope: Scope) -> bool | None:
        """Whether the cell holds for a value; None where the standard says null."""
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
