"""Invariants proved: over every complete case, and over every partial one.

**Complete cases.** A violation is a case in which every ``when`` holds and some
``then`` fails. :func:`.satisfiability.find_witness` splits regions until it has one or
none is left.

**Partial cases, and treatments that are not on offer.** What the engine says of a
partly known case is in the *cover* of one of its completions: :mod:`.cover` has the
argument. No complete case may have anything in its cover that breaks the invariant.

**Alerts.** A ``then`` over ``alert`` fails in a complete case in which no row holds
that shows such an alert. A partial case shows an alert only where one row surely holds.
So such a ``then`` is proved of partial cases where the facts that ``when`` names make
one row hold, whatever else is unknown; treatments on offer are no matter to it.

Nothing is claimed of tables whose rules contradict (an overlap), where the engine
refuses to answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ..compiler.program import Program, Truth
from ..compiler.regions import Variable, variable
from ..evaluation.evaluate import evaluate
from ..ruleset.decision_tables import Invariant
from ..ruleset.document_reader import OUTCOMES
from ..ruleset.unary_tests import UnaryTests, Value
from ..search.completions import Base, BudgetSpentError
from ..search.questions import OutcomeQuestion
from .claims import ALERT, OFFERED, Breaks, OutcomeClaim, alarms, surely_alerts
from .cover import ANYWHERE, COMPLETE, PARTIAL, Way, covering
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
    Pattern,
    Within,
    everything,
    find_witness,
)
from .table_scope import Allowance
from .witnesses import example, narrowed, nearest_value, ordinary

_EXTENTS = {
    COMPLETE: "cases in which everything is known",
    PARTIAL: "cases with unknown facts",
    ANYWHERE: "cases where some treatments are not on offer",
}
#: A cell of an invariant: its fact, the test, and whether it is to fail.
Condition = tuple[str, UnaryTests, bool]
NOT_SHOWN: tuple[str, Example | None] = (NOT_DECIDED, None)


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
            for premise, way in self._violations(extent):
                ask = partial(
                    find_witness, self.program, way.goal, premise.base, prefer=prefer
                )
                state = self.allowance.ask(ask)
                if state is not None:
                    shown = self._example(way, state, premise.stated(state))
                    return (VIOLATED, shown) if self._shows(shown) else NOT_SHOWN
        except BudgetSpentError:
            return NOT_SHOWN
        return PROVED, None

    def _violations(self, extent: str) -> Iterator[tuple[_Premise, Way]]:
        """The ways of which none may be met."""
        when = [(name, cell, False) for name, cell in self.invariant.when.items()]
        fails = [(name, cell, True) for name, cell in self.invariant.then.items()]
        facts = [[test] for test in fails if test[0] not in OUTCOMES]
        for failing in ([], *facts):
            premise = self._premise([*when, *failing])
            if premise:
                claim = OutcomeClaim(self.invariant, other_then=bool(failing))
                for way in self._ways(claim, extent):
                    yield premise, self._within(premise, way)
        premise = self._premise(when)
        if premise and ALERT in self.invariant.then:
            yield from self._silent(premise, extent)

    def _silent(self, premise: _Premise, extent: str) -> Iterator[tuple[_Premise, Way]]:
        """The ways to a case within ``when`` that does not show the alert."""
        cell = self.invariant.then[ALERT]
        silent = Pattern(none_of=alarms(self.program, cell))
        if extent != COMPLETE:
            if surely_alerts(self.program, cell, premise.base):
                return
            silent = Pattern()
        claim = OutcomeClaim(self.invariant, other_then=True)
        for way in self._ways(claim, extent):
            goal = AllOf((silent, way.goal))
            yield premise, self._within(premise, way._replace(goal=goal))

    def _ways(self, claim: OutcomeClaim, extent: str) -> Iterator[Way]:
        if extent == COMPLETE:
            yield Way(Breaks(claim, OutcomeQuestion(self.program, frozenset())))
        else:
            yield from covering(self.program, claim, extent)

    @staticmethod
    def _within(premise: _Premise, way: Way) -> Way:
        return way._replace(goal=AllOf((*premise.derived, way.goal)))

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

    def _example(self, way: Way, state: Base, stated: Mapping[str, Value]) -> Example:
        """The violating case, with the facts that the invariant names ``stated``."""
        codes = self.program.ruleset.treatments
        offered = codes.keys() if way.on_offer is None else way.on_offer
        others = frozenset(codes) - offered
        question = OutcomeQuestion(self.program, others)
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
            settled = len(question.possible(truth)) == 1
            return bool(kept and known and settled and way.goal.decide(truth))

        chosen = tuple(masks.get(at, mask) for at, mask in enumerate(state))
        state = narrowed(self.program, chosen)
        ruleset = self.program.ruleset
        unavailable = [code for code in codes if code in others]
        return example(ruleset, self.program, state, holds, unavailable, stated)

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
            OFFERED: self._named(OFFERED, self._offered(shown)),
            ALERT: self._named(ALERT, [a["indicator"] for a in evaluation.alerts]),
        }
        return not self.invariant.holds(known)

    def _offered(self, shown: Example) -> list[str]:
        left_out = shown.document.get("unavailable_treatments", ())
        return [c for c in self.program.ruleset.treatments if c not in left_out]

    def _named(self, name: str, values: Sequence[str]) -> str | None:
        """The one of several values that the invariant's cell accepts, else the first.

        Any treatment on offer and any alert that is shown will do.
        """
        cell = self.invariant.when.get(name) or self.invariant.then.get(name)
        accepted = [value for value in values if cell is None or cell.accepts(value)]
        return next(iter((*accepted, *values)), None)
