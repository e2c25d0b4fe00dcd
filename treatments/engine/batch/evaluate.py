"""Many cases at once: columns through a whole ruleset, with NumPy.

The answer to a case is that of ``evaluate``, presumptions included, or ``OPEN``:
Kleene's logic leaves several answers possible, and only the exact evaluator, which
looks at all completions, can tell whether they come to the same. A case whose facts
are all known or presumed is never open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ..compiler.possible_outcomes import (
    CAUTION,
    CONTRAINDICATED,
    NOT_INDICATED,
    SHARED_CAUTION,
    SUITABLE,
    TIERS,
    UNCOVERED,
    UNSUITABLE,
    Triage,
    possible_statuses,
)
from ..compiler.program import Program, RulesByEffect, Truth, program_of
from ..ruleset.enums import (
    DISPOSITIONS,
    EFFECTS,
    FROM_URGENCY_TABLES,
    URGENCIES,
    Disposition,
    OptionStatus,
    Urgency,
)
from ..ruleset.model import Ruleset
from .bitsets import Flags, any_of, slices
from .bound_program import BoundProgram, BoundTable, SliceHits
from .columns import NOWHERE_CODE, Codes, Columns

Bytes = NDArray[np.uint8]

#: Instead of a part of an answer: Kleene's logic leaves several possible.
OPEN: Final = "open"
Open: TypeAlias = Literal["open"]
INVALID: Final = Disposition.INVALID
INSUFFICIENT: Final = Disposition.INSUFFICIENT_DATA
DISPOSITION_LABELS: tuple[Disposition | Open, ...] = (
    *DISPOSITIONS,
    Disposition.REFER,
    INSUFFICIENT,
    INVALID,
    OPEN,
)
URGENCY_LABELS: tuple[Urgency | Open | None, ...] = (*URGENCIES, None, OPEN)
#: The statuses that the rules give, each a bit where several are possible.
_OF_RULES = (
    CONTRAINDICATED,
    UNSUITABLE,
    SUITABLE,
    CAUTION,
    NOT_INDICATED,
    SHARED_CAUTION,
)
STATUS_LABELS: tuple[str, ...] = (
    *_OF_RULES,
    OptionStatus.UNAVAILABLE,
    OptionStatus.RECOMMENDED,
    INVALID,
    OPEN,
)

_DISPOSITION = {label: code for code, label in enumerate(DISPOSITION_LABELS)}
_URGENCY = {label: code for code, label in enumerate(URGENCY_LABELS)}
#: In a slice on its way: a triage row left the urgency to the urgency tables.
_FROM_TABLES = len(URGENCY_LABELS)
_STATUS = {label: code for code, label in enumerate(STATUS_LABELS)}
_BIT = {status: 1 << place for place, status in enumerate(_OF_RULES)}


class BatchOutcome(NamedTuple):
    """An :class:`.possible_outcomes.Outcome` of which a part may be ``OPEN``."""

    disposition: Disposition | Open
    urgency: Urgency | Open | None
    recommended: str | None


@dataclass(frozen=True)
class BatchResult:
    """The answers, a code a case, each with its labels.

    ``recommended`` is a place in ``treatments``, which end with None and ``OPEN``;
    ``statuses`` has a row for each treatment of the ruleset. Of a case whose
    disposition is open every status is.
    """

    treatments: tuple[str | None, ...]
    disposition: Bytes
    urgency: Bytes
    recommended: Bytes
    statuses: Bytes

    @cached_property
    def open(self) -> NDArray[np.intp]:
        """The numbers of the cases that only the exact evaluator can answer in full."""
        found: Flags = self.disposition == _DISPOSITION[OPEN]
        found = found | (self.urgency == _URGENCY[OPEN])
        return np.flatnonzero(found | (self.statuses == _STATUS[OPEN]).any(axis=0))

    def outcome(self, case: int) -> BatchOutcome:
        """The outcome of one case; its parts may be ``OPEN``."""
        return self.outcome_of(int(self.outcomes[case]))

    @cached_property
    def outcomes(self) -> NDArray[np.int32]:
        """The outcome of every case as one number."""
        found = self.disposition.astype(np.int32)
        for codes, count in (
            (self.urgency, len(URGENCY_LABELS)),
            (self.recommended, len(self.treatments)),
        ):
            found *= count
            found += codes
        return found

    def outcome_of(self, number: int) -> BatchOutcome:
        """What a number of ``outcomes`` stands for."""
        number, treatment = divmod(number, len(self.treatments))
        disposition, urgency = divmod(number, len(URGENCY_LABELS))
        return BatchOutcome(
            DISPOSITION_LABELS[disposition],
            URGENCY_LABELS[urgency],
            self.treatments[treatment],
        )

    def status(self, case: int) -> dict[str, str]:
        """Each treatment's status in one case."""
        codes = self.statuses[:, case].tolist()
        names = [name for name in self.treatments[:-2] if name]
        return {n: STATUS_LABELS[code] for n, code in zip(names, codes, strict=True)}


def evaluate_batch(columns: Columns, ruleset: Ruleset) -> BatchResult:
    """Evaluate every case of the columns, in slices that fit the processor's cache.

    Raises:
        ValueError: a derived fact has more values than can be worked on.
    """
    bound = BoundProgram(program_of(ruleset), columns)
    size, codes = columns.size, tuple(ruleset.treatments)
    result = BatchResult(
        (*codes, None, OPEN),
        np.empty(size, np.uint8),
        np.empty(size, np.uint8),
        np.empty(size, np.uint8),
        np.empty((len(codes), size), np.uint8),
    )
    for part in slices(size):
        _Slice(bound, part).write(result)
    return result


class _Slice:
    """Some of the cases on their way through the tables."""

    def __init__(self, bound: BoundProgram, part: slice) -> None:
        self.bound, self.part = bound, part
        self.size = part.stop - part.start
        self.treatments = list(bound.program.ruleset.treatments)
        self.conflict = np.zeros(self.size, np.bool_)
        self.codes = bound.codes(part)
        for at, table in bound.steps:
            self.codes[at] = self._regions(table, at)

    def _read(self, table: BoundTable) -> SliceHits:
        hits = table.read(self.codes, self.size)
        if hits.conflict is not None:
            self.conflict |= hits.conflict
        return hits

    def _regions(self, table: BoundTable, at: int) -> Codes:
        """The set of regions that a derived fact may be in, a bit a region."""
        nothing = len(self.bound.program.variables[at].values)
        kind: Any = np.uint8 if nothing < 8 else np.uint16
        hits = self._read(table)
        mask: Codes = np.zeros(self.size, kind)
        found = [*zip(table.answers, hits.possible, strict=True)]
        if hits.none is not None:
            found.append((nothing, hits.none))
        for region, possible in found:
            mask |= possible.astype(kind) << kind(region)
        return mask

    # -- triage and urgency ---------------------------------------------------------

    def _triage(self) -> tuple[Bytes, Bytes]:
        """The codes of disposition and urgency; open where triage is."""
        possible: dict[Triage, Flags] = {}
        none: Flags | None = np.ones(self.size, np.bool_)
        for table in self.bound.triage:
            none = self._gather(table, possible)
        _add(possible, UNCOVERED, none)
        only = _only(list(possible.values()), self.size)
        dispositions = [_DISPOSITION[triage.disposition] for triage in possible]
        urgencies = [
            _FROM_TABLES
            if triage.urgency == FROM_URGENCY_TABLES
            else _URGENCY[triage.urgency]
            for triage in possible
        ]
        return (
            np.array([*dispositions, _DISPOSITION[OPEN]], np.uint8)[only],
            np.array([*urgencies, _URGENCY[OPEN]], np.uint8)[only],
        )

    def _urgency(self) -> Bytes:
        """The code of the urgency on the ladder."""
        possible: dict[Urgency, Flags] = {}
        none: Flags | None = np.ones(self.size, np.bool_)
        for number, table in enumerate(self.bound.urgency):
            found = self._gather(table, possible)
            none = found if number == 0 else _either(none, found)
        _add(possible, Urgency.ELECTIVE, none)
        only = _only(list(possible.values()), self.size)
        codes = [_URGENCY[urgency] for urgency in possible]
        return np.array([*codes, _URGENCY[OPEN]], np.uint8)[only]

    def _gather(self, table: BoundTable, possible: dict[Any, Flags]) -> Flags | None:
        """Add a table's answers to the possible ones; where it may have none."""
        hits = self._read(table)
        for answer, flags in zip(table.answers, hits.possible, strict=True):
            _add(possible, answer, flags)
        return hits.none

    # -- the ladder -----------------------------------------------------------------

    def _status_sets(self) -> tuple[list[Bytes], list[Bytes]]:
        """For each treatment the statuses still possible: none where unavailable, and
        beside them those where it is unavailable alone."""
        truths = self.bound.eligibility.truths(self.codes, self.size)
        sure = [word for word, _ in truths]
        possible = [word for _, word in truths]
        same = self.bound.eligibility.determined
        missing = self.bound.columns.unavailable
        found, elsewhere = [], []
        for code in self.treatments:
            index = np.zeros(self.size, np.uint16)
            for place, places in enumerate(self.bound.effects[code]):
                if places:
                    holds = any_of(sure, places).astype(np.uint16)
                    may = holds if same else any_of(possible, places).astype(np.uint16)
                    index |= holds << np.uint16(place)
                    index |= may << np.uint16(len(EFFECTS) + place)
            sets = _SETS[index]
            out = [code in missing.statements[used] for used in missing.used]
            if any(out):
                offered = np.array([code not in codes for codes in missing.statements])
                here = offered[missing.codes[self.part]]
                elsewhere.append(sets * ~here)
                sets *= here
            else:
                elsewhere.append(np.zeros_like(sets))
            found.append(sets)
        return found, elsewhere

    def _advised(self, sets: Sequence[Bytes], elsewhere: Sequence[Bytes]) -> Bytes:
        """The place of the only treatment that may be advised; the place after the
        last one stands for a referral.

        The rules of the choice are those of ``possible_outcomes.advice_candidates``.
        """
        selection = self.bound.program.ruleset.selection
        place_of = {code: place for place, code in enumerate(self.treatments)}
        tally = _CandidateTally(self.size, len(self.treatments) + 1)
        contested: Flags = np.ones(self.size, np.bool_)
        order = [place_of[c] for c in selection.order if c != selection.bridge]
        up_to = 0
        for tier in TIERS:
            wanted, up_to = _BIT[tier], up_to | _BIT[tier]
            for place in order:
                tally.enter(place, contested & ((sets[place] & wanted) != 0))
                contested &= sets[place] != wanted
            for place in order:
                surely = (sets[place] != 0) & ((sets[place] & ~np.uint8(up_to)) == 0)
                contested &= ~surely
        if selection.refer is not None:
            contested = self._refer(tally, [elsewhere[p] for p in order], contested)
        if selection.bridge:
            bridge = sets[place_of[selection.bridge]]
            tally.enter(place_of[selection.bridge], contested & ((bridge & _FOR) != 0))
            contested = contested & ~_surely_for(bridge)
        self._last_resort(tally, place_of[selection.last_resort_treatment], contested)
        return tally.winner

    def _last_resort(
        self, tally: _CandidateTally, place: int, contested: Flags
    ) -> None:
        """Enter the last resort, or the referral where it is not on offer."""
        selection = self.bound.program.ruleset.selection
        missing = self.bound.columns.unavailable
        offered: Flags = np.ones(self.size, np.bool_)
        if selection.refer is not None:
            code = self.treatments[place]
            kinds = np.array([code not in codes for codes in missing.statements])
            offered = kinds[missing.codes[self.part]]
        tally.enter(place, contested & offered)
        tally.enter(len(self.treatments), contested & ~offered)

    def _refer(
        self, tally: _CandidateTally, elsewhere: Sequence[Bytes], contested: Flags
    ) -> Flags:
        """Enter the referral where an option not on offer may have a reason; the cases
        that still go on."""
        for sets in elsewhere:
            tally.enter(len(self.treatments), contested & ((sets & _FOR) != 0))
        for sets in elsewhere:
            contested = contested & ~_surely_for(sets)
        return contested

    # -- the answers ----------------------------------------------------------------

    def write(self, result: BatchResult) -> None:
        """Put the answers of these cases in their places."""
        disposition, urgency = self._triage()
        urgency = np.where(urgency == _FROM_TABLES, self._urgency(), urgency)
        sets, elsewhere = self._status_sets()
        none, open_ = len(self.treatments), len(self.treatments) + 1
        recommended = self._advised(sets, elsewhere)
        on_ladder = disposition == _DISPOSITION[Disposition.LADDER]
        referred = on_ladder & (recommended == none)
        recommended[disposition != _DISPOSITION[Disposition.LADDER]] = none
        level = self.bound.column("level").codes[self.part]
        nowhere = on_ladder & (level <= NOWHERE_CODE)
        disposition[referred] = _DISPOSITION[Disposition.REFER]
        refers = self.bound.program.ruleset.selection.refer is not None
        disposition[nowhere] = _DISPOSITION[OPEN if refers else INSUFFICIENT]
        recommended[nowhere] = none
        disposition[recommended == open_] = _DISPOSITION[OPEN]
        recommended[disposition == _DISPOSITION[OPEN]] = open_
        for where, label in (
            (self.conflict, Disposition.OUT_OF_SCOPE),
            (self.bound.invalid[self.part], INVALID),
        ):
            disposition[where] = _DISPOSITION[label]
            urgency[where] = _URGENCY[None]
            recommended[where] = none
        result.disposition[self.part] = disposition
        result.urgency[self.part] = urgency
        result.recommended[self.part] = recommended
        self._write_statuses(result, sets)

    def _write_statuses(self, result: BatchResult, sets: Sequence[Bytes]) -> None:
        """Statuses as a document has them: none has a reason where triage stops."""
        instead = _INSTEAD[result.disposition[self.part]]
        replaced = instead != _PLAIN
        for place, possible in enumerate(sets):
            status = _STATUS_OF[possible]
            status[result.recommended[self.part] == place] = _STATUS[
                OptionStatus.RECOMMENDED
            ]
            np.copyto(status, instead, where=replaced)
            result.statuses[place, self.part] = status


class _CandidateTally:
    """Who may be advised: the only one so far, or that there are several."""

    def __init__(self, size: int, several: int) -> None:
        self.several = np.uint8(several)
        self.winner = np.full(size, _NOBODY, np.uint8)

    def enter(self, place: int, where: Flags) -> None:
        """Count a treatment, by its place in the ruleset, in the flagged cases."""
        fresh = (self.winner == _NOBODY) | (self.winner == place)
        self.winner[where & ~fresh] = self.several
        self.winner[where & fresh] = place


def _surely_for(sets: Bytes) -> Flags:
    """Where every status that is left may be taken."""
    surely: Flags = (sets != 0) & ((sets & ~_FOR) == 0)
    return surely


def _only(flags: Sequence[Flags], size: int) -> Bytes:
    """The place of the one flag that is set, else the number of flags."""
    found, count = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for place, flag in enumerate(flags):
        bits = flag.view(np.uint8)
        found += bits * np.uint8(place)
        count += bits
    found[count != 1] = len(flags)
    return found


def _add(possible: dict[Any, Flags], answer: object, flags: Flags | None) -> None:
    if flags is not None:
        possible[answer] = possible[answer] | flags if answer in possible else flags


def _either(one: Flags | None, other: Flags | None) -> Flags | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other


def _set_of(index: int) -> int:
    """The possible statuses for effects surely (low) and possibly (high) there."""
    effects = {effect: 1 << place for place, effect in enumerate(EFFECTS)}
    alone = SimpleNamespace(effects={"": RulesByEffect(**effects)})
    truth = Truth(index & (1 << len(EFFECTS)) - 1, index >> len(EFFECTS), ())
    statuses = possible_statuses(cast("Program", alone), "", truth)
    return sum(_BIT[status] for status in statuses)


def _status_of_set(bits: int) -> int:
    """The only status of a set; nothing was asked of what is unavailable."""
    label = _OF_RULES[bits.bit_length() - 1] if bits else OptionStatus.UNAVAILABLE
    label = CAUTION if label == SHARED_CAUTION else label
    return _STATUS[label if bits & (bits - 1) == 0 else OPEN]


_NOBODY = 255
_PLAIN = 255
_FOR = np.uint8(sum(_BIT[tier] for tier in TIERS))
_SETS = np.array([_set_of(index) for index in range(1 << 2 * len(EFFECTS))], np.uint8)
_STATUS_OF = np.array(
    [_status_of_set(bits) for bits in range(1 << len(_OF_RULES))], np.uint8
)
#: The status of every treatment by disposition; plain where it is that of its rules.
_INSTEAD = np.array(
    [
        {
            Disposition.LADDER: _PLAIN,
            Disposition.REFER: _PLAIN,
            INSUFFICIENT: _PLAIN,
            INVALID: _STATUS[INVALID],
            OPEN: _STATUS[OPEN],
        }.get(label, _STATUS[NOT_INDICATED])
        for label in DISPOSITION_LABELS
    ],
    np.uint8,
)
