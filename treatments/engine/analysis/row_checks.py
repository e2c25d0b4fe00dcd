"""What is wrong within one table: gaps, overlaps, and rows that do nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice
from types import MappingProxyType
from typing import Any

from ..compiler.bitset import members
from ..ruleset.enums import EXCLUDING, Effect
from ..search.completions import Base, BudgetSpentError
from .findings import ERROR, INFO, WARNING, Example, Finding
from .gaps import Gap
from .satisfiability import Pattern, everything
from .table_scope import Allowance, TableScope
from .witnesses import example, ordinary, plain_example

#: Findings of one kind that are named of one table.
MOST = 100


class TableCheck:
    """The findings of one table, in the order of :data:`.findings.KINDS`.

    Args:
        share_costs: what the exact share of a gap may cost, in questions.
        most_parts: how many parts of a gap are named.
        masked: by number of a rule, what is known of it from an earlier check: its
            finding, or None for a rule that is not masked. Others are searched.
    """

    def __init__(
        self,
        scope: TableScope,
        allowance: Allowance,
        *,
        share_costs: int = 10,
        most_parts: int = MOST,
        masked: Mapping[int, Finding | None] = MappingProxyType({}),
    ) -> None:
        self.scope, self.allowance, self.share_costs = scope, allowance, share_costs
        self.most_parts, self.known = most_parts, masked
        self.table, self.program = scope.table, scope.program
        self.prefer = ordinary(scope.program)
        self.dead: set[int] = set()
        self.gave_up = False

    def findings(self) -> Iterator[Finding]:
        """The findings, made as they are asked for.

        What the allowance does not pay for is left out, and one ``undecided`` finding
        tells so.
        """
        if self.scope.hit:
            if not self.scope.presumes:
                yield from self._tried(self._gap)
            if not self.scope.hit.ranked or self.table.hit_policy == "PRIORITY":
                yield from self._overlaps()
        yield from self._same_cells()
        yield from self._masked()
        yield from self._mergeable()

    # -- gaps and overlaps ----------------------------------------------------------

    def _gap(self) -> Iterator[Finding]:
        goal = Pattern(none_of=self.scope.rules)
        if self._witness(goal) is None:
            return
        gap = Gap(
            self.scope, self.allowance, times=self.share_costs, most=self.most_parts
        )
        share = gap.share()
        boxes = tuple(gap.boxes())
        extent = _percent(share)
        if len(boxes) != 1 or not gap.is_whole:
            more = "" if gap.is_whole else " or more"
            extent += f", in {len(boxes)}{more} parts"
        yield Finding(
            "gap",
            ERROR,
            f"No row of {self.table.id} matches {extent}.",
            self.table.id,
            share=share,
            example=boxes[0].example if boxes else None,
            boxes=boxes,
            is_whole=gap.is_whole,
        )

    def _overlaps(self) -> Iterator[Finding]:
        return islice(self._all_overlaps(), MOST)

    def _all_overlaps(self) -> Iterator[Finding]:
        for at, first in enumerate(self.scope.numbers):
            possible = self._meeting(first)
            for second in self.scope.numbers[at + 1 :]:
                if possible >> second & 1 and self._must_not_meet(first, second):
                    yield from self._tried(self._overlap, first, second)

    def _must_not_meet(self, first: int, second: int) -> bool:
        """Whether the hit policy forbids the two rules to match the same case."""
        outputs = [self.scope.rule(n).outputs for n in (first, second)]
        policy = self.table.hit_policy
        if policy == "ANY":
            return bool(outputs[0] != outputs[1])
        if policy == "PRIORITY":
            key = self.table.outputs[0]
            same_rank = outputs[0][key] == outputs[1][key]
            return same_rank and self.scope.answer(first) != self.scope.answer(second)
        return policy == "UNIQUE"

    def _overlap(self, first: int, second: int) -> Iterator[Finding]:
        goal = Pattern(all_of=1 << first | 1 << second)
        state = self._witness(goal)
        if state is not None:
            ids = self._ids(first, second)
            message = f"{ids[0]} and {ids[1]} hold together"
            message += f" under {self.table.hit_policy}."
            yield self._finding("overlap", ERROR, message, ids, goal, state)

    # -- rows that say the same, or nothing ------------------------------------------

    def _same_cells(self) -> Iterator[Finding]:
        groups: dict[frozenset[tuple[int, int]], list[int]] = {}
        for number in self.scope.numbers:
            cells = frozenset(self.scope.cells(number).items())
            groups.setdefault(cells, []).append(number)
        for numbers in groups.values():
            for first, second in combinations(numbers, 2):
                yield from self._tried(self._twins, first, second)

    def _twins(self, first: int, second: int) -> Iterator[Finding]:
        ids = self._ids(second, first)
        goal = Pattern(all_of=1 << first | 1 << second)
        kind, message = "", ""
        if self.scope.rule(first).outputs == self.scope.rule(second).outputs:
            kind, message = "duplicate", f"{ids[0]} repeats {ids[1]}."
        elif self._excludes(first, second):
            kind = "conflict"
            message = f"{ids[1]} and {ids[0]} have the same cells and contradict."
        state = self._witness(goal) if kind else None
        if state is not None:
            self.dead.add(second)
            yield self._finding(kind, WARNING, message, ids, goal, state)

    def _excludes(self, first: int, second: int) -> bool:
        """Whether the answers of two rules with the same cells exclude each other."""
        if self.scope.hit:
            return self.scope.answer(first) != self.scope.answer(second)
        if self.table.kind != "eligibility":
            return False
        outputs = [self.scope.rule(n).outputs for n in (first, second)]
        effects = {one["effect"] for one in outputs}
        shared = set(outputs[0]["treatments"]) & set(outputs[1]["treatments"])
        return (
            bool(shared) and Effect.INDICATED in effects and bool(effects & EXCLUDING)
        )

    def _masked(self) -> Iterator[Finding]:
        for number in self.scope.numbers:
            if number in self.dead:
                continue
            if number not in self.known:
                yield from self._tried(self._masked_rule, number)
                continue
            found = self.known[number]
            if found is not None:
                self.dead.add(number)
                yield found

    def _masked_rule(self, number: int) -> Iterator[Finding]:
        if self._witness(self.scope.is_hit(number)) is not None:
            return
        self.dead.add(number)
        ids = self._ids(number)
        alone = Pattern(all_of=1 << number)
        state = self._witness(alone) if self.scope.hit else None
        if state is None:
            message = f"{ids[0]} can never hold: its cells exclude each other."
            if self.scope.presumes:
                message = f"{ids[0]} can never hold: it rests on what is not stated."
            yield Finding("masked", WARNING, message, self.table.id, ids)
            return
        causes = self._ids(*self._causes(number))
        message = f"{ids[0]} is never the hit: {_listed(causes)} all its cases."
        yield self._finding("masked", WARNING, message, ids + causes, alone, state)

    def _causes(self, number: int) -> list[int]:
        """Rows before it that take its cases; all that meet it, if it is given up."""
        try:
            found = self.scope.covering(number, self.allowance)
        except BudgetSpentError:
            found = None
        if found is None:
            before = self.scope.is_hit(number).none_of & self._meeting(number)
            found = list(members(before))
        return found

    def _mergeable(self) -> Iterator[Finding]:
        return islice(self._all_mergeable(), MOST)

    def _all_mergeable(self) -> Iterator[Finding]:
        for first, second, column in self._one_column_apart():
            if self._may_merge(first, second):
                name = self.program.variables[column].name
                ids = self._ids(first, second)
                message = f"{ids[0]} and {ids[1]} differ in {name} alone: merge them."
                goal = Pattern(all_of=1 << first)
                yield from self._tried(self._shown, "mergeable", message, ids, goal)

    def _one_column_apart(self) -> Iterator[tuple[int, int, int]]:
        """Pairs of rules that say the same, with the one column they differ in."""
        groups: dict[tuple[int, Hashable, Hashable], list[int]] = {}
        for number in self.scope.numbers:
            if number in self.dead:
                continue
            cells = self.scope.cells(number)
            for column in cells:
                rest = frozenset(item for item in cells.items() if item[0] != column)
                key = column, rest, self.scope.answer(number)
                groups.setdefault(key, []).append(number)
        for (column, _, _), numbers in groups.items():
            for first, second in combinations(numbers, 2):
                one, other = (self.scope.rule(n).outputs for n in (first, second))
                if one == other:
                    yield first, second, column

    def _shown(
        self, kind: str, message: str, ids: tuple[str, ...], goal: Pattern
    ) -> Iterator[Finding]:
        state = self._witness(goal)
        if state is not None:
            yield self._finding(kind, INFO, message, ids, goal, state)

    def _may_merge(self, first: int, second: int) -> bool:
        """Whether no row between them with another answer meets the second's cases."""
        if not (self.scope.hit and self.scope.hit.ranked):
            return True
        order = self.scope.hit.rules
        low, high = sorted((order.index(first), order.index(second)))
        last = self.scope.cells(order[high])
        return all(
            self.scope.answer(between) == self.scope.answer(first)
            or any(
                not mask & last.get(at, mask)
                for at, mask in self.scope.cells(between).items()
            )
            for between in order[low + 1 : high]
        )

    # -- common ---------------------------------------------------------------------

    def _witness(self, goal: Pattern) -> Base | None:
        """Such a case, looked for within the cells of the rules that must hold."""
        return self.scope.find_witness(goal, self.allowance, self.prefer)

    def _meeting(self, number: int) -> int:
        """The rules that may hold together with a rule."""
        if not self.scope.may_hold(1 << number):
            return 0
        if self.scope.is_flat:
            return self.scope.space.meeting(self.scope.box(number))
        return self.program.propagate(self.scope.within([number])).possible

    def _tried(
        self, check: Callable[..., Iterator[Finding]], *about: Any
    ) -> Iterator[Finding]:
        try:
            yield from check(*about)
        except BudgetSpentError:
            if not self.gave_up:
                self.gave_up = True
                message = f"Some questions about {self.table.id} were given up."
                yield Finding("undecided", WARNING, message, self.table.id)

    def _finding(
        self,
        kind: str,
        severity: str,
        message: str,
        ids: tuple[str, ...],
        goal: Pattern,
        state: Base,
    ) -> Finding:
        shown = self._example(goal, state)
        return Finding(kind, severity, message, self.table.id, ids, example=shown)

    def _example(self, goal: Pattern, state: Base) -> Example:
        ruleset = self.scope.ruleset
        if not self.scope.is_flat:
            return example(ruleset, self.program, state, goal.decide)
        leave_out: tuple[str, ...] = ()
        box = self.scope.within(members(goal.all_of))
        if self.scope.presumes:
            leave_out = (*self.table.inputs, self.table.output)
            # What may as well be unknown, or has to be, is left out too.
            whole = everything(self.program)
            known = (mask & all_ for mask, all_ in zip(box, whole, strict=True))
            box = tuple(mask or all_ for mask, all_ in zip(known, whole, strict=True))
        return plain_example(ruleset, self.program, box, leave_out)

    def _ids(self, *numbers: int) -> tuple[str, ...]:
        return tuple(self.scope.rule(number).id for number in numbers)


def _percent(share: Fraction | None) -> str:
    if share is None:
        return "some cases"
    return f"{float(share):.3%} of the cases" if share else "single values between rows"


def _listed(ids: Sequence[str]) -> str:
    """``A takes``, ``A and B take``, ``A, B and C take``."""
    if len(ids) == 1:
        return f"{ids[0]} takes"
    return f"{', '.join(ids[:-1])} and {ids[-1]} take"
