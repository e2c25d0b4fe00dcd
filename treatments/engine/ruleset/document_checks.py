"""What each part of a ruleset document is held to, and where it says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from . import unary_tests
from .decision_tables import Source
from .errors import Code, Place, Problem, shown
from .unary_tests import CellError, UnaryTests
from .vocabulary import Fact


class DocumentChecks:
    """The checks that parts share, on the facts and sources that were read so far.

    A check never raises: it adds to ``problems``, so that all are named at once.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.facts: dict[str, Fact] = {}
        self.sources: dict[str, Source] = {}

    def _cell(self, at: Place, name: str, text: str) -> UnaryTests:
        cell = self._parsed(at, text)
        fact = self.facts.get(name)
        if fact is None:
            self._no_fact(at, name)
        else:
            misfit = fact.misfit(cell)
            if misfit:
                self._problem(Code.BAD_CELL, at, misfit, text)
        return cell

    def _parsed(self, at: Place, text: str) -> UnaryTests:
        try:
            return unary_tests.parse(text)
        except CellError as error:
            self._problem(Code.BAD_CELL, at, str(error), shown(text))
            return UnaryTests("-")

    def _cited(self, at: Place, sources: Iterable[str]) -> tuple[str, ...]:
        cited = tuple(sources)
        for source in cited:
            if source not in self.sources:
                message = "is not in the list of sources"
                self._problem(Code.UNKNOWN_NAME, (*at, "sources"), message, source)
        return cited

    def _one_of(self, at: Place, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            message = "is not one of " + ", ".join(allowed)
            self._problem(Code.NOT_ALLOWED, at, message, shown(value))

    def _member(self, at: Place, value: Any, allowed: tuple[str, ...]) -> Any:
        """The one of ``allowed`` that a text names; a problem, where it names none."""
        self._one_of(at, value, allowed)
        return next((member for member in allowed if member == value), value)

    def _check_sides(
        self, at: Place, when: Mapping[str, UnaryTests], then: Mapping[str, UnaryTests]
    ) -> None:
        """What is on offer is a condition, and an alert is claimed to be shown."""
        for part, name, cells in (("when", "alert", when), ("then", "offered", then)):
            if name in cells:
                message = f"may not stand in {part}"
                self._problem(Code.NOT_ALLOWED, (*at, part, name), message, name)
        for part, name, cells in (("then", "alert", then), ("when", "offered", when)):
            if name in cells and cells[name].negated:
                message = "may not be negated: several can be so at once"
                self._problem(Code.BAD_CELL, (*at, part, name), message, name)

    def _no_fact(self, at: Place, name: str) -> None:
        message = "is not a fact of the vocabulary"
        self._problem(Code.UNKNOWN_NAME, at, message, name)

    def _not_a_name(self, at: Place, value: str, *, is_empty: bool) -> None:
        """A name that is empty, or that another row has already."""
        code, message = Code.NOT_UNIQUE, "stands twice"
        if is_empty:
            code, message = Code.EMPTY, "is empty"
        self._problem(code, at, message, value)

    def _problem(
        self, code: Code, at: Place, message: str, value: str = "", place: str = ""
    ) -> None:
        self.problems.append(Problem(code, at, message, value, place))


def amiss_in(order: Sequence[str], known: Collection[str]) -> str:
    """Which names an order lacks, makes up, or has more than once."""
    told = {
        "not in it": [name for name in known if name not in order],
        "no treatment": [name for name in order if name not in known],
        "more than once": [n for n in dict.fromkeys(order) if order.count(n) > 1],
    }
    return "; ".join(
        f"{', '.join(map(str, names))} {what}" for what, names in told.items() if names
    )
