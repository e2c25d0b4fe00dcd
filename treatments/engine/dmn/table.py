"""Decision tables: which rules hit, and what the hit policy makes of the hits.

As DMN 1.5, clause 8.2, has it. A cell must be *true*: where the standard's answer is
null (a comparison with a value that is not given), the rule does not hit. Note that
``not("x")`` is true of null, for null is not "x".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..ruleset.errors import shown
from .errors import DecisionError
from .feel.list_functions import least_of, most_of, sum_of
from .feel.run import Node, Run, Scope
from .feel.unary_tests import FeelTests
from .feel.values import same, text_of
from .itemtypes import ItemType, Types

HIT_POLICIES = (
    *("UNIQUE", "FIRST", "PRIORITY", "ANY"),
    *("COLLECT", "RULE ORDER", "OUTPUT ORDER"),
)
#: The policies that give a list, one item a hit.
_LISTS = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions: what it asks, and the values it may get."""

    label: str
    expression: Node
    of: ItemType
    allowed: FeelTests | None = None


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of conclusions; its listed values, when there are, the best first."""

    name: str
    of: ItemType
    allowed: FeelTests | None = None
    default: Node | None = None


@dataclass(frozen=True, slots=True)
class DmnRule:
    """A row, numbered from 1."""

    number: int
    conditions: tuple[FeelTests, ...]
    outputs: tuple[Node, ...]

    def hits(self, values: list[Any], scope: Scope) -> bool:
        """Whether every condition is true of its input's value."""
        scope.run.spend(1 + len(values))
        return all(
            condition.anything or condition.accept(value, scope) is True
            for condition, value in zip(self.conditions, values, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that hit: its number and one value for each output."""

    number: int
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class DmnTable:
    """A decision table; with several outputs, a result is a context of their names.

    Raises (from ``value``):
        DecisionError: an input or output is outside its values; two rules hit where
            one may; hits differ in an ANY table; a sum, least or greatest of values
            that have none.
    """

    where: str
    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[DmnRule, ...]
    types: Types

    def value(self, scope: Scope) -> Any:
        """The result for the inputs in the scope, as the hit policy makes it."""
        values = [self._input(clause, scope) for clause in self.inputs]
        first = self.hit_policy == "FIRST"
        hits = []
        for rule in self.rules:
            if rule.hits(values, scope):
                hits.append(self._hit(rule, scope))
                if first:
                    break
        return self._decided(hits, scope.run) if hits else self._without_hits(scope)

    def _input(self, clause: InputClause, scope: Scope) -> Any:
        value = clause.expression.value(scope)
        value = self.types.coerced(value, clause.of, scope.run)
        reason = self.types.mismatch(value, clause.of, scope.run)
        if reason:
            raise self._error(f"the input {clause.label!r} {reason}", value)
        if not _listed(clause.allowed, value, scope):
            message = f"the input {clause.label!r} is not among its values"
            raise self._error(message, value)
        return value

    def _hit(self, rule: DmnRule, scope: Scope) -> Hit:
        outputs = []
        for clause, node in zip(self.outputs, rule.outputs, strict=True):
            value = self.types.coerced(node.value(scope), clause.of, scope.run)
            reason = self.types.mismatch(value, clause.of, scope.run)
            place = f"rule {rule.number}: the output {clause.name!r}"
            if reason:
                raise self._error(f"{place} {reason}", value)
            if not _listed(clause.allowed, value, scope):
                raise self._error(f"{place} is not among its values", value)
            outputs.append(value)
        return Hit(rule.number, tuple(outputs))

    def _without_hits(self, scope: Scope) -> Any:
        """The defaults; else nothing: a count of 0, an empty list, or null."""
        several = self.hit_policy in _LISTS and not self.aggregation
        if all(clause.default is None for clause in self.outputs):
            if several:
                return []
            if self.aggregation == "COUNT":
                return Decimal(0)
            return scope.run.null(f"{self.where}: no rule hits")
        values = tuple(
            None if clause.default is None else clause.default.value(scope)
            for clause in self.outputs
        )
        value = self._shaped(values)
        return [value] if several and not isinstance(value, list) else value

    def _decided(self, hits: list[Hit], run: Run) -> Any:
        policy = self.hit_policy
        if policy == "COLLECT" and self.aggregation:
            return self._aggregated([hit.values[0] for hit in hits], run)
        if policy in ("PRIORITY", "OUTPUT ORDER"):
            hits = self._ranked(hits, run)
        if policy in _LISTS:
            return [self._shaped(hit.values) for hit in hits]
        if policy == "UNIQUE" and len(hits) > 1:
            numbers = ", ".join(str(hit.number) for hit in hits)
            raise self._error(f"rules {numbers} hit at once; the table allows one")
        if policy == "ANY":
            self._agree(hits, run)
        return self._shaped(hits[0].values)

    def _agree(self, hits: list[Hit], run: Run) -> None:
        first = list(hits[0].values)
        for other in hits[1:]:
            if same(first, list(other.values), run) is not True:
                numbers = f"{hits[0].number} and {other.number}"
                raise self._error(f"rules {numbers} hit at once and differ")

    def _ranked(self, hits: list[Hit], run: Run) -> list[Hit]:
        """By the places of their values in the lists, leftmost output first."""
        ranks = {
            hit.number: tuple(
                self._rank(clause.allowed, value, run)
                for clause, value in zip(self.outputs, hit.values, strict=True)
                if clause.allowed is not None
            )
            for hit in hits
        }
        return sorted(hits, key=lambda hit: ranks[hit.number])

    def _rank(self, listed: FeelTests, value: Any, run: Run) -> int:
        scope = Scope({}, run)
        for place, test in enumerate(listed.tests):
            if test.accepts(value, scope) is True:
                return place
        return len(listed.tests)

    def _aggregated(self, values: list[Any], run: Run) -> Any:
        if self.aggregation == "COUNT":
            return Decimal(len(values))
        reckon: dict[str, Callable[[Run, list[Any]], Any]] = {
            "SUM": sum_of,
            "MIN": least_of,
            "MAX": most_of,
        }
        run.spend(len(values))
        try:
            return reckon[self.aggregation](run, values)
        except DecisionError:
            raise
        except (ValueError, ArithmeticError):
            message = f"these outputs have no {self.aggregation}"
            raise self._error(message, values) from None

    def _shaped(self, values: tuple[Any, ...]) -> Any:
        if len(self.outputs) == 1:
            return values[0]
        names = (clause.name for clause in self.outputs)
        return dict(zip(names, values, strict=True))

    def _error(self, message: str, value: Any = None) -> DecisionError:
        value_text = "" if value is None else shown(text_of(value, Run()))
        return DecisionError(self.where, message, value_text)


def _listed(allowed: FeelTests | None, value: Any, scope: Scope) -> bool:
    """Whether a value is one of those listed; null, not given, always is."""
    if allowed is None or value is None:
        return True
    return allowed.accept(value, scope) is True
