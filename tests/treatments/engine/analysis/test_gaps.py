"""The parts of a gap cover it exactly, and each can be made a row of the table."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.treatments.engine.analysis.test_tables import (
    CASES,
    degree,
    found,
    rulesets,
)
from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    Oracle,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate
from treatments.engine.analysis import GapBox, check, recheck_table
from treatments.engine.ruleset.unary_tests import parse


def holds(cells: Any, known: dict[str, Any]) -> bool:
    return all(
        name in known and parse(text).accepts(known[name])
        for name, text in cells.items()
    )


def with_rules(ruleset: Ruleset, rows: list[dict[str, Any]]) -> Ruleset:
    whole = copy.deepcopy(dict(ruleset.document))
    rows_of = next(t for t in whole["tables"] if t["id"] == "degree")
    rows_of["rules"] = rows
    rows_of["inputs"] = sorted({name for row in rows for name in row["cells"]})
    return Ruleset.from_document(whole)


def with_row(ruleset: Ruleset, box: GapBox) -> Ruleset:
    row = rule("NEW", box.cells, value="low")
    return with_rules(ruleset, [*degree(ruleset), row])


@settings(max_examples=40, deadline=None)
@given(rulesets())
def test_the_parts_of_a_gap_cover_it_and_nothing_else(ruleset: Ruleset) -> None:
    rows = degree(ruleset)
    for gap in found(ruleset, "gap"):
        assert gap.is_whole
        for known, _ in CASES:
            inside = any(holds(box.cells, known) for box in gap.boxes)
            assert inside is not any(Oracle.fires(r, known) for r in rows)


@settings(max_examples=40, deadline=None)
@given(rulesets())
def test_the_share_of_each_part_is_exact_and_the_largest_comes_first(
    ruleset: Ruleset,
) -> None:
    for gap in found(ruleset, "gap"):
        for box in gap.boxes:
            cases = [w for known, w in CASES if holds(box.cells, known)]
            assert cases
            assert box.share == sum(cases, Fraction(0))
        shares = [box.share or 0 for box in gap.boxes]
        assert all(one >= next_ for one, next_ in pairwise(shares))


@settings(max_examples=40, deadline=None)
@given(rulesets())
def test_no_part_of_a_gap_has_a_cell_too_many(ruleset: Ruleset) -> None:
    rows = degree(ruleset)
    tested = {name for row in rows for name in row["cells"]}
    if tested & {"loose"}:
        return  # there, what looks too narrow may be all that has a case
    for gap in found(ruleset, "gap"):
        for box in gap.boxes:
            for name in box.cells:
                wider = {n: t for n, t in box.cells.items() if n != name}
                assert any(
                    holds(wider, known) and any(Oracle.fires(r, known) for r in rows)
                    for known, _ in CASES
                )


@settings(max_examples=25, deadline=None)
@given(rulesets())
def test_each_part_is_shown_by_its_example_and_filled_by_its_cells(
    ruleset: Ruleset,
) -> None:
    for gap in found(ruleset, "gap"):
        for box in gap.boxes[:4]:
            assert evaluate(box.example.document, ruleset).derived["degree"] is None
            filled = evaluate(box.example.document, with_row(ruleset, box))
            assert filled.derived["degree"] == "low"


def test_the_example_of_a_part_lies_in_it_though_a_more_usual_one_has_no_row_too() -> (
    None
):
    cells = {"loose": 'not("yes")', "shift": ">= 4"}
    rows = table(
        "degree", "derived", [rule("D-1", cells, value="low")], output="degree"
    )
    options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
    whole = document([*DERIVED, rows, TRIAGE, URGENCY, options])
    whole["facts"].append(fact("degree", "enum", scope="derived", values=["low"]))
    ruleset = Ruleset.from_document(whole)
    (gap,) = found(ruleset, "gap")
    for box in gap.boxes:
        filled = evaluate(box.example.document, with_row(ruleset, box))
        assert filled.derived["degree"] == "low"


@settings(max_examples=60, deadline=None)
@given(rulesets(), st.data())
def test_what_an_edit_opens_is_what_had_a_row_before_and_has_none_now(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    before = degree(ruleset)
    gone = data.draw(st.sampled_from(before))
    rows = [row for row in before if row is not gone]
    after = with_rules(ruleset, rows)
    analysis = pickle.loads(pickle.dumps(check(ruleset, limit=10_000)))
    again = recheck_table(analysis, after, "degree")
    boxes = [box for gap in again.opened for box in gap.boxes]
    for known, _ in CASES:
        lost = Oracle.fires(gone, known) and not any(
            Oracle.fires(row, known) for row in rows
        )
        assert any(holds(box.cells, known) for box in boxes) is lost
    for gap in again.opened:
        assert gap.rules == (gone["id"],)
        assert gap.is_whole


def test_a_derived_fact_without_a_value_is_named_not_written_as_a_cell() -> None:
    loose = table(
        "loose",
        "derived",
        [rule("LOOSE-01", {"shift": ">= 4"}, value="yes")],
        output="loose",
    )
    cells = {"loose": '"yes"'}
    rows = table(
        "degree", "derived", [rule("D-1", cells, value="low")], output="degree"
    )
    options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
    whole = document([loose, DERIVED[1], rows, TRIAGE, URGENCY, options])
    whole["facts"].append(fact("degree", "enum", scope="derived", values=["low"]))
    (gap,) = found(Ruleset.from_document(whole), "gap")
    (box,) = gap.boxes
    assert (dict(box.cells), box.without_value) == ({}, ("loose",))
    assert box.words == "loose: no value"
    assert box.share == Fraction(4, 10)


def over_pairs(pairs: list[tuple[str, str]]) -> Ruleset:
    """A table whose rows each want two numbers of 0 to 9 in the middle."""
    rows = [
        rule(f"D-{one}{two}", {one: "[3..6]", two: "[3..6]"}, value="low")
        for one, two in pairs
    ]
    rows_of = table("degree", "derived", rows, output="degree")
    options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
    whole = document([*DERIVED, rows_of, TRIAGE, URGENCY, options])
    names = sorted({name for pair in pairs for name in pair})
    whole["facts"] += [fact(name, "int", minimum=0, maximum=9) for name in names]
    whole["facts"].append(fact("degree", "enum", scope="derived", values=["low"]))
    return Ruleset.from_document(whole)


def test_a_gap_over_many_facts_is_told_in_few_parts() -> None:
    names = [f"n{number}" for number in range(8)]
    (gap,) = found(over_pairs(list(combinations(names, 2))), "gap")
    assert gap.is_whole
    assert [len(box.cells) for box in gap.boxes] == [7] * 8
    outside = Fraction(6, 10)
    assert gap.share == outside**8 + 8 * (1 - outside) * outside**7


def test_of_more_than_a_hundred_parts_it_is_said_that_there_are_more() -> None:
    (gap,) = found(over_pairs([(f"a{n}", f"b{n}") for n in range(8)]), "gap")
    assert (gap.is_whole, len(gap.boxes)) == (False, 100)
    assert "in 100 or more parts" in gap.message
    assert gap.share == (1 - Fraction(4, 10) ** 2) ** 8


def test_a_removed_rule_is_not_mistaken_for_one_with_a_similar_name() -> None:
    """Names are the author's own: none is set aside for what a table had before."""
    stays = rule("D-1 (before)", {"flag": "false"}, value="low")
    whole = document([])
    whole["facts"].append(fact("degree", "enum", scope="derived", values=["low"]))

    def with_rows(*rows: dict[str, Any]) -> Ruleset:
        derived = table("degree", "derived", [*rows], output="degree")
        options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
        tables = [*DERIVED, derived, TRIAGE, URGENCY, options]
        return Ruleset.from_document(whole | {"tables": tables})

    gone = rule("D-1", {"flag": "true"}, value="low")
    again = recheck_table(check(with_rows(gone, stays)), with_rows(stays), "degree")
    (gap,) = again.opened
    assert gap.rules == ("D-1",)
    assert [dict(box.cells) for box in gap.boxes] == [{"flag": "true"}]
