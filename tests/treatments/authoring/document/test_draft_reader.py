"""A problem is pinned on the rule it stands in, whatever the names are."""

import copy

import pytest

from treatments.authoring.document.draft_reader import read_draft
from treatments.engine import load_ruleset

TABLE, FACT = "TRIAGE", "age_years"


def a_draft(table_id, rule_id, cell="perhaps"):
    """The shipped ruleset with one more rule in a triage table, its cell amiss."""
    document = copy.deepcopy(dict(load_ruleset().document))
    table = next(t for t in document["tables"] if t["kind"] == "triage")
    table["id"] = table_id
    rule = copy.deepcopy(table["rules"][0])
    table["rules"].append({**rule, "id": rule_id, "cells": {FACT: cell}})
    return document


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("TRIAGE", "T-99"),
        ("TRIAGE", "CONS, 01"),
        ("TRIAGE", "T-01, cell age_years"),
        ("TRIAGE, rule T-01", "T-99"),
        ("table A, rule B", "table A, rule B"),
    ],
)
def test_one_bad_cell_is_pinned_on_its_rule_and_the_others_can_be_tried(table, rule):
    reading = read_draft(a_draft(table, rule))
    (problem,) = reading.problems
    assert (problem.table, problem.rule, problem.field) == (table, rule, FACT)
    assert reading.left_out == {rule}
    assert reading.ruleset is not None
    assert rule not in reading.ruleset.rules


def test_a_bad_cell_leaves_the_table_alone_whose_name_holds_its_own():
    document = a_draft("ELIG", "E-1")
    other = next(t for t in document["tables"] if t["kind"] == "eligibility")
    other["id"] = "ELIG, rule E-1"
    reading = read_draft(document)
    assert [(p.table, p.rule) for p in reading.problems] == [("ELIG", "E-1")]
    assert reading.ruleset is not None
    assert reading.ruleset.tables["ELIG, rule E-1"].rules


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("rationale", "", "missing; say in words why"),
        ("sources", [], "missing; cite at least one"),
        ("review_by", "", "missing; a date as 2027-11-30"),
        ("review_by", "soon", "'soon' is no date (YYYY-MM-DD)"),
        ("strength", "", "missing; one of strong, conditional"),
        ("owner", "", "missing; say who answers for the rule"),
    ],
)
def test_a_ground_that_is_missing_is_told_by_its_field_and_the_rule_is_tried(
    field, value, told
):
    document = a_draft(TABLE, "CONS, 01", cell="-")
    table = next(t for t in document["tables"] if t["id"] == TABLE)
    table["rules"][-1][field] = value
    reading = read_draft(document)
    assert [(p.rule, p.field, p.message) for p in reading.problems] == [
        ("CONS, 01", field, told)
    ]
    assert reading.left_out == frozenset()
    assert reading.ruleset is not None
