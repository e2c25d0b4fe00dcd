"""From the truth of the rules to the statuses of the options, and to the one advised.

Everything here works on what is *possible*: a set of statuses for a treatment, a set
of outcomes for a case. With every fact known each set has one member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
SHARED_CAUTION = OptionStatus.SHARED_CAUTION
CAUTION = OptionStatus.CAUTION
NOT_INDICATED = OptionStatus.NOT_INDICATED
UNDETERMINED = OptionStatus.UNDETERMINED
UNAVAILABLE = OptionStatus.UNAVAILABLE
RECOMMENDED = OptionStatus.RECOMMENDED
LADDER = Disposition.LADDER
REFER = Disposition.REFER
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

    @property
    def is_open(self) -> bool:
        """Whether what is not known keeps the advice from being given."""
        on_ladder = self.disposition == LADDER and self.recommended is None
        return on_ladder or self.disposition == INSUFFICIENT_DATA


class Triage(NamedTuple):
    """A triage answer: a disposition, and its urgency or "-", see ``TriageUrgency``."""

    disposition: Disposition
    urgency: TriageUrgency


#: No triage row matched: the rules do not cover the case.
UNCOVERED = Triage(Disposition.OUT_OF_SCOPE, ELECTIVE)


_ALL_STATUSES = (
    CONTRAINDICATED,
    UNSUITABLE,
    CAUTION,
    SUITABLE,
    NOT_INDICATED,
    SHARED_CAUTION,
)
#: The statuses by the bits of a number: any of the six alone, or several.
_STATUSES = tuple(
    frozenset(s for place, s in enumerate(_ALL_STATUSES) if number >> place & 1)
    for number in range(1 << len(_ALL_STATUSES))
)
#: The steps of the choice among the options on offer, and all up to each of them.
TIERS = (SUITABLE, SHARED_CAUTION, CAUTION)
_UP_TO = {tier: frozenset(TIERS[: place + 1]) for place, tier in enumerate(TIERS)}


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
            found |= 32 if sure & rules.shared_caution else 8
            if possible & rules.shared_caution:
                found |= 32
    if not sure & rules.indicated:
        found |= 16
    return _STATUSES[found]


def status_of(statuses: Statuses) -> OptionStatus:
    """The status of an option, given the statuses over all completions.

    Two completions that differ only in a reservation do not leave an option open,
    nor do two that both rule it out: what matters is whether it may be taken.
    """
    if len(statuses) == 1:
        return shown_status(next(iter(statuses)))
    if statuses <= FOR:
        return SUITABLE if SUITABLE in statuses else CAUTION
    if statuses <= AGAINST:
        return UNSUITABLE
    if not statuses & FOR:
        return NOT_INDICATED
    return UNDETERMINED


def shown_status(status: OptionStatus) -> OptionStatus:
    """A status as pages and documents have it: a shared reservation is one too."""
    return CAUTION if status == SHARED_CAUTION else status


def select(program: Program, statuses: Mapping[str, OptionStatus]) -> str | None:
    """The code of the advised treatment, given the one status of each option.

    For a ruleset without a referral: the first suitable one in the order of
    preference, else the first with a reservation, else the last resort; None where an
    undetermined one could come first.
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

    ``treatments`` are their codes, in no order, and None where the case may have to be
    referred; ``undecided`` are the codes whose status is still open and decides between
    them; ``statuses`` hold, in the order of preference, all that the choice depends on.
    """

    treatments: frozenset[str | None]
    undecided: tuple[str, ...]
    statuses: tuple[tuple[str, Statuses], ...]


def advice_candidates(
    program: Program,
    truth: Truth,
    unavailable: frozenset[str],
    ablated: frozenset[str] = frozenset(),
) -> AdviceCandidates:
    """The treatments that may be advised in some completion (never too few).

    ``unavailable`` holds the codes of treatments that are not offered here; those of
    ``ablated`` are known to be advised in no completion, and are left out.
    """
    selection = program.ruleset.selection
    reasoned: dict[str, Statuses] = {}
    for code in selection.order:
        if code in unavailable or code in ablated or code == selection.bridge:
            continue
        statuses = possible_statuses(program, code, truth)
        if statuses & FOR:
            reasoned[code] = statuses
            if len(statuses) == 1 and SUITABLE in statuses:
                break
    found, settled = _by_tiers(reasoned)
    rated = set(found)
    if not settled and selection.refer is not None:
        settled = _refer(program, truth, unavailable, reasoned, found, rated)
    off = unavailable | ablated
    if not settled and selection.bridge and selection.bridge not in off:
        settled = _bridge(program, truth, selection.bridge, reasoned, found, rated)
    if not settled:
        last = selection.last_resort_treatment
        is_offered = selection.refer is None or last not in unavailable
        found.add(last if is_offered else None)
    undecided = (code for code, s in reasoned.items() if len(s) > 1 and code in rated)
    return AdviceCandidates(frozenset(found), tuple(undecided), tuple(reasoned.items()))


def _by_tiers(reasoned: Mapping[str, Statuses]) -> tuple[set[str | None], bool]:
    """Who may be the first of a step, and whether one of them surely is."""
    found: set[str | None] = set()
    for tier in TIERS:
        for code, statuses in reasoned.items():
            if tier in statuses:
                found.add(code)
                if len(statuses) == 1:
                    return found, True
        up_to = _UP_TO[tier]
        if any(statuses <= up_to for statuses in reasoned.values()):
            return found, True
    return found, False


def _refer(
    program: Program,
    truth: Truth,
    unavailable: frozenset[str],
    reasoned: dict[str, Statuses],
    found: set[str | None],
    rated: set[str | None],
) -> bool:
    """Step 4: an option that is not on offer, the bridge aside, has a reason for it.

    Adds the referral (None) to what is ``found``; whether it surely comes to that.
    """
    settled = False
    bridge = program.ruleset.selection.bridge
    for code in program.ruleset.selection.order:
        if code not in unavailable or code == bridge:
            continue
        statuses = possible_statuses(program, code, truth)
        if statuses & FOR:
            reasoned[code] = statuses
            rated.add(code)
            found.add(None)
            settled = settled or statuses <= FOR
    return settled


def _bridge(
    program: Program,
    truth: Truth,
    code: str,
    reasoned: dict[str, Statuses],
    found: set[str | None],
    rated: set[str | None],
) -> bool:
    """Step 5: the bridge has a reason for it; whether it surely has."""
    statuses = possible_statuses(program, code, truth)
    if statuses & FOR:
        reasoned[code] = statuses
        rated.add(code)
        found.add(code)
    return statuses <= FOR


def undetermined_rules(program: Program, code: str, truth: Truth) -> Iterator[int]:
    """The numbers of a treatment's undetermined rules, the excluding ones first."""
    effects = program.effects[code]
    undetermined = truth.possible & ~truth.sure
    for bits in (
        effects.contraindicated,
        effects.unsuitable,
        effects.indicated,
        effects.reservations,
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
        if not sure & effects.shared_caution:
            yield from members(undetermined & effects.shared_caution)


def undetermined_hits(
    program: Program, hits: Iterable[SingleHit], truth: Truth
) -> Iterator[int]:
    """The undetermined rules that may still be the hit of a single-hit table."""
    undetermined = truth.possible & ~truth.sure
    for hit in hits:
        numbers, _ = hit.possible_hits(truth.sure, truth.possible)
        yield from (n for n in numbers if undetermined >> n & 1)
