"""From the truth of the rules to statuses and the one option: design, pure and small.

Everything here works on what is *possible*: a set of statuses for a treatment, a set
of outcomes for a case. With every fact known each set has one member.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..ruleset.enums import (
    AGAINST,
    FOR,
    Disposition,
    OptionStatus,
    TriageUrgency,
    Urgency,
)
from .bitset import members
from .program import Program, SingleHit, Truth

#: A status by a name of its own: looked up in its class, it would take five times as
#: long, and a search asks millions of times.
CONTRAINDICATED = OptionStatus.CONTRAINDICATED
UNSUITABLE = OptionStatus.UNSUITABLE
SUITABLE = OptionStatus.SUITABLE
CAUTION = OptionStatus.CAUTION
NOT_INDICATED = OptionStatus.NOT_INDICATED

Statuses = frozenset[OptionStatus]


class Outcome(NamedTuple):
    """What the advice comes to; ``recommended`` is a treatment code or None."""

    disposition: Disposition
    urgency: Urgency | None
    recommended: str | None


class Triage(NamedTuple):
    """A triage answer: a disposition, and its urgency ("-": from the urgency table)."""

    disposition: Disposition
    urgency: TriageUrgency


#: No triage row matched: the rules do not cover the case.
UNCOVERED = Triage(Disposition.OUT_OF_SCOPE, Urgency.ELECTIVE)


#: The statuses by the bits of a number: any of the five alone, or several.
_STATUSES = tuple(
    frozenset(
        status
        for place, status in enumerate(
            (CONTRAINDICATED, UNSUITABLE, CAUTION, SUITABLE, NOT_INDICATED)
        )
        if number >> place & 1
    )
    for number in range(1 << 5)
)


def possible_statuses(program: Program, code: str, truth: Truth) -> Statuses:
    """The statuses that a treatment can still come to, its availability aside."""
    rules, sure, possible = program.effects[code], truth.sure, truth.possible
    against = 1 if possible & rules.contraindicated else 0
    if sure & rules.contraindicated:
        return _STATUSES[1]
    if possible & rules.unsuitable:
        against |= 2
        if sure & rules.unsuitable:
            return _STATUSES[against]
    found = against
    if possible & rules.indicated:
        if possible & rules.caution:
            found |= 4
        if not sure & rules.caution:
            found |= 8
    if not sure & rules.indicated:
        found |= 16
    return _STATUSES[found]


def status_of(statuses: Statuses) -> OptionStatus:
    """The status of an option, given the statuses over all completions.

    Two completions that differ only in a reservation do not leave an option open,
    nor do two that both rule it out: what matters is whether it may be taken.
    """
    if len(statuses) == 1:
        return next(iter(statuses))
    if statuses <= FOR:
        return SUITABLE
    if statuses <= AGAINST:
        return UNSUITABLE
    if not statuses & FOR:
        return NOT_INDICATED
    return OptionStatus.UNDETERMINED


def select(program: Program, statuses: Mapping[str, OptionStatus]) -> str | None:
    """The advised treatment among settled statuses; None: a missing fact decides."""
    selection = program.ruleset.selection
    for wanted in (SUITABLE, CAUTION):
        for code in selection.order:
            if statuses[code] == wanted:
                return code
    undetermined = OptionStatus.UNDETERMINED
    if any(statuses[code] == undetermined for code in selection.order):
        return None
    return selection.last_resort_treatment


def possible_triage(program: Program, truth: Truth) -> set[Triage]:
    """The triage answers that are still possible."""
    answers: set[Triage] = set()
    none = True
    for hit in program.triage:
        numbers, none = hit.candidates(truth.sure, truth.possible)
        for number in numbers:
            says = program.rules[number].outputs
            answers.add(Triage(says["disposition"], says["urgency"]))
    return answers | {UNCOVERED} if none else answers


def possible_urgencies(program: Program, truth: Truth) -> set[Urgency]:
    """The urgencies on the ladder that are still possible."""
    found: set[Urgency] = set()
    for hit in program.urgency:
        numbers, none = hit.candidates(truth.sure, truth.possible)
        found |= {program.rules[n].outputs["urgency"] for n in numbers}
        if none:
            found.add(Urgency.ELECTIVE)
    return found


class Race(NamedTuple):
    """Who may still be advised on the ladder, whose rules still bear on it, and the
    statuses that tell one race from another."""

    winners: frozenset[str]
    bearing: tuple[str, ...]
    statuses: tuple[tuple[str, Statuses], ...]


def race(program: Program, truth: Truth, unavailable: frozenset[str]) -> Race:
    """The treatments that may be advised in some completion (never too few)."""
    selection = program.ruleset.selection
    offered = [code for code in selection.order if code not in unavailable]
    entered: dict[str, Statuses] = {}
    winners = []
    for code in offered:
        statuses = possible_statuses(program, code, truth)
        if statuses & FOR:
            entered[code] = statuses
        if SUITABLE in statuses:
            winners.append(code)
            if len(statuses) == 1:
                return _race(winners, winners, entered)
    cautions, settled = _first_cautions(entered)
    found = {*winners, *cautions}
    if not settled:
        found.add(selection.last_resort_treatment)
    return _race(found, {*winners, *cautions}, entered)


def _race(
    winners: Iterable[str], bearing: Collection[str], entered: Mapping[str, Statuses]
) -> Race:
    waits = (code for code, s in entered.items() if len(s) > 1 and code in bearing)
    return Race(frozenset(winners), tuple(waits), tuple(entered.items()))


def _first_cautions(entered: Mapping[str, Statuses]) -> tuple[list[str], bool]:
    """Who may be the first caution, and whether someone surely has a reason for."""
    cautions = []
    for code, statuses in entered.items():
        if CAUTION in statuses:
            cautions.append(code)
            if len(statuses) == 1:
                return cautions, True
    return cautions, any(statuses <= FOR for statuses in entered.values())


def waiting_rules(program: Program, code: str, truth: Truth) -> Iterator[int]:
    """The undetermined rules of one treatment, the excluding ones first."""
    effects = program.effects[code]
    waiting = truth.possible & ~truth.sure
    for bits in (
        effects.contraindicated,
        effects.unsuitable,
        effects.indicated,
        effects.caution,
    ):
        yield from members(waiting & bits)


def bearing_rules(program: Program, code: str, truth: Truth) -> Iterator[int]:
    """The undetermined rules on which a status still hangs.

    A rule hangs on nothing any more where another of its kind, or one that outranks
    it, surely holds.
    """
    effects, sure = program.effects[code], truth.sure
    if sure & effects.contraindicated:
        return
    waiting = truth.possible & ~sure
    yield from members(waiting & effects.contraindicated)
    if sure & effects.unsuitable:
        return
    yield from members(waiting & effects.unsuitable)
    if not sure & effects.indicated:
        yield from members(waiting & effects.indicated)
    if truth.possible & effects.indicated and not sure & effects.caution:
        yield from members(waiting & effects.caution)


def waiting_hits(
    program: Program, hits: Iterable[SingleHit], truth: Truth
) -> Iterator[int]:
    """The undetermined rules that may still be the hit of a single-hit table."""
    waiting = truth.possible & ~truth.sure
    for hit in hits:
        numbers, _ = hit.candidates(truth.sure, truth.possible)
        yield from (n for n in numbers if waiting >> n & 1)
