"""The worth of each open question, from likely completions of the case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import log
from types import MappingProxyType
from typing import NamedTuple

from ..compiler.bitset import bit_set, members, union
from ..compiler.program import Program
from ..ruleset.vocabulary import Fact
from .case_bits import CaseBits
from .prior import Prior, RegionWeights, region_weights

#: Completions that are drawn.
DRAWN = 128
_ALL_DRAWN = (1 << DRAWN) - 1
#: What it costs to ask, by where the answer is found.
HISTORY, EXAMINATION, IMAGE_AT_HAND, NEW_TEST = 1, 2, 3, 6
#: Answers that need a test which is not done of everybody.
_NEW_TESTS = frozenset({"post_void_residual_ml", "translation_mm", "rotation_deg"})
_COST_OF_GROUP = MappingProxyType(
    {"examination": EXAMINATION, "imaging": IMAGE_AT_HAND, "disc": IMAGE_AT_HAND}
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What asking is worth: ``share`` of the likely completions hang on the answer.

    A share above 0 is a proof that the fact can change the outcome. ``value`` is the
    order's: how rarely the answer can be done without, over what it costs to ask.
    """

    share: float
    cost: int

    @property
    def value(self) -> float:
        """Grows without bound as the answer becomes one that nothing can replace.

        Of questions that are needed anyway the order costs nothing; so those that are
        perhaps not needed come late, however cheap they are.
        """
        left = 1 - self.share + 0.5 / DRAWN
        return -log(min(left, 1.0)) / self.cost


def cost_of(fact: Fact) -> int:
    """What it costs to ask for a fact: history 1, examination 2, image 3, test 6."""
    if fact.name in _NEW_TESTS:
        return NEW_TEST
    if fact.scope != "case":
        return IMAGE_AT_HAND
    return _COST_OF_GROUP.get(fact.group, HISTORY)


def worth_of_questions(
    program: Program,
    prior: Prior,
    base: Sequence[int],
    unavailable: frozenset[str] = frozenset(),
) -> Mapping[int, Worth]:
    """The worth of asking for each base variable that is open in ``base``.

    Every drawn completion is tried with every other answer to every open question. The
    cases stand in blocks of ``DRAWN``: as they were drawn first, then one for each
    answer, in the order of the variables.
    """
    drawn = draw(program, prior, base)
    changes = [
        (at, region)
        for at, mask in enumerate(base)
        if mask & (mask - 1)
        for region in members(mask)
    ]
    blocks = len(changes) + 1
    repeated = sum(1 << DRAWN * block for block in range(blocks))
    regions = [[cases * repeated for cases in of_region] for of_region in drawn]
    own: dict[int, int] = {}
    for block, (at, region) in enumerate(changes, start=1):
        cases = _ALL_DRAWN << DRAWN * block
        own[at] = own.get(at, 0) | cases
        for other, those in enumerate(regions[at]):
            regions[at][other] = those & ~cases | (cases if other == region else 0)
    everybody = _ALL_DRAWN * repeated
    outcomes = CaseBits(program, regions, everybody, unavailable).outcomes()
    moved = 0
    for cases in outcomes.values():
        moved |= cases ^ (cases & _ALL_DRAWN) * repeated
    shares: dict[int, int] = {}
    for block, (at, _) in enumerate(changes, start=1):
        shares[at] = shares.get(at, 0) | moved >> DRAWN * block & _ALL_DRAWN
    return {
        at: Worth(share.bit_count() / DRAWN, cost_of(program.variables[at].fact))
        for at, share in shares.items()
    }


class LikelyAnswers(NamedTuple):
    """What the drawn completions of a case show; there may be more than that.

    ``places`` counts the dispositions and treatments that they come to; ``undecided``
    are the treatments that may be taken in some of them, and not in others.
    """

    places: int
    undecided: frozenset[str]


def likely_answers(
    program: Program,
    prior: Prior,
    base: Sequence[int],
    unavailable: frozenset[str] = frozenset(),
) -> LikelyAnswers:
    """What the drawn completions of ``base`` come to."""
    drawn = draw(program, prior, base)
    bits = CaseBits(program, drawn, _ALL_DRAWN, unavailable)
    undecided = frozenset(
        code for code in program.effects if 0 < bits.may_be_taken(code) < _ALL_DRAWN
    )
    return LikelyAnswers(len(bits.places()), undecided)


def draw(program: Program, prior: Prior, base: Sequence[int]) -> list[list[int]]:
    """Likely completions of ``base``: for each variable the cases of each region.

    The same case always gets the same ones.
    """
    found = [
        [0] * len(variable.representatives)
        for variable in program.variables[: program.base_count]
    ]
    for at in _order(program, prior):
        waiting = _ALL_DRAWN
        for weights in _weights_of(program, prior)[at]:
            where = waiting
            if weights.given >= 0:
                of_given = found[weights.given]
                where &= union(of_given[r] for r in members(weights.given_mask))
            if where:
                for region, cases in _spread(weights, base[at], at).items():
                    found[at][region] |= cases & where
                waiting &= ~where
    return found


@lru_cache(maxsize=4096)
def _spread(weights: RegionWeights, mask: int, at: int) -> dict[int, int]:
    """All drawn cases over the regions of a mask, to each as many as it weighs."""
    regions = list(members(mask))
    if len(regions) == 1:
        return {regions[0]: _ALL_DRAWN}
    shares = [weights.weights[region] for region in regions]
    if not sum(shares):
        shares = [1.0] * len(regions)
    ends = list(accumulate(shares))
    found: dict[int, list[int]] = {}
    for place, case in enumerate(_shuffled(at)):
        chance = (place + 0.5) / DRAWN * ends[-1]
        region = regions[min(bisect_right(ends, chance), len(regions) - 1)]
        found.setdefault(region, []).append(case)
    return {region: bit_set(cases) for region, cases in found.items()}


@lru_cache(maxsize=256)
def _shuffled(at: int) -> tuple[int, ...]:
    """The drawn cases in an order of a variable's own.

    Mixed by hand (splitmix64): generators of a library may change with its version,
    and the same case has to get the same questions.
    """
    return tuple(sorted(range(DRAWN), key=lambda case: _mixed(1 + at * DRAWN + case)))


def _mixed(number: int) -> int:
    whole = (1 << 64) - 1
    number = number * 0x9E3779B97F4A7C15 & whole
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & whole
    number = (number ^ number >> 27) * 0x94D049BB133111EB & whole
    return number ^ number >> 31


@lru_cache(maxsize=16)
def _weights_of(
    program: Program, prior: Prior
) -> tuple[tuple[RegionWeights, ...], ...]:
    return region_weights(program, prior)


@lru_cache(maxsize=16)
def _order(program: Program, prior: Prior) -> tuple[int, ...]:
    """The variables, each after those that its weights hang on."""
    found: dict[int, None] = {}

    def visit(at: int, above: frozenset[int]) -> None:
        for weights in _weights_of(program, prior)[at]:
            if weights.given >= 0 and weights.given not in above | {at}:
                visit(weights.given, above | {at})
        found.setdefault(at)

    for at in range(program.base_count):
        visit(at, frozenset())
    return tuple(found)
