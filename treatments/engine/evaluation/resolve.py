"""What a case comes to: triage, urgency, the status of each option, the one advised.

Exact over the completions of what is not known, the presumptions being used; where a
search is given up, what Kleene's logic leaves possible is taken instead, which never
settles too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from ..asking.prior import shipped_prior
from ..asking.worth import LikelyAnswers, likely_answers
from ..case import NEIGHBOUR_MAXIMUM, Case, CaseReader, neighbour_values
from ..compiler.possible_outcomes import (
    ELECTIVE,
    INSUFFICIENT_DATA,
    LADDER,
    TIERS,
    UNAVAILABLE,
    Outcome,
    Statuses,
    Triage,
    possible_statuses,
    possible_triage,
    possible_urgencies,
    select,
    status_of,
)
from ..compiler.program import Program, program_of
from ..ruleset.enums import (
    FOR,
    FROM_URGENCY_TABLES,
    URGENCIES,
    Disposition,
    OptionStatus,
    Urgency,
)
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import presumed_values
from ..search.completions import Base, Budget, BudgetSpentError, answers
from ..search.targeted import find_witness, reachable_outcomes
from .question_set import QuestionSet

#: States that one exact question may enter before it is answered with "not known".
STATES_PER_QUESTION = 20_000
#: The same where the responsible level is open, and with it every fact of the disc:
#: mostly two different answers are found among the first.
OPEN_LEVEL_STATES = 2_000
#: The same for every place that the advice can come to, where it is open.
PLACE_STATES = 2_000
#: Treatments that are told apart; of more only their number is said.
AMONG_AT_MOST = 3
#: The same where there are too many to be told apart: then they are counted at best.
MANY_PLACES_STATES = 100
#: Places that are counted; of more it is said that they are several.
COUNTED_AT_MOST = 5
NOTHING_LIKELY = LikelyAnswers(0, frozenset())


class ResolvedCase:
    """A case resolved over all completions of one state, ``base``.

    ``triage`` are the triage answers that completions give, ``statuses`` maps each
    treatment code to its status before one of them is advised, ``outcome`` is what the
    advice comes to. A search that is given up leaves what Kleene's logic leaves. What
    ``likely`` completions show need not be searched for.
    """

    def __init__(
        self,
        program: Program,
        case: Case,
        base: Sequence[int],
        questions: QuestionSet | None = None,
        *,
        likely: LikelyAnswers = NOTHING_LIKELY,
    ) -> None:
        self.program, self.case, self.base = program, case, base
        self.questions = questions or QuestionSet(program, case.unavailable)
        self.likely = likely
        #: The parts of contract 2 that were given up, and may say too much.
        self.given_up: set[str] = set()
        self._found_statuses: dict[str, Statuses] = {}
        self.truth = program.propagate(base)
        self.statuses = _Statuses(self)
        self.outcome = self._outcome()

    def _outcome(self) -> Outcome:
        if self.case.contract > 1:
            return self._left_outcome()
        if self.program.ruleset.selection.refer is not None:
            return self._exact_outcome()
        if len(self.triage) > 1:
            urgent = any(t.urgency == Urgency.EMERGENCY for t in self.triage)
            urgency = None if urgent else self._urgency()
            return Outcome(INSUFFICIENT_DATA, urgency, None)
        (answer,) = self.triage
        urgency = (
            self._urgency() if answer.urgency == FROM_URGENCY_TABLES else answer.urgency
        )
        if answer.disposition != LADDER:
            return Outcome(answer.disposition, urgency, None)
        advised = select(self.program, self.statuses) or self._common_advice()
        if advised is None or self.case.level is None:
            return Outcome(INSUFFICIENT_DATA, urgency, None)
        return Outcome(LADDER, urgency, advised)

    # -- contract 2: what is left is said, and never more ------------------------------

    def _left_outcome(self) -> Outcome:
        """The outcome of contract 2: each part as every completion has it, or None.

        An option is advised where every completion advises it, or where it is surely
        free of reservations and nothing but options of lower rungs is still open.
        """
        urgencies = {outcome.urgency for outcome in self.pathways}
        urgency = next(iter(urgencies)) if len(urgencies) == 1 else None
        if len(self.dispositions) > 1:
            return Outcome(INSUFFICIENT_DATA, urgency, None)
        (only,) = self.dispositions
        if only != LADDER:
            return Outcome(only, urgency, None)
        place = self._surely_free() or self._only_place()
        return Outcome(LADDER, urgency, place and place[1])

    def _only_place(self) -> tuple[Disposition, str | None] | None:
        """The place of every completion, where it is one: two are enough to say no."""
        return None if self.likely.places > 1 else self._common_place()

    @cached_property
    def pathways(self) -> frozenset[Outcome]:
        """Where triage sends the completions, and how urgent they are there."""
        try:
            return frozenset(self._ask(self.questions.pathway))
        except BudgetSpentError:
            self.given_up |= {"urgency_floor", "dispositions"}
            return self.questions.pathway.possible(self.truth)

    @cached_property
    def places(self) -> dict[Outcome, Base] | None:
        """The places that completions come to, each with some of these; None where
        the search was given up."""
        if self.likely.places > COUNTED_AT_MOST:
            return None
        has_many = self.likely.places > AMONG_AT_MOST
        states = MANY_PLACES_STATES if has_many else PLACE_STATES
        found = reachable_outcomes(
            self.program, self.questions.place, tuple(self.base), Budget(states)
        )
        return found.found if found.complete else None

    @cached_property
    def dispositions(self) -> frozenset[Disposition]:
        """The dispositions that completions come to (never too few)."""
        by_triage = frozenset(outcome.disposition for outcome in self.pathways)
        if LADDER not in by_triage or not self.may_refer:
            return by_triage
        if self.places is not None:
            return frozenset(place.disposition for place in self.places)
        return by_triage | ({Disposition.REFER} if self._refers_somewhere() else set())

    def _refers_somewhere(self) -> bool:
        """Whether some completion comes to a referral; yes where that was given up."""
        question, base = self.questions.place, tuple(self.base)
        referral = {Outcome(Disposition.REFER, None, None)}
        try:
            budget = Budget(PLACE_STATES)
            return bool(find_witness(self.program, question, base, referral, budget))
        except BudgetSpentError:
            self.given_up.add("dispositions")
            return True

    @property
    def may_refer(self) -> bool:
        """Whether some completion may come to a referral, as rules alone tell."""
        places = self.possible_places
        return any(place.disposition == Disposition.REFER for place in places)

    @property
    def possible_places(self) -> frozenset[Outcome]:
        """The places that completions may come to, as rules alone tell."""
        return self.questions.place.possible(self.truth)

    def statuses_over_completions(self, code: str) -> Statuses:
        """Statuses of an option, its availability aside; all, or enough to tell
        whether it may be taken (never too few)."""
        return self._possible_statuses(code)

    # -- contract 1 --------------------------------------------------------------------

    def _common_advice(self) -> str | None:
        """The treatment that every completion advises, whichever way it gets there."""
        place = self._common_place()
        return place and place[1]

    def _common_place(self) -> tuple[Disposition, str | None] | None:
        """The disposition and treatment of every completion, where it is one."""
        open_level = self.case.level_is_open
        budget = Budget(OPEN_LEVEL_STATES if open_level else STATES_PER_QUESTION)
        question = self.questions.advice
        try:
            found = {
                (outcome.disposition, outcome.recommended)
                for outcome in answers(self.program, question, self.base, budget)
            }
        except BudgetSpentError:
            return None
        return next(iter(found)) if len(found) == 1 else None

    def _exact_outcome(self) -> Outcome:
        """The outcome by the rules of a ruleset that refers.

        A disposition is given where every completion has it, whatever else is open;
        an option is advised where every completion advises it, or where it is surely
        free of reservations and nothing but options of lower rungs is still open.
        """
        dispositions = {triage.disposition for triage in self.triage}
        if dispositions == {Disposition.LADDER}:
            place = self._surely_free() or self._common_place()
            if place is not None:
                return Outcome(place[0], self._urgency_of(self.triage), place[1])
        elif len(dispositions) == 1:
            (only,) = dispositions
            return Outcome(only, self._urgency_of(self.triage), None)
        urgency: Urgency | None = self._urgency_of(self.triage)
        # While an emergency is not excluded "elective" would reassure, and what is
        # certain above it is said.
        if urgency == ELECTIVE and Urgency.EMERGENCY in {
            t.urgency for t in self.triage
        }:
            urgency = None
        return Outcome(Disposition.INSUFFICIENT_DATA, urgency, None)

    def _urgency_of(self, triage: Iterable[Triage]) -> Urgency:
        """The least of the urgencies that are left: what is certain."""
        found: set[Urgency] = set()
        for answer in triage:
            by_tables = answer.urgency == FROM_URGENCY_TABLES
            found |= (
                self.possible_urgencies() if by_tables else {Urgency(answer.urgency)}
            )
        return max(found, key=URGENCIES.index)

    def _surely_free(self) -> tuple[Disposition, str] | None:
        """The first option surely free of reservations, where no other of its rung or
        of a higher one could still come before it."""
        ruleset = self.program.ruleset
        open_rungs: set[str] = set()
        for code in ruleset.selection.order:
            if code in self.case.unavailable or code == ruleset.selection.bridge:
                continue
            statuses = self._exact_statuses(code)
            rung = ruleset.treatments[code].rung
            if statuses == {OptionStatus.SUITABLE}:
                if self.case.level_is_open or not self._all_below(open_rungs, rung):
                    return None
                return Disposition.LADDER, code
            if OptionStatus.SUITABLE in statuses:
                open_rungs.add(rung)
        return None

    def _all_below(self, rungs: Iterable[str], rung: str) -> bool:
        order = [each.code for each in self.program.ruleset.rungs]
        return all(order.index(each) < order.index(rung) for each in rungs)

    def _exact_statuses(self, code: str) -> Statuses:
        """Every status of an option over the completions, reservations told apart."""
        possible = possible_statuses(self.program, code, self.truth)
        if len(possible) == 1 or OptionStatus.SUITABLE not in possible:
            return possible
        try:
            return frozenset(self._ask(self.questions.every_status(code)))
        except BudgetSpentError:
            return possible

    def reservations(self, code: str) -> str:
        """Whether an option that may be taken is reserved: none, shared or own."""
        possible = possible_statuses(self.program, code, self.truth)
        if OptionStatus.CAUTION in possible:
            return "own"
        return "shared" if OptionStatus.SHARED_CAUTION in possible else "none"

    def referral(self) -> tuple[str, ...]:
        """The options not on offer that have a reason, in the order of choice."""
        selection = self.program.ruleset.selection
        found = [
            code
            for code in selection.order
            if code in self.case.unavailable and code != selection.bridge
        ]
        tiers = {
            code: [t for t in TIERS if t in self._possible_statuses(code)]
            for code in found
        }
        reasoned = [code for code in found if tiers[code]]
        if not reasoned:  # not even the last resort is on offer
            return (selection.last_resort_treatment,)
        return tuple(sorted(reasoned, key=lambda code: TIERS.index(tiers[code][0])))

    @property
    def triage_is_open(self) -> bool:
        """Whether completions differ in where triage sends the case."""
        if self.case.contract == 1:
            return len(self.triage) > 1
        answers = {
            (o.disposition, None if o.disposition == LADDER else o.urgency)
            for o in self.pathways
        }
        return len(answers) > 1

    @cached_property
    def triage(self) -> frozenset[Triage]:
        """The triage answers that completions give (never too few)."""
        try:
            return frozenset(self._ask(self.questions.triage))
        except BudgetSpentError:
            return frozenset(possible_triage(self.program, self.truth))

    def _urgency(self) -> Urgency:
        """The urgency in every completion, else that of the first sure row.

        Never less than what the known facts alone call for.
        """
        possible = self.possible_urgencies()
        if len(possible) == 1:
            return next(iter(possible))
        for hit in self.program.urgency:
            numbers, none = hit.possible_hits(self.truth.sure, self.truth.possible)
            if numbers and not none:
                urgency: Urgency = self.program.rules[numbers[-1]].outputs["urgency"]
                return urgency
        return ELECTIVE

    def possible_urgencies(self) -> frozenset[Urgency]:
        """The urgencies that completions give (never too few)."""
        try:
            return frozenset(self._ask(self.questions.urgency))
        except BudgetSpentError:
            return frozenset(possible_urgencies(self.program, self.truth))

    def status(self, code: str) -> OptionStatus:
        """The status of an option before one of them is advised."""
        if code in self.case.unavailable:
            return UNAVAILABLE
        return status_of(self._possible_statuses(code))

    def _possible_statuses(self, code: str) -> Statuses:
        found = self._found_statuses.get(code)
        if found is None:
            found = self._found_statuses[code] = self._find_statuses(code)
        return found

    def _find_statuses(self, code: str) -> Statuses:
        possible = possible_statuses(self.program, code, self.truth)
        if len(possible) == 1 or code in self.likely.undecided:
            return possible
        try:
            question = self.questions.status(code, never_excluded=possible <= FOR)
            return frozenset(self._ask(question))
        except BudgetSpentError:
            return possible

    def _ask(self, question: Any) -> Iterable[Any]:
        budget = Budget(STATES_PER_QUESTION)
        return answers(self.program, question, self.base, budget)


class _Statuses(dict[str, OptionStatus]):
    """Each option's status, resolved when it is first asked for."""

    def __init__(self, resolved: ResolvedCase) -> None:
        super().__init__()
        self._resolved = resolved

    def __missing__(self, code: str) -> OptionStatus:
        self[code] = status = self._resolved.status(code)
        return status


def computed_masks(program: Program, case: Case) -> dict[str, int]:
    """The regions that the worst neighbouring Pfirrmann grade can still be in.

    A mask by the fact's name, for :meth:`.Program.masks`; empty where no rule tests it.
    """
    at = program.index.get(NEIGHBOUR_MAXIMUM)
    if at is None:
        return {}
    variable = program.variables[at]
    mask = 0
    for value in neighbour_values(variable.fact, case):
        mask |= variable.mask_of(value)
    return {NEIGHBOUR_MAXIMUM: mask}


def resolved_outcome(document: object, ruleset: Ruleset) -> Outcome:
    """What ``evaluate`` says of a case without conflicting rules, several times sooner.

    A batch tells the cases with a conflict by itself: they are never open.

    Raises:
        ValueError: the document has errors.
    """
    case = CaseReader(ruleset).read(document)
    if case is None:
        raise ValueError("not a case document")
    program = program_of(ruleset)
    answers = case.answers
    known = {**presumed_values(ruleset, answers), **answers}
    base = tuple(program.masks(known, computed_masks(program, case)))
    return ResolvedCase(
        program, case, base, likely=likely_of(program, case, base)
    ).outcome


def likely_of(program: Program, case: Case, base: Base) -> LikelyAnswers:
    """What likely completions show of a case; a case of contract 1 is searched only.

    By the shipped prior alone: what is said of a case is the same at every site.
    """
    if case.contract == 1:
        return NOTHING_LIKELY
    return likely_answers(program, shipped_prior(), base, case.unavailable)
