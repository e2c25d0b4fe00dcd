"""A partial answer: the set of values that a case leaves to a fact (contract 2).

``{"one_of": [...]}`` names them, ``{"at_least": 6}`` and ``{"at_most": 4}`` bound them.
An exact answer is a set of one, and unknown is the whole range of the fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

from .unary_tests import Compare, Equal, Interval, Test, UnaryTests, Value
from .vocabulary import Fact
from .wording import number_in_words

#: The values that one list may name.
MOST_VALUES = 50
_BOUNDS = ("at_least", "at_most")
_FORMS = 'a value, {"one_of": [...]} or {"at_least": …, "at_most": …}'


class AnswerError(ValueError):
    """An answer is none of its fact; the message follows the fact's name or value."""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Some of a fact's values: at least two, and not all of them.

    ``cell`` is the set as an S-FEEL test, ``values`` its members where they are named,
    ``low`` and ``high`` the inclusive bounds of the others in the fact's unit, whole
    numbers alone where it ``is_whole``; ``stated`` is the answer as it was written.
    """

    cell: UnaryTests
    values: tuple[Value, ...]
    low: float
    high: float
    is_whole: bool
    stated: Mapping[str, Any] = field(compare=False, repr=False)

    def all_pass(self, cell: UnaryTests) -> bool:
        """Whether a cell accepts every value of the set."""
        return all(cell.accepts(value) for value in self._samples(cell))

    def _samples(self, cell: UnaryTests) -> Iterator[Value]:
        """Values of the set, one at least for each answer that the cell can give."""
        if self.values:
            yield from self.values
            return
        ends = {self.low, self.high}
        for bound in cell.bounds():
            # On the bound, and on both its sides: by a whole number where the fact
            # has no others, by half the way to the next bound where it has.
            ends |= {bound, bound - 1, bound + 1}
        points = sorted(point for point in ends if self.low <= point <= self.high)
        yield from points
        if not self.is_whole:
            yield from ((a + b) / 2 for a, b in pairwise(points))


#: What a case says of a fact of which it says anything.
Answer: TypeAlias = Value | AnswerSet


def read_answer(fact: Fact, stated: object) -> Answer | None:
    """An answer as this fact stores it; None where it leaves the whole range open.

    Raises:
        AnswerError: it is none of this fact's.
    """
    if not isinstance(stated, Mapping):
        value = fact.read(stated)
        if value is None:
            raise AnswerError(f"is not allowed: {fact.name} takes {fact.allowed}")
        return value
    keys = set(stated)
    if keys == {"one_of"}:
        return _one_of(fact, stated)
    if keys and keys <= set(_BOUNDS):
        return _between(fact, stated)
    raise AnswerError(f"is no answer: {fact.name} takes {_FORMS}")


def surely_passes(cell: UnaryTests, answer: Answer) -> bool:
    """Whether a cell accepts an answer, whichever of its values is the true one."""
    if isinstance(answer, AnswerSet):
        return answer.all_pass(cell)
    return cell.accepts(answer)


def fits(fact: Fact, answer: Answer) -> bool:
    """Whether this fact can have all values of an answer, and means the same by it.

    The answer may have been read by another version of the vocabulary.
    """
    stated = answer.stated if isinstance(answer, AnswerSet) else answer
    try:
        return read_answer(fact, stated) == answer
    except AnswerError:
        return False


def _one_of(fact: Fact, stated: Mapping[str, Any]) -> Answer | None:
    named = stated["one_of"]
    if fact.type == "decimal":
        raise AnswerError(f"cannot be listed: {fact.name} takes at_least and at_most")
    if not isinstance(named, Sequence) or isinstance(named, (str, bytes)):
        raise AnswerError("must hold a list of values")
    if not 2 <= len(named) <= MOST_VALUES:
        raise AnswerError(f"must name 2 to {MOST_VALUES} values")
    values: list[Value] = []
    for one in named:
        value = None if isinstance(one, Mapping) else fact.read(one)
        if value is None:
            message = f"names {_short(one)}; {fact.name} takes {fact.allowed}"
            raise AnswerError(message)
        if value in values:
            raise AnswerError(f"names {_short(one)} twice")
        values.append(value)
    if len(values) == _size(fact):
        return None
    tests: list[Test] = [Equal(value) for value in values]
    numbers = [v for v in values if not isinstance(v, (bool, str))]
    low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
    cell = UnaryTests(",".join(map(literal, values)), tuple(tests))
    return AnswerSet(cell, tuple(values), low, high, fact.type == "int", stated)


def _between(fact: Fact, stated: Mapping[str, Any]) -> Answer | None:
    if fact.type not in ("int", "decimal"):
        raise AnswerError(f"has no order: {fact.name} takes {fact.allowed}")
    ends: dict[str, Any] = dict(zip(_BOUNDS, fact.limits, strict=True))
    if fact.type == "int":
        ends = {name: int(limit) for name, limit in ends.items()}
    for name, bound in stated.items():
        read = None if isinstance(bound, Mapping) else fact.read(bound)
        if read is None:
            message = f"has the bound {_short(bound)}; {fact.name} takes {fact.allowed}"
            raise AnswerError(message)
        ends[name] = read
    low, high = ends["at_least"], ends["at_most"]
    if low > high:
        raise AnswerError(f"leaves no value: at least {low:g} and at most {high:g}")
    if low == high:
        return fact.read(low)
    least, greatest = fact.limits
    if low == least and high == greatest:
        return None
    test: Test = Interval(low, high, low_closed=True, high_closed=True)
    text = f"[{literal(low)}..{literal(high)}]"
    if low == least:
        test, text = Compare("<=", high), f"<= {literal(high)}"
    elif high == greatest:
        test, text = Compare(">=", low), f">= {literal(low)}"
    cell = UnaryTests(text, (test,))
    return AnswerSet(cell, (), low, high, fact.type == "int", stated)


def _size(fact: Fact) -> float:
    """How many values a fact has that is no decimal."""
    if fact.type == "int":
        least, greatest = fact.limits
        return greatest - least + 1
    return 2 if fact.type == "bool" else len(fact.values)


def literal(value: Value) -> str:
    """A value as S-FEEL writes it: ``true``, ``"bulge"``, ``4.5``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else number_in_words(value)


def _short(value: object) -> str:
    return repr(value)[:60]
