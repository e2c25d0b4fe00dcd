"""The questions that resolve one case, kept together so that each is read once."""

from __future__ import annotations

from collections.abc import Collection

from ..compiler.possible_outcomes import Triage
from ..compiler.program import Program
from ..ruleset.enums import OptionStatus
from ..search.questions import (
    AdviceQuestion,
    PathwayQuestion,
    PlaceQuestion,
    StatusQuestion,
    TriageQuestion,
    UrgencyQuestion,
)


class QuestionSet:
    """The questions that resolve a case.

    One set serves a case that is resolved many times over, with one fact or two
    changed each time: what a state leaves of a question is then read once.
    """

    def __init__(self, program: Program, unavailable: frozenset[str]) -> None:
        self.program = program
        refers = program.ruleset.selection.refer is not None
        self.triage = (EveryTriageQuestion if refers else TriageQuestion)(program)
        self.urgency = UrgencyQuestion(program)
        self.advice = AdviceQuestion(program, unavailable)
        self.place = PlaceQuestion(program, unavailable)
        self.pathway = PathwayQuestion(program)
        self._status: dict[tuple[str, bool], StatusQuestion] = {}
        self._every: dict[str, StatusQuestion] = {}

    def every_status(self, code: str) -> StatusQuestion:
        """What one treatment can come to, its reservations told apart."""
        found = self._every.get(code)
        if found is None:
            found = self._every[code] = EveryStatusQuestion(self.program, code)
        return found

    def status(self, code: str, *, never_excluded: bool) -> StatusQuestion:
        """The question of one treatment's status, made when it is first asked."""
        found = self._status.get((code, never_excluded))
        if found is None:
            found = StatusQuestion(self.program, code, never_excluded=never_excluded)
            self._status[code, never_excluded] = found
        return found


class EveryTriageQuestion(TriageQuestion):
    """All that triage can come to: the urgency is the least of it."""

    def enough(self, found: Collection[Triage]) -> bool:
        return False


class EveryStatusQuestion(StatusQuestion):
    """All statuses that one treatment can come to, none taken for another."""

    def enough(self, found: Collection[OptionStatus]) -> bool:
        return False
