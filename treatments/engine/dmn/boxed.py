"""Boxed expressions other than tables: contexts, lists, relations, invocations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .feel.calls import called_by_name
from .feel.run import Node, Scope
from .feel.values import Function, kind
from .itemtypes import ItemType, Types


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression whose value is made to be of a type; null where it is not."""

    where: str
    node: Node
    of: ItemType
    types: Types

    def value(self, scope: Scope) -> Any:
        """The value, coerced to the type; null with a message where it is not of it."""
        value = self.types.coerced(self.node.value(scope), self.of, scope.run)
        reason = self.types.mismatch(value, self.of, scope.run)
        return scope.run.null(f"{self.where}: {reason}") if reason else value


@dataclass(frozen=True, slots=True)
class BoxedContext:
    """Entries that see those before them, and a result of its own if there is one."""

    entries: tuple[tuple[str, Node], ...]
    result: Node | None

    def value(self, scope: Scope) -> Any:
        """A context of the entries, or what the result entry makes of them."""
        made: dict[str, Any] = {}
        for name, node in self.entries:
            made[name] = node.value(scope.child(made))
        return made if self.result is None else self.result.value(scope.child(made))


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of expressions under named columns: a list of contexts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Node, ...], ...]

    def value(self, scope: Scope) -> list[dict[str, Any]]:
        """One context a row, in order."""
        return [
            {
                name: node.value(scope)
                for name, node in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call of a function with its parameters bound by name."""

    function: Node
    bindings: tuple[tuple[str, Node], ...]

    def value(self, scope: Scope) -> Any:
        """What the function gives; null with a message where it is none."""
        function = self.function.value(scope)
        if not isinstance(function, Function):
            return scope.run.null(f"{kind(function)} cannot be called")
        given = {name: node.value(scope) for name, node in self.bindings}
        return called_by_name(function, given, scope.run)
