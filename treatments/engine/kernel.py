"""One decision table, compiled: a decision in microseconds, unknown kept apart.

Every value of an input is a bit set over the rules: in its low half the rules whose
cell the value surely satisfies, in its high half those whose cell it still can. A
decision is the AND of one such number for each input, in one generated expression;
its cost hardly grows with the rules. An input that a case leaves out is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .regions import Variable, variable
from .sfeel import UnaryTests, Value
from .vocabulary import Fact

#: Answers of :meth:`Kernel.first` beside the number of a rule.
NO_RULE = -1
UNKNOWN = -2

#: Values of one input whose bits are kept; beyond this (decimals) they start anew.
_MOST_VALUES = 4096

Case = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules against variables: the regions that each cell accepts.

    ``tests`` holds for each variable the rules with a cell over it, each as its bit
    and the mask of the accepted regions.
    """

    rules: int
    tests: tuple[tuple[tuple[int, int], ...], ...]

    def bits(self, at: int, mask: int) -> tuple[int, int]:
        """The rules surely and possibly satisfied by regions of one variable."""
        sure = possible = (1 << self.rules) - 1
        for bit, accepted in self.tests[at]:
            if mask & ~accepted:
                sure &= ~bit
            if not mask & accepted:
                possible &= ~bit
        return sure, possible


def grid_of(rules: Sequence[Iterable[tuple[int, int]]], variables: int) -> Grid:
    """The grid of rules, each given as its variables and the regions they accept."""
    tests: list[list[tuple[int, int]]] = [[] for _ in range(variables)]
    for number, cells in enumerate(rules):
        for at, accepted in cells:
            tests[at].append((1 << number, accepted))
    return Grid(len(rules), tuple(map(tuple, tests)))


@dataclass(frozen=True, slots=True)
class Explanation:
    """For every rule the inputs whose cells fail, and those that are not known."""

    failed: list[list[int]]
    unknown: list[list[int]]


class Kernel:
    """A decision table ready to decide. Values must fit their facts.

    ``rules`` are the rows' cells, the first of them ranking highest.
    """

    def __init__(
        self, facts: Sequence[Fact], rules: Sequence[Mapping[str, UnaryTests]]
    ) -> None:
        self.variables: tuple[Variable, ...] = tuple(
            variable(fact, [row[fact.name] for row in rules if fact.name in row])
            for fact in facts
        )
        at_of = {var.name: at for at, var in enumerate(self.variables)}
        self.cells = [
            [(at_of[n], self.variables[at_of[n]].accepted(c)) for n, c in row.items()]
            for row in rules
        ]
        self.grid = grid_of(self.cells, len(self.variables))
        self.all_rules = (1 << len(rules)) - 1
        self._bits: list[dict[Value | None, int]] = [{} for _ in self.variables]
        self._reasons: list[dict[Value | None, _Reasons]] = [{} for _ in self.variables]
        self._decide = self._generated()

    # -- answers --------------------------------------------------------------------

    def first(self, case: Case) -> int:
        """The number of the first rule that holds, ``NO_RULE`` or ``UNKNOWN``."""
        both = self._decide(case)
        possible = both >> self.grid.rules
        hit = possible & -possible
        if hit & both:
            return hit.bit_length() - 1
        return UNKNOWN if hit else NO_RULE

    def collect(self, case: Case) -> tuple[int, int]:
        """The bit sets of the rules that hold, and of those that hold or may."""
        both = self._decide(case)
        return both & self.all_rules, both >> self.grid.rules

    def candidates(self, case: Case) -> tuple[int, bool]:
        """The bit set of the rules that may be the first, and whether none may."""
        sure, possible = self.collect(case)
        if not sure:
            return possible, True
        return possible & (sure ^ (sure - 1)), False

    def explain(self, case: Case) -> Explanation:
        """Every rule's failed and unknown inputs, by their numbers."""
        failed: list[list[int]] = [[] for _ in range(self.grid.rules)]
        unknown: list[list[int]] = [[] for _ in range(self.grid.rules)]
        for at, rules_of in enumerate(self._reasons):
            value = case.get(self.variables[at].name)
            if value not in rules_of:
                _make_room(rules_of)
                rules_of[value] = self._rules_of(at, value)
            fails, waits = rules_of[value]
            for number in fails:
                failed[number].append(at)
            for number in waits:
                unknown[number].append(at)
        return Explanation(failed, unknown)

    # -- compiling ------------------------------------------------------------------

    def _generated(self) -> Callable[[Case], int]:
        """``b0[get('x')] & b1[get('y')] & …``, an unseen value looked up apart."""
        terms = [
            f"b{at}[get({var.name!r})]"
            for at, var in enumerate(self.variables)
            if self.grid.tests[at]
        ]
        everything = self.all_rules | self.all_rules << self.grid.rules
        source = (
            "def decide(case):\n"
            "    get = case.get\n"
            "    try:\n"
            f"        return {' & '.join(terms) or everything}\n"
            "    except KeyError:\n"
            "        learn(case)\n"
            "        return decide(case)\n"
        )
        names: dict[str, object] = {f"b{at}": b for at, b in enumerate(self._bits)}
        names["learn"] = self._learn
        exec(compile(source, "<decision table>", "exec"), names)  # noqa: S102
        decide: Callable[[Case], int] = names["decide"]  # type: ignore[assignment]
        return decide

    def _learn(self, case: Case) -> None:
        """Keep the bits of the values that were not seen before."""
        for at, var in enumerate(self.variables):
            value = case.get(var.name)
            known = self._bits[at]
            if value not in known:
                _make_room(known)
                sure, possible = self.grid.bits(at, _mask(var, value))
                known[value] = sure | possible << self.grid.rules

    def _rules_of(self, at: int, value: Value | None) -> _Reasons:
        sure, possible = self.grid.bits(at, _mask(self.variables[at], value))
        failed = self.all_rules & ~possible
        return tuple(_numbers(failed)), tuple(_numbers(possible & ~sure))


_Reasons = tuple[tuple[int, ...], tuple[int, ...]]


def _mask(var: Variable, value: Value | None) -> int:
    return var.everything if value is None else var.mask_of(value)


def _make_room(kept: dict[Value | None, Any]) -> None:
    if len(kept) >= _MOST_VALUES:
        kept.clear()


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
