"""What an invariant claims of outcomes, of treatments on offer, and of alerts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..compiler.bitset import bit_set
from ..compiler.possible_outcomes import Outcome
from ..compiler.program import Program, Truth
from ..ruleset.decision_tables import Invariant
from ..ruleset.enums import Disposition, Indicator
from ..ruleset.unary_tests import Equal, UnaryTests
from ..search.questions import OutcomeQuestion

#: A treatment that is on offer, the indicator of an alert that is shown.
OFFERED, ALERT = "offered", "alert"
_ALARMING = (Disposition.EMERGENCY, Disposition.DIAGNOSE_FIRST)


class OutcomeClaim:
    """What an invariant claims of an outcome: where ``when`` holds, ``then`` does.

    Only the cells on outcomes (disposition, urgency, recommended) are looked at.
    Without such a cell in ``then`` no outcome breaks the claim. With ``other_then``
    something else of ``then`` is known to fail (a fact, an alert), so that every
    outcome within ``when`` breaks it. ``offered`` is the one treatment that ``when``
    asks to be on offer, if it names one, and if the claim is not of urgencies.
    """

    def __init__(self, invariant: Invariant, *, other_then: bool = False) -> None:
        names = Outcome._fields
        self.when = {n: c for n, c in invariant.when.items() if n in names}
        self.then = {n: c for n, c in invariant.then.items() if n in names}
        self.other_then = other_then
        self.of_urgency = "urgency" in {*self.when, *self.then}
        self.offered: frozenset[str] = frozenset()
        if OFFERED in invariant.when and not self.of_urgency:
            self.offered = _one_code(invariant.when[OFFERED])

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


def _one_code(cell: UnaryTests) -> frozenset[str]:
    """The one treatment that a cell names; none where it may be one of several."""
    codes = [str(test.value) for test in cell.tests if isinstance(test, Equal)]
    return frozenset() if cell.negated or len(codes) != 1 else frozenset(codes)


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


def alert_rows(program: Program, cell: UnaryTests) -> int:
    """The alert rows with an indicator that the cell accepts, as bits."""
    return bit_set(
        number
        for number in program.alerts
        if cell.accepts(program.rules[number].outputs["indicator"])
    )


def alarms(program: Program, cell: UnaryTests) -> int:
    """The rows that show such an alert where they hold: triage rows may do so too."""
    return alert_rows(program, cell) | bit_set(_alarming(program, cell))


def _alarming(program: Program, cell: UnaryTests) -> Iterator[int]:
    if cell.accepts(Indicator.CRITICAL):
        for hit in program.triage:
            for number in hit.rules:
                if program.rules[number].outputs["disposition"] in _ALARMING:
                    yield number


def surely_alerts(program: Program, cell: UnaryTests, base: Sequence[int]) -> bool:
    """Whether one alert row holds by these regions alone, whatever else is unknown."""
    return bool(program.propagate(base).sure & alert_rows(program, cell))
