"""A compiled ruleset bound to columns: which look-ups, and which can be left out.

What no code in use can tell apart is folded away before the first case is looked at,
so that complete cases cost half of what partial ones do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from ..compiler.bitset import members
from ..compiler.possible_outcomes import Triage
from ..compiler.program import DerivedStep, Program, SingleHit, mask_of
from ..ruleset.answers import fits, surely_passes
from ..ruleset.enums import EFFECTS
from ..ruleset.presumptions import IMAGE_READ, Presumed, needs_image
from ..ruleset.unary_tests import UnaryTests, parse
from ..ruleset.vocabulary import Fact
from .bitsets import ColumnMasks, Flags, RuleWords, any_of, statement_mask
from .columns import NOWHERE, NOWHERE_CODE, UNKNOWN_CODE, Codes, Columns, EncodedColumn

#: Passes where no image is known to be missing: what a presumption needs.
_NOT_WITHOUT_IMAGE = parse('not("no")')

Places = Sequence[tuple[int, int]]

#: Values of a derived fact, "none" included, whose sets can be looked up.
MOST_REGIONS = 12
#: Bits of a word of eligibility rules, which are asked for many small groups.
_ELIGIBILITY_WORD = 32


class SliceHits(NamedTuple):
    """What a single-hit table gives for a slice of the cases, a flag a case.

    ``possible`` has for each answer of the table the cases in which it is
    possible, ``none`` the cases that may have none, ``conflict`` those in which rules
    hold that must not hold together; None instead of flags where there is no such case.
    """

    possible: list[Flags]
    none: Flags | None
    conflict: Flags | None


@dataclass(frozen=True)
class BoundTable:
    """A single-hit table over columns, its rules grouped by what they answer."""

    table: RuleWords
    ranked: bool
    answers: tuple[Any, ...]
    groups: tuple[Places, ...]
    rivals: tuple[Places, ...]

    def read(self, codes: Sequence[Codes], size: int) -> SliceHits:
        """Ask the table of ``size`` cases, given an array of codes a variable."""
        truths = self.table.truths(codes, size)
        hits = self.table.possible_hits(truths, ranked=self.ranked)
        none = None if self.table.total else ~_any(truths)
        return SliceHits(
            [any_of(hits, places) for places in self.groups],
            none,
            self._conflict([sure for sure, _ in truths]),
        )

    def _conflict(self, sure: Sequence[Any]) -> Flags | None:
        found: Flags | None = None
        for one, other in combinations(self.rivals, 2):
            both = any_of(sure, one) & any_of(sure, other)
            found = both if found is None else found | both
        return found


def _any(truths: Sequence[Any]) -> Flags:
    found: Flags = truths[0][0] != 0
    for sure, _ in truths[1:]:
        found = found | (sure != 0)
    return found


@dataclass(frozen=True)
class Condition:
    """A row of a presumption table: its cells' columns, and the code it leads to."""

    cells: tuple[tuple[Codes, Flags], ...]
    code: int


class BoundProgram:
    """The tables of a program, each ready to be asked of slices of the columns.

    ``invalid`` flags the cases that this version of the ruleset cannot read.

    Raises:
        ValueError: a derived fact has more values than can be looked up.
    """

    def __init__(self, program: Program, columns: Columns) -> None:
        self.program, self.columns = program, columns
        self.invalid = columns.invalid | self._misfits()
        self.sources: list[ColumnMasks] = []
        self.base: list[Codes] = []
        self.conditions: dict[int, list[Condition]] = {}
        for at in range(program.base_count):
            self._add_base(at)
        nothing = ColumnMasks((), ())
        self.sources += [nothing] * (len(program.variables) - program.base_count)
        self.steps = [self._step(step) for step in program.steps]
        self.triage = [
            self._bound(hit, lambda r: Triage(r["disposition"], r["urgency"]))
            for hit in program.triage
        ]
        self.urgency = [
            self._bound(hit, lambda r: r["urgency"]) for hit in program.urgency
        ]
        self._bind_effects()

    # -- columns --------------------------------------------------------------------

    def column(self, name: str) -> EncodedColumn:
        """The column of a fact; without one it is unknown in every case."""
        if name in self.columns.facts:
            return self.columns.facts[name]
        codes = np.zeros(self.columns.size, np.uint8)
        level = self.columns.facts.get("level")
        if self.program.ruleset.facts[name].scope == "disc" and level is not None:
            codes[level.codes <= NOWHERE_CODE] = NOWHERE_CODE
        return EncodedColumn((None, NOWHERE), codes)

    def codes(self, part: slice) -> list[Codes]:
        """The codes of the base variables for a slice, with room for the derived ones.

        An unknown fact has the code of the first conditional presumption that holds.
        """
        codes = [column[part] for column in self.base]
        for at, conditions in self.conditions.items():
            unknown = codes[at] == UNKNOWN_CODE
            codes[at] = codes[at].astype(np.uint32)
            for condition in reversed(conditions):
                holds = unknown
                for column, accepted in condition.cells:
                    holds = holds & accepted[column[part]]
                codes[at][holds] = condition.code
        room = len(self.sources) - len(codes)
        return codes + [np.zeros(0, np.uint8)] * room

    def _add_base(self, at: int) -> None:
        """A base variable's column; what is unknown has the regions presumed."""
        var = self.program.variables[at]
        column = self.column(var.name)
        masks = [statement_mask(var, statement) for statement in column.statements]
        used = [*column.used]
        conditions = []
        for cells, value in self._presumed(var.fact):
            if not cells:
                masks[UNKNOWN_CODE] = mask_of(var, value)
                break
            conditions.append(Condition(tuple(self._known(cells)), len(masks)))
            used.append(len(masks))
            masks.append(mask_of(var, value))
        if conditions:
            self.conditions[at] = conditions
        self.base.append(column.codes)
        self.sources.append(ColumnMasks(masks, used))

    def _presumed(
        self, fact: Fact
    ) -> Iterable[tuple[Mapping[str, UnaryTests], Presumed]]:
        """What is presumed of a fact, each with the cells that have to pass."""
        ruleset = self.program.ruleset
        images = IMAGE_READ in ruleset.facts and needs_image(fact)
        with_image = {IMAGE_READ: _NOT_WITHOUT_IMAGE} if images else {}
        for kind in ("computed", "presumption"):
            for table in ruleset.tables_of(kind):
                for rule in table.rules if table.output == fact.name else ():
                    yield {**rule.cells, **with_image}, rule.outputs["value"]
        if fact.presumed is not None:
            yield with_image, fact.presumed

    def _known(self, cells: Mapping[str, UnaryTests]) -> Iterable[tuple[Codes, Flags]]:
        """For each cell the column, and which of its codes are known and pass."""
        for name, cell in cells.items():
            column = self.column(name)
            passes = [
                cell.unknown or cell is _NOT_WITHOUT_IMAGE
                if statement is None
                else not isinstance(statement, tuple) and surely_passes(cell, statement)
                for statement in column.statements
            ]
            yield column.codes, np.array(passes, np.bool_)

    def _misfits(self) -> Flags:
        """The cases that state what this version of the ruleset does not allow."""
        ruleset = self.program.ruleset
        found = np.zeros(self.columns.size, np.bool_)
        for name, column in self.columns.facts.items():
            fact = ruleset.facts.get(name)
            bad = [
                code
                for code, statement in enumerate(column.statements)
                if statement is not None
                and not isinstance(statement, tuple)
                and (fact is None or not fits(fact, statement))
            ]
            if set(bad) & set(column.used):
                found |= np.isin(column.codes, bad)
        column = self.columns.unavailable
        bad = [
            code
            for code, codes in enumerate(column.statements)
            if not codes <= ruleset.treatments.keys()
        ]
        return found | np.isin(column.codes, bad) if bad else found

    # -- tables ---------------------------------------------------------------------

    def _table(self, numbers: Sequence[int], width: int = 64) -> RuleWords:
        cells = [self.program.cells[number] for number in numbers]
        return RuleWords(cells, self.sources, width)

    def _bound(self, hit: SingleHit, answer: Any) -> BoundTable:
        table = self._table(hit.rules)
        groups: dict[Any, list[int]] = {}
        rivals: list[tuple[Mapping[str, Any], list[int]]] = []
        for place, number in enumerate(hit.rules):
            says = self.program.rules[number].outputs
            groups.setdefault(answer(says), []).append(place)
            if hit.ranked:
                continue
            same = [places for outputs, places in rivals if outputs == says]
            if same and hit.table.hit_policy == "ANY":
                same[0].append(place)
            else:
                rivals.append((says, [place]))
        return BoundTable(
            table,
            hit.ranked,
            tuple(groups),
            tuple(table.places(places) for places in groups.values()),
            tuple(table.places(places) for _, places in rivals),
        )

    def _step(self, step: DerivedStep) -> tuple[int, BoundTable]:
        """A derived fact's table; its codes are the sets of the regions left."""
        values = self.program.variables[step.variable].values
        if len(values) >= MOST_REGIONS:
            raise ValueError(f"{step.hit.table.output} has too many values for a batch")
        bound = self._bound(step.hit, lambda r: values.index(r["value"]))
        regions = [1 << region for region in bound.answers]
        regions += [] if bound.table.total else [step.nothing]
        masks = range(2 * step.nothing)
        reached = sum(regions)
        used = regions if bound.table.determined else [m for m in masks if m & reached]
        self.sources[step.variable] = ColumnMasks(masks, used)
        return step.variable, bound

    def _bind_effects(self) -> None:
        """The eligibility rules, and for each treatment its rules by effect."""
        effects = self.program.effects
        bits = 0
        for rules in effects.values():
            bits |= rules.all
        numbers = list(members(bits))
        place_of = {number: place for place, number in enumerate(numbers)}
        self.eligibility = self._table(numbers, _ELIGIBILITY_WORD)
        self.effects = {
            code: [
                self.eligibility.places(
                    place_of[n] for n in members(getattr(rules, effect))
                )
                for effect in EFFECTS
            ]
            for code, rules in effects.items()
        }
