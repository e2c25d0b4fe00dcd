"""One table with the derived tables it rests on, compiled by itself.

A question about one table needs no other: the smaller program has fewer facts and
coarser regions, and gives the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from ..completions import Base, Budget
from ..program import Program, SingleHit
from ..ruleset import Ruleset
from ..sfeel import Value
from ..tables import DISPOSITIONS, SINGLE_HIT, URGENCIES, DecisionTable, Rule
from .goals import Pattern, bits_of, everything

Answer = TypeVar("Answer")

#: States that one question may enter, and all questions of an analysis together.
STATES_PER_QUESTION = 20_000
STATES = 400_000


class Allowance:
    """The states of a whole analysis, handed out question by question."""

    def __init__(self, states: int = STATES) -> None:
        self.left = states

    def ask(self, question: Callable[[Budget], Answer]) -> Answer:
        """The question's answer.

        Raises:
            BudgetSpentError: it could not be settled.
        """
        budget = Budget(min(STATES_PER_QUESTION, self.left))
        granted = budget.left
        try:
            return question(budget)
        finally:
            self.left -= granted - max(budget.left, 0)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The rules of a single-hit table, in order of rank where it has one."""

    rules: tuple[int, ...]
    ranked: bool


class Part:
    """A table and what it rests on; ``also`` names further tables to take along."""

    def __init__(
        self, ruleset: Ruleset, table: DecisionTable, also: Iterable[str] = ()
    ) -> None:
        self.ruleset, self.table = ruleset, table
        kept = _resting_on(ruleset, [table.id, *also])
        if table.kind == "derived":
            # Its own value is what is asked about: nothing in the part rests on it.
            kept[table.id] = replace(table, kind="alert", hit_policy="COLLECT")
        tables = MappingProxyType(kept)
        self.program = Program(replace(ruleset, tables=tables, invariants=()))
        self.base: Base = everything(self.program)
        self.numbers = [self.program.numbers[rule.id] for rule in table.rules]
        self.rules = bits_of(self.numbers)
        self.hit = self._hit() if table.hit_policy in SINGLE_HIT else None

    def _hit(self) -> Ranking:
        """The table's rules in order of rank."""
        numbers = list(self.numbers)
        if self.table.hit_policy == "PRIORITY":
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
            for at, accepted in self.program.cells[number]:
                if at < len(masks):
                    masks[at] &= accepted
        return tuple(masks)

    def rule(self, number: int) -> Rule:
        return self.program.rules[number]

    def is_hit(self, number: int) -> Pattern:
        """The rule gives the answer of its table, or fires."""
        return hit_pattern(self.hit, number)

    def cells(self, number: int) -> Mapping[int, int]:
        """The accepted regions by variable, cells that accept all left out."""
        return dict(self.program.cells[number])

    def answer(self, number: int) -> Hashable:
        return answer_of(self.rule(number))


def hit_pattern(hit: SingleHit | Ranking | None, number: int) -> Pattern:
    """The rule holds, and in a ranked table none that goes before it."""
    if hit is None or not hit.ranked:
        return Pattern(all_of=1 << number)
    before = hit.rules[: hit.rules.index(number)]
    return Pattern(all_of=1 << number, none_of=bits_of(before))


def ladder_patterns(program: Program) -> list[Pattern]:
    """How triage lets a case onto the ladder."""
    return [
        hit_pattern(hit, number)
        for hit in program.triage
        for number in hit.rules
        if program.rules[number].outputs["disposition"] == "ladder"
    ]


def answer_of(rule: Rule) -> Hashable:
    """What a rule says, its words aside."""
    said = {name: says for name, says in rule.outputs.items() if name != "text"}
    if "treatments" in said:
        said["treatments"] = frozenset(said["treatments"])
    return frozenset(said.items())


def _resting_on(ruleset: Ruleset, wanted: Iterable[str]) -> dict[str, DecisionTable]:
    makers = {table.output: table.id for table in ruleset.tables_of("derived")}
    found: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            used = {fact for rule in ruleset.tables[name].rules for fact in rule.cells}
            queue += [makers[fact] for fact in used if fact in makers]
    return {n: t for n, t in ruleset.tables.items() if n in found}
