"""What holds over *all* completions of the unknown facts: exact, or left open.

A question is asked of a partly known case. Where Kleene's logic leaves several
answers possible, the search splits the regions of a fact on which an undetermined
rule hangs, and goes on until one answer is left; nothing is sampled. Two states with
the same open rules, the same regions of the facts in them and the same regions of the
derived facts have the same answers, so a state is entered once. The budget counts
states, not seconds: the same case and ruleset always give the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import (
    undetermined_hits,
)
from ..compiler.program import Program, Truth
from .questions import Answer, CaseQuestion, StateSummary

#: A state: the mask of the regions that each base variable may be in.
Base = tuple[int, ...]


class BudgetSpentError(Exception):
    """The search was given up: its question has no answer."""


class Budget:
    """How many states a search may still enter.

    States, not seconds: the same case and ruleset give the same document anywhere.
    """

    def __init__(self, states: int) -> None:
        self.left = states

    def spend(self) -> None:
        """Enter a state.

        Raises:
            BudgetSpentError: none was left.
        """
        self.left -= 1
        if self.left < 0:
            raise BudgetSpentError

    def lend(self, states: int) -> Budget:
        """A budget of at most so many states, which are taken from this one."""
        part = Budget(min(states, self.left))
        self.left -= part.left
        return part

    def take_back(self, part: Budget) -> None:
        """Take back what was lent and not spent."""
        self.left += max(part.left, 0)


class Split(NamedTuple):
    """A base variable ``at`` that an open ``rule`` hangs on.

    ``accepted`` is the mask of the regions that the rule's cell accepts.
    """

    rule: int
    at: int
    accepted: int


def splits(program: Program, truth: Truth, deciding: Iterable[int]) -> Iterator[Split]:
    """The first open cell over each base variable that open rules hang on.

    They come in deciding order. A cell over a derived fact stands for the open rules
    of the table that gives it.
    """
    facts = rules = 0
    queue = list(deciding)
    queue.reverse()
    while queue:
        number = queue.pop()
        if rules >> number & 1:
            continue
        rules |= 1 << number
        for at, accepted in program.cells[number]:
            mask = truth.masks[at]
            if not (mask & accepted and mask & ~accepted):
                continue
            if at >= program.base_count:
                hit = (program.step_of[at].hit,)
                queue.extend(reversed(list(undetermined_hits(program, hit, truth))))
            elif not facts >> at & 1:
                facts |= 1 << at
                yield Split(number, at, accepted)


def open_facts(program: Program, truth: Truth, deciding: Iterable[int]) -> list[int]:
    """The base variables that open rules hang on, in deciding order."""
    return [split.at for split in splits(program, truth, deciding)]


def search(
    program: Program,
    question: CaseQuestion[Answer],
    base: Sequence[int],
    budget: Budget,
) -> Iterator[tuple[Answer, Base]]:
    """Each answer that some completion gives, with such completions' regions.

    ``base`` has the regions that each base variable may be in. Stops early once
    ``question.enough``. The worked example in the package's docstring goes through a
    search state by state.

    Raises:
        BudgetSpentError: not all states could be entered.
    """
    found: set[Answer] = set()
    seen: set[object] = set()
    stack: list[Base] = [tuple(base)]
    for state, truth, summary in states(program, question, stack, budget):
        possible = summary.possible
        if possible <= found:
            continue
        if len(possible) == 1:
            found |= possible
            yield next(iter(possible)), state
            if question.enough(found):
                return
            continue
        key, _ = state_key(program, summary, truth)
        if key in seen:
            continue
        seen.add(key)
        _, at, accepted = next(splits(program, truth, summary.deciding))
        stack.append(with_mask(state, at, state[at] & ~accepted))
        stack.append(with_mask(state, at, state[at] & accepted))


def states(
    program: Program,
    question: CaseQuestion[Answer],
    stack: list[Base],
    budget: Budget,
) -> Iterator[tuple[Base, Truth, StateSummary[Answer]]]:
    """Enter the states on a stack, the last first, until none is left.

    Whoever goes through them puts the halves of a state back on the stack.

    Raises:
        BudgetSpentError: not all states could be entered.
    """
    while stack:
        state = stack.pop()
        budget.spend()
        truth = program.propagate(state)
        yield state, truth, question.summary(truth)


def answers(
    program: Program,
    question: CaseQuestion[Answer],
    base: Sequence[int],
    budget: Budget,
) -> dict[Answer, Base]:
    """Every answer that some completion gives, with its regions; see :func:`search`.

    Raises:
        BudgetSpentError: not all states could be entered.
    """
    return dict(search(program, question, base, budget))


def state_key(
    program: Program, summary: StateSummary[Answer], truth: Truth
) -> tuple[object, int]:
    """The key of a state, and the set of base variables that open rules hang on.

    Two states with the same key have the same answers over their completions, so that
    one of them is enough. The key holds all that the answers can still depend on. Of a
    derived fact that is every rule that may give its value: one that surely holds is
    not open, and still decides which value is left where the open ones fail.
    """
    masks, rules, facts = truth.masks, summary.deciding_bits, 0
    derived = []
    for step in reversed(program.steps):
        if rules & program.open_cells(step.variable, masks[step.variable]):
            numbers, none = step.hit.possible_hits(truth.sure, truth.possible)
            derived.append((step.variable, tuple(numbers), none))
            rules |= bit_set(numbers) & ~truth.sure
    left = []
    testing = program.testing
    for at in range(program.base_count):
        if not rules & testing[at]:
            continue
        mask = masks[at]
        if mask & (mask - 1) and rules & program.open_cells(at, mask):
            facts |= 1 << at
            left.append(mask)
    return (summary.residue, rules, tuple(derived), facts, tuple(left)), facts


def with_mask(state: Base, at: int, mask: int) -> Base:
    """The same state with other regions for one base variable."""
    return (*state[:at], mask, *state[at + 1 :])
