"""Cases as columns: each fact a list of different statements, and a code a case.

Columns know the vocabulary's facts but no rule, so that any version of a ruleset can
be asked of the same columns.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..case import Case, CaseReader, neighbour_values
from ..ruleset.answers import Answer
from ..ruleset.model import Ruleset
from ..ruleset.presumptions import IMAGE_READ
from ..ruleset.unary_tests import Value
from ..ruleset.vocabulary import Fact

#: What a case states of a fact: a value; some of its values; None, not known; several
#: values, one of them; no values at all, ``NOWHERE``: not known, of a disc that is
#: itself not known.
Statement = Answer | None | tuple[Value, ...]
NOWHERE: tuple[Value, ...] = ()
#: The codes of None and of NOWHERE in every column.
UNKNOWN_CODE, NOWHERE_CODE = 0, 1

Codes = NDArray[np.unsignedinteger[Any]]
_WIDER = {"B": "H", "H": "I"}


@dataclass(frozen=True)
class EncodedColumn:
    """One fact of many cases: ``statements[codes[case]]`` is what a case states.

    The statements all differ; ``codes`` is an array with an element for each case.
    """

    statements: tuple[Any, ...]
    codes: Codes

    @cached_property
    def used(self) -> tuple[int, ...]:
        """The codes that occur."""
        counts = np.bincount(self.codes, minlength=len(self.statements))
        return tuple(np.flatnonzero(counts).tolist())


@dataclass(frozen=True)
class Columns:
    """Many cases. A fact without a column is unknown in all of them.

    ``unavailable`` has sets of treatment codes; ``invalid`` marks the cases that could
    not be read.
    """

    size: int
    facts: Mapping[str, EncodedColumn]
    unavailable: EncodedColumn
    invalid: NDArray[np.bool_]


@dataclass(slots=True)
class _ColumnBuilder:
    """A column while it is read: its codes get wider when they must."""

    index: dict[Any, int]
    codes: array[int] = field(default_factory=lambda: array("B"))

    def add(self, statement: object) -> None:
        """The next case's statement."""
        code = self.index.setdefault(statement, len(self.index))
        try:
            self.codes.append(code)
        except OverflowError:
            self.codes = array(_WIDER[self.codes.typecode], self.codes)
            self.codes.append(code)

    def column(self) -> EncodedColumn:
        """The column of all cases added."""
        return EncodedColumn(tuple(self.index), np.asarray(self.codes))


def encode(cases: Iterable[object], ruleset: Ruleset) -> Columns:
    """Read case documents into columns, by the vocabulary of ``ruleset``.

    A document with errors is not refused: it takes its place and is marked invalid.
    """
    facts = [fact for fact in ruleset.facts.values() if fact.scope != "derived"]
    growing = [(fact, _ColumnBuilder({None: 0, NOWHERE: 1})) for fact in facts]
    unavailable = _ColumnBuilder({frozenset(): 0})
    invalid = array("B")
    for document in cases:
        case = CaseReader(ruleset).read(document)
        invalid.append(case is None)
        unavailable.add(case.unavailable if case else frozenset())
        for fact, column in growing:
            column.add(_statement(fact, case) if case else None)
    return Columns(
        len(invalid),
        {fact.name: column.column() for fact, column in growing},
        unavailable.column(),
        np.asarray(invalid).astype(np.bool_),
    )


def _statement(fact: Fact, case: Case) -> Statement:
    if fact.name == IMAGE_READ:
        return case.known.get(IMAGE_READ)
    if fact.scope == "computed":
        return tuple(neighbour_values(fact, case))
    if fact.scope == "disc" and case.level is None:
        return NOWHERE
    return case.answers.get(fact.name)
