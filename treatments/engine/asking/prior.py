"""How common each answer is: weights by fact, some of them beside another answer.

The shipped weights are figures that were published, each with its source, and else
assumptions that say so. They order questions and reach no advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..compiler.program import Program
from ..compiler.range_words import Span, spans_of
from ..compiler.regions import Variable
from ..ruleset.unary_tests import UnaryTests, parse

DEFAULT_PRIOR = Path(__file__).parents[2] / "rulesets" / "prior.csv"
#: Numbers are weighed in steps of this size where they are no whole ones.
_STEP = 0.05


@dataclass(frozen=True, slots=True)
class PriorRow:
    """Answers of a fact with their weight against the fact's other rows.

    Where ``given`` names a fact, the row counts in cases in which it is ``given_is``,
    and takes the place of the rows without a condition. ``basis`` is published,
    assumed, computed or counted; a published one has its ``source``.
    """

    fact: str
    values: UnaryTests
    weight: float
    given: str = ""
    given_is: UnaryTests | None = None
    basis: str = "assumed"
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """The rows by fact; a fact without rows has regions that are equally common."""

    rows: Mapping[str, tuple[PriorRow, ...]]

    @classmethod
    def of(cls, rows: Iterable[PriorRow]) -> Prior:
        """The prior of these rows."""
        found: dict[str, list[PriorRow]] = {}
        for row in rows:
            found.setdefault(row.fact, []).append(row)
        return cls({fact: tuple(of_fact) for fact, of_fact in found.items()})

    def replaced_by(self, rows: Iterable[PriorRow]) -> Prior:
        """The same with other rows for the facts that they are about."""
        return Prior({**self.rows, **Prior.of(rows).rows})


@lru_cache(maxsize=1)
def shipped_prior() -> Prior:
    """The prior that ships with the project.

    Raises:
        ValueError: a row of the file is wrong.
    """
    with DEFAULT_PRIOR.open(encoding="utf-8", newline="") as file:
        return Prior.of(map(_row, csv.DictReader(file)))


def _row(cells: Mapping[str, str]) -> PriorRow:
    return PriorRow(
        fact=cells["fact"],
        values=parse(cells["values"]),
        weight=float(cells["weight"]),
        given=cells["given"],
        given_is=parse(cells["is"]) if cells["given"] else None,
        basis=cells["basis"],
        source=cells["source"],
    )


@dataclass(frozen=True, slots=True)
class RegionWeights:
    """The weights of a variable's regions, where another one is in ``given_mask``.

    ``given`` is that variable's number, or -1 where the weights always count.
    """

    weights: tuple[float, ...]
    given: int = -1
    given_mask: int = 0


def region_weights(
    program: Program, prior: Prior
) -> tuple[tuple[RegionWeights, ...], ...]:
    """For each base variable its weights, those with a condition first."""
    return tuple(
        _weights(program, variable, prior.rows.get(variable.name, ()))
        for variable in program.variables[: program.base_count]
    )


def _weights(
    program: Program, variable: Variable, rows: Sequence[PriorRow]
) -> tuple[RegionWeights, ...]:
    sums: dict[tuple[int, int], list[float]] = {}
    size = len(variable.representatives)
    for row in rows:
        at = program.index.get(row.given, -1)
        if row.given and not 0 <= at < program.base_count:
            continue
        cell = row.given_is
        given = (at, program.variables[at].accepted(cell)) if cell else (-1, 0)
        found = sums.setdefault(given, [0.0] * size)
        for region, share in enumerate(_shares(variable, row.values)):
            found[region] += share * row.weight
    sums.setdefault((-1, 0), [1.0] * size)
    order = sorted(sums, key=lambda given: given[0] < 0)
    return tuple(RegionWeights(tuple(sums[given]), *given) for given in order)


def _shares(variable: Variable, cell: UnaryTests) -> list[float]:
    """How the values that a cell accepts are spread over a variable's regions."""
    size = len(variable.representatives)
    sums = [0.0] * size
    if not variable.points:
        for value, region in zip(variable.values, variable.pieces, strict=True):
            sums[region] += cell.accepts(value)
    else:
        for region in range(size):
            for span in spans_of(variable, 1 << region):
                sums[region] += sum(map(cell.accepts, _numbers(variable, span)))
    total = sum(sums)
    return [part / total for part in sums] if total else [0.0] * size


def _numbers(variable: Variable, span: Span) -> Iterable[float]:
    """Numbers of a run, evenly spread."""
    if variable.fact.type == "int":
        return range(int(span.low), int(span.high) + 1)
    steps = round((span.high - span.low) / _STEP)
    return (span.low + _STEP * step for step in range(max(steps, 1)))
