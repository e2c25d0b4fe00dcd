"""One table with the derived tables it rests on, compiled by itself.

A question about one table needs no other: the smaller program has fewer facts and
coarser regions, and gives the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import TypeVar

from ..compiler.bitset import bit_set, members
from ..compiler.program import Program, SingleHit
from ..ruleset.decision_tables import (
    SINGLE_HIT,
    DecisionTable,
    Rule,
)
from ..ruleset.enums import DISPOSITIONS, URGENCIES, Disposition
from ..ruleset.model import Ruleset
from ..ruleset.unary_tests import Value
from ..search.completions import Base, Budget, BudgetSpentError
from .boxes import Box, Space
from .satisfiability import Pattern, everything, find

Answer = TypeVar("Answer")

#: States that one question may enter, and all questions of an analysis together.
STATES_PER_QUESTION = 20_000
STATES = 400_000
#: Rules before a rule of which each is tried to be left out as its cause.
MOST_TRIED = 8
#: The table of the rules that a table had before.
_WAS = "(before)"
#: How often a timed search looks at the time.
_STATES_BETWEEN_LOOKS = 20


class Allowance:
    """The states of a whole analysis, handed out question by question.

    ``is_over`` tells when time has run out; it is asked now and then.
    """

    def __init__(
        self,
        states: int = STATES,
        *,
        each: int = STATES_PER_QUESTION,
        is_over: Callable[[], bool] | None = None,
    ) -> None:
        self.left, self.each = states, each
        self.is_over = is_over

    def ask(self, question: Callable[[Budget], Answer], *, times: int = 1) -> Answer:
        """The question's answer; it may cost as much as so many others.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        granted = min(times * self.each, self.left)
        budget = Budget(granted)
        if self.is_over:
            budget = _TimedBudget(granted, self.is_over)
        try:
            return question(budget)
        finally:
            self.left -= granted - max(budget.left, 0)


class _TimedBudget(Budget):
    """States, as long as there is time."""

    def __init__(self, states: int, is_over: Callable[[], bool]) -> None:
        super().__init__(states)
        self.is_over = is_over

    def spend(self) -> None:
        super().spend()
        if self.left % _STATES_BETWEEN_LOOKS == 0 and self.is_over():
            raise BudgetSpentError


@dataclass(frozen=True, slots=True)
class Ranking:
    """The rules of a single-hit table, in order of rank where it has one."""

    rules: tuple[int, ...]
    ranked: bool


class Part:
    """A table and what it rests on.

    A presumption table is asked of *stated* facts: its columns have one more region,
    "not known", that no cell accepts. ``was`` are rules that the table had before; they
    only stand beside it.
    """

    def __init__(
        self, ruleset: Ruleset, table: DecisionTable, was: Sequence[Rule] = ()
    ) -> None:
        self.ruleset, self.table = ruleset, table
        self.presumes = table.kind == "presumption"
        kept = {table.id: table}
        if not self.presumes:
            kept = _resting_on(ruleset, table, was)
        if table.kind in ("derived", "presumption"):
            # Its own value is what is asked about: nothing in the part rests on it.
            kept[table.id] = replace(table, kind="alert", hit_policy="COLLECT")
        kept[_WAS] = replace(table, id=_WAS, kind="alert", rules=tuple(was))
        tables = MappingProxyType(kept)
        self.program = Program(replace(ruleset, tables=tables, invariants=()))
        self.base: Base = everything(self.program)
        self.numbers = [self.program.numbers[rule.id] for rule in table.rules]
        self.was = [self.program.numbers[rule.id] for rule in was]
        self.rules = bit_set(self.numbers)
        self._cells = [self._cells_of(n) for n in range(len(self.program.rules))]
        self.hit = self._hit() if table.hit_policy in SINGLE_HIT else None

    def _cells_of(self, number: int) -> tuple[tuple[int, int], ...]:
        cells = self.program.cells[number]
        if not self.presumes:
            return cells
        stated = ("case", "disc")
        return tuple(
            (at, accepted * (self.program.variables[at].fact.scope in stated))
            for at, accepted in cells
        )

    @cached_property
    def is_flat(self) -> bool:
        """Whether its rows test no derived fact, so that columns are independent."""
        if self.presumes:
            return True
        count = self.program.base_count
        numbers = (*self.numbers, *self.was)
        return all(at < count for n in numbers for at, _ in self._cells[n])

    @cached_property
    def space(self) -> Space:
        """The rows as boxes; of a derived fact the last region is "no value"."""
        return self.new_space()

    def new_space(self) -> Space:
        count = self.program.base_count
        sizes = [
            len(v.representatives) + (self.presumes or at >= count)
            for at, v in enumerate(self.program.variables)
        ]
        return Space(sizes, ((n, self._cells[n]) for n in self.numbers))

    def _hit(self) -> Ranking:
        """The table's rules in order of rank."""
        numbers = list(self.numbers)
        if self.table.hit_policy == "PRIORITY" and not self.presumes:
            output = self.table.outputs[0]
            numbers.sort(key=lambda n: self._ranks.index(self.rule(n).outputs[output]))
        ranked = self.table.hit_policy in ("FIRST", "PRIORITY")
        return Ranking(tuple(numbers), ranked)

    @property
    def _ranks(self) -> tuple[Value, ...]:
        if self.table.kind == "derived":
            return self.ruleset.facts[self.table.output].values
        return DISPOSITIONS if self.table.kind == "triage" else URGENCIES

    def within(self, numbers: Iterable[int]) -> Base:
        """The regions that the cells of these rules accept; 0 where they exclude."""
        masks = list(self.base)
        for number in numbers:
            for at, accepted in self._cells[number]:
                if at < len(masks):
                    masks[at] &= accepted
        return tuple(masks)

    def may_hold(self, rules: int) -> bool:
        """Whether the cells of all these rules leave each column something."""
        numbers = list(members(rules))
        cells = (accepted for n in numbers for _, accepted in self._cells[n])
        return all(cells) and all(self.within(numbers))

    def find(
        self, goal: Pattern, allowance: Allowance, prefer: Base = ()
    ) -> Base | None:
        """A case that meets the goal, looked for within the cells that must hold.

        Where columns are independent it need not be one to ``prefer``.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        if not self.may_hold(goal.all_of):
            return None
        base = self.within(members(goal.all_of))
        if not self.is_flat or goal.any_of:
            ask = partial(find, self.program, goal, base, prefer=prefer)
            return allowance.ask(ask)
        box = self._in_space(base)
        escape = allowance.ask(
            lambda budget: self.space.escape(box, goal.none_of, budget.spend)
        )
        return escape.box and escape.box[: len(base)]

    def _in_space(self, base: Base) -> Box:
        """The box of all columns; with nothing said of one, "not known" is in it."""
        box = list(self.space.everything)
        for at, mask in enumerate(base):
            if mask != self.base[at]:
                box[at] = mask
        return tuple(box)

    def covering(self, number: int, allowance: Allowance) -> list[int] | None:
        """Rules before a rule, few of them, that together take all its cases.

        None where some case is left to it, or the rules have no order.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        if self.hit is None or not self.hit.ranked:
            return None
        before = self.is_hit(number).none_of
        if self.is_flat:
            box = self._in_space(self.within([number]))
            for one in members(self.space.covering(box) & before):
                return [one]
            used = allowance.ask(
                lambda budget: self.space.escape(box, before, budget.spend)
            ).used
        else:
            used = before & self.program.propagate(self.within([number])).possible
        return self._needed(number, list(members(used)), allowance)

    def apart(self, number: int, other: int) -> bool:
        """Whether the cells of two rules exclude each other in some column."""
        pairs = zip(self.box(number), self.box(other), strict=True)
        return any(not one & two for one, two in pairs)

    def _needed(self, number: int, rules: list[int], allowance: Allowance) -> list[int]:
        """As many of the rules as it takes, none of which can be left out."""
        for one in reversed(rules):
            fewer = bit_set(rules) & ~(1 << one)
            goal = Pattern(all_of=1 << number, none_of=fewer)
            if self.find(goal, allowance) is None:
                rules = [n for n in rules if n != one]
        return rules

    def rule(self, number: int) -> Rule:
        return self.program.rules[number]

    def box(self, number: int) -> Box:
        """The regions of all columns in which a rule holds."""
        box = list(self.space.everything)
        for at, accepted in self._cells[number]:
            box[at] &= accepted
        return tuple(box)

    def is_hit(self, number: int) -> Pattern:
        """The rule gives the answer of its table, or fires."""
        return hit_pattern(self.hit, number)

    def cells(self, number: int) -> Mapping[int, int]:
        """The accepted regions by variable, cells that accept all left out."""
        return dict(self._cells[number])

    def answer(self, number: int) -> Hashable:
        return answer_of(self.rule(number))


def hit_pattern(hit: SingleHit | Ranking | None, number: int) -> Pattern:
    """The rule holds, and in a ranked table none that goes before it."""
    if hit is None or not hit.ranked:
        return Pattern(all_of=1 << number)
    before = hit.rules[: hit.rules.index(number)]
    return Pattern(all_of=1 << number, none_of=bit_set(before))


def ladder_patterns(program: Program) -> list[Pattern]:
    """How triage lets a case onto the ladder."""
    return [
        hit_pattern(hit, number)
        for hit in program.triage
        for number in hit.rules
        if program.rules[number].outputs["disposition"] == Disposition.LADDER
    ]


def answer_of(rule: Rule) -> Hashable:
    """What a rule says, its words aside."""
    said = {name: says for name, says in rule.outputs.items() if name != "text"}
    if "treatments" in said:
        said["treatments"] = frozenset(said["treatments"])
    return frozenset(said.items())


def _resting_on(
    ruleset: Ruleset, table: DecisionTable, was: Iterable[Rule]
) -> dict[str, DecisionTable]:
    """The table and the derived tables that it rests on, or did."""
    makers = {made.output: made for made in ruleset.tables_of("derived")}
    found = {table.id}
    queue = [*table.rules, *was]
    while queue:
        for name in queue.pop().cells:
            made = makers.get(name)
            if made and made.id not in found:
                found.add(made.id)
                queue += made.rules
    return {n: t for n, t in ruleset.tables.items() if n in found}
