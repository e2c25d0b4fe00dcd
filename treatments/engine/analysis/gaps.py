"""Gaps: the cases that no row of a single-hit table matches, as maximal boxes.

A box is told as the cells of a row that would fill it. Derived facts make the columns
of a table depend on each other: there a box counts only where some case lies in it, and
its share is measured over the facts behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

from ..compiler.program import Truth
from ..compiler.range_words import regions_in_words, spans_of
from ..compiler.regions import Variable
from ..ruleset.unary_tests import Value
from ..search.completions import Base, Budget, BudgetSpentError
from .boxes import Box, Spend
from .coverage import box_share, share, weights
from .decision_diagram import DecisionDiagram
from .findings import Example, GapBox
from .satisfiability import AllOf, Goal, Pattern, Within, find_witness
from .table_scope import Allowance, TableScope
from .witnesses import example, ordinary, plain_example

#: Boxes that are named of one gap.
MOST = 100
#: Branches of a search of the whole space, and of one beside a box, before the
#: diagram is asked.
_BRANCHES, _BRANCHES_BESIDE = 300, 20
#: Boxes without any case that are passed over between two with one.
_EMPTY = 50


class Gap:
    """What the rows of a table leave out.

    Args:
        former: numbers of rules that stand beside the table. Where any are named, only
            the cases of which one of them holds count.
        times: what the exact share may cost, in questions of the allowance.
        most: how many boxes are named.
    """

    def __init__(
        self,
        scope: TableScope,
        allowance: Allowance,
        *,
        former: Sequence[int] = (),
        times: int,
        most: int = MOST,
    ) -> None:
        self.scope, self.allowance, self.times = scope, allowance, times
        self.most = most
        self.program = scope.program
        self.goal = Pattern(none_of=scope.rules)
        self.former = former
        self.is_whole = True
        self._weights = weights(scope.program)
        self._diagram: DecisionDiagram | None = None
        self._open = scope.new_space()

    def share(self) -> Fraction | None:
        """The gap's exact part of all cases (0 to 1), or None where it costs too much.

        The diagram that it is counted on is kept: :meth:`boxes` reads from it.
        """
        try:
            return self.allowance.ask(self._share, times=self.times)
        except BudgetSpentError:
            return None

    def _share(self, budget: Budget) -> Fraction:
        if not self.scope.is_flat:
            return share(self.program, self.goal, self.scope.base, budget)
        diagram = DecisionDiagram(self.scope.space, self._weights, budget.spend)
        found = diagram.share()
        self._diagram = diagram
        return found

    # -- boxes ----------------------------------------------------------------------

    def boxes(self) -> list[GapBox]:
        """At most so many, the largest first; ``is_whole`` tells if that is all.

        They are maximal and may overlap.
        """
        found: list[GapBox] = []
        try:
            for box in self._all_boxes():
                if len(found) == self.most:
                    self.is_whole = False
                    break
                found.append(box)
        except BudgetSpentError:
            self.is_whole = False
        return sorted(found, key=lambda box: -(box.share or 0))

    def _all_boxes(self) -> Iterator[GapBox]:
        within = [self.scope.box(n) for n in self.former]
        for whole in within or [self.scope.space.everything]:
            empty = 0
            for box in self._uncovered(whole):
                found = self._gap_box(box)
                empty = 0 if found else empty + 1
                if found:
                    yield found
                elif empty > _EMPTY:
                    raise BudgetSpentError

    def _uncovered(self, whole: Box) -> Iterator[Box]:
        """Maximal boxes that no row touches, until together they are all there is.

        Where the whole is too much for a quick look, one is taken beside each box.
        """
        space, beside = self._open, list[Box]()
        easy = True
        while True:
            found: Box | None = None
            if easy:
                easy, found = self._soon(whole, _BRANCHES)
                if easy and found is None:
                    return
            while beside and found is None and not easy:
                _, found = self._soon(beside[-1], _BRANCHES_BESIDE)
                if found is None:
                    beside.pop()
            found = found or self._next(whole)
            if found is None:
                return
            box = space.widened(found, self.scope.rules, whole)
            space.close(box)
            yield box
            beside += [
                (*box[:at], whole[at], *box[at + 1 :])
                for at in space.columns
                if box[at] != whole[at]
            ]

    def _soon(self, box: Box, branches: int) -> tuple[bool, Box | None]:
        """Whether a few branches tell if anything escapes, and a box that does."""
        budget = Budget(branches)
        try:
            return True, self._escape(box, budget.spend)
        except BudgetSpentError:
            return False, None

    def _next(self, whole: Box) -> Box | None:
        """A box that escapes, or the proof that there is none."""
        if whole == self._open.everything and self._diagram is not None:
            return self.allowance.ask(self._walked, times=self.times)
        return self.allowance.ask(lambda budget: self._escape(whole, budget.spend))

    def _walked(self, budget: Budget) -> Box | None:
        assert self._diagram is not None  # noqa: S101
        self._diagram.spend = budget.spend
        return self._diagram.uncovered(self._open)

    def _escape(self, box: Box, spend: Spend) -> Box | None:
        space = self._open
        return space.uncovered(box, space.rules, spend, greedy=True).box

    # -- in words -------------------------------------------------------------------

    def _gap_box(self, box: Box) -> GapBox | None:
        """The box as cells, with its share and a case; None where no case is in it."""
        variables = self.program.variables
        shown = self._shown(box)
        if shown is None:
            return None
        cells, words, without_value = {}, [], []
        masks = self.program.propagate(box[: self.program.base_count]).masks
        for at, mask in enumerate(box):
            reached = self.scope.space.everything[at]
            if at >= self.program.base_count:
                reached, mask = masks[at], mask & masks[at]
            if mask == reached:
                continue
            found = variables[at]
            known = mask & found.everything
            if known != mask:
                without_value.append(found.name)
            if known and known != found.everything:
                cells[found.name] = cell_text(found, known)
            words.append(_in_words(found, mask, known))
        measured, case = shown
        return GapBox(cells, "; ".join(words), measured, case, tuple(without_value))

    def _shown(self, box: Box) -> tuple[Fraction | None, Example] | None:
        count = self.program.base_count
        state = box[:count]
        if self.scope.is_flat:
            return box_share(self._weights, state), self._plain(state)
        inside: list[Goal] = [
            Within(self.program, at, mask)
            for at, mask in enumerate(box)
            if at >= count and mask != self.scope.space.everything[at]
        ]
        goal = AllOf((*inside, self.goal))
        prefer = ordinary(self.program)
        ask = partial(find_witness, self.program, goal, state, prefer=prefer)
        found = self.allowance.ask(ask)
        if found is None:
            return None

        def stays(truth: Truth) -> bool:
            pairs = zip(truth.masks, state, strict=False)
            return bool(goal.decide(truth)) and all(not m & ~b for m, b in pairs)

        case = example(self.scope.ruleset, self.program, found, stays)
        try:
            measure = partial(share, self.program, goal, state)
            inner: Fraction | None = self.allowance.ask(measure)
        except BudgetSpentError:
            inner = None
        whole = box_share(self._weights, state)
        return None if inner is None else inner * whole, case

    def _plain(self, state: Base) -> Example:
        return plain_example(self.scope.ruleset, self.program, state)


def _in_words(variable: Variable, mask: int, known: int) -> str:
    """``Age: under 18``; a derived fact may also have no value."""
    phrases = [regions_in_words(variable, known)] if known else []
    phrases += ["no value"] if known != mask else []
    return f"{variable.fact.label}: {' or '.join(phrases)}"


def cell_text(variable: Variable, mask: int) -> str:
    """Regions as S-FEEL unary tests; ``-`` where they are all.

    ``mask`` has a bit for each region of the variable; it must not be empty.
    """
    if mask == variable.everything:
        return "-"
    if variable.points:
        return ",".join(_span_texts(variable, mask))
    pairs = list(zip(variable.values, variable.pieces, strict=True))
    inside = [_literal(value) for value, region in pairs if mask >> region & 1]
    outside = [_literal(value) for value, region in pairs if not mask >> region & 1]
    if len(outside) < len(inside):
        return f"not({','.join(outside)})"
    return ",".join(inside)


def _span_texts(variable: Variable, mask: int) -> Iterator[str]:
    least, greatest = variable.fact.limits
    for span in spans_of(variable, mask):
        low, high = _number(span.low), _number(span.high)
        if span.low == span.high:
            yield low
        elif span.low == least and span.low_closed:
            yield f"{'<=' if span.high_closed else '<'} {high}"
        elif span.high == greatest and span.high_closed:
            yield f"{'>=' if span.low_closed else '>'} {low}"
        else:
            opening, closing = "[" if span.low_closed else "(", ")"
            yield f"{opening}{low}..{high}{']' if span.high_closed else closing}"


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
