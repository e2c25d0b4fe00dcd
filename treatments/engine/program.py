"""A ruleset compiled: every cell a mask of regions, every rule a bit.

For each variable and each set of regions it may be in, two bit sets over all rules
are kept: the rules whose cell is surely satisfied, and those whose cell still can be.
The AND over the variables is Kleene's conjunction for every rule at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import NamedTuple

from .regions import Variable, variable
from .ruleset import Ruleset
from .sfeel import UnaryTests, Value
from .tables import DISPOSITIONS, URGENCIES, DecisionTable, Rule


class Truth(NamedTuple):
    """What holds of every rule: a rule's bit is in ``sure`` when all its cells are
    satisfied, in ``possible`` when none fails. ``masks`` are all variables' regions,
    the derived ones included."""

    sure: int
    possible: int
    masks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SingleHit:
    """A table of which one rule gives the answer: rule numbers in order of rank."""

    table: DecisionTable
    rules: tuple[int, ...]
    ranked: bool

    def candidates(self, sure: int, possible: int) -> tuple[list[int], bool]:
        """The rules that may be the hit, and whether there may be none."""
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
    """How one derived fact follows: its variable, and each rule's region."""

    variable: int
    hit: SingleHit
    regions: Mapping[int, int]
    nothing: int

    def mask(self, sure: int, possible: int) -> int:
        """The regions that the derived fact may be in."""
        candidates, none = self.hit.candidates(sure, possible)
        mask = self.nothing if none else 0
        for number in candidates:
            mask |= self.regions[number]
        return mask


@dataclass(frozen=True, slots=True)
class Effects:
    """The rules about one treatment, as bit sets by effect."""

    indicated: int
    caution: int
    unsuitable: int
    contraindicated: int

    @property
    def all(self) -> int:
        return self.indicated | self.caution | self.unsuitable | self.contraindicated


class Program:
    """The compiled ruleset; immutable but for its look-up caches."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.rules: tuple[Rule, ...] = tuple(
            rule
            for table in ruleset.tables.values()
            if table.kind != "presumption"
            for rule in table.rules
        )
        self.numbers = {rule.id: number for number, rule in enumerate(self.rules)}
        self.all_rules = (1 << len(self.rules)) - 1
        self._make_variables()
        self._make_cells()
        self.steps = tuple(self._steps())
        self.step_of = {step.variable: step for step in self.steps}
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
        self._tested_by: list[list[tuple[int, int]]] = [[] for _ in self.variables]
        for number, rule in enumerate(self.rules):
            compiled = []
            for name, cell in rule.cells.items():
                at = self.index[name]
                accepted = self.variables[at].accepted(cell)
                compiled.append((at, accepted))
                self._tested_by[at].append((1 << number, accepted))
            self.cells.append(tuple(compiled))
        self._found: list[dict[int, tuple[int, int]]] = [{} for _ in self.variables]

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
        return SingleHit(table, tuple(rules), table.hit_policy in ("FIRST", "PRIORITY"))

    def steps_behind(self, hits: Iterable[SingleHit]) -> list[DerivedStep]:
        """The derived steps that single-hit tables rest on, each before its users."""
        wanted = {name for hit in hits for name in hit.table.inputs}
        found = []
        for step in reversed(self.steps):
            if step.hit.table.output in wanted:
                wanted.update(step.hit.table.inputs)
                found.append(step)
        return found[::-1]

    def _effects(self, code: str) -> Effects:
        bits = {"indicated": 0, "caution": 0, "unsuitable": 0, "contraindicated": 0}
        for number, rule in enumerate(self.rules):
            if code in rule.outputs.get("treatments", ()):
                bits[rule.outputs["effect"]] |= 1 << number
        return Effects(**bits)

    # -- evaluating -----------------------------------------------------------------

    def masks(
        self, known: Mapping[str, Value], computed: Mapping[str, int]
    ) -> list[int]:
        """The base variables' regions for the known values.

        ``computed`` gives, for a fact that is neither known nor free, the mask of
        the regions that are left.
        """
        masks = []
        for at in range(self.base_count):
            var = self.variables[at]
            if var.name in known:
                masks.append(var.mask_of(known[var.name]))
            else:
                masks.append(computed.get(var.name, var.everything))
        return masks

    def propagate(self, base: Sequence[int]) -> Truth:
        """The truth of every rule, for the base variables' regions."""
        sure = possible = self.all_rules
        for at, mask in enumerate(base):
            both = self._found[at].get(mask) or self._look_up(at, mask)
            sure &= both[0]
            possible &= both[1]
        masks = [*base, *([0] * (len(self.variables) - self.base_count))]
        for step in self.steps:
            mask = step.mask(sure, possible)
            both = self._found[step.variable].get(mask) or self._look_up(
                step.variable, mask
            )
            masks[step.variable] = mask
            sure &= both[0]
            possible &= both[1]
        return Truth(sure, possible, tuple(masks))

    def _look_up(self, at: int, mask: int) -> tuple[int, int]:
        sure = possible = self.all_rules
        for bit, accepted in self._tested_by[at]:
            if mask & ~accepted:
                sure &= ~bit
            if not mask & accepted:
                possible &= ~bit
        self._found[at][mask] = sure, possible
        return sure, possible

    def numbers_in(self, bits: int) -> Iterator[int]:
        """The rule numbers of a bit set, in the ruleset's order."""
        while bits:
            low = bits & -bits
            yield low.bit_length() - 1
            bits ^= low


def _whole(var: Variable, values: tuple[str, ...]) -> Variable:
    """A derived fact's variable: every value a region of its own.

    One more region, without a representative, stands for "no rule gave a value".
    """
    return Variable(
        var.fact, tuple(values), tuple(values), (), tuple(range(len(values)))
    )


@lru_cache(maxsize=16)
def program_of(ruleset: Ruleset) -> Program:
    """The compiled form of a ruleset, made once and reused."""
    return Program(ruleset)
