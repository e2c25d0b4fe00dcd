"""An export is a decision model that other tools read, draw and evaluate alike."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.cases import complete_cases, known_facts
from tests.treatments.exchange.test_round_trips import SHIPPED, small
from treatments.engine import evaluate, load_ruleset
from treatments.engine.dmn import evaluate_decision, load_dmn
from treatments.exchange import ImportRefusedError, export, read
from treatments.exchange.dmn import literals

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
NS = {
    "d": MODEL,
    "dmndi": "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    "dc": "http://www.omg.org/spec/DMN/20180521/DC/",
    "di": "http://www.omg.org/spec/DMN/20180521/DI/",
}
DERIVED = {t["output"]: t for t in SHIPPED["tables"] if t["kind"] == "derived"}


def tree(found=None, name="dmn"):
    return ElementTree.fromstring(export(SHIPPED if found is None else found, name))


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("dmn") / "shipped.dmn"
    path.write_bytes(export(SHIPPED, "dmn"))
    return load_dmn(path)


def test_every_table_of_the_ruleset_is_a_decision_without_a_problem(model):
    wanted = [
        table["output"] if table["kind"] == "derived" else table["id"]
        for table in SHIPPED["tables"]
    ]
    assert set(model.decisions) == set(wanted)
    assert not model.problems
    assert not [p for d in model.decisions.values() for p in d.problems]


@given(case=complete_cases())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_dmn_engine_derives_what_our_engine_derives(model, case):
    answer = evaluate(case, load_ruleset()).to_document()
    known = known_facts(case, answer)
    inputs = {name: known[name] for name in model.inputs if name in known}
    derived = {n: evaluate_decision(model, n, inputs) for n in DERIVED}
    assert derived == {name: answer["derived"].get(name) for name in DERIVED}


def test_the_requirements_graph_is_that_of_the_tables():
    root = tree()
    names = {e.get("id"): e.get("name") for e in root if e.get("name")}
    for table in SHIPPED["tables"]:
        own = table["output"] if table["kind"] == "derived" else table["id"]
        decision = root.find(f"d:decision[@name='{own}']", NS)
        needed = decision.findall("d:informationRequirement/*", NS)
        assert [names[e.get("href")[1:]] for e in needed] == table["inputs"]
        for element in needed:
            derived = names[element.get("href")[1:]] in DERIVED
            kind = "requiredDecision" if derived else "requiredInput"
            assert element.tag == f"{{{MODEL}}}{kind}"


def test_the_drawing_shows_every_element_once_and_nothing_overlaps():
    root = tree()
    drawn = root.findall(".//dmndi:DMNShape", NS)
    elements = [
        e.get("id") for tag in ("inputData", "decision") for e in own(root, tag)
    ]
    assert sorted(s.get("dmnElementRef") for s in drawn) == sorted(elements)
    boxes = [
        tuple(
            float(s.find("dc:Bounds", NS).get(k)) for k in ("x", "y", "width", "height")
        )
        for s in drawn
    ]
    for at, (x, y, width, height) in enumerate(boxes):
        for u, v, wide, high in boxes[:at]:
            assert x + width <= u or u + wide <= x or y + height <= v or v + high <= y
    edges = root.findall(".//dmndi:DMNEdge", NS)
    requirements = own(root, "informationRequirement", ".//")
    assert sorted(e.get("dmnElementRef") for e in edges) == sorted(
        e.get("id") for e in requirements
    )
    assert all(len(e.findall("di:waypoint", NS)) == 2 for e in edges)


def own(root, tag, where=""):
    return root.findall(f"{where}d:{tag}", NS)


def test_every_id_is_a_name_of_xml_and_is_given_once():
    found = small()
    found["tables"][0]["rules"][0]["id"] = "1 = ünsafe <id>"
    found["tables"][0]["rules"][1]["id"] = "1_=_ünsafe_<id>"
    for root in (tree(), tree(found)):
        ids = [e.get("id") for e in root.iter() if e.get("id") and "urn:" not in e.tag]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", name, re.ASCII) for name in ids)


def test_a_disabled_rule_is_no_rule_of_the_model():
    """Another tool would run it."""
    found = small()
    found["tables"][0]["rules"][0]["disabled"] = "Under review"
    found["tables"][0]["rules"][1]["disabled"] = ""  # no reason: it is in force
    decision = tree(found).find("d:decision[@name='loose']", NS)
    rules = decision.findall("d:decisionTable/d:rule", NS)
    assert [rule.get("id") for rule in rules] == ["rule_LOOSE-02", "rule_LOOSE-03"]


def test_the_model_for_the_modeler_differs_by_its_name_space_alone():
    standard, modeler = export(SHIPPED, "dmn"), export(SHIPPED, "dmn13")
    assert b"20230324" in standard
    assert standard.replace(b"20230324", b"20191111") == modeler


def test_an_edit_in_another_tool_counts():
    text = export(small(), "dmn").decode()
    changed = text.replace("<text>&gt;= 4</text>", "<text>&gt;= 5</text>")
    changed = changed.replace('name="ripe" label="ripe"', 'name="ripe" label="Ripe"')
    changed = changed.replace("<description>Because", "<description>Reworded", 1)
    found = read(changed.encode(), "a.dmn")
    wanted = small()
    wanted["tables"][0]["rules"][0]["cells"]["shift"] = ">= 5"
    wanted["tables"][0]["rules"][0]["rationale"] = "Reworded the test says so."
    wanted["tables"][1]["title"] = "Ripe"
    assert found == wanted


def test_a_rule_added_in_another_tool_has_its_name_and_lacks_its_grounds():
    text = export(small(), "dmn").decode()
    rule = (
        '<rule id="DecisionRule_0x1"><inputEntry id="a"><text></text></inputEntry>'
        '<inputEntry id="b"><text>true</text></inputEntry>'
        '<outputEntry id="c"><text>"no"</text></outputEntry></rule>'
    )
    at = text.index("</decisionTable>")
    found = read((text[:at] + rule + text[at:]).encode(), "a.dmn")
    assert found["tables"][0]["rules"][-1] == {
        "id": "DecisionRule_0x1",
        "cells": {"flag": "true"},
        "outputs": {"value": "no"},
        "rationale": "",
        "sources": [],
        "strength": "",
        "certainty": "",
        "owner": "",
        "review_by": "",
    }


def test_a_table_added_in_another_tool_is_refused_with_its_name():
    text = export(small(), "dmn").decode()
    at = text.index("<dmndi:DMNDI>")
    more = '<decision id="x" name="Extra"><decisionTable id="y"/></decision>'
    with pytest.raises(ImportRefusedError, match="decision 'Extra': was added in"):
        read((text[:at] + more + text[at:]).encode(), "a.dmn")


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"yes"', "yes"),
        (' "a\\"b" ', 'a"b'),
        ('"a\\\\b"', "a\\b"),
        ('["A","B"]', ["A", "B"]),
        ("[]", []),
        ("true", "true"),
        (" 5 ", "5"),
        ("a + b", "a + b"),
        ('"open', '"open'),
        ('"\\x"', "\\x"),
    ],
)
def test_a_literal_is_read_as_what_it_stands_for(literal, value):
    assert literals.read(literal) == value
