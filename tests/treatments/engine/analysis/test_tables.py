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
from treatments.engine.analysis import Analysis, Finding, check, recheck
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
        answer = draw(st.sampled_from(ANSWERS))
        rows.append(rule(f"D-{number:02}", cells, value=answer))
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
def test_the_rows_named_take_all_cases_of_a_masked_row_and_all_are_needed(
    ruleset: Ruleset,
) -> None:
    rows = {r["id"]: r for r in degree(ruleset)}
    for finding in found(ruleset, "masked"):
        own, *causes = finding.rules
        cases = [known for known, _ in CASES if Oracle.fires(rows[own], known)]

        def takes(
            ids: list[str],
            cases: list[dict[str, Any]] = cases,
        ) -> bool:
            return all(
                any(Oracle.fires(rows[id_], known) for id_ in ids) for known in cases
            )

        assert takes(causes)
        assert not any(takes([i for i in causes if i != one]) for one in causes)


READ = (
    ({"degree": '"low"'}, "CONS", "indicated"),
    ({"degree": '"low","middle"', "flag": "true"}, "ENDO", "indicated"),
    ({"weak": "true"}, "ENDO", "contraindicated"),
)


@settings(max_examples=15, deadline=None)
@given(rulesets())
def test_a_row_never_matters_exactly_when_no_case_is_advised_otherwise_without_it(
    ruleset: Ruleset,
) -> None:
    if ruleset.tables["degree"].hit_policy != "FIRST":
        return
    document_ = dict(ruleset.document)
    tables = [t for t in document_["tables"] if t["id"] != "options"]
    document_["tables"] = [*tables, eligibility(*READ)]
    ruleset = Ruleset.from_document(document_)
    rows = degree(ruleset)

    def advice_without(left_out: str) -> list[Any]:
        left = [r for r in rows if r["id"] != left_out]
        table_ = {**next(t for t in tables if t["id"] == "degree"), "rules": left}
        kept = [t for t in document_["tables"] if t["id"] != "degree"]
        changed = Oracle.__new__(Oracle)
        changed.document = {**document_, "tables": [*kept, table_]}
        answers: list[Any] = []
        for known, _ in CASES:
            facts = {n: v for n, v in known.items() if n != "loose"}
            *outcome, statuses = changed.outcome(facts)
            hit = any(Oracle.fires(r, known) for r in left)
            answers.append((*outcome, statuses if outcome[2] else None, hit))
        return answers

    whole = advice_without("")
    idle = {r["id"] for r in rows if advice_without(r["id"]) == whole}
    known_idle = {
        id_
        for kind in ("masked", "duplicate", "conflict")
        for f in found(ruleset, kind)
        for id_ in f.rules[: 1 if kind == "masked" else 2]
    }
    assert {f.rules[0] for f in found(ruleset, "never_matters")} == idle - known_idle


@settings(max_examples=20, deadline=None)
@given(rulesets(), rulesets())
def test_a_recheck_finds_in_the_table_what_a_whole_check_finds(
    before: Ruleset, after: Ruleset
) -> None:
    again = recheck(check(before, limit=10_000), after, "D-00")
    whole = check(after, limit=10_000)
    assert summary(again) == summary(whole)
    assert "invariant" in again.pending


def summary(analysis: Analysis) -> list[Any]:
    """What is found in the table; examples, and the causes of a mask, may differ."""
    return [
        (
            f.kind,
            f.rules[:1] if f.kind == "masked" else (f.rules, f.message),
            f.share,
            [(dict(box.cells), box.share) for box in f.boxes],
        )
        for kind in sorted(TABLE_KINDS)
        for f in analysis.of(kind)
        if f.table == "degree"
    ]
