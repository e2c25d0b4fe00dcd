"""What is possible and what would change it: all of it, and nothing that is not so."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings

from tests.property.test_exactness import partial_cases, rulesets
from tests.treatments.engine.small import (
    PRESUMED,
    VALUES,
    Oracle,
    case,
    completions,
)
from treatments.engine import Ruleset, evaluate, explore
from treatments.engine.search import targeted


def answer(known: dict[str, Any], ruleset: Ruleset) -> tuple[Any, ...]:
    evaluation = evaluate(case(known), ruleset, effects=False)
    return evaluation.disposition, evaluation.urgency, evaluation.recommended


def outcome(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["disposition"], entry["urgency"], entry["treatment"]


@settings(max_examples=60, deadline=None)
@given(rulesets, partial_cases)
def test_possible_lists_every_outcome_and_each_example_leads_to_its_own(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    outcomes = {oracle.outcome(facts)[:3] for facts in completions(known)}
    possible = explore(case(known), ruleset).possible
    assert possible is not None
    assert {outcome(entry) for entry in possible} == outcomes
    for entry in possible:
        led = next(completions({**known, **entry["example"]}))
        assert oracle.outcome(led)[:3] == outcome(entry)


@settings(max_examples=100, deadline=None)
@given(rulesets, partial_cases)
def test_looking_for_each_outcome_by_itself_finds_the_same(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    outcomes = {oracle.outcome(facts)[:3] for facts in completions(known)}
    with patch.object(targeted, "FIRST_LOOK_STATES", 0):
        evaluation = evaluate(case(known), ruleset)
        possible = explore(case(known), ruleset, evaluation).possible
    assert possible is not None
    assert {outcome(entry) for entry in possible} == outcomes
    assert evaluation.robust is (len(outcomes) == 1)
    assert evaluation == evaluate(case(known), ruleset)


@settings(max_examples=60, deadline=None)
@given(rulesets, partial_cases)
def test_each_answer_to_a_question_leads_where_it_says(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    oracle = Oracle(ruleset)
    asked = explore(case(known), ruleset).ask_next
    assert asked is not None
    for question in asked:
        assert question["fact"] not in known
        for given_answer in question["answers"]:
            told = {**known, question["fact"]: given_answer["example"]}
            found = {oracle.outcome(facts)[:3] for facts in completions(told)}
            assert {outcome(o) for o in given_answer["outcomes"]} == found


def changed(known: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    spaces = [[v for v in VALUES[name] if v != known[name]] for name in names]
    return [
        {**known, **dict(zip(names, values, strict=True))}
        for values in product(*spaces)
    ]


@settings(max_examples=60, deadline=None)
@given(rulesets, partial_cases)
def test_what_would_change_the_advice_is_all_single_changes_and_minimal_pairs(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    now = answer(known, ruleset)
    found = explore(case(known), ruleset).would_change
    assert found is not None
    assert found["complete"] is True
    listed = [*found["modifiable"], *found["fixed"]]
    for change in listed:
        told = {**known, **{c["fact"]: c["to"] for c in change["changes"]}}
        assert answer(told, ruleset) == outcome(change["outcome"]) != now
    names = {tuple(sorted(c["fact"] for c in change["changes"])) for change in listed}
    single = {
        name
        for name in known
        if any(answer(told, ruleset) != now for told in changed(known, (name,)))
    }
    assert {name for (name, *rest) in names if not rest} == single
    still = sorted(known.keys() - single)
    for pair in combinations(still, 2):
        moves = any(answer(told, ruleset) != now for told in changed(known, pair))
        assert (pair in names) is moves


@settings(max_examples=60, deadline=None)
@given(rulesets, partial_cases)
def test_why_not_has_one_honest_reason_for_every_other_option(
    ruleset: Ruleset, known: dict[str, Any]
) -> None:
    evaluation = evaluate(case(known), ruleset)
    reasons = {r["treatment"]: r for r in explore(case(known), ruleset).why_not}
    if evaluation.disposition not in ("ladder", "insufficient_data"):
        assert reasons == {}
        return
    others = {o.treatment for o in evaluation.options if o.status != "recommended"}
    assert reasons.keys() == others
    for option in evaluation.options:
        reason = reasons.get(option.treatment)
        if reason is None:
            continue
        assert set(reason["rules"]) <= set(option.reasons_against)
        stated = {**PRESUMED, **known}
        for condition in reason["conditions"]:
            if condition["fact"] in stated:
                rule = ruleset.rules[condition["rule"]]
                cell = rule.cells[condition["fact"]]
                assert not cell.accepts(stated[condition["fact"]])
        assert not set(reason["facts"]) & known.keys()
