"""Invariants proved: over every complete case, and over every partial one.

**Complete cases.** A violation is a case in which every ``when`` holds and some
``then`` fails. :func:`.satisfiability.find_witness` splits regions until it has one or
none is left.

**Partial cases.** What the engine says of a partly known case K (presumptions P in use)
is one of these, for *every* completion c of K and P (``resolve``,
``possible_outcomes``):

- triage is not settled: ``insufficient_data``, and nothing is advised;
- triage gives one answer in all completions, so it gives it in c;
- on the ladder T is advised because its status is for it in all completions, so in c;
- or nothing is for any option in any completion, and T is the last resort, as in c;
- or every completion advises T, so c does (one of the two before);
- the urgency is that of all completions, or of a row that surely holds, so holds in c,
  or ``elective``.

A search that was given up leaves more possible, which only makes the first more
frequent. So what it says of K is always among the *cover* of c: triage's answer, any
urgency whose row holds, any option that c is for, the last resort where c is for none.
What of K is *known* (a fact, a derived value) holds in c. If no complete case has an
outcome in its cover that violates the invariant, then no partial case violates it,
and more: whatever the missing answers turn out to be, as long as the presumptions are
right, they do not make the advice a forbidden one.

**Anywhere.** With treatments that are not on offer the argument is the same, save that
the last resort may stand although an option would have been suitable: it always joins
the cover.

Nothing is claimed of tables whose rules contradict (an overlap), where the engine
refuses to answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import UNCOVERED, Outcome
from ..compiler.program import Program, Truth
from ..compiler.regions import Variable, variable
from ..evaluation.evaluate import evaluate
from ..ruleset.decision_tables import Invariant
from ..ruleset.document_reader import OUTCOMES
from ..ruleset.enums import (
    FROM_URGENCY_TABLES,
    Disposition,
    TriageUrgency,
    Urgency,
)
from ..ruleset.unary_tests import UnaryTests, Value
from ..search.completions import Base, BudgetSpentError
from ..search.questions import OutcomeQuestion
from .findings import (
    ERROR,
    NOT_DECIDED,
    PROVED,
    VIOLATED,
    WARNING,
    Example,
    Finding,
    Proof,
)
from .satisfiability import (
    AllOf,
    Goal,
    NoIndication,
    Pattern,
    Within,
    everything,
    find_witness,
)
from .table_scope import Allowance, hit_pattern
from .witnesses import example, narrowed, nearest_value, ordinary

COMPLETE, PARTIAL, ANYWHERE = "complete", "partial", "anywhere"
_EXTENTS = {
    COMPLETE: "cases in which everything is known",
    PARTIAL: "cases with unknown facts",
    ANYWHERE: "cases where some treatments are not on offer",
}
#: A cell of an invariant: its fact, the test, and whether it is to fail.
Condition = tuple[str, UnaryTests, bool]
NOT_SHOWN: tuple[str, Example | None] = (NOT_DECIDED, None)


class OutcomeClaim:
    """What an invariant claims of an outcome: where ``when`` holds, ``then`` does.

    Only the cells on outcomes (disposition, urgency, recommended) are looked at.
    Without such a cell in ``then`` no outcome breaks the claim. With ``other_then`` a
    fact of ``then`` is known to fail, so that every outcome within ``when`` breaks it.
    """

    def __init__(self, invariant: Invariant, *, other_then: bool = False) -> None:
        self.when = {n: c for n, c in invariant.when.items() if n in OUTCOMES}
        self.then = {n: c for n, c in invariant.then.items() if n in OUTCOMES}
        self.other_then = other_then
        self.of_urgency = "urgency" in {*self.when, *self.then}

    def broken_by(self, outcome: Outcome) -> bool:
        """Whether this outcome of a case violates the invariant."""
        values = outcome._asdict()
        for name, cell in self.when.items():
            if values[name] is None or not cell.accepts(values[name]):
                return False
        return self.other_then or not all(
            cell.negated if values[name] is None else cell.accepts(values[name])
            for name, cell in self.then.items()
        )


@dataclass(frozen=True, slots=True)
class Breaks:
    """A goal: the outcome of a complete case, everything on offer, breaks it."""

    claim: OutcomeClaim
    question: OutcomeQuestion

    def decide(self, truth: Truth) -> bool | None:
        """See :class:`.Goal`: whether all outcomes still possible break it, or none."""
        possible = self.question.possible(truth)
        broken = {self.claim.broken_by(outcome) for outcome in possible}
        return None if len(broken) > 1 else broken.pop()

    def deciding(self, truth: Truth) -> Iterable[int]:
        """The open rules on which the outcome hangs, while this is not settled."""
        return self.question.deciding(truth) if self.decide(truth) is None else ()

    def deciding_bits(self, truth: Truth) -> int:
        """The same as a bit set."""
        return bit_set(self.deciding(truth))

    def residue(self, truth: Truth) -> Hashable:
        """What of the outcome is left to decide."""
        return self.question.residue(truth)


def covering(
    program: Program, claim: OutcomeClaim, extent: str
) -> Iterator[tuple[Goal, str]]:
    """The ways in which a case's cover can hold an outcome that breaks the claim.

    Returns:
        for each way a goal, and the treatment advised ("": none). The invariant holds
        of partial cases if no case meets any of the goals; see the module's text.
    """
    for triage, disposition, urgency in _triage_ways(program):
        if urgency != FROM_URGENCY_TABLES and disposition != Disposition.LADDER:
            if claim.broken_by(Outcome(disposition, urgency, None)):
                yield triage, ""
            continue
        for hurry, final_urgency in _urgency_ways(program, claim, urgency):
            for advised, code in _advised_ways(program, extent):
                if claim.broken_by(Outcome(Disposition.LADDER, final_urgency, code)):
                    yield AllOf((triage, *hurry, *advised)), code


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
    """Any row that holds, or none; all the same where the urgency is not asked of."""
    if urgency != FROM_URGENCY_TABLES or not claim.of_urgency:
        yield (), Urgency.ELECTIVE if urgency == FROM_URGENCY_TABLES else urgency
        return
    yield (), Urgency.ELECTIVE
    for hit in program.urgency:
        for number in hit.rules:
            answer = Urgency(program.rules[number].outputs["urgency"])
            yield (Pattern(all_of=1 << number),), answer


def _advised_ways(
    program: Program, extent: str
) -> Iterator[tuple[tuple[Goal, ...], str]]:
    """An option that the case is for, or the last resort."""
    for code, effects in program.effects.items():
        against = effects.contraindicated | effects.unsuitable
        if effects.indicated:
            yield (Pattern(0, against, effects.indicated),), code
    last_resort = program.ruleset.selection.last_resort_treatment
    yield (() if extent == ANYWHERE else (NoIndication(program),)), last_resort


@dataclass(slots=True)
class _Premise:
    """The cases in which an invariant applies: regions, and goals for derived facts.

    ``named`` holds the facts that the invariant names, those that no rule tests
    included, with their variable number (or -1) and regions.
    """

    base: list[int]
    derived: list[Goal] = field(default_factory=list)
    named: dict[str, tuple[Variable, int, int]] = field(default_factory=dict)

    def restrict(
        self, found: Variable, at: int, cell: UnaryTests, *, fails: bool
    ) -> bool:
        """Keep the values that the cell accepts (or does not); are there any?"""
        accepted = found.accepted(cell)
        before = self.named.get(found.name, (found, at, found.everything))
        left = before[2] & (~accepted if fails else accepted)
        self.named[found.name] = found, at, left
        if at >= 0:
            self.base[at] = left
        return bool(left)

    def stated(self, state: Base) -> dict[str, Value]:
        """A value for each fact that the invariant names."""
        return {
            name: nearest_value(found, state[at] if at >= 0 else left)
            for name, (found, at, left) in self.named.items()
        }


class InvariantCheck:
    """The proof of one invariant, or the case that violates it."""

    def __init__(
        self, program: Program, invariant: Invariant, allowance: Allowance
    ) -> None:
        self.program, self.invariant = program, invariant
        self.allowance = allowance

    def proof(self) -> tuple[Proof, list[Finding]]:
        """How far it is proved, with a finding where it is not.

        The widest claim first: what holds anywhere holds of every case.
        """
        proved: dict[str, str] = {}
        findings: list[Finding] = []
        for extent in (ANYWHERE, PARTIAL, COMPLETE):
            if PROVED in proved.values():
                proved[extent] = PROVED
                continue
            proved[extent], shown = self._tried(extent)
            if proved[extent] != PROVED:
                findings.append(self._finding(extent, proved[extent], shown))
        proof = Proof(self.invariant.id, self.invariant.title, **proved)
        return proof, findings[-1:]

    def _tried(self, extent: str) -> tuple[str, Example | None]:
        prefer = ordinary(self.program)
        try:
            for premise, goal, code in self._violations(extent):
                ask = partial(
                    find_witness, self.program, goal, premise.base, prefer=prefer
                )
                state = self.allowance.ask(ask)
                if state is not None:
                    offered = code if extent == ANYWHERE else ""
                    shown = self._example(goal, state, premise.stated(state), offered)
                    return (VIOLATED, shown) if self._shows(shown) else NOT_SHOWN
        except BudgetSpentError:
            return NOT_SHOWN
        return PROVED, None

    def _violations(self, extent: str) -> Iterator[tuple[_Premise, Goal, str]]:
        """The goals of which none may be met."""
        when = [(name, cell, False) for name, cell in self.invariant.when.items()]
        fails = [(name, cell, True) for name, cell in self.invariant.then.items()]
        facts = [[test] for test in fails if test[0] not in OUTCOMES]
        for failing in ([], *facts):
            premise = self._premise([*when, *failing])
            if premise:
                claim = OutcomeClaim(self.invariant, other_then=bool(failing))
                for goal, code in self._ways(claim, extent):
                    yield premise, AllOf((*premise.derived, goal)), code

    def _ways(self, claim: OutcomeClaim, extent: str) -> Iterator[tuple[Goal, str]]:
        if extent == COMPLETE:
            yield Breaks(claim, OutcomeQuestion(self.program, frozenset())), ""
        else:
            yield from covering(self.program, claim, extent)

    def _premise(self, conditions: Sequence[Condition]) -> _Premise | None:
        """The cases in which conditions on facts hold (or fail), if there are any."""
        premise = _Premise(list(everything(self.program)))
        for name, cell, fails in conditions:
            at = self.program.index.get(name, -1)
            if name in OUTCOMES:
                continue
            if at >= self.program.base_count:
                accepted = self.program.variables[at].accepted(cell)
                wanted = self._failing(at, cell) if fails else accepted
                premise.derived.append(Within(self.program, at, wanted))
            elif not premise.restrict(self._variable(name, at), at, cell, fails=fails):
                return None
        return premise

    def _variable(self, name: str, at: int) -> Variable:
        """The variable of a fact; of one that no rule tests, made for the purpose."""
        if at >= 0:
            return self.program.variables[at]
        cells = [part.get(name) for part in (self.invariant.when, self.invariant.then)]
        tests = [cell for cell in cells if cell is not None]
        return variable(self.program.ruleset.facts[name], tests)

    def _failing(self, at: int, cell: UnaryTests) -> int:
        """The regions of a derived fact in which ``then`` fails, "none" included."""
        found = self.program.variables[at]
        nothing = 1 << len(found.values)
        accepted = found.accepted(cell) | (nothing if cell.negated else 0)
        return (found.everything | nothing) & ~accepted

    # -- its finding, and the example -------------------------------------------------

    def _finding(self, extent: str, state: str, shown: Example | None) -> Finding:
        name = f"{self.invariant.id} ({self.invariant.title})"
        if state == NOT_DECIDED:
            message = f"{name} was not decided: {_EXTENTS[extent]}."
            return Finding("undecided", WARNING, message, invariant=self.invariant.id)
        severity = WARNING if extent == ANYWHERE else ERROR
        message = f"{name} is violated: {_EXTENTS[extent]}."
        return Finding(
            "invariant", severity, message, example=shown, invariant=self.invariant.id
        )

    def _example(
        self, goal: Goal, state: Base, stated: Mapping[str, Value], offered: str
    ) -> Example:
        """The violating case, with the facts that the invariant names ``stated``.

        ``offered`` is the one treatment on offer, where that matters to the violation.
        """
        question = OutcomeQuestion(self.program, frozenset())
        index = self.program.index
        masks = {
            index[name]: self.program.variables[index[name]].mask_of(value)
            for name, value in stated.items()
            if name in index
        }
        named = {*self.invariant.when, *self.invariant.then} - OUTCOMES.keys()
        derived = [
            index[n] for n in named if index.get(n, -1) >= self.program.base_count
        ]

        def holds(truth: Truth) -> bool:
            kept = all(not truth.masks[at] & ~mask for at, mask in masks.items())
            known = all(truth.masks[at].bit_count() == 1 for at in derived)
            settled = offered or len(question.possible(truth)) == 1
            return bool(kept and known and settled and goal.decide(truth))

        chosen = tuple(masks.get(at, mask) for at, mask in enumerate(state))
        state = narrowed(self.program, chosen)
        ruleset = self.program.ruleset
        others = [code for code in ruleset.treatments if offered and code != offered]
        return example(ruleset, self.program, state, holds, others, stated)

    def _shows(self, shown: Example) -> bool:
        """Whether the engine's own answer to the example breaks the invariant."""
        evaluation = evaluate(shown.document, self.program.ruleset)
        known = {
            **shown.document["discs"][0],
            **shown.document["facts"],
            **evaluation.derived,
            "disposition": evaluation.disposition,
            "urgency": evaluation.urgency,
            "recommended": evaluation.recommended,
        }
        return not self.invariant.holds(known)
