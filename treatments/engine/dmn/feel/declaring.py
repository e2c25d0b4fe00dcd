"""How a function is declared, and the list of those that are."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..errors import DecisionError
from .run import Run
from .values import Function, kind

FUNCTIONS: dict[str, Function] = {}

_KINDS = {"s": "string", "n": "number", "l": "list", "c": "context"}
Body = Callable[..., Any]


def declare(name: str, signature: str) -> Callable[[Body], Body]:
    """Register a function of FEEL under its name; used as a decorator.

    ``signature`` names its parameters, each with its kind: ``"string:s, length:n?"``.
    Kinds are s (string), n (number), l (list), c (context) and a (any); ``?`` says that
    the parameter may be left out. The body gets the run and the checked arguments. It
    answers null, with a message, for arguments of other kinds, and where the body
    raises ``ValueError`` or ``ArithmeticError``.
    """
    parts = [part.split(":") for part in signature.split(", ") if part]
    kinds = [sort for _, sort in parts]

    def register(body: Body) -> Body:
        def call(run: Run, arguments: list[Any]) -> Any:
            checked = [
                _as_kind(argument, sort)
                for argument, sort in zip(arguments, kinds, strict=False)
            ]
            if any(argument is _WRONG for argument in checked):
                return run.null(f"{name}() takes other arguments")
            try:
                return body(run, *checked)
            except DecisionError:
                raise
            except (ArithmeticError, ValueError):
                return run.null(f"{name}() is not defined for these arguments")

        names = tuple(parameter for parameter, _ in parts)
        optional = sum(sort.endswith("?") for sort in kinds)
        FUNCTIONS[name] = Function(name, names, call, optional)
        return body

    return register


_WRONG = object()


def _as_kind(value: Any, sort: str) -> Any:
    if sort.endswith("?") and value is None:
        return None
    wanted = _KINDS.get(sort.rstrip("?"))
    if wanted == "list" and not isinstance(value, list):
        return _WRONG if value is None else [value]
    if wanted not in (None, "list") and isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if wanted is None or kind(value) == wanted else _WRONG


def declare_over_list(name: str) -> Callable[[Body], Body]:
    """Register a function of one list, or of any number of items; used as a decorator.

    The body gets the run and the items as one list.
    """

    def register(body: Body) -> Body:
        def call(run: Run, arguments: list[Any]) -> Any:
            one = len(arguments) == 1 and isinstance(arguments[0], list)
            items = arguments[0] if one else arguments
            if not arguments:
                return run.null(f"{name}() takes arguments")
            run.spend(len(items))
            try:
                return body(run, items)
            except DecisionError:
                raise
            except (ArithmeticError, ValueError, TypeError):
                return run.null(f"{name}() is not defined for these items")

        FUNCTIONS[name] = Function(name, None, call)
        return body

    return register


def whole(number: Decimal) -> int:
    """A number as an int.

    Raises:
        ValueError: it has a fraction.
    """
    if number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)
