"""Searches with an aim: can this outcome be reached, does this fact ever matter?

Both are exact. They go through the same states as :mod:`.completions`, the open rules
of the treatments aimed at first, and the half that leads towards the aim before the
other: a witness is found soon, and what cannot be is seen early not to be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from ..compiler.bitset import singletons
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program, SingleHit, Truth
from ..ruleset.enums import FROM_URGENCY_TABLES
from .completions import (
    Base,
    Budget,
    BudgetSpentError,
    Split,
    search,
    splits,
    state_key,
    states,
    with_mask,
)
from .questions import Answer, CaseQuestion, OutcomeQuestion

#: States for a search without an aim, which settles most cases at once.
FIRST_LOOK_STATES = 300


class ReachableOutcomes(NamedTuple):
    """Outcomes that some completion gives, each with the regions of such completions.

    ``complete`` is true where there are no others, and false where the budget ended
    the search before that was known.
    """

    found: dict[Outcome, Base]
    complete: bool


def reachable_outcomes(
    program: Program, question: OutcomeQuestion, base: Base, budget: Budget
) -> ReachableOutcomes:
    """Every outcome of the completions of ``base``, as far as the budget allows.

    A search without an aim settles most cases within its first states. Where it does
    not, each outcome that is still possible is aimed at by itself.
    """
    found: dict[Outcome, Base] = {}
    first_look = Budget(min(FIRST_LOOK_STATES, budget.left))
    try:
        found.update(search(program, question, base, first_look))
        return ReachableOutcomes(found, complete=True)
    except BudgetSpentError:
        possible = question.possible(program.propagate(base))
        return reachable_among(program, question, base, budget, possible, found)


def reachable_among(
    program: Program,
    question: OutcomeQuestion,
    base: Base,
    budget: Budget,
    among: Collection[Outcome],
    found: dict[Outcome, Base],
) -> ReachableOutcomes:
    """The reachable outcomes, where there can be none but those ``among`` some.

    ``found`` are those found already; the others are looked for one by one, and added
    to it.

    A treatment that no completion advises may be left out from then on: it changes
    nothing between the others.
    """
    places = {(outcome.disposition, outcome.recommended) for outcome in among}
    for place in sorted(places, key=_order):
        possible = question.possible(program.propagate(base))
        left = {o for o in possible if (o.disposition, o.recommended) == place}
        left = left.intersection(among) - found.keys()
        try:
            found.update(_witnesses(program, question, base, budget, left))
        except BudgetSpentError:
            return ReachableOutcomes(found, complete=False)
        code = place[1]
        if code and not any(outcome.recommended == code for outcome in found):
            question = question.ablated([code])
    return ReachableOutcomes(found, complete=True)


def _witnesses(
    program: Program,
    question: OutcomeQuestion,
    base: Base,
    budget: Budget,
    outcomes: set[Outcome],
) -> Iterator[tuple[Outcome, Base]]:
    """Those of some outcomes that some completion gives, each with its witness."""
    left = set(outcomes)
    while left:
        reached = find_witness(program, question, base, left, budget)
        if reached is None:
            return
        yield reached
        left.remove(reached[0])


def find_witness(
    program: Program,
    question: OutcomeQuestion,
    base: Base,
    outcomes: set[Outcome],
    budget: Budget,
) -> tuple[Outcome, Base] | None:
    """A witness for one of some outcomes: it, and completions that give it.

    None where no completion of ``base`` gives any of them.

    Raises:
        BudgetSpentError: neither was settled.
    """
    aim = aim_at(program, min(outcomes, key=_order))
    seen: set[object] = set()
    stack = [base]
    for state, truth, summary in states(program, question, stack, budget):
        if not summary.possible & outcomes:
            continue
        if len(summary.possible) == 1:
            return next(iter(summary.possible)), state
        key, _ = state_key(program, summary, truth)
        if key in seen:
            continue
        seen.add(key)
        deciding = sorted(summary.deciding, key=lambda n: not aim.first >> n & 1)
        stack += _halves(state, next(splits(program, truth, deciding)), aim)
    return None


def _order(parts: Iterable[str | None]) -> tuple[tuple[bool, str], ...]:
    """An outcome's place in a fixed order: a set has none that stays the same."""
    return tuple((part is None, part or "") for part in parts)


class Aim(NamedTuple):
    """The rules to split by first, and those that should rather hold than fail."""

    first: int
    hold: int


def aim_at(program: Program, outcome: Outcome) -> Aim:
    """What leads to an outcome: rules that say it, and none for an earlier option."""
    first = hold = 0
    if outcome.recommended is not None:
        own = program.effects[outcome.recommended]
        first, hold = own.all, own.indicated | own.reservations
        for code in program.ruleset.selection.order:
            if code == outcome.recommended:
                break
            other = program.effects[code]
            hold |= (other.contraindicated | other.unsuitable) & ~first
    for hit in (*program.triage, *program.urgency):
        hold |= _giving(program, hit, outcome)
    for step in program.steps:
        hold |= step.hit.bits
    return Aim(first, hold)


def _giving(program: Program, hit: SingleHit, outcome: Outcome) -> int:
    """The rules of a triage or urgency table that give an outcome its part."""
    bits = 0
    for number in hit.rules:
        outputs = program.rules[number].outputs
        same = outputs.get("disposition", outcome.disposition) == outcome.disposition
        if same and outputs["urgency"] in (FROM_URGENCY_TABLES, outcome.urgency):
            bits |= 1 << number
    return bits


def can_affect(
    program: Program,
    question: CaseQuestion[Answer],
    fact: int,
    base: Base,
    budget: Budget,
) -> bool:
    """Whether in some completion another value of one fact gives another answer.

    ``fact`` is the number of a base variable.

    Raises:
        BudgetSpentError: neither a witness was found nor could all states be entered.
    """
    seen: set[object] = set()
    stack = [base]
    for state, truth, summary in states(program, question, stack, budget):
        if len({question.relevant_part(answer) for answer in summary.possible}) == 1:
            continue
        key, facts = state_key(program, summary, truth)
        if not facts >> fact & 1 or key in seen:
            continue
        seen.add(key)
        if _affects_first_completion(program, question, fact, state):
            return True
        if facts != 1 << fact:
            stack += _halves_towards(program, question, fact, state, truth)
    return False


def _affects_first_completion(
    program: Program, question: CaseQuestion[Answer], fact: int, state: Base
) -> bool:
    """Whether one fact decides in the completion of every first region of a state."""
    whole = tuple(mask & -mask for mask in state)
    found = set()
    for region in singletons(state[fact]):
        truth = program.propagate(with_mask(whole, fact, region))
        found |= {question.relevant_part(answer) for answer in question.possible(truth)}
    return len(found) > 1


def _halves_towards(
    program: Program,
    question: CaseQuestion[Answer],
    fact: int,
    state: Base,
    truth: Truth,
) -> tuple[Base, Base]:
    """The halves of a state, split by what the fact's own rules hang on beside it."""
    over_fact = _rules_over(program, truth, fact)
    aim = Aim(over_fact, over_fact)
    if isinstance(question, OutcomeQuestion):
        aim = _aim_of(program, question.possible(truth), over_fact)
    summary = question.summary(truth)
    deciding = sorted(
        summary.deciding, key=lambda n: (not over_fact >> n & 1, not aim.first >> n & 1)
    )
    found = splits(program, truth, deciding)
    return _halves(state, next(s for s in found if s.at != fact), aim)


def _aim_of(program: Program, possible: Iterable[Outcome], over_fact: int) -> Aim:
    """Towards the first treatment that the over_fact rules speak of."""
    for outcome in sorted(possible, key=_order):
        code = outcome.recommended
        if code is not None and program.effects[code].all & over_fact:
            first, hold = aim_at(program, outcome)
            other = program.effects[code].indicated & ~over_fact
            return Aim(first, (hold | over_fact) & ~other)
    return Aim(over_fact, over_fact)


def _rules_over(program: Program, truth: Truth, fact: int) -> int:
    """The rules that hang on one fact, by way of derived facts too."""
    rules = program.open_cells(fact, truth.masks[fact])
    for step in program.steps:
        if rules & step.hit.bits:
            rules |= program.open_cells(step.variable, truth.masks[step.variable])
    return rules


def _halves(state: Base, split: Split, aim: Aim) -> tuple[Base, Base]:
    """The two halves of a state; the one to be entered first is last, on the stack."""
    number, at, accepted = split
    passing = with_mask(state, at, state[at] & accepted)
    failing = with_mask(state, at, state[at] & ~accepted)
    return (failing, passing) if aim.hold >> number & 1 else (passing, failing)
