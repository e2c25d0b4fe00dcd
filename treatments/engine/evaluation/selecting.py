"""Which open answers select one of the few treatments that are left.

A condition is a base variable with regions of it. An alternative selects a treatment
where every completion that agrees with its conditions comes to that treatment; it has
one condition, or two where no single one selects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from ..compiler.bitset import members, singletons, union
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program
from ..search.completions import (
    Base,
    Budget,
    BudgetSpentError,
    open_facts,
    search,
    with_mask,
)
from ..search.questions import PlaceQuestion

Condition: TypeAlias = tuple[int, int]
Alternative: TypeAlias = tuple[Condition, ...]

#: Alternatives that are named for one treatment.
ALTERNATIVES_AT_MOST = 3
#: States that all the checks together may enter, and one of them.
SELECTING_STATES = 3_000
CHECK_STATES = 300


@dataclass(frozen=True, slots=True)
class Selecting:
    """The alternatives for each treatment; ``complete`` unless one was given up."""

    alternatives: Mapping[str, tuple[Alternative, ...]]
    complete: bool


def selecting_conditions(
    program: Program,
    question: PlaceQuestion,
    base: Base,
    places: Mapping[Outcome, Base],
) -> Selecting:
    """What selects each of the treatments that ``places`` name, on the ladder."""
    finder = _Finder(program, question, base, places)
    found = {
        str(place.recommended): tuple(finder.alternatives(place))[:ALTERNATIVES_AT_MOST]
        for place in places
    }
    return Selecting(found, finder.complete)


class _Finder:
    """Checks one set of answers after another against the completions.

    ``witnesses`` are states with the one place that all their completions come to: a
    set of answers that meets one of another place selects nothing, and most do.
    """

    def __init__(
        self,
        program: Program,
        question: PlaceQuestion,
        base: Base,
        places: Mapping[Outcome, Base],
    ) -> None:
        self.program, self.base = program, base
        codes = {place.recommended for place in places}
        self.question = question.ablated(program.effects.keys() - codes)
        self.witnesses = list(places.items())
        self.budget = Budget(SELECTING_STATES)
        self.complete = True
        truth = program.propagate(base)
        self.facts = open_facts(program, truth, self.question.deciding(truth))

    def alternatives(self, place: Outcome) -> list[Alternative]:
        """One condition each, else two; those that leave the most answers first."""
        singles: list[Alternative] = [
            ((at, mask),)
            for at in self.facts
            if (mask := union(self._selecting(place, (), at)))
        ]
        return singles or list(self._pairs(place))

    def _pairs(self, place: Outcome) -> Iterator[Alternative]:
        for one, other in combinations(self.facts, 2):
            rows = {
                region: union(self._selecting(place, ((one, region),), other))
                for region in singletons(self.base[one])
            }
            for mask in _widest(rows.values()):
                first = union(r for r, row in rows.items() if row & mask == mask)
                yield (one, first), (other, mask)

    def _selecting(self, place: Outcome, given: Alternative, at: int) -> Iterator[int]:
        """The regions of a variable that, beside what is given, select a place."""
        for region in singletons(self.base[at]):
            conditions = (*given, (at, region))
            if not self._is_refuted(place, conditions) and self._selects(
                place, conditions
            ):
                yield region

    def _is_refuted(self, place: Outcome, conditions: Alternative) -> bool:
        return any(
            other != place and all(state[at] & mask for at, mask in conditions)
            for other, state in self.witnesses
        )

    def _selects(self, place: Outcome, conditions: Alternative) -> bool:
        state = self.base
        for at, mask in conditions:
            state = with_mask(state, at, mask)
        budget = self.budget.lend(CHECK_STATES)
        try:
            for found, witness in search(self.program, self.question, state, budget):
                if found != place:
                    self.witnesses.append((found, witness))
                    return False
        except BudgetSpentError:
            self.complete = False
            return False
        finally:
            self.budget.take_back(budget)
        return True


def _widest(rows: Iterable[int]) -> list[int]:
    """The different sets of regions that are not empty, the widest first."""
    found = {row for row in rows if row}
    return sorted(found, key=lambda row: (-len(list(members(row))), row))
