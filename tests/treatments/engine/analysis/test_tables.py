"""Random small tables: what is found is what trying every case finds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_exactness import CELLS
from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    VALUES,
    Oracle,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Evaluation, Ruleset, evaluate
from treatments.engine.analysis import Finding, check, recheck
from treatments.engine.analysis.findings import TABLE_KINDS

#: How much of its range each of VALUES stands for, given the cells that are used.
WEIGHTS: dict[str, list[str]] = {
    "flag": ["1/2", "1/2"],
    "weak": ["1/2", "1/2"],
    "late": ["1/2", "1/2"],
    "kind": ["1/3", "1/3", "1/3"],
    "zone": ["1/2", "1/2"],
    "weeks": ["1/21", "5/21", "1/21", "6/21", "7/21", "1/21"],
    "shift": ["0", "3/10", "1/50", "4/50", "6/10", "0"],
}
ANSWERS = ("low", "middle", "high")
POLICIES = ("FIRST", "UNIQUE", "ANY", "PRIORITY")
USED = [name for name in CELLS if name != "ripe"]


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """One random derived table, some of whose inputs are derived themselves."""
    names = draw(st.lists(st.sampled_from(USED), min_size=1, max_size=3, unique=True))
    rows = []
    for number in range(draw(st.integers(1, 6))):
        cells = {
            name: draw(st.sampled_from(CELLS[name]))
            for name in names
            if draw(st.integers(0, 3))
        }
        says = draw(st.sampled_from(ANSWERS))
        rows.append(rule(f"D-{number:02}", cells, value=says))
    policy = draw(st.sampled_from(POLICIES))
    derived = table("degree", "derived", rows, output="degree", hit_policy=policy)
    options = eligibility(({"degree": '"low"'}, "CONS", "indicated"))
    whole = document([*DERIVED, derived, TRIAGE, URGENCY, options])
    whole["facts"].append(fact("degree", "enum", scope="derived", values=[*ANSWERS]))
    return Ruleset.from_document(whole)


def cases() -> Iterator[tuple[dict[str, Any], Fraction]]:
    """Every case over the representatives, with its part of the space."""
    spaces = [
        [(v, Fraction(w)) for v, w in zip(VALUES[name], WEIGHTS[name], strict=True)]
        for name in VALUES
    ]
    for chosen in product(*spaces):
        known = {name: v for name, (v, _) in zip(VALUES, chosen, strict=True)}
        weight = Fraction(1)
        for _, part in chosen:
            weight *= part
        loose = (
            "yes"
            if known["shift"] >= 4
            else "perhaps"
            if 3 <= known["shift"] < 4 and known["flag"]
            else "no"
        )
        yield {**known, "loose": loose}, weight


CASES = list(cases())


def degree(ruleset: Ruleset) -> list[dict[str, Any]]:
    return next(t for t in ruleset.document["tables"] if t["id"] == "degree")["rules"]


def found(ruleset: Ruleset, kind: str) -> list[Finding]:
    return [f for f in check(ruleset, limit=10_000).of(kind) if f.table == "degree"]


def shown(ruleset: Ruleset, finding: Finding) -> Evaluation:
    assert finding.example
    return evaluate(finding.example.document, ruleset)


def ranked(ruleset: Ruleset) -> list[dict[str, Any]]:
    rows = degree(ruleset)
    if ruleset.tables["degree"].hit_policy == "PRIORITY":
        return sorted(rows, key=lambda r: ANSWERS.index(r["outputs"]["value"]))
    return rows


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_a_gap_is_found_exactly_where_no_row_fires_and_its_share_is_exact(
    ruleset: Ruleset,
) -> None:
    rows = degree(ruleset)
    missed = [
        weight
        for known, weight in CASES
        if not any(Oracle.fires(r, known) for r in rows)
    ]
    gaps = found(ruleset, "gap")
    assert len(gaps) == bool(missed)
    for finding in gaps:
        assert finding.share == sum(missed)
        evaluation = shown(ruleset, finding)
        assert evaluation.derived["degree"] is None
        traced = {t.rule: t.state for t in evaluation.trace}
        assert {traced[r["id"]] for r in rows} == {"false"}


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_an_overlap_is_found_exactly_where_two_rows_that_must_not_hold_together(
    ruleset: Ruleset,
) -> None:
    policy = ruleset.tables["degree"].hit_policy
    together = set()
    for known, _ in CASES:
        fired = [r for r in degree(ruleset) if Oracle.fires(r, known)]
        for at, first in enumerate(fired):
            for second in fired[at + 1 :]:
                differ = first["outputs"] != second["outputs"]
                if policy == "UNIQUE" or (policy == "ANY" and differ):
                    together.add((first["id"], second["id"]))
    overlaps = found(ruleset, "overlap")
    assert {f.rules for f in overlaps} == together
    for finding in overlaps:
        assert shown(ruleset, finding).errors


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_a_row_is_masked_exactly_when_it_is_never_the_hit(ruleset: Ruleset) -> None:
    rows, policy = ranked(ruleset), ruleset.tables["degree"].hit_policy
    hits = set()
    for known, _ in CASES:
        fired = [r["id"] for r in rows if Oracle.fires(r, known)]
        hits |= set(fired if policy in ("UNIQUE", "ANY") else fired[:1])
    twins = {
        f.rules[0] for kind in ("duplicate", "conflict") for f in found(ruleset, kind)
    }
    masked = {f.rules[0] for f in found(ruleset, "masked")}
    assert masked - twins == {r["id"] for r in rows} - hits - twins
    assert not masked & hits


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_without_a_row_that_never_matters_the_table_says_the_same(
    ruleset: Ruleset,
) -> None:
    if ruleset.tables["degree"].hit_policy not in ("FIRST", "PRIORITY"):
        return
    rows = ranked(ruleset)

    def says(left_out: str) -> list[Any]:
        left = [r for r in rows if r["id"] != left_out]
        return [
            next((r["outputs"] for r in left if Oracle.fires(r, known)), None)
            for known, _ in CASES
        ]

    idle = {r["id"] for r in rows if says(r["id"]) == says("")}
    named = {
        id_
        for kind in ("never_matters", "masked", "duplicate", "conflict")
        for f in found(ruleset, kind)
        for id_ in f.rules
    }
    assert {f.rules[0] for f in found(ruleset, "never_matters")} <= idle <= named


@settings(max_examples=20, deadline=None)
@given(rulesets(), rulesets())
def test_a_recheck_finds_in_the_table_what_a_whole_check_finds(
    before: Ruleset, after: Ruleset
) -> None:
    again = recheck(check(before, limit=10_000), after, "D-00")
    whole = check(after, limit=10_000)
    for kind in TABLE_KINDS - {"masked"}:
        now = [f for f in again.of(kind) if f.table == "degree"]
        assert now == [f for f in whole.of(kind) if f.table == "degree"]
    masked = [
        {f.rules[0] for f in analysis.of("masked") if f.table == "degree"}
        for analysis in (again, whole)
    ]
    assert masked[0] == masked[1]
    assert "invariant" in again.pending
