"""Calls of functions, with arguments by position or by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .run import Node, Run, Scope
from .values import Function, kind


@dataclass(frozen=True, slots=True)
class CallNode:
    """A function by position, or by the names of its parameters."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()

    def value(self, scope: Scope) -> Any:
        """What the function gives; null with a message where it is none."""
        function = self.function.value(scope)
        if not isinstance(function, Function):
            return scope.run.null(f"{kind(function)} cannot be called")
        arguments = [argument.value(scope) for argument in self.arguments]
        if self.names:
            given = dict(zip(self.names, arguments, strict=True))
            return called_by_name(function, given, scope.run)
        return called(function, arguments, scope.run)


def called(function: Function, arguments: list[Any], run: Run) -> Any:
    """What a function gives for arguments by position.

    Null with a message where there are too few or too many.
    """
    run.spend()
    names = function.parameters
    if names is not None:
        least = len(names) - function.optional
        if not least <= len(arguments) <= len(names):
            return run.null(f"{function.name}() takes other arguments")
    return function.call(run, arguments)


def called_by_name(function: Function, given: dict[str, Any], run: Run) -> Any:
    """What a function gives for arguments by the names of its parameters.

    Parameters that are not given are null, those at the end are left out. Null with a
    message where a name is no parameter.
    """
    if function.parameters is None and given.keys() == {"list"}:
        return called(function, [given["list"]], run)
    names = list(function.parameters or ())
    if not set(given) <= set(names):
        return run.null(f"{function.name}() has no such parameter")
    while names and names[-1] not in given:
        names.pop()
    return called(function, [given.get(name) for name in names], run)
