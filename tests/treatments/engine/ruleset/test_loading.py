"""A ruleset with anything wrong is refused at load, with table, rule and cell."""

import copy
import json

import pytest

from tests.treatments.engine.small import (
    DERIVED,
    TRIAGE,
    URGENCY,
    document,
    eligibility,
    rule,
    table,
)
from treatments.engine import Ruleset, RulesetError, document_hash, load_ruleset


def good():
    rows = eligibility(({"kind": '"bulge"'}, "CONS", "indicated"))
    return document([*DERIVED, TRIAGE, URGENCY, rows])


def problems(changed):
    with pytest.raises(RulesetError) as refusal:
        Ruleset.from_document(changed)
    return str(refusal.value)


def first_rule(changed, table_id="options"):
    return next(t for t in changed["tables"] if t["id"] == table_id)["rules"][0]


def test_a_good_ruleset_loads_and_its_hash_is_that_of_the_document():
    ruleset = Ruleset.from_document(good())
    assert ruleset.sha256 == document_hash(good())
    assert len(ruleset.sha256) == 64
    assert ruleset.rules["R-01"].sources == ("B01",)
    assert ruleset.rules["LAST-01"].outputs["treatments"] == ("CONS",)


def test_the_hash_does_not_depend_on_the_order_of_keys():
    shuffled = json.loads(json.dumps(good()), object_pairs_hook=lambda p: dict(p[::-1]))
    assert document_hash(shuffled) == document_hash(good())


@pytest.mark.parametrize(
    ("fact", "text", "says"),
    [
        ("kind", '"bulgy"', 'table options, rule R-01, cell kind: "bulgy" names'),
        ("kind", "> 5", "compares kind, which is not a number"),
        ("weeks", '"six"', "names 'six'; weeks takes a whole number from 0 to 20"),
        ("weeks", "> 21", "the bound 21 outside the range of weeks, 0 to 20"),
        ("weeks", "2.5", "names 2.5"),
        ("flag", "1", "names 1; flag takes true or false"),
        ("shift", "[9..3]", "has an impossible range: 9..3"),
        ("shift", "about 3", "cannot be read from"),
        ("colour", '"red"', "colour is not a fact of the vocabulary"),
    ],
)
def test_a_bad_cell_is_named_with_table_rule_and_cell(fact, text, says):
    changed = good()
    first_rule(changed)["cells"][fact] = text
    found = problems(changed)
    assert says in found
    assert f"table options, rule R-01, cell {fact}" in found


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(sources=[]), "rule R-01: sources are missing"),
        (lambda r: r.update(sources=["B99"]), "B99 is not in the list of sources"),
        (lambda r: r.update(rationale=""), "rule R-01: rationale is empty"),
        (lambda r: r.update(strength="firm"), "'firm' is not one of strong"),
        (lambda r: r.update(certainty="sure"), "'sure' is not one of high"),
        (lambda r: r.update(review_by="soon"), "'soon' is no date"),
        (lambda r: r.update(id="TRIAGE-01"), "rule TRIAGE-01: id stands twice"),
        (lambda r: r["outputs"].update(effect="maybe"), "'maybe' is not one of"),
        (lambda r: r["outputs"].update(treatments=["X"]), "'X' is not one of CONS"),
    ],
)
def test_a_bad_row_is_refused_with_its_rule(change, says):
    changed = good()
    change(first_rule(changed))
    assert says in problems(changed)


def test_a_circle_of_derived_facts_is_refused():
    changed = good()
    first_rule(changed, "loose")["cells"]["ripe"] = '"yes"'
    changed["tables"][0]["inputs"].append("ripe")
    assert "is a circle of derived facts" in problems(changed)


def test_every_problem_is_named_at_once():
    changed = good()
    first_rule(changed)["cells"]["kind"] = '"bulgy"'
    first_rule(changed, "triage")["sources"] = []
    changed["tables"][4]["hit_policy"] = "FIRST"
    changed["selection"]["order"].pop()
    found = problems(changed).splitlines()
    assert len(found) == 4


def test_a_document_of_another_shape_is_refused():
    assert "does not have a ruleset's shape" in problems({"metadata": {}})


def test_a_derived_fact_is_given_by_one_table_only():
    changed = good()
    again = table("loose2", "derived", [rule("L-9", {}, value="no")], output="loose")
    changed["tables"].append(copy.deepcopy(again))
    assert "loose is given by loose already" in problems(changed)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RulesetError, match=r"ruleset\.json: cannot be read"):
        load_ruleset(tmp_path / "nowhere")


def test_a_json_document_loads_like_the_folder(tmp_path):
    path = tmp_path / "small.json"
    path.write_text(json.dumps(good()))
    assert load_ruleset(path).sha256 == document_hash(good())


@pytest.mark.parametrize(
    ("text", "says"), [("{", "is not JSON"), ("[]", "is not a JSON object")]
)
def test_a_broken_document_is_refused_with_its_name(tmp_path, text, says):
    path = tmp_path / "small.json"
    path.write_text(text)
    with pytest.raises(RulesetError, match=says):
        load_ruleset(path)


@pytest.mark.parametrize(
    ("part", "cells", "says"),
    [
        ("when", {"alert": '"critical"'}, "may not stand in when"),
        ("then", {"offered": '"CONS"'}, "may not stand in then"),
        ("then", {"alert": 'not("info")'}, "may not be negated"),
        ("when", {"offered": 'not("CONS")'}, "may not be negated"),
    ],
)
def test_an_invariant_that_cannot_be_proved_as_it_is_written_is_refused(
    part, cells, says
):
    row = {
        "id": "I-1",
        "title": "One",
        "when": {"flag": "true"},
        "then": {"disposition": '"ladder"'},
        "sources": ["B01"],
    }
    changed = good()
    changed["invariants"] = [row]
    assert Ruleset.from_document(changed).invariants
    row[part] = {**row[part], **cells}
    (name,) = cells
    found = problems(changed)
    assert says in found
    assert "I-1" in found
    assert name in found


def test_a_bridge_without_a_referral_is_refused():
    changed = good()
    changed["selection"]["bridge"] = "CONS"
    assert "needs refer" in problems(changed)
