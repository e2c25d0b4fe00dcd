"""What can be asked of a partly known case: a status, triage, urgency, the outcome.

A question reads from the truth of the rules which answers are still possible, and which
undetermined rules decide between them. What was read once is memoised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from ..compiler.bitset import bit_set, union
from ..compiler.possible_outcomes import (
    LADDER,
    REFER,
    SUITABLE,
    AdviceCandidates,
    Outcome,
    Statuses,
    Triage,
    advice_candidates,
    deciding_rules,
    possible_statuses,
    possible_triage,
    possible_urgencies,
    undetermined_hits,
)
from ..compiler.program import Program, SingleHit, Truth, memoise
from ..ruleset.enums import FOR, FROM_URGENCY_TABLES, OptionStatus, Urgency

Answer = TypeVar("Answer")

_TruthKey = tuple[int, int]


class StateSummary(NamedTuple, Generic[Answer]):
    """What one state leaves of a question.

    ``possible`` are the answers that are left (never too few), ``deciding`` the numbers
    of the undetermined rules that decide between them, in deciding order, and
    ``deciding_bits`` the same as a set. ``residue`` is what else of the state the
    answers depend on: see :func:`.completions.state_key`.
    """

    possible: frozenset[Answer]
    deciding: tuple[int, ...]
    deciding_bits: int
    residue: object


class CaseQuestion(Generic[Answer]):
    """What is asked of a case; ``rules`` is the set of all rules that can answer it.

    What a state leaves of a question depends on the truth of those rules alone, so it
    is memoised by that. A subclass says how the three parts of a summary are read.
    """

    def __init__(self, program: Program, rules: int) -> None:
        self.program, self.rules = program, rules
        self._possible: dict[_TruthKey, frozenset[Answer]] = {}
        self._summaries: dict[_TruthKey, StateSummary[Answer]] = {}

    def summary(self, truth: Truth) -> StateSummary[Answer]:
        """What a state with this truth of the rules leaves of the question."""
        key = truth.sure & self.rules, truth.possible & self.rules
        found = self._summaries.get(key)
        if found is None:
            rules = tuple(dict.fromkeys(self._deciding(truth)))
            found = StateSummary(
                self.possible(truth),
                rules,
                bit_set(rules),
                self._residue(truth),
            )
            memoise(self._summaries, key, found)
        return found

    def possible(self, truth: Truth) -> frozenset[Answer]:
        """The answers that are still possible (never too few)."""
        key = truth.sure & self.rules, truth.possible & self.rules
        found = self._possible.get(key)
        if found is None:
            found = frozenset(self._answers(truth))
            memoise(self._possible, key, found)
        return found

    def deciding(self, truth: Truth) -> Iterable[int]:
        """The numbers of the undetermined rules that decide, in deciding order."""
        return self.summary(truth).deciding

    def residue(self, truth: Truth) -> object:
        """What tells two states with the same deciding rules and open facts apart."""
        return self.summary(truth).residue

    def enough(self, found: Collection[Answer]) -> bool:
        """Whether the answers found already settle what is asked."""
        return False

    def relevant_part(self, answer: Answer) -> object:
        """What of an answer matters to whoever asks whether one fact can affect it.

        Two answers with the same part count as the same.
        """
        return answer

    def _answers(self, truth: Truth) -> Iterable[Answer]:
        """The possible answers; see :class:`StateSummary`."""
        raise NotImplementedError

    def _deciding(self, truth: Truth) -> Iterable[int]:
        """The deciding rules; one may be named more than once."""
        raise NotImplementedError

    def _residue(self, truth: Truth) -> object:
        """What else the answers depend on; hashable."""
        raise NotImplementedError


class StatusQuestion(CaseQuestion[OptionStatus]):
    """Which statuses can one treatment come to?

    Where ``never_excluded`` every completion is for it, and one without a
    reservation is enough.
    """

    def __init__(
        self, program: Program, code: str, *, never_excluded: bool = False
    ) -> None:
        super().__init__(program, program.effects[code].all)
        self.code, self.never_excluded = code, never_excluded

    def _answers(self, truth: Truth) -> Statuses:
        return possible_statuses(self.program, self.code, truth)

    def _deciding(self, truth: Truth) -> Iterable[int]:
        return deciding_rules(self.program, self.code, truth)

    def _residue(self, truth: Truth) -> Statuses:
        return self.possible(truth)

    def relevant_part(self, answer: OptionStatus) -> bool:
        """Whether the treatment may be taken: a reservation alone moves no advice."""
        return answer in FOR

    def enough(self, found: Collection[OptionStatus]) -> bool:
        """Whether no further status could change :func:`.status_of` these."""
        statuses = frozenset(found)
        if self.never_excluded:
            return SUITABLE in statuses
        return bool(statuses & FOR) and bool(statuses - FOR)


class _HitQuestion(CaseQuestion[Answer]):
    """A question that single-hit tables answer."""

    def __init__(self, program: Program, hits: tuple[SingleHit, ...]) -> None:
        super().__init__(program, union(hit.bits for hit in hits))
        self._hits = hits

    def _deciding(self, truth: Truth) -> Iterable[int]:
        return undetermined_hits(self.program, self._hits, truth)

    def _residue(self, truth: Truth) -> object:
        return possible_hits_of(self._hits, truth)


class TriageQuestion(_HitQuestion[Triage]):
    """Where can triage send the case?"""

    def __init__(self, program: Program) -> None:
        super().__init__(program, program.triage)

    def _answers(self, truth: Truth) -> Iterable[Triage]:
        return possible_triage(self.program, truth)

    def enough(self, found: Collection[Triage]) -> bool:
        """Whether triage is open: two answers are as good as three."""
        return len(found) > 1


class UrgencyQuestion(_HitQuestion[Urgency]):
    """How urgent can the case be on the ladder?"""

    def __init__(self, program: Program) -> None:
        super().__init__(program, program.urgency)

    def _answers(self, truth: Truth) -> Iterable[Urgency]:
        return possible_urgencies(self.program, truth)


class PathwayQuestion(_HitQuestion[Outcome]):
    """Where can triage send the case, and how urgent is it there?

    The outcomes have no treatment: no rule of one is looked at.
    """

    def __init__(self, program: Program) -> None:
        super().__init__(program, (*program.triage, *program.urgency))

    def _answers(self, truth: Truth) -> Iterator[Outcome]:
        for answer in possible_triage(self.program, truth):
            for urgency in _urgencies_of(self.program, truth, answer):
                yield Outcome(answer.disposition, urgency, None)

    def _deciding(self, truth: Truth) -> Iterator[int]:
        yield from undetermined_hits(self.program, self._read(truth), truth)

    def _residue(self, truth: Truth) -> object:
        return possible_hits_of(self._read(truth), truth)

    def _read(self, truth: Truth) -> tuple[SingleHit, ...]:
        """The tables that answer: those of urgency only where triage asks them."""
        triage = possible_triage(self.program, truth)
        by_tables = any(answer.urgency == FROM_URGENCY_TABLES for answer in triage)
        return self._hits if by_tables else self.program.triage


class OutcomeQuestion(CaseQuestion[Outcome]):
    """What can the advice come to? ``unavailable`` are treatments not offered here."""

    def __init__(
        self,
        program: Program,
        unavailable: frozenset[str],
        ablated: frozenset[str] = frozenset(),
    ) -> None:
        self._options = union(effects.all for effects in program.effects.values())
        hits = (*program.triage, *self._urgency_hits_of(program))
        self._urgency_hits = self._urgency_hits_of(program)
        super().__init__(program, self._options | union(hit.bits for hit in hits))
        self.unavailable, self.ablated_codes = unavailable, ablated
        self._memo_candidates: dict[_TruthKey, AdviceCandidates] = {}

    def ablated(self, codes: Iterable[str]) -> OutcomeQuestion:
        """The same question without treatments that no completion advises.

        That changes no answer, and fewer rules are left to split by.
        """
        ablated = self.ablated_codes | frozenset(codes)
        return type(self)(self.program, self.unavailable, ablated)

    @staticmethod
    def _urgency_hits_of(program: Program) -> tuple[SingleHit, ...]:
        """The tables that the urgency is read from."""
        return program.urgency

    def _candidates(self, truth: Truth) -> AdviceCandidates:
        key = truth.sure & self._options, truth.possible & self._options
        found = self._memo_candidates.get(key)
        if found is None:
            found = advice_candidates(
                self.program, truth, self.unavailable, self.ablated_codes
            )
            memoise(self._memo_candidates, key, found)
        return found

    def _on_ladder(self, truth: Truth) -> AdviceCandidates | None:
        """The candidates, where triage can still lead to the ladder."""
        triage = possible_triage(self.program, truth)
        ladder = any(answer.disposition == LADDER for answer in triage)
        return self._candidates(truth) if ladder else None

    def _answers(self, truth: Truth) -> Iterator[Outcome]:
        for answer in possible_triage(self.program, truth):
            urgencies = self._urgencies(truth, answer)
            if answer.disposition != LADDER:
                yield from (Outcome(answer.disposition, u, None) for u in urgencies)
                continue
            codes = self._candidates(truth).treatments
            yield from (
                Outcome(LADDER if code else REFER, urgency, code)
                for urgency in urgencies
                for code in codes
            )

    def _urgencies(self, truth: Truth, answer: Triage) -> Iterable[Urgency | None]:
        return _urgencies_of(self.program, truth, answer)

    def _deciding(self, truth: Truth) -> Iterator[int]:
        program = self.program
        yield from undetermined_hits(program, program.triage, truth)
        ladder = self._on_ladder(truth)
        if ladder is not None:
            for code in ladder.undecided:
                yield from deciding_rules(program, code, truth)
            yield from undetermined_hits(program, self._urgency_hits, truth)

    def _residue(self, truth: Truth) -> object:
        ladder = self._on_ladder(truth)
        triage = possible_hits_of(self.program.triage, truth)
        return triage, ladder and (
            ladder.statuses,
            possible_hits_of(self._urgency_hits, truth),
        )


class AdviceQuestion(OutcomeQuestion):
    """Is there one treatment that every completion advises, or one other pathway?"""

    def enough(self, found: Collection[Outcome]) -> bool:
        """Whether two places were found."""
        return len({(o.disposition, o.recommended) for o in found}) > 1


class PlaceQuestion(OutcomeQuestion):
    """Where can the advice lead, however urgent it is? Its outcomes have no urgency."""

    @staticmethod
    def _urgency_hits_of(program: Program) -> tuple[SingleHit, ...]:
        return ()

    def _urgencies(self, truth: Truth, answer: Triage) -> Iterable[Urgency | None]:
        return (None,)


def _urgencies_of(program: Program, truth: Truth, answer: Triage) -> set[Urgency]:
    """How urgent a case can be where triage gives this answer (never too few)."""
    if answer.urgency == FROM_URGENCY_TABLES:
        return possible_urgencies(program, truth)
    return {Urgency(answer.urgency)}


def possible_hits_of(hits: Iterable[SingleHit], truth: Truth) -> object:
    """The rules that may be the hit of each table, and whether there may be none.

    Those that surely hold are among them: such a one is not open, and still decides
    the answer where the open ones before it fail.
    """
    found = (hit.possible_hits(truth.sure, truth.possible) for hit in hits)
    return tuple((tuple(numbers), none) for numbers, none in found)
