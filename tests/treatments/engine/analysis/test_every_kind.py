"""A fault of every kind is planted and found, and every example shows its finding."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.commands import in_this_process
from tests.small_ruleset import FIRST_RULESET
from tests.treatments.engine.analysis.test_faults import add, rule, table
from treatments.engine import Evaluation, Ruleset, evaluate, load_ruleset
from treatments.engine.analysis import KINDS, Analysis, Finding, check_document
from treatments.engine.ruleset.enums import FOR
from treatments.engine.ruleset.presumptions import conditional_values

FIRST = load_ruleset(FIRST_RULESET)
#: It alone presumes a part of a range.
SHIPPED = load_ruleset()
TODAY = datetime.date(2026, 11, 21)
Document = dict[str, Any]


def refused(document: Document) -> None:
    rule(document, "MED-04")["cells"]["age_years"] = "older than 3"


def source_missing(document: Document) -> None:
    rule(document, "MED-04")["sources"] = ["B41"]


def gap(document: Document) -> None:
    rule(document, "DEFICIT-02")["cells"]["weakest_mrc_grade"] = "5"


def overlap(document: Document) -> None:
    table(document, "motor_deficit")["hit_policy"] = "UNIQUE"
    rule(document, "DEFICIT-02")["cells"]["weakest_mrc_grade"] = "[3..4]"


def conflict(document: Document) -> None:
    outputs = {"treatments": ["PERC_LASER"], "effect": "indicated"}
    add(document, "perc", "PERC-05", "PERC-99", outputs=outputs)


def masked(document: Document) -> None:
    cells = {"suspected_infection": "true", "suspected_malignancy": "true"}
    add(document, "triage", "TRIAGE-02", "TRIAGE-99", cells=cells)


def masked_presumption(document: Document) -> None:
    cells = {"sex": '"male"', "age_years": "> 60"}
    add(document, "presumed_pregnancy", "PRESUME-02", "PRESUME-99", cells=cells)


def duplicate(document: Document) -> None:
    cells = {"same_level_recurrences": "not(0,1)"}
    add(document, "med", "MED-12", "MED-99", cells=cells)


def mergeable(document: Document) -> None:
    rule(document, "PERC-12")["cells"]["calcification"] = '"partial"'
    cells = {"calcification": '"complete"'}
    add(document, "perc", "PERC-12", "PERC-99", cells=cells)


def never_matters(document: Document) -> None:
    cells = {"age_years": "> 60", "same_level_recurrences": ">= 1"}
    add(document, "perc", "PERC-16", "PERC-99", cells=cells)


def invariant(document: Document) -> None:
    rows = table(document, "perc")["rules"]
    rows.remove(rule(document, "PERC-08"))
    for id_ in ("PERC-01", "PERC-04"):
        rule(document, id_)["cells"]["age_years"] = "<= 65"


def cut_presumption(document: Document) -> None:
    cells = {"annular_defect_width_mm": "> 4"}
    add(document, "med", "MED-04", "MED-99", cells=cells)
    inputs = table(document, "med")["inputs"]
    if "annular_defect_width_mm" not in inputs:
        inputs.append("annular_defect_width_mm")


def no_advice(document: Document) -> None:
    for rows in document["tables"]:
        if rows["kind"] == "eligibility":
            for row in rows["rules"]:
                if row["outputs"]["effect"] == "indicated":
                    row["cells"]["age_years"] = "<= 60"
            if "age_years" not in rows["inputs"]:
                rows["inputs"].append("age_years")


def unused_fact(document: Document) -> None:
    fact = next(f for f in document["facts"] if f["name"] == "numbering_anomaly")
    document["facts"].append(fact | {"name": "spare"})


def overdue(document: Document) -> None:
    rule(document, "MED-04")["review_by"] = "2026-11-20"


PLANTS: dict[str, tuple[Callable[[Document], None], ...]] = {
    "refused": (refused,),
    "source_missing": (source_missing,),
    "gap": (gap,),
    "overlap": (overlap,),
    "conflict": (conflict,),
    "masked": (masked, masked_presumption),
    "duplicate": (duplicate,),
    "mergeable": (mergeable,),
    "never_matters": (never_matters,),
    "invariant": (invariant,),
    "cut_presumption": (cut_presumption,),
    "no_advice": (no_advice,),
    "unused_fact": (unused_fact,),
    "overdue": (overdue,),
    "undecided": (gap,),
}
PLANTED = [(kind, plant) for kind, plants in PLANTS.items() for plant in plants]


def untouched(_: Document) -> None:
    pass


def planted(plant: Callable[[Document], None]) -> Document:
    ruleset = SHIPPED if plant is cut_presumption else FIRST
    document: Document = copy.deepcopy(dict(ruleset.document))
    plant(document)
    return document


@cache
def analysed(kind: str, plant: Callable[[Document], None]) -> Analysis:
    budget = {"budget": 10} if kind == "undecided" else {}
    return check_document(planted(plant), today=TODAY, limit=1000, **budget)


@cache
def before() -> set[tuple[Any, ...]]:
    return {key_of(finding) for finding in analysed("", untouched).findings}


def key_of(finding: Finding) -> tuple[Any, ...]:
    return finding.kind, finding.table, finding.rules, finding.message


def test_there_is_a_planted_fault_of_every_kind() -> None:
    assert set(PLANTS) == set(KINDS)


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_a_planted_fault_is_found(kind: str, plant: Callable[[Document], None]) -> None:
    new = [
        finding
        for finding in analysed(kind, plant).of(kind)
        if key_of(finding) not in before()
    ]
    if kind != "no_advice":  # the shipped ruleset has such cases too
        assert new


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_every_example_of_a_planted_fault_shows_its_finding(
    kind: str, plant: Callable[[Document], None]
) -> None:
    document = planted(plant)
    if kind == "refused":
        return
    ruleset = Ruleset.from_document(document)
    for finding in analysed(kind, plant).findings:
        if finding.example:
            shows(ruleset, finding, finding.example.document)
        for box in finding.boxes:
            shows(ruleset, finding, box.example.document)


def shows(ruleset: Ruleset, finding: Finding, case: Any) -> None:
    """Assert that the engine's answer to the case is what the finding says."""
    evaluation = evaluate(case, ruleset)
    assert evaluation.disposition != "invalid"
    if finding.table and ruleset.tables[finding.table].kind == "presumption":
        shows_presumption(ruleset, finding, case)
    elif finding.kind == "invariant":
        assert any(
            f"{row.id} (" in finding.message and not row.holds(known(case, evaluation))
            for row in ruleset.invariants
        )
    elif finding.kind == "no_advice":
        assert evaluation.disposition == "ladder"
        assert not {option.status for option in evaluation.options} & FOR
    else:
        shows_rows(ruleset, finding, evaluation)


def shows_rows(ruleset: Ruleset, finding: Finding, evaluation: Evaluation) -> None:
    states = {trace.rule: trace.state for trace in evaluation.trace}
    rows = [row.id for row in ruleset.tables[finding.table].rules]
    if finding.kind == "gap":
        assert {states[id_] for id_ in rows} == {"false"}
    elif finding.kind == "overlap":
        assert [states[id_] for id_ in finding.rules] == ["true", "true"]
        assert ", ".join(finding.rules) in {e["value"] for e in evaluation.errors}
    elif finding.kind in ("duplicate", "conflict"):
        assert [states[id_] for id_ in finding.rules] == ["true", "true"]
    else:
        assert states[finding.rules[0]] == "true"
        hidden = finding.rules[0] not in evaluation.matched_rules
        assert hidden or finding.kind != "masked"


def shows_presumption(ruleset: Ruleset, finding: Finding, case: Any) -> None:
    """The row holds of what is stated, and the value is presumed."""
    rows = {row.id: row for row in ruleset.tables[finding.table].rules}
    cells = rows[finding.rules[0]].cells
    facts = case["facts"]
    assert all(n in facts and cell.accepts(facts[n]) for n, cell in cells.items())
    output = ruleset.tables[finding.table].output
    assert output in conditional_values(ruleset, facts)
    assert output not in facts


def known(case: Any, evaluation: Evaluation) -> dict[str, Any]:
    return {
        **case["discs"][0],
        **case["facts"],
        **evaluation.derived,
        "disposition": evaluation.disposition,
        "urgency": evaluation.urgency,
        "recommended": evaluation.recommended,
        "alert": {alert["id"] for alert in evaluation.alerts},
        "offered": {
            option.treatment
            for option in evaluation.options
            if option.treatment not in case.get("unavailable_treatments", ())
        },
    }


@pytest.mark.parametrize("plant", [gap, masked, duplicate])
def test_manage_py_evaluate_answers_the_examples_alike(
    plant: Callable[[Document], None], tmp_path: Path
) -> None:
    document = planted(plant)
    ruleset = Ruleset.from_document(document)
    findings = analysed("", plant).findings
    examples = [f.example.document for f in findings if f.example]
    assert examples
    (tmp_path / "ruleset.json").write_text(json.dumps(document), "utf-8")
    lines = "".join(json.dumps(example) + "\n" for example in examples)
    (tmp_path / "cases.jsonl").write_text(lines, "utf-8")
    paths = ["--jsonl", tmp_path / "cases.jsonl"]
    paths += ["--ruleset", tmp_path / "ruleset.json"]
    result = in_this_process("evaluate", "--jobs", 1, *paths)
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers == [
        json.loads(json.dumps(evaluate(case, ruleset).to_document()))
        for case in examples
    ]


def test_a_masked_rule_is_named_with_those_that_take_its_cases() -> None:
    finding = next(
        f for f in analysed("", masked).of("masked") if f.rules[0] == "TRIAGE-99"
    )
    assert finding.rules == ("TRIAGE-99", "TRIAGE-02")
    (presumed,) = analysed("", masked_presumption).of("masked")
    assert presumed.rules == ("PRESUME-99", "PRESUME-01")
