"""One decision table, compiled to a look-up: an upper bound, not a path of the product.

Every value of an input is a bit set over the rules: in its low half the rules whose
cell the value surely satisfies, in its high half those whose cell it still can. A
decision is the AND of one such number for each input, in one generated expression;
its cost hardly grows with the rules. An input that a case leaves out is unknown.

``Kernel`` says what a bare decision of one table could cost beside other engines. What
pages run is ``treatments.engine.evaluate``, over the compiled ruleset, explained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from treatments.engine.batch.bitsets import Codes, RuleWords, column_masks, slices
from treatments.engine.batch.columns import EncodedColumn
from treatments.engine.compiler.bit_grid import grid_of
from treatments.engine.compiler.bitset import members
from treatments.engine.compiler.regions import Variable, variable
from treatments.engine.ruleset.unary_tests import UnaryTests, Value
from treatments.engine.ruleset.vocabulary import Fact

#: Answers of :meth:`Kernel.first` beside the number of a rule.
NO_RULE = -1
UNKNOWN = -2

#: Values of one input whose bits are kept; beyond this (decimals) they start anew.
_MOST_VALUES = 4096

Case = Mapping[str, Value | None]


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
        exec(compile(source, "<decision table>", "exec"), names)
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
        return tuple(members(failed)), tuple(members(possible & ~sure))


_Reasons = tuple[tuple[int, ...], tuple[int, ...]]


def _mask(var: Variable, value: Value | None) -> int:
    return var.everything if value is None else var.mask_of(value)


def _make_room(kept: dict[Value | None, Any]) -> None:
    if len(kept) >= _MOST_VALUES:
        kept.clear()


def first_hits(
    kernel: Kernel, columns: Mapping[str, EncodedColumn]
) -> NDArray[np.int16]:
    """What ``Kernel.first`` says of every case."""
    used = [columns[var.name] for var in kernel.variables]
    sources = [column_masks(v, c) for v, c in zip(kernel.variables, used, strict=True)]
    table = RuleWords(kernel.cells, sources)
    size = len(used[0].codes)
    answers = np.empty(size, np.int16)
    for part in slices(size):
        codes = [column.codes[part] for column in used]
        answers[part] = _first(table, codes, part.stop - part.start)
    return answers


def _first(table: RuleWords, codes: Sequence[Codes], size: int) -> NDArray[np.int16]:
    """One word after another, as long as some case has no answer."""
    answers = np.full(size, NO_RULE, np.int16)
    waiting = np.arange(size)
    for number, word in enumerate(table.words):
        sure, possible = word.truths(codes, len(waiting))
        low = possible & -possible
        found = np.bitwise_count(low - low.dtype.type(1)).astype(np.int16)
        found += number * table.width
        if sure is not possible:
            found[(low & sure) == 0] = UNKNOWN
        none = low == 0
        found[none] = NO_RULE
        answers[waiting] = found
        if number + 1 < len(table.words):
            waiting = waiting[none]
            codes = [each[none] for each in codes]
    return answers
