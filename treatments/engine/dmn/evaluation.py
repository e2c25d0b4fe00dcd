"""Asking a model for a decision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from types import NoneType
from typing import Any

from ..ruleset.errors import shown
from .boxed import Typed
from .errors import DecisionError, DmnError
from .feel.lexer import normal
from .feel.run import Run, Scope
from .feel.temporal import Months
from .feel.values import NUMBERS, Function, Range
from .model import DmnDecision, Knowledge, Model

MAX_INPUT_DEPTH = 20
_AS_THEY_ARE = frozenset({NoneType, bool, date, time, datetime, timedelta, Months})


def evaluate_decision(
    model: Model,
    name: str,
    inputs: Mapping[str, Any],
    *,
    messages: list[str] | None = None,
) -> Any:
    """The value of a decision for these inputs, with all that it requires.

    ``inputs`` maps the names of input data (and of decisions without logic) to
    values: None, bool, int, float, Decimal, str, date, time, datetime, timedelta,
    list, dict; a date or duration may be its ISO text. What is not given is null.
    The value comes back as the same kinds: a number is an int, or else a float; a
    table with several outputs gives a dict, a multiple-hit policy a list.

    FEEL answers errors (a division by zero, a comparison with null) with null; why
    is added to ``messages``. What the standard leaves without an answer is raised.

    Raises:
        DecisionError: no such decision or input; a value outside its type or its
            allowed values; two hits of a UNIQUE table, differing hits of an ANY
            table; work, depth or length beyond the limits.
        DmnError: the decision, or one it requires, could not be read.
    """
    run = Run()
    try:
        decision = _wanted(model, name)
        value = _value(model, decision, _given(model, inputs, run), run)
        return _outward(value, run)
    except RecursionError:
        raise DecisionError(f"decision {name!r}", "is nested too deeply") from None
    finally:
        if messages is not None:
            messages += run.messages


def _wanted(model: Model, name: str) -> DmnDecision:
    decision = model.decisions.get(normal(name))
    if decision is None:
        raise DecisionError(f"decision {name!r}", "is not in this model")
    return decision


def _value(model: Model, wanted: DmnDecision, given: dict[str, Any], run: Run) -> Any:
    needed = _needed(model, wanted)
    functions = _functions(model, run)
    found: dict[str, Any] = {}
    for name in model.order:
        if name not in needed:
            continue
        decision = model.decisions[name]
        if decision.logic is None:
            found[name] = given.get(name)
            continue
        names: dict[str, Any] = {one: functions[one] for one in decision.knowledge}
        names |= {required: given.get(required) for required in decision.inputs}
        names |= {required: found[required] for required in decision.decisions}
        where = f"decision {name!r}"
        logic = Typed(where, decision.logic, decision.of, model.types)
        found[name] = logic.value(Scope(names, run))
    return found[wanted.name]


def _needed(model: Model, wanted: DmnDecision) -> set[str]:
    """The names of the decisions to evaluate.

    Raises:
        DmnError: one of them, or some knowledge they use, has problems.
    """
    needed, knowledge = {wanted.name}, set[str]()
    for name in reversed(model.order):
        if name in needed:
            needed.update(model.decisions[name].decisions)
            knowledge.update(model.decisions[name].knowledge)
    for name in reversed(model.knowledge_order):
        if name in knowledge:
            knowledge.update(model.knowledge[name].knowledge)
    problems = [p for name in sorted(needed) for p in model.decisions[name].problems]
    problems += [
        p for name in sorted(knowledge) for p in model.knowledge[name].problems
    ]
    if problems:
        raise DmnError(problems)
    return needed


def _functions(model: Model, run: Run) -> dict[str, Function]:
    """Every knowledge model as a function; each sees those that it requires."""
    functions: dict[str, Function] = {}
    for name in model.knowledge_order:
        knowledge = model.knowledge[name]
        seen = {required: functions[required] for required in knowledge.knowledge}
        functions[name] = _function(model, knowledge, seen)
    return functions


def _function(model: Model, knowledge: Knowledge, seen: dict[str, Any]) -> Function:
    def call(run: Run, arguments: list[Any]) -> Any:
        names = dict(seen)
        for (name, of), argument in zip(knowledge.parameters, arguments, strict=True):
            value = model.types.coerced(argument, of, run)
            reason = model.types.mismatch(value, of, run)
            if reason:
                return run.null(f"{knowledge.name}(): {name!r} {reason}")
            names[name] = value
        body = knowledge.body
        return None if body is None else body.value(Scope(names, run))

    return Function(
        knowledge.name, tuple(name for name, _ in knowledge.parameters), call
    )


def _given(model: Model, inputs: Mapping[str, Any], run: Run) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for given_name, raw in inputs.items():
        name = normal(given_name)
        place = f"input {given_name!r}"
        if name in model.inputs:
            of = model.inputs[name].of
        elif name in model.decisions and model.decisions[name].logic is None:
            of = model.decisions[name].of
        else:
            raise DecisionError(place, "is not asked by this model")
        value = model.types.read(_inward(raw, place, run, 0), of)
        value = model.types.coerced(value, of, run)
        reason = model.types.mismatch(value, of, run)
        if reason:
            raise DecisionError(place, reason, _shortened(raw))
        given[name] = value
    return given


def _inward(value: Any, place: str, run: Run, depth: int) -> Any:
    """A value of Python's as FEEL's."""
    run.spend()
    if depth > MAX_INPUT_DEPTH:
        raise DecisionError(place, "is nested too deeply")
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, str):
        return run.text(str(value))
    if isinstance(value, int | float | Decimal):
        return _number(value, place)
    if isinstance(value, Mapping):
        return {
            normal(str(name)): _inward(item, place, run, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_inward(item, place, run, depth + 1) for item in value]
    raise DecisionError(place, f"is a {type(value).__name__}, which FEEL does not have")


def _shortened(value: Any) -> str:
    try:
        return shown(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a very long number"


def _number(value: float | Decimal, place: str) -> Decimal:
    try:
        exact = Decimal(repr(value)) if isinstance(value, float) else value
        number = NUMBERS.create_decimal(exact)
    except (DecimalException, ValueError):
        raise DecisionError(place, "is a number out of range") from None
    if not number.is_finite():
        raise DecisionError(place, "is no number", str(value))
    return number


def _outward(value: Any, run: Run) -> Any:
    """A value of FEEL's as Python's."""
    run.spend()
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, list):
        return [_outward(item, run) for item in value]
    if isinstance(value, dict):
        return {name: _outward(item, run) for name, item in value.items()}
    if isinstance(value, Range | Function):
        raise DecisionError("result", "is a range or a function, not a value")
    return value


def _plain(number: Decimal) -> float:
    if number == number.to_integral_value() and number.adjusted() < NUMBERS.prec:
        return int(number)
    plain = float(number)
    if math.isinf(plain):
        raise DecisionError("result", "is a number out of range", str(number))
    return plain
