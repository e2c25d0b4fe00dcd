"""What an unfinished case can still come to: how urgent, where, and by which answers.

Bounds, not guesses: the floor is the least urgency of every completion and the ceiling
the worst; where a search is given up the floor is what is certain so far, and never
too high.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ..case import Case
from ..compiler.bitset import singletons
from ..compiler.possible_outcomes import Outcome, undetermined_hits
from ..compiler.program import Program
from ..compiler.range_words import regions_as_test
from ..ruleset.answers import literal
from ..ruleset.enums import AGAINST, ON_LADDER, URGENCIES, Disposition, Urgency
from ..ruleset.presumptions import IMAGE_ANSWERS, IMAGE_READ, asked_name
from ..search.completions import (
    Base,
    Budget,
    BudgetSpentError,
    answers,
    open_facts,
    with_mask,
)
from ..search.questions import PathwayQuestion
from .resolve import AMONG_AT_MOST, ResolvedCase
from .selecting import Condition, selecting_conditions

#: States that the search for the worst urgency may enter.
CEILING_STATES = 4_000
#: Open answers that are named as reaching the worst urgency.
NAMED_AT_MOST = 5
GIVEN_UP = "Too much is unknown to go through every completion in a second."


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a case, its presumptions used but for the ceiling.

    ``outcomes`` counts the places that are left, a disposition or a treatment each;
    None where that was not settled. ``among`` has two or three treatments with what
    selects each; ``in_no_case`` those ruled out in every completion. ``triage`` are the
    ids of the triage rows that may still keep the case from the ladder.
    """

    urgency_floor: Urgency
    urgency_ceiling: Urgency
    ceiling_by: tuple[Mapping[str, Any], ...]
    dispositions: tuple[Disposition, ...]
    outcomes: int | None
    leads_to_ladder: bool
    among: tuple[Mapping[str, Any], ...] | None
    in_no_case: tuple[str, ...]
    triage: tuple[str, ...] = ()
    not_said: tuple[Mapping[str, str], ...] = ()

    def without_advice(self) -> Remaining:
        """The same where the rules conflict: the urgency holds, and nothing else."""
        return replace(
            self,
            dispositions=(Disposition.OUT_OF_SCOPE,),
            outcomes=1,
            leads_to_ladder=False,
            among=None,
            in_no_case=(),
            triage=(),
        )

    def to_document(self) -> dict[str, Any]:
        """The parts by their names in contract 2."""
        return {
            "urgency_floor": self.urgency_floor,
            "urgency_ceiling": self.urgency_ceiling,
            "urgency_ceiling_by": [dict(entry) for entry in self.ceiling_by],
            "dispositions": list(self.dispositions),
            "outcomes_remaining": self.outcomes,
            "leads_to_ladder": self.leads_to_ladder,
            "recommended_among": None
            if self.among is None
            else [dict(entry) for entry in self.among],
            "in_no_case": list(self.in_no_case),
            "triage_remaining": list(self.triage),
        }


def remaining(
    program: Program, case: Case, resolved: ResolvedCase, open_base: Base
) -> Remaining:
    """What is left of a resolved case.

    ``open_base`` has the regions of the base variables without the presumptions.
    """
    return _Reader(program, case, resolved, open_base).remaining()


class _Reader:
    def __init__(
        self, program: Program, case: Case, resolved: ResolvedCase, open_base: Base
    ) -> None:
        self.program, self.case, self.resolved = program, case, resolved
        self.open_base = open_base
        self.not_said: list[dict[str, str]] = []

    def remaining(self) -> Remaining:
        ceiling = self._ceiling
        dispositions = self.resolved.dispositions
        if self.resolved.places is None:
            self._leave_open("outcomes_remaining")
        floor = least(self._urgencies())
        for part in sorted(self.resolved.given_up):
            self._leave_open(part)
        return Remaining(
            urgency_floor=floor,
            urgency_ceiling=ceiling,
            ceiling_by=tuple(self._ceiling_by(ceiling)),
            dispositions=tuple(d for d in Disposition if d in dispositions),
            outcomes=None
            if self.resolved.places is None
            else len(self.resolved.places),
            leads_to_ladder=bool(dispositions & ON_LADDER),
            among=self._among(),
            in_no_case=tuple(self._in_no_case()),
            triage=tuple(self._triage()),
            not_said=tuple(self.not_said),
        )

    def _leave_open(self, part: str) -> None:
        self.not_said.append({"part": part, "reason": GIVEN_UP})

    # -- urgency -----------------------------------------------------------------------

    def _urgencies(self) -> frozenset[Urgency]:
        found = {o.urgency for o in self.resolved.pathways if o.urgency is not None}
        return frozenset(found)

    @cached_property
    def _question(self) -> PathwayQuestion:
        return self.resolved.questions.pathway

    @cached_property
    def _reached(self) -> dict[Outcome, Base] | None:
        """Pathways of the completions without presumptions, None where given up."""
        budget = Budget(CEILING_STATES)
        try:
            return answers(self.program, self._question, self.open_base, budget)
        except BudgetSpentError:
            return None

    @cached_property
    def _ceiling(self) -> Urgency:
        if self._reached is None:
            self._leave_open("urgency_ceiling")
            return Urgency.EMERGENCY
        found = {o.urgency for o in self._reached if o.urgency is not None}
        return min(found, key=URGENCIES.index)

    def _ceiling_by(self, ceiling: Urgency) -> Iterator[dict[str, Any]]:
        """Answers that reach the worst urgency: each by itself, else all together."""
        if self._reached is None or self._is_reached(self.open_base, ceiling):
            return
        truth = self.program.propagate(self.open_base)
        facts = open_facts(self.program, truth, self._question.deciding(truth))
        alone = [(at, self._regions_reaching(at, ceiling)) for at in facts]
        named = [(at, mask) for at, mask in alone if mask]
        for at, mask in named[:NAMED_AT_MOST]:
            yield self.condition(at, mask)
        if not named:
            together = self._together(ceiling)
            for at, mask in together[:NAMED_AT_MOST]:
                yield {**self.condition(at, mask), "together": True}

    def _regions_reaching(self, at: int, ceiling: Urgency) -> int:
        return sum(
            region
            for region in singletons(self.open_base[at])
            if self._is_reached(with_mask(self.open_base, at, region), ceiling)
        )

    def _is_reached(self, base: Base, ceiling: Urgency) -> bool:
        """Whether every completion of a state is so urgent, as rules alone tell."""
        possible = self._question.possible(self.program.propagate(base))
        return all(outcome.urgency == ceiling for outcome in possible)

    def _together(self, ceiling: Urgency) -> list[tuple[int, int]]:
        """The answers of a completion that reach it, none too many."""
        reached = self._reached or {}
        state = next(s for o, s in reached.items() if o.urgency == ceiling)
        for at, mask in enumerate(self.open_base):
            if state[at] != mask:
                wider = with_mask(state, at, mask)
                if self._is_reached(wider, ceiling):
                    state = wider
        return [
            (at, mask) for at, mask in enumerate(state) if mask != self.open_base[at]
        ]

    def _triage(self) -> Iterator[str]:
        """The rows that may still send the case elsewhere."""
        program, truth = self.program, self.resolved.truth
        for number in undetermined_hits(program, program.triage, truth):
            rule = program.rules[number]
            if rule.outputs["disposition"] != Disposition.LADDER:
                yield rule.id

    # -- the treatments that are left --------------------------------------------------

    def _among(self) -> tuple[Mapping[str, Any], ...] | None:
        """Two or three treatments in the order of choice, and what selects each."""
        places = self.resolved.places
        if places is None or self.case.level_is_open:
            return None
        codes = {place.recommended for place in places}
        on_ladder = all(p.disposition == Disposition.LADDER for p in places)
        if not on_ladder or not 1 < len(codes) <= AMONG_AT_MOST:
            return None
        selection = self.program.ruleset.selection
        order = (*selection.order, selection.last_resort_treatment)
        found = selecting_conditions(
            self.program,
            self.resolved.questions.place,
            tuple(self.resolved.base),
            places,
        )
        if not found.complete:
            self._leave_open("recommended_among")
        return tuple(
            {
                "treatment": code,
                "if": [
                    [self.condition(*condition) for condition in alternative]
                    for alternative in found.alternatives[code]
                ],
            }
            for code in dict.fromkeys(c for c in order if c in codes)
        )

    def condition(self, at: int, mask: int) -> dict[str, Any]:
        return condition_document(self.program, self.case, (at, mask))

    def _in_no_case(self) -> Iterator[str]:
        """The options with reasons against them in every completion.

        The last resort may be advised all the same; then it is not among them.
        """
        if not self.resolved.dispositions & ON_LADDER:
            return
        places = self.resolved.places or self.resolved.possible_places
        advised = {place.recommended for place in places}
        for code in self.program.ruleset.treatments:
            if code not in advised and self._is_ruled_out(code):
                yield code

    def _is_ruled_out(self, code: str) -> bool:
        return self.resolved.statuses_over_completions(code) <= AGAINST


def least(urgencies: frozenset[Urgency]) -> Urgency:
    """The least of some urgencies."""
    return max(urgencies, key=URGENCIES.index)


def condition_document(
    program: Program, case: Case, condition: Condition
) -> dict[str, Any]:
    """An answer as contract 2 names it: ``fact``, ``level`` of a disc's, and ``is``."""
    at, mask = condition
    variable = program.variables[at]
    name = asked_name(variable.name)
    if variable.name == IMAGE_READ:
        values = [
            IMAGE_ANSWERS[value]
            for place, value in enumerate(variable.representatives)
            if mask >> place & 1
        ]
        return {"fact": name, "is": ",".join(map(literal, values))}
    of_disc = variable.fact.scope == "disc" and name != "level" and case.level
    return {
        "fact": name,
        **({"level": case.level} if of_disc else {}),
        "is": regions_as_test(variable, mask),
    }
