"""Rule ablation: would the advice be another if one rule of a derived table were gone?

The ruleset is compiled once; an :class:`AblatedProgram` is the same one less a rule. A
case is looked for in which the two make different statements: a search like that of
:mod:`.satisfiability`, on two programs at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import (
    possible_statuses,
    possible_triage,
    possible_urgencies,
    undetermined_hits,
    undetermined_rules,
)
from ..compiler.program import DerivedStep, Program, Truth
from ..ruleset.enums import Disposition
from ..search.completions import Base, Budget
from .paired_search import parting_case
from .satisfiability import key_and_split


class AblatedProgram(Program):
    """A compiled ruleset in which one rule of a derived table gives no value.

    Its regions and its rules' numbers are those of the whole.
    """

    def __init__(self, whole: Program, number: int) -> None:
        vars(self).update(vars(whole))
        self.steps = tuple(_ablated(step, number) for step in whole.steps)
        self.step_of = {step.variable: step for step in self.steps}
        self._derived = {}


def _ablated(step: DerivedStep, number: int) -> DerivedStep:
    rules = tuple(n for n in step.hit.rules if n != number)
    if rules == step.hit.rules:
        return step
    return replace(step, hit=replace(step.hit, rules=rules, bits=bit_set(rules)))


Answers = Callable[[Program, Truth], Iterable[object]]
Deciding = Callable[[Program, Truth], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that the advice states of a case, such as the status of a treatment.

    ``rules`` are the bits of all rules that decide it. ``answers`` gives what it can
    still come to, ``deciding`` the open rules on which that hangs.
    """

    rules: int
    answers: Answers
    deciding: Deciding


def affected_statements(
    program: Program, output: str, values: int
) -> Iterator[Statement]:
    """The statements that can come out differently by these values of a derived fact.

    ``output`` is the derived fact, ``values`` a mask of its regions. Triage comes
    first, then the urgency, the status of each treatment, and each alert.
    """
    affected = affected_rules(program, program.index[output], values)
    triage = bit_set(n for hit in program.triage for n in hit.rules)
    urgency = bit_set(n for hit in program.urgency for n in hit.rules)
    if affected & triage:
        yield Statement(triage, possible_triage, _deciding_triage)
    if affected & urgency:
        yield Statement(triage | urgency, _urgencies, _deciding_urgency)
    for code, effects in program.effects.items():
        if affected & effects.all:
            yield _status_of(code, triage | effects.all)
    for number in program.alerts:
        if affected >> number & 1:
            yield _alert(number)


def affected_rules(program: Program, at: int, values: int) -> int:
    """The rules that can hold or not by which of these values a derived fact has."""
    affected, moved = 0, {at: values}
    for number, cells in enumerate(program.cells):
        if any(_parts(accepted, moved.get(place, 0)) for place, accepted in cells):
            affected |= 1 << number
    for step in program.steps:
        if step.hit.bits & affected and step.variable not in moved:
            moved[step.variable] = step.nothing | (step.nothing - 1)
            for number, cells in enumerate(program.cells):
                if any(place == step.variable for place, _ in cells):
                    affected |= 1 << number
    return affected


def _parts(accepted: int, values: int) -> bool:
    """Whether a cell accepts some of the values, and not all."""
    return bool(accepted & values) and bool(values & ~accepted)


def differing_case(
    whole: Program, number: int, statement: Statement, budget: Budget, prefer: Base
) -> Base | None:
    """A case of which the statement is another without the rule.

    Args:
        number: the rule of a derived table that is left out.
        prefer: regions of an ordinary case; the half of a split that holds one of them
            is looked into first.

    Returns:
        regions in all of which the statements differ, or None: there is no such case.

    Raises:
        BudgetSpentError: neither was settled.
    """
    return parting_case(_Difference(whole, number, statement), budget, prefer)


class _Difference:
    """The question whether a statement is another without a rule."""

    def __init__(self, whole: Program, number: int, statement: Statement) -> None:
        self.number, self.statement = number, statement
        self.programs = (whole, AblatedProgram(whole, number))
        (self.step,) = (s for s in whole.steps if number in s.hit.rules)

    def start(self) -> Base:
        whole = self.programs[0]
        masks = [v.everything for v in whole.variables[: whole.base_count]]
        for at, accepted in whole.cells[self.number]:
            if at < len(masks):
                masks[at] &= accepted
        return tuple(masks)

    def truths(self, state: Base) -> list[Truth]:
        """With the rule, and without it."""
        return [program.propagate(state) for program in self.programs]

    def decide(self, truths: list[Truth]) -> bool | None:
        """Whether it differs in every completion, in none, or in some."""
        one, other = (truth.masks[self.step.variable] for truth in truths)
        same_value = one == other and not one & (one - 1)
        if same_value or not truths[0].possible >> self.number & 1:
            return False
        before, after = (
            frozenset(self.statement.answers(program, truth))
            for program, truth in zip(self.programs, truths, strict=True)
        )
        if not before & after:
            return True
        return False if len(before) == len(after) == 1 else None

    def key_and_split(
        self, truths: list[Truth], state: Base
    ) -> tuple[Hashable, int, int]:
        """The key of the state, and the first split: a fact and its regions."""
        keys: list[Hashable] = []
        splits: list[tuple[int, int]] = []
        for program, truth in zip(self.programs, truths, strict=True):
            goal = _OpenStatement(self, program)
            if goal.deciding_bits(truth):
                key, at, accepted = key_and_split(program, goal, truth, state)
                keys.append(key)
                splits.append((at, accepted))
            else:
                keys.append(frozenset(self.statement.answers(program, truth)))
        return tuple(keys), *splits[0]


@dataclass(frozen=True, slots=True)
class _OpenStatement:
    """What the difference hangs on in one of the two programs, as a goal.

    It is never settled: :class:`_Difference` decides on both programs together.
    """

    difference: _Difference
    program: Program

    def decide(self, truth: Truth) -> bool | None:
        return None

    def deciding(self, truth: Truth) -> Iterator[int]:
        hit = self.program.step_of[self.difference.step.variable].hit
        yield from undetermined_hits(self.program, (hit,), truth)
        yield from self.difference.statement.deciding(self.program, truth)

    def deciding_bits(self, truth: Truth) -> int:
        return bit_set(self.deciding(truth))

    def residue(self, truth: Truth) -> Hashable:
        rules = self.difference.statement.rules | self.difference.step.hit.bits
        return truth.sure & rules, truth.possible & rules


def _deciding_triage(program: Program, truth: Truth) -> Iterator[int]:
    yield from undetermined_hits(program, program.triage, truth)


def _urgencies(program: Program, truth: Truth) -> Iterator[object]:
    for answer in possible_triage(program, truth):
        if answer.urgency == "-":
            yield from possible_urgencies(program, truth)
        else:
            yield answer


def _deciding_urgency(program: Program, truth: Truth) -> Iterator[int]:
    yield from undetermined_hits(program, program.triage, truth)
    yield from undetermined_hits(program, program.urgency, truth)


def _status_of(code: str, rules: int) -> Statement:
    """The status of a treatment; away from the ladder it has none."""

    def answers(program: Program, truth: Truth) -> Iterator[object]:
        ladder = {
            a.disposition == Disposition.LADDER for a in possible_triage(program, truth)
        }
        if True in ladder:
            yield from possible_statuses(program, code, truth)
        if False in ladder:
            yield None

    def deciding(program: Program, truth: Truth) -> Iterator[int]:
        yield from undetermined_hits(program, program.triage, truth)
        yield from undetermined_rules(program, code, truth)

    return Statement(rules, answers, deciding)


def _alert(number: int) -> Statement:
    def answers(_program: Program, truth: Truth) -> Iterator[object]:
        if truth.possible >> number & 1:
            yield True
        if not truth.sure >> number & 1:
            yield False

    def deciding(_program: Program, truth: Truth) -> Iterator[int]:
        if (truth.possible & ~truth.sure) >> number & 1:
            yield number

    return Statement(1 << number, answers, deciding)
