"""From the truth of the rules to the statuses of the options, and to the one advised.

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

# A name of its own for what is compared most: as an attribute of its class it takes
# ten times as long to look up (Python 3.11), and a search does so millions of times.
CONTRAINDICATED = OptionStatus.CONTRAINDICATED
UNSUITABLE = OptionStatus.UNSUITABLE
SUITABLE = OptionStatus.SUITABLE
CAUTION = OptionStatus.CAUTION
NOT_INDICATED = OptionStatus.NOT_INDICATED
UNDETERMINED = OptionStatus.UNDETERMINED
UNAVAILABLE = OptionStatus.UNAVAILABLE
RECOMMENDED = OptionStatus.RECOMMENDED
LADDER = Disposition.LADDER
INSUFFICIENT_DATA = Disposition.INSUFFICIENT_DATA
ELECTIVE = Urgency.ELECTIVE

Statuses = frozenset[OptionStatus]


class Outcome(NamedTuple):
    """What the advice comes to.

    ``urgency`` is None where no urgency can be given (triage open to an emergency,
    rules in conflict); ``recommended`` is a treatment code, or None off the ladder and
    where a missing fact decides.
    """

    disposition: Disposition
    urgency: Urgency | None
    recommended: str | None


class Triage(NamedTuple):
    """A triage answer: a disposition, and its urgency or "-", see ``TriageUrgency``."""

    disposition: Disposition
    urgency: TriageUrgency


#: No triage row matched: the rules do not cover the case.
UNCOVERED = Triage(Disposition.OUT_OF_SCOPE, ELECTIVE)


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
    """The statuses that a treatment can still come to, its availability aside.

    The order of effects is that of the rulebook: a contraindication beats
    ``unsuitable``, and that beats every reason for the treatment.
    """
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
    return UNDETERMINED


def select(program: Program, statuses: Mapping[str, OptionStatus]) -> str | None:
    """The code of the advised treatment, given the one status of each option.

    The first suitable one in the order of preference, else the first with a
    reservation, else the last resort; None where an undetermined one could come first.
    """
    selection = program.ruleset.selection
    for wanted in (SUITABLE, CAUTION):
        for code in selection.order:
            if statuses[code] == wanted:
                return code
    if any(statuses[code] == UNDETERMINED for code in selection.order):
        return None
    return selection.last_resort_treatment


def possible_triage(program: Program, truth: Truth) -> set[Triage]:
    """The triage answers that are still possible (never too few)."""
    answers: set[Triage] = set()
    none = True
    for hit in program.triage:
        numbers, none = hit.possible_hits(truth.sure, truth.possible)
        for number in numbers:
            outputs = program.rules[number].outputs
            answers.add(Triage(outputs["disposition"], outputs["urgency"]))
    return answers | {UNCOVERED} if none else answers


def possible_urgencies(program: Program, truth: Truth) -> set[Urgency]:
    """The urgencies on the ladder that are still possible (never too few)."""
    found: set[Urgency] = set()
    for hit in program.urgency:
        numbers, none = hit.possible_hits(truth.sure, truth.possible)
        found |= {program.rules[n].outputs["urgency"] for n in numbers}
        if none:
            found.add(ELECTIVE)
    return found


class AdviceCandidates(NamedTuple):
    """Who may still be advised on the ladder.

    ``treatments`` are their codes, in no order; ``undecided`` are the codes whose
    status is still open and decides between them; ``statuses`` hold, in the order of
    preference, all that the choice depends on.
    """

    treatments: frozenset[str]
    undecided: tuple[str, ...]
    statuses: tuple[tuple[str, Statuses], ...]


def advice_candidates(
    program: Program, truth: Truth, unavailable: frozenset[str]
) -> AdviceCandidates:
    """The treatments that may be advised in some completion (never too few).

    ``unavailable`` holds the codes of treatments that are not offered here.
    """
    selection = program.ruleset.selection
    offered = [code for code in selection.order if code not in unavailable]
    reasoned: dict[str, Statuses] = {}
    candidates = []
    for code in offered:
        statuses = possible_statuses(program, code, truth)
        if statuses & FOR:
            reasoned[code] = statuses
        if SUITABLE in statuses:
            candidates.append(code)
            if len(statuses) == 1:
                return _with_undecided(candidates, candidates, reasoned)
    cautions, someone = _first_cautions(reasoned)
    found = {*candidates, *cautions}
    last = () if someone else (selection.last_resort_treatment,)
    return _with_undecided(found.union(last), found, reasoned)


def _with_undecided(
    candidates: Iterable[str], rated: Collection[str], reasoned: Mapping[str, Statuses]
) -> AdviceCandidates:
    """``rated`` are the candidates that are so by their own status."""
    undecided = (code for code, s in reasoned.items() if len(s) > 1 and code in rated)
    return AdviceCandidates(
        frozenset(candidates), tuple(undecided), tuple(reasoned.items())
    )


def _first_cautions(reasoned: Mapping[str, Statuses]) -> tuple[list[str], bool]:
    """Who may be the first caution, and whether someone surely has a reason for."""
    cautions = []
    for code, statuses in reasoned.items():
        if CAUTION in statuses:
            cautions.append(code)
            if len(statuses) == 1:
                return cautions, True
    return cautions, any(statuses <= FOR for statuses in reasoned.values())


def undetermined_rules(program: Program, code: str, truth: Truth) -> Iterator[int]:
    """The numbers of a treatment's undetermined rules, the excluding ones first."""
    effects = program.effects[code]
    undetermined = truth.possible & ~truth.sure
    for bits in (
        effects.contraindicated,
        effects.unsuitable,
        effects.indicated,
        effects.caution,
    ):
        yield from members(undetermined & bits)


def deciding_rules(program: Program, code: str, truth: Truth) -> Iterator[int]:
    """The undetermined rules on which a status still hangs.

    A rule hangs on nothing any more where another of its kind, or one that outranks
    it, surely holds.
    """
    effects, sure = program.effects[code], truth.sure
    if sure & effects.contraindicated:
        return
    undetermined = truth.possible & ~sure
    yield from members(undetermined & effects.contraindicated)
    if sure & effects.unsuitable:
        return
    yield from members(undetermined & effects.unsuitable)
    if not sure & effects.indicated:
        yield from members(undetermined & effects.indicated)
    if truth.possible & effects.indicated and not sure & effects.caution:
        yield from members(undetermined & effects.caution)


def undetermined_hits(
    program: Program, hits: Iterable[SingleHit], truth: Truth
) -> Iterator[int]:
    """The undetermined rules that may still be the hit of a single-hit table."""
    undetermined = truth.possible & ~truth.sure
    for hit in hits:
        numbers, _ = hit.possible_hits(truth.sure, truth.possible)
        yield from (n for n in numbers if undetermined >> n & 1)
