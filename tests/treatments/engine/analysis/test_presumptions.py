"""Presumption tables rest on what is stated: "not known" is a case of its own."""

from __future__ import annotations

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
    case,
    document,
    eligibility,
    rule,
    table,
)
from treatments.engine import Ruleset
from treatments.engine.analysis import Finding, check, recheck
from treatments.engine.ruleset.presumptions import conditional_values, presumed_values

USED = ("flag", "kind", "weeks")


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """A random table that presumes a zone where it is not known."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        names = draw(st.lists(st.sampled_from(USED), max_size=3, unique=True))
        cells = {name: draw(st.sampled_from(CELLS[name])) for name in names}
        answer = draw(st.sampled_from(["central", "lateral"]))
        rows.append(rule(f"P-{number}", cells, value=answer))
    policy = draw(st.sampled_from(["FIRST", "FIRST", "UNIQUE", "ANY"]))
    presumed = table("zone", "presumption", rows, output="zone", hit_policy=policy)
    options = eligibility(({"zone": '"central"'}, "CONS", "indicated"))
    return Ruleset.from_document(
        document([presumed, *DERIVED, TRIAGE, URGENCY, options])
    )


def stated() -> list[dict[str, Any]]:
    """Every way of stating, or not stating, the facts that are used."""
    spaces = [[None, *VALUES[name]] for name in USED]
    return [
        {n: v for n, v in zip(USED, values, strict=True) if v is not None}
        for values in product(*spaces)
    ]


STATED = stated()


def found(ruleset: Ruleset, kind: str) -> list[Finding]:
    return [f for f in check(ruleset, limit=10_000).of(kind) if f.table == "zone"]


def firing(ruleset: Ruleset, known: dict[str, Any]) -> list[str]:
    return [
        row.id
        for row in ruleset.tables["zone"].rules
        if all(n in known and cell.accepts(known[n]) for n, cell in row.cells.items())
    ]


@settings(max_examples=40, deadline=None)
@given(rulesets())
def test_a_row_is_masked_exactly_when_it_never_gives_the_value(
    ruleset: Ruleset,
) -> None:
    ranked = ruleset.tables["zone"].hit_policy == "FIRST"
    hits = set()
    for known in STATED:
        hits |= set(firing(ruleset, known)[: 1 if ranked else None])
    known_idle = {
        f.rules[0] for kind in ("duplicate", "conflict") for f in found(ruleset, kind)
    }
    masked = {f.rules[0] for f in found(ruleset, "masked")}
    assert (
        masked - known_idle
        == {r.id for r in ruleset.tables["zone"].rules} - hits - known_idle
    )


@settings(max_examples=40, deadline=None)
@given(rulesets())
def test_an_overlap_is_found_exactly_where_the_policy_forbids_it(
    ruleset: Ruleset,
) -> None:
    policy = ruleset.tables["zone"].hit_policy
    says = {row.id: row.outputs for row in ruleset.tables["zone"].rules}
    together = set()
    for known in STATED:
        ids = firing(ruleset, known)
        for at, one in enumerate(ids):
            for other in ids[at + 1 :]:
                differ = says[one] != says[other]
                if policy == "UNIQUE" or (policy == "ANY" and differ):
                    together.add((one, other))
    assert {f.rules for f in found(ruleset, "overlap")} == together


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_without_a_row_that_never_matters_the_same_is_presumed(
    ruleset: Ruleset,
) -> None:
    if ruleset.tables["zone"].hit_policy != "FIRST":
        return
    rows = ruleset.tables["zone"].rules

    def presumed_without(left_out: str) -> list[Any]:
        hits = [[i for i in firing(ruleset, k) if i != left_out] for k in STATED]
        values = {row.id: row.outputs["value"] for row in rows}
        return [values[ids[0]] if ids else "central" for ids in hits]

    whole = presumed_without("")
    idle = {row.id for row in rows if presumed_without(row.id) == whole}
    never = {f.rules[0] for f in found(ruleset, "never_matters")}
    named = {
        id_
        for kind in ("masked", "duplicate", "conflict")
        for f in found(ruleset, kind)
        for id_ in f.rules[: 1 if kind == "masked" else 2]
    }
    assert never == idle - named


@settings(max_examples=30, deadline=None)
@given(rulesets())
def test_a_gap_is_no_finding_and_every_example_is_presumed_of(ruleset: Ruleset) -> None:
    analysis = check(ruleset, limit=10_000)
    assert not [f for f in analysis.of("gap") if f.table == "zone"]
    for finding in analysis.findings:
        if finding.table == "zone" and finding.example:
            facts = finding.example.document["facts"]
            assert finding.rules[0] in firing(ruleset, facts)
            assert presumed_values(ruleset, {**facts, "level": "L4-5"})["zone"]
            assert "zone" in conditional_values(ruleset, case(facts)["facts"])


def test_a_row_that_rests_on_a_derived_fact_can_never_hold() -> None:
    rows = [rule("P-1", {"loose": '"yes"'}, value="lateral")]
    presumed = table("zone", "presumption", rows, output="zone")
    options = eligibility(({"zone": '"central"'}, "CONS", "indicated"))
    ruleset = Ruleset.from_document(
        document([presumed, *DERIVED, TRIAGE, URGENCY, options])
    )
    (finding,) = found(ruleset, "masked")
    assert finding.rules == ("P-1",)
    assert "not stated" in finding.message
    again = recheck(check(ruleset), ruleset, "P-1")
    assert [f for f in again.of("masked") if f.table == "zone"] == [finding]
