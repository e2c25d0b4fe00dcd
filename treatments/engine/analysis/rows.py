"""What is wrong within one table: gaps, overlaps, and rows that do nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations, islice
from typing import Any

from ..advice import AGAINST
from ..completions import Base, Budget, BudgetSpentError
from .examples import example, ordinary
from .findings import ERROR, INFO, WARNING, Finding
from .goals import Pattern, bits, find
from .measure import share, unmatched
from .parts import Allowance, Part, ladder_patterns

#: Findings of one kind that are named of one table.
MOST = 100


class TableCheck:
    """The findings of one table, in the order of :data:`.findings.KINDS`."""

    def __init__(self, part: Part, allowance: Allowance) -> None:
        self.part, self.allowance = part, allowance
        self.table, self.program = part.table, part.program
        self.prefer = ordinary(part.program)
        self.dead: set[int] = set()
        self.gave_up = False

    def findings(self) -> Iterator[Finding]:
        if self.part.hit:
            yield from self._tried(self._gap)
            if not self.part.hit.ranked or self.table.hit_policy == "PRIORITY":
                yield from self._overlaps()
        yield from self._same_cells()
        yield from self._masked()
        yield from self._mergeable()

    # -- gaps and overlaps ----------------------------------------------------------

    def _gap(self) -> Iterator[Finding]:
        goal = Pattern(none_of=self.part.rules)
        state = self._find(goal)
        if state is None:
            return
        try:
            part: Fraction | None = self.allowance.ask(self._share)
        except BudgetSpentError:
            part = None
        yield self._finding(
            "gap",
            ERROR,
            f"No row of {self.table.id} matches {_percent(part)}.",
            (),
            goal,
            state,
            part,
        )

    def _share(self, budget: Budget) -> Fraction:
        """How much of the space the table's rules leave out."""
        if not self.program.steps:
            return unmatched(self.program, self.part.rules, budget)
        goal = Pattern(none_of=self.part.rules)
        return share(self.program, goal, self.part.base, budget)

    def _overlaps(self) -> Iterator[Finding]:
        return islice(self._all_overlaps(), MOST)

    def _all_overlaps(self) -> Iterator[Finding]:
        for at, first in enumerate(self.part.numbers):
            _, possible = self._meeting(first)
            for second in self.part.numbers[at + 1 :]:
                if possible >> second & 1 and self._must_not_meet(first, second):
                    yield from self._tried(self._overlap, first, second)

    def _must_not_meet(self, first: int, second: int) -> bool:
        """Whether the hit policy forbids the two rules to match the same case."""
        outputs = [self.part.rule(n).outputs for n in (first, second)]
        policy = self.table.hit_policy
        if policy == "ANY":
            return bool(outputs[0] != outputs[1])
        if policy == "PRIORITY":
            key = (
                "disposition" if self.table.kind == "triage" else self.table.outputs[0]
            )
            same_rank = outputs[0][key] == outputs[1][key]
            return same_rank and self.part.answer(first) != self.part.answer(second)
        return policy == "UNIQUE"

    def _overlap(self, first: int, second: int) -> Iterator[Finding]:
        goal = Pattern(all_of=1 << first | 1 << second)
        state = self._find(goal)
        if state is not None:
            ids = self._ids(first, second)
            yield self._finding(
                "overlap",
                ERROR,
                f"{ids[0]} and {ids[1]} hold together under {self.table.hit_policy}.",
                ids,
                goal,
                state,
            )

    # -- rows that say the same, or nothing ------------------------------------------

    def _same_cells(self) -> Iterator[Finding]:
        groups: dict[frozenset[tuple[int, int]], list[int]] = {}
        for number in self.part.numbers:
            cells = frozenset(self.program.cells[number])
            groups.setdefault(cells, []).append(number)
        for numbers in groups.values():
            for first, second in combinations(numbers, 2):
                yield from self._tried(self._twins, first, second)

    def _twins(self, first: int, second: int) -> Iterator[Finding]:
        ids = self._ids(first, second)
        goal = Pattern(all_of=1 << first | 1 << second)
        kind, message = "", ""
        if self.part.rule(first).outputs == self.part.rule(second).outputs:
            kind, message = "duplicate", f"{ids[1]} repeats {ids[0]}."
        elif self._excludes(first, second):
            kind = "conflict"
            message = f"{ids[0]} and {ids[1]} have the same cells and contradict."
        state = self._find(goal) if kind else None
        if state is not None:
            self.dead.add(second)
            yield self._finding(kind, WARNING, message, ids, goal, state)

    def _excludes(self, first: int, second: int) -> bool:
        """Whether the answers of two rules with the same cells exclude each other."""
        if self.part.hit:
            return self.part.answer(first) != self.part.answer(second)
        if self.table.kind != "eligibility":
            return False
        says = [self.part.rule(n).outputs for n in (first, second)]
        effects = {outputs["effect"] for outputs in says}
        shared = set(says[0]["treatments"]) & set(says[1]["treatments"])
        return bool(shared) and "indicated" in effects and bool(effects & AGAINST)

    def _masked(self) -> Iterator[Finding]:
        for number in self.part.numbers:
            if number not in self.dead:
                yield from self._tried(self._masked_rule, number)

    def _masked_rule(self, number: int) -> Iterator[Finding]:
        if self._find(self.part.is_hit(number)) is not None:
            return
        self.dead.add(number)
        ids = self._ids(number)
        alone = Pattern(all_of=1 << number)
        state = self._find(alone) if self.part.hit else None
        if state is None:
            message = f"{ids[0]} can never hold: its cells exclude each other."
            yield Finding("masked", WARNING, message, self.table.id, ids)
            return
        message = f"{ids[0]} is never the hit: rows above it take all its cases."
        yield self._finding("masked", WARNING, message, ids, alone, state)

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
        for number in self.part.numbers:
            if number in self.dead:
                continue
            cells = self.part.cells(number)
            for column in cells:
                rest = frozenset(item for item in cells.items() if item[0] != column)
                key = column, rest, self.part.answer(number)
                groups.setdefault(key, []).append(number)
        for (column, _, _), numbers in groups.items():
            for first, second in combinations(numbers, 2):
                one, other = (self.part.rule(n).outputs for n in (first, second))
                if one == other:
                    yield first, second, column

    def _shown(
        self, kind: str, message: str, ids: tuple[str, ...], goal: Pattern
    ) -> Iterator[Finding]:
        state = self._find(goal)
        if state is not None:
            yield self._finding(kind, INFO, message, ids, goal, state)

    def _may_merge(self, first: int, second: int) -> bool:
        """Whether no row between them that says otherwise meets the second's cases."""
        if not (self.part.hit and self.part.hit.ranked):
            return True
        order = self.part.hit.rules
        low, high = sorted((order.index(first), order.index(second)))
        last = self.part.cells(order[high])
        return all(
            self.part.answer(between) == self.part.answer(first)
            or any(
                not mask & last.get(at, mask)
                for at, mask in self.part.cells(between).items()
            )
            for between in order[low + 1 : high]
        )

    # -- common ---------------------------------------------------------------------

    def _find(self, goal: Pattern) -> Base | None:
        """Such a case, looked for within the cells of the rules that must hold."""
        base = self.part.within(bits(goal.all_of))
        if not all(base):
            return None
        ask = partial(find, self.program, goal, base, prefer=self.prefer)
        return self.allowance.ask(ask)

    def _meeting(self, number: int) -> tuple[int, int]:
        """The rules that surely, and that may, hold together with a rule."""
        base = self.part.within([number])
        if not all(base):
            return 0, 0
        truth = self.program.propagate(base)
        return truth.sure, truth.possible

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
        part: Fraction | None = None,
    ) -> Finding:
        shown = example(self.part.ruleset, self.program, state, goal.decide)
        return Finding(kind, severity, message, self.table.id, ids, part, shown)

    def _ids(self, *numbers: int) -> tuple[str, ...]:
        return tuple(self.part.rule(number).id for number in numbers)


def _percent(part: Fraction | None) -> str:
    if part is None:
        return "some cases"
    return f"{float(part):.3%} of the cases" if part else "single values between rows"


class MatterCheck(TableCheck):
    """Rows without which the table says the same of every case on the ladder."""

    def __init__(
        self, part: Part, allowance: Allowance, skip: Collection[str] = ()
    ) -> None:
        super().__init__(part, allowance)
        self.skip = skip

    def findings(self) -> Iterator[Finding]:
        for number in self.part.numbers:
            if self.part.rule(number).id not in self.skip:
                yield from self._tried(self._never_matters, number)

    def _never_matters(self, number: int) -> Iterator[Finding]:
        for goal in self._differences(number):
            if self._find(goal) is not None:
                return
        ids = self._ids(number)
        message = f"Without {ids[0]}, {self.table.id} says the same of every case."
        goal = Pattern(all_of=1 << number)
        yield from self._shown("never_matters", message, ids, goal)

    def _differences(self, number: int) -> Iterator[Pattern]:
        """The ways in which a case can tell that the rule is gone."""
        if self.part.hit:
            yield from self._other_hits(number)
        elif self.table.kind == "eligibility":
            for ladder in ladder_patterns(self.program):
                for code in self.part.rule(number).outputs["treatments"]:
                    yield ladder & self._only_ground(number, code)

    def _other_hits(self, number: int) -> Iterator[Pattern]:
        """It is the hit, and what would be instead says otherwise."""
        hit = self.part.hit
        assert hit is not None  # noqa: S101
        after = hit.rules.index(number) + 1 if hit.ranked else 0
        sure, possible = self._meeting(number)
        own = self.part.is_hit(number)
        before = 0
        for other in hit.rules[after:]:
            if other == number or not possible >> other & 1:
                continue
            if self.part.answer(other) != self.part.answer(number):
                yield own & Pattern(all_of=1 << other, none_of=before)
            if sure >> other & 1:
                return
            before |= 1 << other
        yield own & Pattern(none_of=before)

    def _only_ground(self, number: int, code: str) -> Pattern:
        """No other rule gives the treatment the status that this one does."""
        effects = self.program.effects[code]
        rule = 1 << number
        effect = self.part.rule(number).outputs["effect"]
        against = effects.contraindicated
        if effect == "contraindicated":
            return Pattern(rule, against & ~rule)
        if effect == "unsuitable":
            return Pattern(rule, against | effects.unsuitable & ~rule)
        against |= effects.unsuitable
        if effect == "indicated":
            return Pattern(rule, against | effects.indicated & ~rule)
        return Pattern(rule, against | effects.caution & ~rule, effects.indicated)
