"""The one way a cell is put into words; :mod:`.words_reader` reads them back.

An open end is always said: ``[4..6)`` is "4 to under 6", for 6 fails. Where a list of
names would be read as something else, each name is its code in quotation marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from .terms import PLAIN, Terms, fold, spoken
from .unary_tests import Compare, Equal, Interval, Test, UnaryTests, Value
from .vocabulary import Fact
from .words_reader import ANY_WORDS, NOT_KNOWN, listed, values_by_words

COMPARED = MappingProxyType(
    {">=": "{} or more", ">": "over {}", "<=": "up to {}", "<": "under {}"}
)


def cell_in_words(fact: Fact, cell: UnaryTests, terms: Terms = PLAIN) -> str:
    """A cell of this fact as people say it: "4 to under 6 mm", "bulge or protrusion".

    A cell that accepts everything is "". The cell has to be a test of the fact
    (:meth:`.vocabulary.Fact.misfit`).
    """
    if cell.is_any:
        return ""
    if cell.unknown:
        return NOT_KNOWN
    if fact.type != "enum":
        return _list_in_words(cell, {}, terms.unit, terms.between)
    labels = tuple(map(terms.labels.get, fact.values))
    return _names_in_words(
        fact.values, labels, terms.between, cell.tests, is_negated=cell.negated
    )


@lru_cache(maxsize=4096)
def _names_in_words(
    codes: tuple[str, ...],
    labels: tuple[str | None, ...],
    between: str,
    tests: tuple[Test, ...],
    *,
    is_negated: bool,
) -> str:
    """A list of names: the labels where they are read back, else codes in quotes."""
    cell = UnaryTests("", tests, is_negated)
    quoted = {code: f'"{code}"' for code in codes}
    listing = ",".join(
        dict.fromkeys(quoted[str(t.value)] for t in tests if isinstance(t, Equal))
    )
    meant = f"not({listing})" if is_negated else listing
    plain = {c: label or spoken(c) for c, label in zip(codes, labels, strict=True)}
    known = values_by_words(codes, labels)
    for names in (plain, quoted):
        words = _list_in_words(cell, names, "", between)
        if listed(known, words) == meant and fold(words) not in ANY_WORDS:
            return words
    return meant


def number_in_words(value: float) -> str:
    """A number without an exponent or needless zeros: ``0.0001``, ``4`` for 4.0."""
    return f"{Decimal(str(value)).normalize():f}"


def _list_in_words(
    cell: UnaryTests, names: Mapping[str, str], unit: str, between: str
) -> str:
    *others, last = cell.tests
    said = [_test_in_words(test, names, "") for test in others]
    ending = _test_in_words(last, names, f" {unit}" if unit else "")
    if cell.negated:
        return f"neither {', '.join(said)} nor {ending}" if said else f"not {ending}"
    if between:
        return between.join([*said, ending])
    return f"{', '.join(said)} or {ending}" if said else ending


def _test_in_words(test: Test, names: Mapping[str, str], unit: str) -> str:
    if isinstance(test, Equal):
        return _value_in_words(test.value, names, unit)
    if isinstance(test, Compare):
        return COMPARED[test.operator].format(number_in_words(test.bound) + unit)
    return _interval_in_words(test) + unit


def _value_in_words(value: Value, names: Mapping[str, str], unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return names[value]
    return number_in_words(value) + unit


def _interval_in_words(test: Interval) -> str:
    low = "" if test.low_closed else "over "
    high = "" if test.high_closed else "under "
    return f"{low}{number_in_words(test.low)} to {high}{number_in_words(test.high)}"
