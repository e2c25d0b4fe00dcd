"""From the truth of the rules to statuses and the one option: design, pure and small.

Everything here works on what is *possible*: a set of statuses for a treatment, a set
of outcomes for a case. With every fact known each set has one member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .program import Program, SingleHit, Truth

CONTRAINDICATED = "contraindicated"
UNSUITABLE = "unsuitable"
SUITABLE = "suitable"
CAUTION = "caution"
NOT_INDICATED = "not_indicated"
UNDETERMINED = "undetermined"
UNAVAILABLE = "unavailable"
RECOMMENDED = "recommended"

FOR = frozenset({SUITABLE, CAUTION})
AGAINST = frozenset({UNSUITABLE, CONTRAINDICATED})

Statuses = frozenset[str]


class Outcome(NamedTuple):
    """What the advice comes to; ``recommended`` is a treatment code or None."""

    disposition: str
    urgency: str | None
    recommended: str | None


class Triage(NamedTuple):
    """A triage answer: a disposition, and its urgency ("-": from the urgency table)."""

    disposition: str
    urgency: str


#: No triage row matched: the rules do not cover the case.
UNCOVERED = Triage("out_of_scope", "elective")


def possible_statuses(program: Program, code: str, truth: Truth) -> Statuses:
    """The statuses that a treatment can still come to, its availability aside."""
    rules = program.effects[code]
    found = set()
    if truth.sure & rules.contraindicated:
        return frozenset({CONTRAINDICATED})
    if truth.possible & rules.contraindicated:
        found.add(CONTRAINDICATED)
    if truth.sure & rules.unsuitable:
        return frozenset(found | {UNSUITABLE})
    if truth.possible & rules.unsuitable:
        found.add(UNSUITABLE)
    if truth.possible & rules.indicated:
        if truth.possible & rules.caution:
            found.add(CAUTION)
        if not truth.sure & rules.caution:
            found.add(SUITABLE)
    if not truth.sure & rules.indicated:
        found.add(NOT_INDICATED)
    return frozenset(found)


def status_of(statuses: Statuses) -> str:
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
    return UNDETERMINED


def select(program: Program, statuses: Mapping[str, str]) -> str | None:
    """The advised treatment among settled statuses; None: a missing fact decides."""
    selection = program.ruleset.selection
    for wanted in (SUITABLE, CAUTION):
        for code in selection.order:
            if statuses[code] == wanted:
                return code
    if any(statuses[code] == UNDETERMINED for code in selection.order):
        return None
    return selection.last_resort_treatment


def possible_triage(program: Program, truth: Truth) -> set[Triage]:
    """The triage answers that are still possible."""
    answers = set()
    none = True
    for hit in program.triage:
        numbers, none = hit.candidates(truth.sure, truth.possible)
        for number in numbers:
            says = program.rules[number].outputs
            answers.add(Triage(says["disposition"], says["urgency"]))
    return answers | {UNCOVERED} if none else answers


def possible_urgencies(program: Program, truth: Truth) -> set[str]:
    """The urgencies on the ladder that are still possible."""
    found = set()
    for hit in program.urgency:
        numbers, none = hit.candidates(truth.sure, truth.possible)
        found |= {program.rules[n].outputs["urgency"] for n in numbers}
        if none:
            found.add("elective")
    return found


class Race(NamedTuple):
    """Who may still be advised on the ladder, and whose rules still bear on it."""

    winners: frozenset[str]
    bearing: tuple[tuple[str, Statuses], ...]


def race(program: Program, truth: Truth, unavailable: frozenset[str]) -> Race:
    """The treatments that may be advised in some completion (never too few)."""
    selection = program.ruleset.selection
    offered = [code for code in selection.order if code not in unavailable]
    statuses = {code: possible_statuses(program, code, truth) for code in offered}
    winners: list[str] = []
    for code in offered:
        if SUITABLE in statuses[code]:
            winners.append(code)
            if statuses[code] == {SUITABLE}:
                return Race(frozenset(winners), _open(winners, statuses))
    cautions, settled = _first_cautions(offered, statuses)
    found = {*winners, *cautions}
    if not settled:
        found.add(selection.last_resort_treatment)
    bearing = [c for c in offered if c in found or SUITABLE in statuses[c]]
    return Race(frozenset(found), _open(bearing, statuses))


def _open(
    codes: list[str], statuses: dict[str, Statuses]
) -> tuple[tuple[str, Statuses], ...]:
    return tuple((code, statuses[code]) for code in codes if len(statuses[code]) > 1)


def _first_cautions(
    offered: list[str], statuses: dict[str, Statuses]
) -> tuple[list[str], bool]:
    """Who may be the first caution, and whether someone surely has a reason for."""
    cautions = []
    for code in offered:
        if CAUTION in statuses[code]:
            cautions.append(code)
            if statuses[code] == {CAUTION}:
                return cautions, True
    return cautions, any(statuses[code] <= FOR for code in offered)


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
        yield from program.numbers_in(waiting & bits)


def waiting_hits(
    program: Program, hits: Iterable[SingleHit], truth: Truth
) -> Iterator[int]:
    """The undetermined rules that may still be the hit of a single-hit table."""
    waiting = truth.possible & ~truth.sure
    for hit in hits:
        numbers, _ = hit.candidates(truth.sure, truth.possible)
        yield from (n for n in numbers if waiting >> n & 1)
