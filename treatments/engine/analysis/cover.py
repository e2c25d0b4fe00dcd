"""The cover of a complete case: all that may be said of cases it completes.

The engine says of a partly known case K only what belongs to the *cover* of some
completion c of K: of a complete case that agrees with all that is known of K and all
that is presumed of it. What an invariant's ``when`` finds *known* of K (a fact, a
derived value) holds in every such c. So where no complete case within ``when`` has
anything in its cover that breaks the invariant, nothing that is said of any K breaks
it: whatever the missing answers turn out to be, as long as the presumptions are right.

**A ruleset that does not refer.** For *every* completion c of K:

- triage is not settled: ``insufficient_data``, and nothing is advised;
- triage gives one answer in all completions, so it gives it in c;
- on the ladder T is advised because its status is for it in all completions, so in c;
- or nothing is for any option in any completion, and T is the last resort, as in c;
- or every completion advises T, so c does (one of the two before);
- the urgency is that of all completions, or of a row that surely holds, so holds in c,
  or ``elective``.

With treatments that are not on offer the last resort may stand although an option
would have been suitable: it always joins the cover.

**A ruleset that refers.** One disposition is left in all completions (else
``insufficient_data``, and nothing is advised). The urgency is the least that any
completion has: take c to be one that has it. Off the ladder that is all. On it, with
any set of treatments on offer, one of these is said, the bridge apart called an option:

- an option X on offer, because it is surely suitable, or because every completion
  chooses it: then c is for it;
- a referral, which every completion then comes to: c is for an option that is not on
  offer, and for none that is; or for no option, and the last resort is not on offer;
- the bridge, in every completion: c is for it, and for no option, on offer or not;
- the last resort, in every completion: c is for no option, on offer or not (and not for
  the bridge, where that is on offer).

With everything on offer there is no referral, and a last resort only where c is not for
the bridge either.

An invariant may ask that one treatment O be on offer (``offered``). Then c is not for O
where it refers. And X before which O stands in the order is advised only if some
completion is for X and does not find O suitable: if every completion chooses X it finds
O, which comes first, at best reserved; if X is taken as surely suitable before all is
known, then O is not surely suitable, else it would be taken. That completion need not
be the one with the least urgency, so a claim about urgencies leaves O out of account,
which makes the cover no smaller.

Where a search is given up, Kleene's logic leaves more triage answers, urgencies and
places possible. More answers of triage, or places, only make ``insufficient_data`` more
frequent. More urgencies may lower the one said of a ruleset that refers; the search for
it is over a few rows and is not given up in rulesets of ordinary size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import UNCOVERED, Outcome
from ..compiler.program import Program
from ..ruleset.enums import (
    FROM_URGENCY_TABLES,
    Disposition,
    TriageUrgency,
    Urgency,
)
from .claims import OutcomeClaim
from .satisfiability import AllOf, Goal, NoIndication, Pattern
from .table_scope import hit_pattern

COMPLETE, PARTIAL, ANYWHERE = "complete", "partial", "anywhere"


class Way(NamedTuple):
    """A way to something in the cover of a case: a goal that the case meets.

    ``on_offer`` are the treatments on offer in an example of it; None: all are.
    """

    goal: Goal
    on_offer: frozenset[str] | None = None


class Advised(NamedTuple):
    """What may be said on the ladder: a treatment, or (None) a referral.

    ``goals`` are met by the completion that it is said of.
    """

    goals: tuple[Goal, ...]
    code: str | None
    on_offer: frozenset[str]


def covering(program: Program, claim: OutcomeClaim, extent: str) -> Iterator[Way]:
    """The ways in which a case's cover can hold an outcome that breaks the claim.

    The invariant holds of partial cases if no case meets any of the goals, and with
    any treatments on offer if that is so for the extent ``ANYWHERE``; see the module's
    text.
    """
    somewhere = extent == ANYWHERE
    for triage, disposition, urgency in _triage_ways(program):
        if disposition != Disposition.LADDER:
            if claim.broken_by(Outcome(disposition, Urgency(urgency), None)):
                yield Way(triage)
            continue
        for hurry, final_urgency in _urgency_ways(program, claim, urgency):
            for advised in _advised_ways(program, claim, extent):
                place = Disposition.LADDER if advised.code else Disposition.REFER
                if claim.broken_by(Outcome(place, final_urgency, advised.code)):
                    goal = AllOf((triage, *hurry, *advised.goals))
                    yield Way(goal, advised.on_offer if somewhere else None)


def _triage_ways(
    program: Program,
) -> Iterator[tuple[Pattern, Disposition, TriageUrgency]]:
    for hit in program.triage:
        for number in hit.rules:
            outputs = program.rules[number].outputs
            yield hit_pattern(hit, number), outputs["disposition"], outputs["urgency"]
        yield Pattern(none_of=bit_set(hit.rules)), *UNCOVERED


def _urgency_ways(
    program: Program, claim: OutcomeClaim, urgency: TriageUrgency
) -> Iterator[tuple[tuple[Pattern, ...], Urgency]]:
    """The urgencies that may be said; all the same where they are not asked of.

    Where some triage rows leave the urgency to tables and others name it, either may
    be the least.
    """
    by_tables = urgency == FROM_URGENCY_TABLES
    if not claim.of_urgency:
        yield (), Urgency.ELECTIVE if by_tables else Urgency(urgency)
        return
    refers = program.ruleset.selection.refer is not None
    if not by_tables:
        yield (), Urgency(urgency)
        if not refers or not _is_left_to_tables(program):
            return
    if not refers or not program.urgency:
        yield (), Urgency.ELECTIVE
    for hit in program.urgency:
        for number in hit.rules:
            answer = Urgency(program.rules[number].outputs["urgency"])
            exact = hit_pattern(hit, number)
            yield (exact if refers else Pattern(all_of=1 << number),), answer
        if refers:
            yield (Pattern(none_of=bit_set(hit.rules)),), Urgency.ELECTIVE


def _is_left_to_tables(program: Program) -> bool:
    rules = (program.rules[n] for hit in program.triage for n in hit.rules)
    return any(rule.outputs["urgency"] == FROM_URGENCY_TABLES for rule in rules)


def _advised_ways(
    program: Program, claim: OutcomeClaim, extent: str
) -> Iterator[Advised]:
    """What may be said on the ladder, the treatments on offer being any or all."""
    selection = program.ruleset.selection
    last = selection.last_resort_treatment
    if selection.refer is None:
        for code in program.effects:
            yield from _for_option(program, code, ())
        always = extent == ANYWHERE
        yield Advised(
            () if always else (NoIndication(program),), last, frozenset({last})
        )
        return
    offered = claim.offered
    options = [code for code in program.effects if code != selection.bridge]
    for code in options:
        for goals in _not_before(program, offered, code):
            yield from _for_option(program, code, goals)
    none = NoIndication(program, (selection.bridge,))
    if selection.bridge:
        for bridge in _for_option(program, selection.bridge, (none,)):
            yield bridge._replace(on_offer=bridge.on_offer | offered)
    if extent == ANYWHERE:
        yield Advised((none,), last, frozenset({last}) | offered)
        if last not in offered:
            yield Advised((none,), None, offered)
        for code in options:
            yield from _referred(program, code, offered - {selection.bridge})
    else:
        yield Advised((NoIndication(program),), last, frozenset({last}))


def _for_option(
    program: Program, code: str, goals: tuple[Goal, ...]
) -> Iterator[Advised]:
    """The case is for an option, and meets further goals."""
    effects = program.effects[code]
    against = effects.contraindicated | effects.unsuitable
    if effects.indicated:
        reason = Pattern(0, against, effects.indicated)
        yield Advised((reason, *goals), code, frozenset({code}))


def _not_before(
    program: Program, offered: frozenset[str], code: str
) -> Iterator[tuple[Goal, ...]]:
    """What it takes that no offered option comes before another one.

    An offered one that stands before it in the order must not be suitable: something
    is against it or reserves it, or nothing is for it. One is enough to ask of.
    """
    order = program.ruleset.selection.order
    for other in offered - {program.ruleset.selection.bridge}:
        if order.index(other) < order.index(code):
            effects = program.effects[other]
            yield (Pattern(any_of=effects.all & ~effects.indicated),)
            yield (Pattern(none_of=effects.indicated),)
            return
    yield ()


def _referred(
    program: Program, code: str, offered: frozenset[str]
) -> Iterator[Advised]:
    """A referral for an option that is not on offer; those offered have no reason."""
    if code in offered:
        return
    for other in offered:
        effects = program.effects[other]
        against = effects.contraindicated | effects.unsuitable
        for goal in (Pattern(any_of=against), Pattern(none_of=effects.indicated)):
            for way in _for_option(program, code, (goal,)):
                yield Advised(way.goals, None, offered)
        return
    for way in _for_option(program, code, ()):
        yield Advised(way.goals, None, frozenset())
