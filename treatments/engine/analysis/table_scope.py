"""One table with the derived tables it rests on, compiled by itself.

A question about one table needs no other table: the smaller program has fewer facts and
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
from ..ruleset.presumptions import IMAGE_READ
from ..ruleset.unary_tests import UnaryTests, Value
from ..search.completions import Base, Budget, BudgetSpentError
from .boxes import Box, Space
from .satisfiability import Pattern, everything, find_witness

Answer = TypeVar("Answer")

#: States that one question may enter, and all questions of an analysis together.
STATES_PER_QUESTION = 20_000
STATES = 400_000
#: Rules before a rule of which each is tried to be left out as its cause.
MOST_TRIED = 8
#: The kinds of tables that rest on what is stated of a case, and on nothing else.
FROM_STATED = ("computed", "presumption")
#: The table of the rules that a table had before, and the start of their ids. No
#: document can hold the character, so it is nobody else's name.
_FORMER = "\0former"
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

    def ask(
        self,
        question: Callable[[Budget], Answer],
        *,
        times: int = 1,
        at_most: int | None = None,
    ) -> Answer:
        """The question's answer; it may cost as many states as ``times`` questions.

        ``at_most`` are fewer states than one question may cost.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        granted = min(at_most or times * self.each, self.left)
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
    """The rules of a single-hit table, by number; the best first where ``ranked``."""

    rules: tuple[int, ...]
    ranked: bool


class TableScope:
    """A table and the derived tables that it rests on: what a question is asked of.

    A presumption table and a computed one are asked of *stated* facts: their columns
    have one more region, "not known", that only the cell ``unknown`` accepts, and it
    accepts nothing else. ``former`` are rules that the table had before.
    They stand beside it, in a table that decides nothing: :attr:`former` has them by
    the number that the program gave them.
    """

    def __init__(
        self, ruleset: Ruleset, table: DecisionTable, former: Sequence[Rule] = ()
    ) -> None:
        self.ruleset, self.table = ruleset, table
        self.presumes = table.kind in FROM_STATED
        kept = {table.id: table}
        if not self.presumes:
            kept = _resting_on(ruleset, table, former)
        if self.presumes or table.kind == "derived":
            # Its own value is what is asked about: nothing in the scope rests on it.
            kept[table.id] = replace(table, kind="alert", hit_policy="COLLECT")
        # A former rule may have the id of a rule that is there now.
        named = {f"{_FORMER}{at}": rule for at, rule in enumerate(former)}
        beside = tuple(replace(rule, id=id_) for id_, rule in named.items())
        kept[_FORMER] = replace(table, id=_FORMER, kind="alert", rules=beside)
        tables = MappingProxyType(kept)
        self.program = Program(replace(ruleset, tables=tables, invariants=()))
        self.base: Base = everything(self.program)
        if self.presumes:
            self.base = tuple(mask | mask + 1 for mask in self.base)
        self.numbers = [self.program.numbers[rule.id] for rule in table.rules]
        self.former = {self.program.numbers[id_]: rule for id_, rule in named.items()}
        self.rules = bit_set(self.numbers)
        self._cells = [self._cells_of(n) for n in range(len(self.program.rules))]
        self.hit = self._hit() if table.hit_policy in SINGLE_HIT else None

    def _cells_of(self, number: int) -> tuple[tuple[int, int], ...]:
        cells = self.program.cells[number]
        if not self.presumes:
            return cells
        names = self.program.rules[number].cells
        return tuple(
            (at, self._of_stated(at, cell, accepted))
            for (at, accepted), cell in zip(cells, names.values(), strict=True)
        )

    def _of_stated(self, at: int, cell: UnaryTests, accepted: int) -> int:
        """The regions that a cell accepts, the last one being "not known"."""
        found = self.program.variables[at]
        if cell.unknown:
            return 1 << len(found.representatives)
        stated = found.fact.scope in ("case", "disc") or found.name == IMAGE_READ
        return accepted if stated else 0

    @cached_property
    def is_flat(self) -> bool:
        """Whether its rows test no derived fact, so that columns are independent."""
        if self.presumes:
            return True
        count = self.program.base_count
        numbers = (*self.numbers, *self.former)
        return all(at < count for n in numbers for at, _ in self._cells[n])

    @cached_property
    def space(self) -> Space:
        """The rows as boxes; of a derived fact the last region is "no value"."""
        return self.new_space()

    def new_space(self) -> Space:
        """As :attr:`space`, for a caller who closes boxes in it."""
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
        """The regions that the cells of all these rules accept, a mask a base variable.

        A mask is 0 where the cells exclude each other.
        """
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

    def find_witness(
        self, goal: Pattern, allowance: Allowance, prefer: Base = ()
    ) -> Base | None:
        """A case that meets the goal, looked for within the cells that must hold.

        Where columns are independent the search is one over boxes, and ``prefer`` is
        not asked.

        Returns:
            regions of each base variable, in all of which the goal holds, or None.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        if not self.may_hold(goal.all_of):
            return None
        base = self.within(members(goal.all_of))
        if not self.is_flat or goal.any_of:
            ask = partial(find_witness, self.program, goal, base, prefer=prefer)
            return allowance.ask(ask)
        box = self._in_space(base)
        found = allowance.ask(
            lambda budget: self.space.uncovered(box, goal.none_of, budget.spend)
        )
        return found.box and found.box[: len(base)]

    def _in_space(self, base: Base) -> Box:
        """The box of all columns; a column that is not cut has "not known" in it."""
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
                lambda budget: self.space.uncovered(box, before, budget.spend)
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
            if self.find_witness(goal, allowance) is None:
                rules = [n for n in rules if n != one]
        return rules

    def rule(self, number: int) -> Rule:
        """The rule with a number of the program."""
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
        """What a rule answers, to be compared with another's: see :func:`answer_of`."""
        return answer_of(self.rule(number))


def hit_pattern(hit: SingleHit | Ranking | None, number: int) -> Pattern:
    """The goal that a rule is the hit: it holds, and in a ranked table none before it.

    Without ``hit`` the table is a multiple-hit one, in which each rule answers for
    itself.
    """
    if hit is None or not hit.ranked:
        return Pattern(all_of=1 << number)
    before = hit.rules[: hit.rules.index(number)]
    return Pattern(all_of=1 << number, none_of=bit_set(before))


def ladder_patterns(program: Program) -> list[Pattern]:
    """Goals of which a case on the ladder meets one: that a triage rule is the hit."""
    return [
        hit_pattern(hit, number)
        for hit in program.triage
        for number in hit.rules
        if program.rules[number].outputs["disposition"] == Disposition.LADDER
    ]


def answer_of(rule: Rule) -> Hashable:
    """The outputs of a rule, its words aside: equal where two rules answer alike."""
    answer = {name: given for name, given in rule.outputs.items() if name != "text"}
    if "treatments" in answer:
        answer["treatments"] = frozenset(answer["treatments"])
    return frozenset(answer.items())


def _resting_on(
    ruleset: Ruleset, table: DecisionTable, former: Iterable[Rule]
) -> dict[str, DecisionTable]:
    """The table and the derived tables that it rests on, or did."""
    makers = {made.output: made for made in ruleset.tables_of("derived")}
    found = {table.id}
    queue = [*table.rules, *former]
    while queue:
        for name in queue.pop().cells:
            made = makers.get(name)
            if made and made.id not in found:
                found.add(made.id)
                queue += made.rules
    return {n: t for n, t in ruleset.tables.items() if n in found}
