"""One table with the derived tables it rests on, compiled by itself.

A question about one table needs no other: the smaller program has fewer facts and
coarser regions, and gives the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeVar

from ..completions import Base, Budget
from ..program import Program, SingleHit
from ..regions import Variable
from ..ruleset import Ruleset
from ..tables import SINGLE_HIT, DecisionTable, Rule
from .goals import Pattern, Weights, everything

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


class Part:
    """A table and what it rests on; ``also`` names further tables to take along."""

    def __init__(
        self, ruleset: Ruleset, table: DecisionTable, also: Iterable[str] = ()
    ) -> None:
        self.ruleset, self.table = ruleset, table
        kept = _resting_on(ruleset, [table.id, *also])
        self.program = Program(replace(ruleset, tables=kept, invariants=()))
        self.base: Base = everything(self.program)
        self.numbers = [self.program.numbers[rule.id] for rule in table.rules]
        self.rules = _bits_of(self.numbers)
        self.hit: SingleHit | None = None
        if table.hit_policy in SINGLE_HIT:
            self.hit = _hit_of(self.program, table)

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


def hit_pattern(hit: SingleHit | None, number: int) -> Pattern:
    """The rule holds, and in a ranked table none that goes before it."""
    if hit is None or not hit.ranked:
        return Pattern(all_of=1 << number)
    before = hit.rules[: hit.rules.index(number)]
    return Pattern(all_of=1 << number, none_of=_bits_of(before))


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


def weights(program: Program) -> Weights:
    """The part of its range that each region of each base fact takes up."""
    return [_weights(v) for v in program.variables[: program.base_count]]


def _weights(variable: Variable) -> list[Fraction]:
    found = [Fraction(0)] * len(variable.representatives)
    for piece, region in enumerate(variable.pieces):
        if region >= 0:
            found[region] += _size(variable, piece)
    whole = sum(found)
    return [part / whole for part in found] if whole else [Fraction(1)] * len(found)


def _size(variable: Variable, piece: int) -> Fraction:
    if not variable.points:
        return Fraction(1)
    at, is_gap = divmod(piece, 2)
    whole = variable.fact.type == "int"
    if not is_gap:
        return Fraction(1 if whole else 0)
    low, high = (Fraction(str(p)) for p in variable.points[at : at + 2])
    return Fraction(-(-high // 1) - low // 1 - 1) if whole else high - low


def _resting_on(ruleset: Ruleset, wanted: Iterable[str]) -> Mapping[str, DecisionTable]:
    makers = {table.output: table.id for table in ruleset.tables_of("derived")}
    found: set[str] = set()
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            used = {fact for rule in ruleset.tables[name].rules for fact in rule.cells}
            queue += [makers[fact] for fact in used if fact in makers]
    kept: dict[str, Any] = {n: t for n, t in ruleset.tables.items() if n in found}
    return MappingProxyType(kept)


def _hit_of(program: Program, table: DecisionTable) -> SingleHit | None:
    hits = [step.hit for step in program.steps] + [*program.triage, *program.urgency]
    return next((hit for hit in hits if hit.table.id == table.id), None)


def _bits_of(numbers: Iterable[int]) -> int:
    return sum(1 << number for number in numbers)
