"""Monotone answers: does a worse value ever get a milder answer, all else equal?

A complete case is read twice, once with a milder value of one fact and once with a
worse one. An *inversion* is a case in which the milder reading is the more urgent, or
in which the milder reading is left to care and the worse one, on the same ladder, is
operated. Neighbouring regions of the fact are compared; what holds of each step holds
of them all.

Example, with the weakness in days (fresher is worse): the step from 15 to 14 days turns
the urgency from early to urgent, in no case the other way round. That the search finds
no case is the proof.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol

from ..compiler.bitset import bit_set
from ..compiler.program import Program, Truth
from ..ruleset.enums import FROM_URGENCY_TABLES, URGENCIES, Urgency
from ..ruleset.unary_tests import Value
from ..search.completions import Base
from ..search.questions import OutcomeQuestion, TriageQuestion, UrgencyQuestion
from .paired_search import parting_case
from .rule_ablation import affected_rules
from .satisfiability import everything, key_and_split, with_mask
from .table_scope import Allowance
from .witnesses import ordinary


class Order(Protocol):
    """An order of answers, and what of a case decides where its answer stands."""

    def ranks(self, truth: Truth) -> frozenset[int]:
        """The ranks that its answer may still have, 0 the gravest (never too few)."""
        ...

    def inverted(self, milder: Collection[int], worse: Collection[int]) -> bool | None:
        """Whether every pair of these ranks is an inversion, none, or some (None)."""
        ...

    def deciding(self, truth: Truth) -> Iterator[int]:
        """The open rules on which the rank hangs."""
        ...

    def residue(self, truth: Truth) -> Hashable:
        """What else the rank depends on."""
        ...


class UrgencyOrder:
    """The urgency of a case, of triage or of the ladder: the most urgent is gravest."""

    def __init__(self, program: Program) -> None:
        self._triage, self._ladder = TriageQuestion(program), UrgencyQuestion(program)

    def ranks(self, truth: Truth) -> frozenset[int]:
        """See :meth:`Order.ranks`."""
        found: set[Urgency] = set()
        for answer in self._triage.possible(truth):
            if answer.urgency == FROM_URGENCY_TABLES:
                found |= self._ladder.possible(truth)
            elif answer.urgency is not None:
                found.add(Urgency(answer.urgency))
        return frozenset(_URGENCY_RANK[urgency] for urgency in found)

    def inverted(self, milder: Collection[int], worse: Collection[int]) -> bool | None:
        """See :meth:`Order.inverted`: the milder one is the more urgent."""
        if not milder or not worse or min(milder) >= max(worse):
            return False
        return True if max(milder) < min(worse) else None

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Order.deciding`."""
        yield from self._triage.deciding(truth)
        if any(a.urgency == FROM_URGENCY_TABLES for a in self._triage.possible(truth)):
            yield from self._ladder.deciding(truth)

    def residue(self, truth: Truth) -> Hashable:
        """See :meth:`Order.residue`."""
        return self._triage.residue(truth), self._ladder.residue(truth)


class CareOrder:
    """Whether a case is operated (0), left to care (2), or neither of both (1)."""

    def __init__(
        self, program: Program, care: Collection[str], operations: Collection[str]
    ) -> None:
        self._advice = OutcomeQuestion(program, frozenset())
        self._care, self._operations = care, operations

    def ranks(self, truth: Truth) -> frozenset[int]:
        """See :meth:`Order.ranks`."""
        codes = {outcome.recommended for outcome in self._advice.possible(truth)}
        return frozenset(
            0 if code in self._operations else 2 if code in self._care else 1
            for code in codes
        )

    def inverted(self, milder: Collection[int], worse: Collection[int]) -> bool | None:
        """See :meth:`Order.inverted`: the worse one is operated, the milder left."""
        if 2 not in milder or 0 not in worse:
            return False
        return True if len(milder) == len(worse) == 1 else None

    def deciding(self, truth: Truth) -> Iterator[int]:
        """See :meth:`Order.deciding`."""
        yield from self._advice.deciding(truth)

    def residue(self, truth: Truth) -> Hashable:
        """See :meth:`Order.residue`."""
        return self._advice.residue(truth)


_URGENCY_RANK = {Urgency(urgency): rank for rank, urgency in enumerate(URGENCIES)}


@dataclass(frozen=True, slots=True)
class Inversion:
    """A case of which the milder value has the graver answer.

    ``state`` are regions of the other facts, in all of which it is so.
    """

    fact: str
    milder: Value
    worse: Value
    state: Base


def inversion(
    program: Program,
    fact: str,
    values: Collection[Value],
    order: Order,
    allowance: Allowance,
) -> Inversion | None:
    """The first inversion between two neighbours of ``values``, or the proof of none.

    Args:
        fact: a fact of the vocabulary that rules test.
        values: values of it, from mild to worse. Two that no rule tells apart are one.
        order: what is compared.
        allowance: the states that the proof may cost.

    Raises:
        BudgetSpentError: it was not settled.
        KeyError: no rule tests the fact.
    """
    at = program.index[fact]
    variable = program.variables[at]
    usual = ordinary(program)
    for milder, worse in pairwise(values):
        masks = variable.mask_of(milder), variable.mask_of(worse)
        if masks[0] == masks[1]:
            continue
        moved = affected_rules(program, at, masks[0] | masks[1])
        readings = _TwoValues(program, at, masks, moved, order)
        ask = partial(parting_case, readings, prefer=usual)
        state = allowance.ask(ask)
        if state is not None:
            return Inversion(fact, milder, worse, state)
    return None


@dataclass(frozen=True, slots=True)
class _TwoValues:
    """A case with the milder and with the worse value of one fact.

    ``moved`` are the rules that can hold or not by which of the two it is. See
    :class:`.paired_search.Readings`.
    """

    program: Program
    at: int
    masks: tuple[int, int]
    moved: int
    order: Order

    def start(self) -> Base:
        return everything(self.program)

    def truths(self, state: Base) -> list[Truth]:
        return [
            self.program.propagate(with_mask(state, self.at, mask))
            for mask in self.masks
        ]

    def decide(self, truths: list[Truth]) -> bool | None:
        if self._is_the_same(*truths):
            return False
        milder, worse = (self.order.ranks(truth) for truth in truths)
        return self.order.inverted(milder, worse)

    def _is_the_same(self, milder: Truth, worse: Truth) -> bool:
        """Whether the fact moves nothing any more, whatever else is open."""
        moved = self.moved
        sure = milder.sure & moved
        return sure == worse.sure & moved and all(
            truth.possible & moved == sure for truth in (milder, worse)
        )

    def key_and_split(
        self, truths: list[Truth], state: Base
    ) -> tuple[Hashable, int, int]:
        keys: list[Hashable] = []
        splits: list[tuple[int, int]] = []
        for truth, mask in zip(truths, self.masks, strict=True):
            goal = _OpenRank(self.order)
            if len(self.order.ranks(truth)) > 1:
                reading = with_mask(state, self.at, mask)
                key, at, accepted = key_and_split(self.program, goal, truth, reading)
                keys.append(key)
                splits.append((at, accepted))
            else:
                keys.append(self.order.ranks(truth))
        return tuple(keys), *splits[0]


@dataclass(frozen=True, slots=True)
class _OpenRank:
    """The rank of one reading, as a goal that is never settled by itself."""

    order: Order

    def decide(self, truth: Truth) -> bool | None:
        return None

    def deciding(self, truth: Truth) -> Iterator[int]:
        return self.order.deciding(truth)

    def deciding_bits(self, truth: Truth) -> int:
        return bit_set(self.order.deciding(truth))

    def residue(self, truth: Truth) -> Hashable:
        return self.order.residue(truth)
