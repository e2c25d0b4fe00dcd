"""Thousands of complete cases at once, a bit a case in one long integer.

A set of cases is an integer, and a rule holds in the cases that all its cells accept:
an AND of long integers for all cases together. No part of an answer is ever open, for
each base variable's region is known in every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..compiler.bitset import members, union
from ..compiler.possible_outcomes import ELECTIVE, LADDER, REFER
from ..compiler.program import Program, SingleHit
from ..ruleset.enums import FROM_URGENCY_TABLES, Disposition

#: For each base variable the set of cases in each of its regions.
CaseRegions = Sequence[Sequence[int]]
OUT_OF_SCOPE = Disposition.OUT_OF_SCOPE


class CaseBits:
    """A program over many complete cases; ``everybody`` is the set of all of them.

    ``unavailable`` holds the codes of treatments that are not on offer.
    """

    def __init__(
        self,
        program: Program,
        regions: CaseRegions,
        everybody: int,
        unavailable: frozenset[str] = frozenset(),
    ) -> None:
        self.program, self.everybody = program, everybody
        self.unavailable = unavailable
        derived = len(program.variables) - program.base_count
        self._regions: list[Sequence[int]] = [*regions, *([()] * derived)]
        self._cells: dict[tuple[int, int], int] = {}
        self._rules: dict[int, int] = {}
        self._found_tiers: dict[str, tuple[int, int, int]] = {}
        self.conflict = 0
        for step in program.steps:
            found = self._derived(step.hit, step.regions, step.nothing)
            self._regions[step.variable] = found

    def outcomes(self) -> dict[object, int]:
        """The cases of each part of an outcome: its place, and how urgent it is.

        Two cases have the same outcome where they are in the same of these sets.
        """
        found = self.places()
        by_tables = 0
        for says, those in self._triage():
            name = "urgency", says["urgency"]
            found[name] = found.get(name, 0) | those
            by_tables |= those if says["urgency"] == FROM_URGENCY_TABLES else 0
        for at, hit in enumerate(self.program.urgency):
            for number, those in self._hits(hit)[0].items():
                said = at, self.program.rules[number].outputs["urgency"]
                found[said] = found.get(said, 0) | those & by_tables
        # Rules that conflict leave no other answer.
        found = {name: those & ~self.conflict for name, those in found.items()}
        return {**found, "conflict": self.conflict}

    def places(self) -> dict[object, int]:
        """The cases of each place: a disposition, or the code of a treatment."""
        found: dict[object, int] = {}
        for says, those in self._triage():
            place = says["disposition"]
            found[place] = found.get(place, 0) | those
        if ladder := found.pop(LADDER, 0):
            found |= self._chosen(ladder)
        return {place: those for place, those in found.items() if those}

    def _triage(self) -> Iterator[tuple[Mapping[str, Any], int]]:
        """What triage says, and of which cases; of the others that they are beyond
        the rules."""
        none = self.everybody
        for hit in self.program.triage:
            cases, none = self._hits(hit)
            for number, those in cases.items():
                yield self.program.rules[number].outputs, those
        yield {"disposition": OUT_OF_SCOPE, "urgency": ELECTIVE}, none

    # -- rules -------------------------------------------------------------------------

    def _holds(self, number: int) -> int:
        """The cases in which a rule holds."""
        found = self._rules.get(number)
        if found is None:
            found = self.everybody
            for at, accepted in self.program.cells[number]:
                found &= self._accepted(at, accepted)
                if not found:
                    break
            self._rules[number] = found
        return found

    def _accepted(self, at: int, mask: int) -> int:
        """The cases in which a variable is in one of the regions of a mask."""
        found = self._cells.get((at, mask))
        if found is None:
            regions = self._regions[at]
            found = union(regions[region] for region in members(mask))
            self._cells[at, mask] = found
        return found

    def _any(self, rules: int) -> int:
        """The cases in which one of some rules holds."""
        return union(map(self._holds, members(rules)))

    def _hits(self, hit: SingleHit) -> tuple[dict[int, int], int]:
        """The cases that each rule of a table answers, and those that none does."""
        found: dict[int, int] = {}
        left = self.everybody
        for number in hit.rules:
            holds = self._holds(number)
            if not hit.ranked:
                self.conflict |= self._rivals(hit, number, holds & ~left, found)
            if answered := holds & left:
                found[number] = answered
                left &= ~answered
        return found, left

    def _rivals(
        self, hit: SingleHit, number: int, again: int, found: Mapping[int, int]
    ) -> int:
        """The cases that a rule answers a second time, where that is a conflict."""
        if hit.table.hit_policy != "ANY":
            return again
        says = self.program.rules[number].outputs
        others = (n for n in found if self.program.rules[n].outputs != says)
        return again & union(found[n] for n in others)

    def _derived(
        self, hit: SingleHit, regions: Mapping[int, int], nothing: int
    ) -> list[int]:
        """The cases in each region of a derived fact, that without a value last."""
        found = [0] * nothing.bit_length()
        cases, none = self._hits(hit)
        for number, those in cases.items():
            found[regions[number].bit_length() - 1] |= those
        found[-1] = none
        return found

    # -- the choice among treatments ---------------------------------------------------

    def _chosen(self, ladder: int) -> dict[object, int]:
        """The cases of each place on the ladder, by the six steps of the rulebook."""
        selection = self.program.ruleset.selection
        order = [code for code in selection.order if code != selection.bridge]
        offered = [code for code in order if code not in self.unavailable]
        found: dict[object, int] = {}
        left = ladder
        for tier in range(3):
            left = self._enter(found, left, tier, ((code, code) for code in offered))
        if selection.refer is not None:
            elsewhere = [code for code in order if code in self.unavailable]
            for tier in range(3):
                referred = ((code, REFER) for code in elsewhere)
                left = self._enter(found, left, tier, referred)
        bridge = selection.bridge
        if bridge and bridge not in self.unavailable:
            for tier in range(3):
                left = self._enter(found, left, tier, ((bridge, bridge),))
        last: object = selection.last_resort_treatment
        if selection.refer is not None and last in self.unavailable:
            last = REFER
        found[last] = found.get(last, 0) | left
        return found

    def _enter(
        self,
        found: dict[object, int],
        left: int,
        tier: int,
        places: Iterable[tuple[str, object]],
    ) -> int:
        """Give treatments of a tier the cases that are left; those that still are."""
        for code, place in places:
            if taken := left & self._tiers(code)[tier]:
                found[place] = found.get(place, 0) | taken
                left &= ~taken
        return left

    def may_be_taken(self, code: str) -> int:
        """The cases in which a treatment has a reason for it and none against it."""
        return union(self._tiers(code)) & ~self.conflict

    def _tiers(self, code: str) -> tuple[int, int, int]:
        """The cases in which a treatment may be taken: without a reservation, with
        shared ones alone, with one of its own."""
        found = self._found_tiers.get(code)
        if found is None:
            found = self._found_tiers[code] = self._find_tiers(code)
        return found

    def _find_tiers(self, code: str) -> tuple[int, int, int]:
        rules = self.program.effects[code]
        may = self._any(rules.indicated)
        may &= ~self._any(rules.unsuitable | rules.contraindicated)
        own, shared = self._any(rules.caution), self._any(rules.shared_caution)
        return may & ~own & ~shared, may & ~own & shared, may & own
