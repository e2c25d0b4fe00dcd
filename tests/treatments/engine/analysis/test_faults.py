"""A fault of each kind, planted in the first ruleset, is found and shown."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.small_ruleset import FIRST_RULESET
from treatments.engine import Evaluation, Ruleset, evaluate, load_ruleset
from treatments.engine.analysis import Analysis, Finding, check, check_document

SHIPPED = load_ruleset()
FIRST = load_ruleset(FIRST_RULESET)
TODAY = datetime.date(2026, 11, 21)
Document = dict[str, Any]


def table(document: Document, id_: str) -> Document:
    return next(t for t in document["tables"] if t["id"] == id_)


def rule(document: Document, id_: str) -> Document:
    return next(r for t in document["tables"] for r in t["rules"] if r["id"] == id_)


def add(document: Document, table_id: str, like: str, id_: str, **changes: Any) -> None:
    """A row like another, put after it."""
    rows = table(document, table_id)
    row = copy.deepcopy(rule(document, like)) | {"id": id_, **changes}
    rows["inputs"] += [name for name in row["cells"] if name not in rows["inputs"]]
    rows["rules"].insert(rows["rules"].index(rule(document, like)) + 1, row)


def analysed(plant: Callable[[Document], None]) -> tuple[Ruleset, Analysis]:
    document = copy.deepcopy(dict(FIRST.document))
    plant(document)
    ruleset = Ruleset.from_document(document)
    return ruleset, check(ruleset, today=TODAY, limit=1000)


def shown(ruleset: Ruleset, finding: Finding) -> Evaluation:
    """The engine's answer to the example of a finding."""
    assert finding.example is not None
    evaluation = evaluate(finding.example.document, ruleset)
    assert evaluation.disposition != "invalid"
    return evaluation


def states(evaluation: Evaluation) -> dict[str, str]:
    return {trace.rule: trace.state for trace in evaluation.trace}


@pytest.fixture(scope="module")
def shipped() -> Analysis:
    return check(SHIPPED, today=TODAY, limit=1000)


@pytest.fixture(scope="module")
def first() -> Analysis:
    return check(FIRST, today=TODAY, limit=1000)


def test_the_shipped_ruleset_has_no_errors(shipped: Analysis) -> None:
    assert shipped.is_sound
    assert not shipped.of("undecided")
    assert not shipped.left_out


def test_the_shipped_invariants_are_proved_of_complete_and_of_partial_cases(
    shipped: Analysis,
) -> None:
    assert len(shipped.proofs) == len(SHIPPED.invariants) == 42
    for proof in shipped.proofs:
        outcomes = {proof.complete, proof.partial, proof.anywhere}
        assert outcomes == {"proved"}, proof.invariant


def test_a_last_resort_that_breaks_an_invariant_is_shown(first: Analysis) -> None:
    (finding,) = first.of("invariant")
    assert finding.severity == "warning"
    assert finding.example
    assert finding.example.document["unavailable_treatments"]
    evaluation = shown(FIRST, finding)
    assert evaluation.recommended == "CONS"
    assert evaluation.derived["motor_deficit_acute"] == "yes"


def test_a_gap_is_found_with_its_share() -> None:
    def plant(document: Document) -> None:
        del rule(document, "DEFICIT-02")["cells"]["weakest_mrc_grade"]
        rule(document, "DEFICIT-02")["cells"]["weakest_mrc_grade"] = "5"

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("gap")
    assert (finding.severity, finding.table) == ("error", "motor_deficit")
    assert finding.share is not None
    assert finding.share * 6 == 1
    assert finding.example
    assert finding.example.facts == {"weakest_mrc_grade": 4}
    evaluation = shown(ruleset, finding)
    assert evaluation.derived["motor_deficit"] is None
    found = states(evaluation)
    assert {found[r.id] for r in ruleset.tables["motor_deficit"].rules} == {"false"}


def test_an_overlap_is_found() -> None:
    def plant(document: Document) -> None:
        table(document, "motor_deficit")["hit_policy"] = "UNIQUE"
        rule(document, "DEFICIT-02")["cells"]["weakest_mrc_grade"] = "[3..4]"

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("overlap")
    assert finding.rules == ("DEFICIT-01", "DEFICIT-02")
    evaluation = shown(ruleset, finding)
    assert evaluation.errors[0]["value"] == "DEFICIT-01, DEFICIT-02"
    assert {proof.partial for proof in analysis.proofs} == {"not decided"}


def test_a_conflict_is_found() -> None:
    def plant(document: Document) -> None:
        outputs = {"treatments": ["PERC_LASER"], "effect": "indicated"}
        add(document, "perc", "PERC-05", "PERC-99", outputs=outputs)

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("conflict")
    assert finding.rules == ("PERC-99", "PERC-05")
    found = states(shown(ruleset, finding))
    assert found["PERC-05"] == found["PERC-99"] == "true"


def test_an_indication_beside_a_contraindication_is_no_finding(
    shipped: Analysis,
) -> None:
    assert not shipped.of("overlap") + shipped.of("conflict")


def test_a_masked_row_is_found() -> None:
    def plant(document: Document) -> None:
        cells = {"suspected_infection": "true", "suspected_malignancy": "true"}
        add(document, "triage", "TRIAGE-02", "TRIAGE-99", cells=cells)

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("masked")
    assert finding.rules == ("TRIAGE-99", "TRIAGE-02")
    evaluation = shown(ruleset, finding)
    assert states(evaluation)["TRIAGE-99"] == "true"
    assert "TRIAGE-99" not in evaluation.matched_rules


def test_a_row_whose_cells_exclude_each_other_through_a_derived_fact_is_masked() -> (
    None
):
    def plant(document: Document) -> None:
        cells = {"motor_deficit": '"none"', "weakest_mrc_grade": "<= 4"}
        add(document, "med", "MED-12", "MED-99", cells=cells)

    _, analysis = analysed(plant)
    (finding,) = analysis.of("masked")
    assert (finding.rules, finding.example) == (("MED-99",), None)


def test_a_duplicate_is_found() -> None:
    def plant(document: Document) -> None:
        cells = {"same_level_recurrences": "not(0,1)"}
        add(document, "med", "MED-12", "MED-99", cells=cells)

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("duplicate")
    assert finding.rules == ("MED-99", "MED-12")
    found = states(shown(ruleset, finding))
    assert found["MED-12"] == found["MED-99"] == "true"


def test_rows_that_could_be_one_are_found() -> None:
    def plant(document: Document) -> None:
        rule(document, "PERC-12")["cells"]["calcification"] = '"partial"'
        add(
            document,
            "perc",
            "PERC-12",
            "PERC-99",
            cells={"calcification": '"complete"'},
        )

    ruleset, analysis = analysed(plant)
    (finding,) = [f for f in analysis.of("mergeable") if f.table == "perc"]
    assert finding.rules == ("PERC-12", "PERC-99")
    assert states(shown(ruleset, finding))["PERC-12"] == "true"


def test_a_row_that_never_matters_is_found(first: Analysis) -> None:
    def plant(document: Document) -> None:
        cells = {"age_years": "> 60", "same_level_recurrences": ">= 1"}
        add(document, "perc", "PERC-16", "PERC-99", cells=cells)

    ruleset, analysis = analysed(plant)
    before = {f.rules for f in first.of("never_matters")}
    new = [f for f in analysis.of("never_matters") if f.rules not in before]
    (finding,) = new
    assert finding.rules == ("PERC-99",)
    assert states(shown(ruleset, finding))["PERC-99"] == "true"


def test_a_fact_that_nothing_looks_at_is_found(first: Analysis) -> None:
    def plant(document: Document) -> None:
        fact = next(f for f in document["facts"] if f["name"] == "numbering_anomaly")
        document["facts"].append(fact | {"name": "spare"})

    _, analysis = analysed(plant)
    assert len(analysis.of("unused_fact")) == len(first.of("unused_fact")) + 1
    assert "spare" in analysis.of("unused_fact")[-1].message


def test_a_case_without_an_indicated_option_is_shown(shipped: Analysis) -> None:
    (finding,) = shipped.of("no_advice")
    assert finding.severity == "info"
    evaluation = shown(SHIPPED, finding)
    assert evaluation.disposition == "ladder"
    assert evaluation.recommended == SHIPPED.selection.last_resort_treatment
    statuses = {option.status for option in evaluation.options}
    assert not statuses & {"suitable", "caution"}


def test_a_violated_invariant_is_found_with_the_case_that_violates_it() -> None:
    def plant(document: Document) -> None:
        rows = table(document, "perc")["rules"]
        rows.remove(rule(document, "PERC-08"))
        for id_ in ("PERC-01", "PERC-04"):
            rule(document, id_)["cells"]["age_years"] = "<= 65"

    ruleset, analysis = analysed(plant)
    (proof,) = [p for p in analysis.proofs if p.invariant == "INV-3b"]
    assert (proof.complete, proof.anywhere) == ("violated", "violated")
    finding = analysis.of("invariant")[0]
    assert finding.severity == "error"
    assert "INV-3b" in finding.message
    evaluation = shown(ruleset, finding)
    assert (evaluation.recommended or "").startswith("PERC_")
    assert finding.example
    assert 55 < finding.example.facts["age_years"] <= 65


def test_a_triage_that_misses_a_red_flag_is_found() -> None:
    def plant(document: Document) -> None:
        rule(document, "TRIAGE-04")["cells"]["age_years"] = ">= 18"
        table(document, "triage")["inputs"].append("age_years")

    ruleset, analysis = analysed(plant)
    finding = analysis.of("invariant")[0]
    assert "INV-2c" in finding.message
    assert shown(ruleset, finding).disposition == "ladder"


def test_a_rule_without_a_verified_source_is_found(first: Analysis) -> None:
    def plant(document: Document) -> None:
        unverified = next(s for s in document["sources"] if "R" in s["confidence"])
        rule(document, "MED-04")["sources"] = [unverified["id"]]

    _, analysis = analysed(plant)
    cited = {id_ for f in analysis.of("source_missing") for id_ in f.rules}
    assert cited - {i for f in first.of("source_missing") for i in f.rules} == {
        "MED-04"
    }


def test_a_rule_without_sources_is_refused_and_found() -> None:
    document = copy.deepcopy(dict(FIRST.document))
    rule(document, "MED-04")["sources"] = []
    (finding,) = check_document(document).findings
    assert (finding.kind, finding.severity) == ("source_missing", "error")
    assert "MED-04" in finding.message


def test_an_overdue_rule_is_found_when_the_date_is_known() -> None:
    def plant(document: Document) -> None:
        rule(document, "MED-04")["review_by"] = "2026-11-20"

    ruleset, analysis = analysed(plant)
    (finding,) = analysis.of("overdue")
    assert finding.rules == ("MED-04",)
    assert not check(ruleset).of("overdue")
