"""Partial answers: what is read, what is refused, and what they leave to the rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.engine import Fact, evaluate, explore, load_ruleset
from treatments.engine.batch.columns import encode
from treatments.engine.batch.evaluate import evaluate_batch
from treatments.engine.case import Case, CaseReader
from treatments.engine.compiler.program import program_of
from treatments.engine.ruleset.answers import AnswerError, AnswerSet, read_answer
from treatments.engine.ruleset.unary_tests import parse

RULESET = load_ruleset()
PROGRAM = program_of(RULESET)
HERNIATED = {"one_of": ["protrusion", "extrusion", "sequestration"]}


def document(facts: dict[str, Any], *discs: dict[str, Any]) -> dict[str, Any]:
    return {"contract": 2, "facts": facts, "discs": list(discs)}


def read(facts: dict[str, Any], *discs: dict[str, Any]) -> Case:
    case = CaseReader(RULESET).read(document(facts, *discs))
    assert case is not None
    return case


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        ({"at_least": 2, "at_most": 2}, 2),
        ({"at_least": 5}, 5),
        ({"at_most": 0}, 0),
        ({"at_least": 0, "at_most": 5}, None),
        ({"at_least": 0}, None),
        ({"one_of": [0, 1, 2, 3, 4, 5]}, None),
    ],
)
def test_a_set_of_one_is_its_value_and_the_whole_range_is_unknown(
    stated: dict[str, Any], value: int | None
) -> None:
    assert read_answer(RULESET.facts["weakest_mrc_grade"], stated) == value


@pytest.mark.parametrize(
    "stated",
    [
        {},
        [],
        {"one_of": []},
        {"one_of": [3]},
        {"one_of": [3, 3]},
        {"one_of": [3, 9]},
        {"one_of": [1.5, 2]},
        {"one_of": [[1], None]},
        {"one_of": "12"},
        {"one_of": list(range(51))},
        {"at_least": 4, "at_most": 3},
        {"at_least": -1},
        {"at_most": True},
        {"at_most": "4"},
        {"at_most": None},
        {"at_most": float("nan")},
        {"at_most": 10**400},
        {"at_most": {"at_most": 4}},
        {"one_of": [1, 2], "at_most": 4},
        {"about": 4},
        {4: 4},
    ],
    ids=repr,
)
def test_what_is_no_answer_is_refused_by_the_name_of_its_fact(stated: Any) -> None:
    said = evaluate(document({"weakest_mrc_grade": stated, "sex": {"a": 1}}), RULESET)
    assert said.disposition == "invalid"
    assert [error["path"] for error in said.errors] == [
        "facts.weakest_mrc_grade",
        "facts.sex",
    ]


def test_names_have_no_bounds_and_decimals_no_list() -> None:
    with pytest.raises(AnswerError, match="has no order"):
        read_answer(RULESET.facts["herniation_type"], {"at_least": "bulge"})
    with pytest.raises(AnswerError, match="at_least and at_most"):
        read_answer(RULESET.facts["translation_mm"], {"one_of": [1, 2]})


def test_contract_1_and_a_level_are_exact() -> None:
    old = {**document({"weakest_mrc_grade": {"at_most": 4}}), "contract": 1}
    assert evaluate(old, RULESET).disposition == "invalid"
    either = {"level": {"one_of": ["L4-5", "L5-S1"]}}
    assert evaluate(document({}, either), RULESET).disposition == "invalid"


def test_a_partial_answer_is_kept_as_it_was_written() -> None:
    case = read({"weakest_mrc_grade": {"at_most": 4}})
    assert case.partial["weakest_mrc_grade"].stated == {"at_most": 4}
    said = evaluate(document({"weakest_mrc_grade": {"at_most": 4}}), RULESET)
    entries = {m["fact"]: m for m in said.to_document()["missing"]}
    assert entries["weakest_mrc_grade"]["have"] == {"at_most": 4}


def test_no_presumption_narrows_a_partial_answer() -> None:
    some = {"post_void_residual_ml": {"at_most": 300}}
    said = evaluate(document(some), RULESET)
    assert "post_void_residual_ml" not in said.assumed
    assert "post_void_residual_ml" in evaluate(document({}), RULESET).assumed


def test_a_condition_passes_only_where_all_values_pass() -> None:
    calm = {"progressive_motor_deficit": False}
    strong = {"weakest_mrc_grade": {"at_least": 4}}
    weak = {"weakest_mrc_grade": {"at_least": 3}}
    assert (
        "conservative_care_weeks" in evaluate(document(calm | strong), RULESET).assumed
    )
    assert (
        "conservative_care_weeks"
        not in evaluate(document(calm | weak), RULESET).assumed
    )


def test_the_level_is_the_only_disc_that_is_surely_herniated() -> None:
    one = {"level": "L4-5", "herniation_type": HERNIATED}
    perhaps = {"level": "L5-S1", "herniation_type": {"one_of": ["none", "bulge"]}}
    sound = {"level": "L5-S1", "herniation_type": "none"}
    assert read({}, one, sound).level == "L4-5"
    assert read({}, one, perhaps).level is None


def test_the_worst_neighbour_is_computed_from_sets() -> None:
    here = {"level": "L4-5", "herniation_type": "extrusion"}
    above = {"level": "L3-4", "herniation_type": "none", "pfirrmann_grade": 2}
    below = {
        "level": "L5-S1",
        "herniation_type": "none",
        "pfirrmann_grade": {"one_of": [1, 4]},
    }
    said = evaluate(document({}, here, above, below), RULESET)
    assert said.derived["neighbour_pfirrmann_max"] is None
    below["pfirrmann_grade"] = {"at_most": 2}
    said = evaluate(document({}, here, above, below), RULESET)
    assert said.derived["neighbour_pfirrmann_max"] == 2


def numbers(fact: Fact) -> st.SearchStrategy[float]:
    low, high = fact.limits
    if fact.type == "int":
        return st.integers(int(low), int(high))
    return st.integers(int(low) * 10, int(high) * 10).map(lambda tenth: tenth / 10)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Fact, dict[str, Any]]:
    """A fact of any type with a partial answer to it, whole ranges among them."""
    facts = [f for f in RULESET.facts.values() if f.scope in ("case", "disc")]
    fact = draw(st.sampled_from([f for f in facts if f.name != "level"]))
    if fact.type in ("bool", "enum"):
        values = list(fact.values) or [False, True]
        named = draw(st.lists(st.sampled_from(values), min_size=2, unique=True))
        return fact, {"one_of": named}
    if fact.type == "int" and draw(st.booleans()):
        named = draw(st.lists(numbers(fact), min_size=2, max_size=5, unique=True))
        return fact, {"one_of": named}
    ends = sorted([draw(numbers(fact)), draw(numbers(fact))])
    stated = dict(zip(("at_least", "at_most"), ends, strict=True))
    if draw(st.booleans()):
        del stated[draw(st.sampled_from(["at_least", "at_most"]))]
    return fact, stated


def holds(stated: dict[str, Any], value: Any) -> bool:
    if "one_of" in stated:
        return value in stated["one_of"]
    low, high = stated.get("at_least", -1), stated.get("at_most", 10**9)
    return bool(low <= value <= high)


@given(answers(), st.data())
def test_an_answer_leaves_the_regions_of_its_values_and_no_others(
    found: tuple[Fact, dict[str, Any]], data: st.DataObject
) -> None:
    fact, stated = found
    answer = read_answer(fact, stated)
    if not isinstance(answer, AnswerSet) or fact.name not in PROGRAM.index:
        return
    variable = PROGRAM.variables[PROGRAM.index[fact.name]]
    low, high = fact.limits
    values: list[Any] = list(fact.values) or [False, True]
    if fact.type == "int":
        values = list(range(int(low), int(high) + 1))
    elif fact.type == "decimal":
        values = [at / 20 for at in range(int(low) * 20, int(high) * 20 + 1)]
    mask = 0
    for value in values:
        assert answer.cell.accepts(value) is holds(stated, value)
        if holds(stated, value):
            mask |= variable.mask_of(value)
    assert variable.touched(answer) == mask
    assert parse(answer.cell.text).tests == answer.cell.tests
    cells = [rule.cells[fact.name] for rule in PROGRAM.rules if fact.name in rule.cells]
    cell = data.draw(st.sampled_from(cells)) if cells else parse("-")
    passing = [cell.accepts(value) for value in values if holds(stated, value)]
    assert answer.all_pass(cell) is all(passing)


def test_a_batch_reads_partial_answers_as_the_evaluator_does() -> None:
    calm = {"progressive_motor_deficit": False, "weakest_mrc_grade": {"at_least": 4}}
    cases = [
        document(calm),
        document({"saddle_anaesthesia": True, "weakest_mrc_grade": {"at_most": 3}}),
        document({"weakest_mrc_grade": {"one_of": [9, 10]}}),
    ]
    found = evaluate_batch(encode(cases, RULESET), RULESET)
    assert [found.outcome(n).disposition for n in range(3)] == [
        "open",
        "emergency",
        "invalid",
    ]


def test_a_partial_answer_is_a_known_one_that_can_change() -> None:
    case = document(
        {"age_years": 45, "weakest_mrc_grade": {"at_most": 4}, "motor_deficit_days": 5},
        {"level": "L4-5", "herniation_type": "extrusion"},
    )
    found = explore(case, RULESET).to_document()
    changes = found["would_change"]["modifiable"] + found["would_change"]["fixed"]
    steps = [
        s for c in changes for s in c["changes"] if s["fact"] == "weakest_mrc_grade"
    ]
    assert all(step["from"] == {"at_most": 4} for step in steps)
    assert all(step["to"] == 5 for step in steps)
