"""What is wrong within one table: gaps, overlaps, and rows that do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any

from ..advice import AGAINST
from ..completions import Base, BudgetSpentError
from .examples import example, ordinary
from .findings import ERROR, INFO, WARNING, Finding
from .goals import Pattern, find, share
from .parts import Allowance, Part, ladder_patterns, weights


class TableCheck:
    """The findings of one table, in the order of :data:`.findings.KINDS`."""

    def __init__(self, part: Part, allowance: Allowance) -> None:
        self.part, self.allowance = part, allowance
        self.table, self.program = part.table, part.program
        self.prefer = ordinary(part.program)
        self.dead: set[int] = set()

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
            ask = partial(share, self.program, goal, self.part.base)
            measure = weights(self.program)
            part: Fraction | None = self.allowance.ask(partial(ask, measure))
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

    def _overlaps(self) -> Iterator[Finding]:
        for first, second in combinations(self.part.numbers, 2):
            if self._may_hold_together(first, second):
                yield from self._tried(self._overlap, first, second)

    def _may_hold_together(self, first: int, second: int) -> bool:
        """Whether the hit policy lets the two rules match the same case."""
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
        alive = [n for n in self.part.numbers if n not in self.dead]
        for first, second in combinations(alive, 2):
            column = self._column_apart(first, second)
            if column is None or not self._may_merge(first, second):
                continue
            name = self.program.variables[column].name
            ids = self._ids(first, second)
            message = f"{ids[0]} and {ids[1]} differ in {name} alone: one row would do."
            goal = Pattern(all_of=1 << first)
            yield from self._tried(self._shown, "mergeable", message, ids, goal)

    def _shown(
        self, kind: str, message: str, ids: tuple[str, ...], goal: Pattern
    ) -> Iterator[Finding]:
        state = self._find(goal)
        if state is not None:
            yield self._finding(kind, INFO, message, ids, goal, state)

    def _column_apart(self, first: int, second: int) -> int | None:
        """The one column in which two rules that say the same differ."""
        if self.part.rule(first).outputs != self.part.rule(second).outputs:
            return None
        one, other = self.part.cells(first), self.part.cells(second)
        if one.keys() != other.keys():
            return None
        apart = [at for at in one if one[at] != other[at]]
        return apart[0] if len(apart) == 1 else None

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
        ask = partial(find, self.program, goal, self.part.base, prefer=self.prefer)
        return self.allowance.ask(ask)

    def _tried(
        self, check: Callable[..., Iterator[Finding]], *about: Any
    ) -> Iterator[Finding]:
        try:
            yield from check(*about)
        except BudgetSpentError:
            message = f"A question about {self.table.id} was given up."
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

    def findings(self) -> Iterator[Finding]:
        for number in self.part.numbers:
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
        others = [n for n in hit.rules[after:] if n != number]
        own = self.part.is_hit(number)
        yield own & Pattern(none_of=sum(1 << n for n in others))
        before = 0
        for other in others:
            if self.part.answer(other) != self.part.answer(number):
                yield own & Pattern(all_of=1 << other, none_of=before)
            before |= 1 << other

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
