"""A ruleset compiled: every cell a mask of regions, every rule a bit.

For each variable and each set of regions it may be in, two bit sets over all rules
are memo: the rules whose cell is surely satisfied, and those whose cell still can be.
The AND over the variables is Kleene's conjunction for every rule at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from ..ruleset.answers import AnswerSet
from ..ruleset.decision_tables import DecisionTable, Rule
from ..ruleset.enums import DISPOSITIONS, EFFECTS, URGENCIES
from ..ruleset.model import Ruleset
from ..ruleset.unary_tests import UnaryTests, Value
from .bit_grid import Grid, grid_of
from .bitset import bit_set
from .regions import Variable, variable

#: What a search meets over and over is memoised, this much of each kind; then anew.
_MEMO_SIZE = 4096
#: Variables whose regions are looked up together.
_TOGETHER = 8

#: Rule numbers in order of rank, and whether there may be no hit at all.
PossibleHits = tuple[list[int], bool]


class Truth(NamedTuple):
    """What holds of every rule, Kleene's three values in two sets of rule numbers.

    A rule is in ``sure`` when all its cells are satisfied (true), in ``possible`` when
    none fails (true or undetermined). ``masks`` holds the regions that each variable
    may be in, the base variables first, then the derived ones.
    """

    sure: int
    possible: int
    masks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SingleHit:
    """A table of which one rule gives the answer.

    ``rules`` are rule numbers in order of rank, ``bits`` is the same as a set.
    ``ranked`` is true under FIRST and PRIORITY, where an earlier rule beats a later.
    """

    table: DecisionTable
    rules: tuple[int, ...]
    ranked: bool
    bits: int
    _memo: dict[tuple[int, int], PossibleHits] = field(
        default_factory=dict, compare=False, repr=False
    )

    def possible_hits(self, sure: int, possible: int) -> PossibleHits:
        """The rules that may be the hit, and whether there may be none.

        ``sure`` and ``possible`` are those of a :class:`Truth`.
        """
        key = sure & self.bits, possible & self.bits
        found = self._memo.get(key)
        if found is None:
            found = self._possible_hits(*key)
            memoise(self._memo, key, found)
        return found

    def _possible_hits(self, sure: int, possible: int) -> PossibleHits:
        if not self.ranked:
            for number in self.rules:
                if sure >> number & 1:
                    return [number], False
        found = []
        for number in self.rules:
            if possible >> number & 1:
                found.append(number)
                if sure >> number & 1:
                    return found, False
        return found, True


@dataclass(frozen=True, slots=True)
class DerivedStep:
    """How one derived fact follows from a table.

    ``variable`` is its number, ``regions`` maps each rule of the table to the mask of
    the region that it gives, ``nothing`` is the mask of "no rule gave a value".
    """

    variable: int
    hit: SingleHit
    regions: Mapping[int, int]
    nothing: int

    def mask(self, sure: int, possible: int) -> int:
        """The regions that the derived fact may be in."""
        numbers, none = self.hit.possible_hits(sure, possible)
        mask = self.nothing if none else 0
        for number in numbers:
            mask |= self.regions[number]
        return mask


@dataclass(frozen=True, slots=True)
class RulesByEffect:
    """The rules about one treatment, a set of rule numbers for each effect."""

    indicated: int
    caution: int
    shared_caution: int
    unsuitable: int
    contraindicated: int

    @property
    def all(self) -> int:
        """All rules about the treatment."""
        against = self.unsuitable | self.contraindicated
        return self.indicated | self.reservations | against

    @property
    def reservations(self) -> int:
        """The rules that reserve the treatment, of its own or as all of its kind."""
        return self.caution | self.shared_caution


class Program:
    """The compiled ruleset; immutable but for what it memoises.

    ``rules`` stand by number and ``cells`` are each rule's cells, as a variable's
    number and the mask of the accepted regions. ``variables`` are the tested facts:
    ``base_count`` base ones (stated or computed), then the derived ones in such an
    order that each of ``steps`` rests on earlier ones alone. ``triage`` and
    ``urgency`` are single-hit tables, ``alerts`` rule numbers, ``effects`` the
    eligibility rules of each treatment code.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.rules: tuple[Rule, ...] = tuple(
            rule
            for table in ruleset.tables.values()
            if table.kind not in ("presumption", "computed")
            for rule in table.rules
        )
        self.numbers = {rule.id: number for number, rule in enumerate(self.rules)}
        self.all_rules = (1 << len(self.rules)) - 1
        self._make_variables()
        self._make_cells()
        self.steps = tuple(self._steps())
        self.step_of = {step.variable: step for step in self.steps}
        self._make_look_ups()
        self.triage = tuple(
            self._single(t, DISPOSITIONS) for t in ruleset.tables_of("triage")
        )
        self.urgency = tuple(
            self._single(t, URGENCIES) for t in ruleset.tables_of("urgency")
        )
        self.alerts = tuple(
            self.numbers[rule.id]
            for table in ruleset.tables_of("alert")
            for rule in table.rules
        )
        self.effects = {code: self._effects(code) for code in ruleset.treatments}

    # -- compiling ------------------------------------------------------------------

    def _make_variables(self) -> None:
        cells: dict[str, list[UnaryTests]] = {}
        for rule in self.rules:
            for name, cell in rule.cells.items():
                cells.setdefault(name, []).append(cell)
        for invariant in self.ruleset.invariants:
            for name, cell in (*invariant.when.items(), *invariant.then.items()):
                if name in cells:
                    cells[name].append(cell)
        for table in self.ruleset.tables_of("presumption"):
            for rule in table.rules:
                value = rule.outputs["value"]
                if isinstance(value, UnaryTests) and table.output in cells:
                    cells[table.output].append(value)
        facts = self.ruleset.facts
        base = [n for n in facts if n in cells and facts[n].scope != "derived"]
        derived = [n for n in facts if facts[n].scope == "derived"]
        self.variables: tuple[Variable, ...] = (
            *(variable(facts[name], cells[name]) for name in base),
            *(
                _whole(variable(facts[name], ()), facts[name].values)
                for name in derived
            ),
        )
        self.base_count = len(base)
        self.index = {v.name: i for i, v in enumerate(self.variables)}

    def _make_cells(self) -> None:
        self.cells: list[tuple[tuple[int, int], ...]] = []
        accepted: dict[tuple[int, str], int] = {}
        for rule in self.rules:
            compiled = []
            for name, cell in rule.cells.items():
                at = self.index[name]
                key = at, cell.text
                if key not in accepted:
                    accepted[key] = self.variables[at].accepted(cell)
                compiled.append((at, accepted[key]))
            self.cells.append(tuple(compiled))
        #: The rules with a cell over each variable: most are passed over at once.
        self.testing = [0] * len(self.variables)
        for number, cells in enumerate(self.cells):
            for at, _ in cells:
                self.testing[at] |= 1 << number

    def _make_look_ups(self) -> None:
        """Sure and possible rules stand in one number: possible above sure."""
        self._grid: Grid = grid_of(self.cells, len(self.variables))
        self._everything = self.all_rules | self.all_rules << len(self.rules)
        self._bits_of: list[dict[int, int]] = [{} for _ in self.variables]
        self._open_cells: list[dict[int, int]] = [{} for _ in self.variables]
        self._groups: list[tuple[slice, dict[tuple[int, ...], int]]] = [
            (slice(start, min(start + _TOGETHER, self.base_count)), {})
            for start in range(0, self.base_count, _TOGETHER)
        ]
        deriving = 0
        for step in self.steps:
            deriving |= step.hit.bits
        self._deriving = deriving | deriving << len(self.rules)
        self._derived: dict[int, tuple[int, tuple[int, ...]]] = {}

    def _steps(self) -> Iterator[DerivedStep]:
        makers = {t.output: t for t in self.ruleset.tables_of("derived")}
        graph = {n: [i for i in t.inputs if i in makers] for n, t in makers.items()}
        for name in TopologicalSorter(graph).static_order():
            at = self.index[name]
            values = self.variables[at].values
            hit = self._single(makers[name], values)
            regions = {
                number: 1 << values.index(self.rules[number].outputs["value"])
                for number in hit.rules
            }
            yield DerivedStep(at, hit, regions, 1 << len(values))

    def _single(self, table: DecisionTable, rank: Sequence[Value]) -> SingleHit:
        rules = [self.numbers[rule.id] for rule in table.rules]
        if table.hit_policy == "PRIORITY":
            key = {"derived": "value", "triage": "disposition", "urgency": "urgency"}
            output = key[table.kind]
            rules.sort(key=lambda n: list(rank).index(self.rules[n].outputs[output]))
        ranked = table.hit_policy in ("FIRST", "PRIORITY")
        return SingleHit(table, tuple(rules), ranked, bit_set(rules))

    def steps_behind(self, hits: Iterable[SingleHit]) -> list[DerivedStep]:
        """The derived steps that single-hit tables rest on, each before its users."""
        wanted = {name for hit in hits for name in hit.table.inputs}
        found = []
        for step in reversed(self.steps):
            if step.hit.table.output in wanted:
                wanted.update(step.hit.table.inputs)
                found.append(step)
        return found[::-1]

    def _effects(self, code: str) -> RulesByEffect:
        bits = dict.fromkeys(EFFECTS, 0)
        for number, rule in enumerate(self.rules):
            if code in rule.outputs.get("treatments", ()):
                bits[rule.outputs["effect"]] |= 1 << number
        return RulesByEffect(**bits)

    # -- evaluating -----------------------------------------------------------------

    def masks(
        self,
        known: Mapping[str, Value | UnaryTests | AnswerSet],
        computed: Mapping[str, int],
    ) -> list[int]:
        """The base variables' regions for the known values, a mask a variable.

        ``known`` has values by a fact's name, or what an answer or a presumption leaves
        of them; an unknown fact may be in any region.
        ``computed`` gives, for a fact that is neither known nor free, the mask of
        the regions that are left.

        Raises:
            ValueError: a value is none of its enumeration's.
        """
        masks = []
        for at in range(self.base_count):
            var = self.variables[at]
            if var.name in known:
                masks.append(mask_of(var, known[var.name]))
            else:
                masks.append(computed.get(var.name, var.everything))
        return masks

    def propagate(self, base: Sequence[int]) -> Truth:
        """The truth of every rule, for the base variables' regions.

        Derived facts follow table by table. Every value that some completion gives a
        derived fact is in its mask; two derived facts may also be taken together in
        ways that no completion gives, so that ``sure`` may be too small and
        ``possible`` too large, and never the other way round.
        """
        base = tuple(base)
        both = self._everything
        for group, memo in self._groups:
            masks = base[group]
            both &= memo.get(masks) or self._look_up(group, memo, masks)
        key = both & self._deriving
        bits, derived = self._derived.get(key) or self._derive(key)
        both &= bits
        return Truth(both & self.all_rules, both >> len(self.rules), base + derived)

    def _look_up(
        self, group: slice, memo: dict[tuple[int, ...], int], masks: tuple[int, ...]
    ) -> int:
        """The rules that some variables' regions leave."""
        both = self._everything
        for at, mask in enumerate(masks, start=group.start):
            both &= self._bits(at, mask)
        memoise(memo, masks, both)
        return both

    def _derive(self, both: int) -> tuple[int, tuple[int, ...]]:
        """The rules that the derived variables leave, and their regions.

        All that counts is what is known of the rules that derive.
        """
        masks = [0] * (len(self.variables) - self.base_count)
        bits = self._everything
        for step in self.steps:
            left = both & bits
            mask = step.mask(left & self.all_rules, left >> len(self.rules))
            masks[step.variable - self.base_count] = mask
            bits &= self._bits(step.variable, mask)
        found = bits, tuple(masks)
        memoise(self._derived, both, found)
        return found

    def _bits(self, at: int, mask: int) -> int:
        found = self._bits_of[at].get(mask)
        if found is None:
            sure, possible = self._grid.bits(at, mask)
            found = sure | possible << len(self.rules)
            memoise(self._bits_of[at], mask, found)
        return found

    def open_cells(self, at: int, mask: int) -> int:
        """The rules whose cell over a variable some of these regions pass, some not."""
        found = self._open_cells[at].get(mask)
        if found is None:
            both = self._bits(at, mask)
            found = both >> len(self.rules) & ~both
            memoise(self._open_cells[at], mask, found)
        return found


def mask_of(var: Variable, value: Value | UnaryTests | AnswerSet) -> int:
    """The regions of a value, or of those that an answer or a presumption leaves."""
    if isinstance(value, AnswerSet):
        return var.touched(value)
    return var.accepted(value) if isinstance(value, UnaryTests) else var.mask_of(value)


def memoise(memo: dict[Any, Any], key: object, found: object) -> None:
    """Remember what was found; a memo that is full is emptied first.

    Emptying costs a look-up here and there; which entries are still of use would cost
    one at every look-up.
    """
    if len(memo) >= _MEMO_SIZE:
        memo.clear()
    memo[key] = found


def _whole(var: Variable, values: tuple[str, ...]) -> Variable:
    """A derived fact's variable: every value a region of its own.

    One more region, without a representative, stands for "no rule gave a value".
    """
    return Variable(
        var.fact, tuple(values), tuple(values), (), tuple(range(len(values)))
    )


@lru_cache(maxsize=16)
def program_of(ruleset: Ruleset) -> Program:
    """The compiled form of a ruleset, made once and reused.

    Sixteen are remembered: the versions in force, drafts on trial, and their parts.
    """
    return Program(ruleset)
