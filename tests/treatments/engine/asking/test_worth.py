"""The worth of questions: thousands of cases by bits say what one evaluation says."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.lived import forgotten, lived
from tests.property.test_exactness import rulesets
from tests.treatments.engine.small import VALUES
from tests.treatments.engine.small import case as small_case
from treatments.engine import Ruleset, evaluate, explore, load_ruleset
from treatments.engine.asking.case_bits import CaseBits
from treatments.engine.asking.prior import PriorRow, region_weights, shipped_prior
from treatments.engine.asking.worth import (
    DRAWN,
    Worth,
    cost_of,
    draw,
    worth_of_questions,
)
from treatments.engine.compiler.program import Program, program_of
from treatments.engine.ruleset.unary_tests import parse

RULESET = load_ruleset()
PROGRAM = program_of(RULESET)
EVERYTHING = tuple(v.everything for v in PROGRAM.variables[: PROGRAM.base_count])


def bits_of(program: Program, whole: list[tuple[int, ...]]) -> CaseBits:
    """Whole cases, a mask of one region for each base variable, as sets of cases."""
    regions = [
        [0] * len(variable.representatives)
        for variable in program.variables[: program.base_count]
    ]
    for place, masks in enumerate(whole):
        for at, mask in enumerate(masks):
            regions[at][mask.bit_length() - 1] |= 1 << place
    return CaseBits(program, regions, (1 << len(whole)) - 1)


def names_of(found: dict[object, int], place: int) -> frozenset[object]:
    return frozenset(name for name, cases in found.items() if cases >> place & 1)


def said(case: dict[str, Any], ruleset: Ruleset) -> tuple[Any, ...]:
    evaluation = evaluate(case, ruleset, effects=False)
    return evaluation.disposition, evaluation.urgency, evaluation.recommended


@settings(max_examples=40, deadline=None)
@given(rulesets, st.data())
def test_two_cases_have_the_same_outcome_by_bits_exactly_when_they_do(
    ruleset: Ruleset, data: st.DataObject
) -> None:
    program = program_of(ruleset)
    facts = st.fixed_dictionaries({n: st.sampled_from(v) for n, v in VALUES.items()})
    known = data.draw(st.lists(facts, min_size=8, max_size=8))
    level = {"level": "L4-5"}
    whole = [tuple(program.masks({**one, **level}, {})) for one in known]
    found = bits_of(program, whole).outcomes()
    by_bits = [names_of(found, place) for place in range(len(known))]
    outcomes = [said(small_case(one), ruleset) for one in known]
    for one in range(len(known)):
        for other in range(one):
            same = outcomes[one] == outcomes[other]
            assert (by_bits[one] == by_bits[other]) is same


@pytest.mark.parametrize("withheld", [(), ("ENDO_TF", "MED"), ("CONS", "INJECTION")])
def test_so_it_is_with_the_shipped_rules_whatever_is_on_offer(
    withheld: tuple[str, ...],
) -> None:
    drawn = draw(PROGRAM, shipped_prior(), EVERYTHING)
    bits = CaseBits(PROGRAM, drawn, (1 << DRAWN) - 1, frozenset(withheld))
    places = bits.places()
    for place in range(0, DRAWN, 2):
        case: dict[str, Any] = {"contract": 2, "facts": {}, "discs": [{}]}
        case["unavailable_treatments"] = list(withheld)
        for at, regions in enumerate(drawn):
            variable = PROGRAM.variables[at]
            region = next(r for r, cases in enumerate(regions) if cases >> place & 1)
            holder = (
                case["facts"] if variable.fact.scope == "case" else case["discs"][0]
            )
            if variable.fact.scope in ("case", "disc"):
                holder[variable.name] = variable.representatives[region]
            elif variable.name == "neighbour_pfirrmann_max":
                grade = variable.representatives[region]
        if case["facts"]["imaging_status"] == "none":
            continue  # its disc has findings: that contradiction is read as an image
        case["responsible_level"] = case["discs"][0]["level"]
        levels = RULESET.facts["level"].values
        here = levels.index(case["responsible_level"])
        for near in levels[max(here - 1, 0) : here] + levels[here + 1 : here + 2]:
            case["discs"].append({"level": near, "pfirrmann_grade": grade})
        if case["facts"]["sex"] == "male" and case["facts"]["pregnant"]:
            continue  # computed: no man is
        evaluation = evaluate(case, RULESET, effects=False)
        expected = evaluation.recommended or evaluation.disposition
        assert names_of(places, place) == {expected}


def test_every_drawn_case_has_one_region_of_each_variable() -> None:
    everybody = (1 << DRAWN) - 1
    for regions in draw(PROGRAM, shipped_prior(), EVERYTHING):
        assert sum(cases.bit_count() for cases in regions) == DRAWN
        together = 0
        for cases in regions:
            together |= cases
        assert together == everybody


def test_a_case_is_drawn_from_what_is_left_of_it() -> None:
    base = list(EVERYTHING)
    base[PROGRAM.index["zone"]] = 0b0101
    drawn = draw(PROGRAM, shipped_prior(), base)[PROGRAM.index["zone"]]
    assert [bool(cases) for cases in drawn] == [True, False, True, False]


def test_answers_hang_on_others_as_the_prior_says() -> None:
    """No extrusion is drawn for a protrusion's lack of migration, and so on."""
    drawn = draw(PROGRAM, shipped_prior(), EVERYTHING)
    kinds = drawn[PROGRAM.index["herniation_type"]]
    migrated = drawn[PROGRAM.index["migration"]]
    contained_kinds = kinds[0] | kinds[1] | kinds[2]
    assert not contained_kinds & (migrated[1] | migrated[2] | migrated[3])


def test_a_question_that_moves_a_likely_case_is_proved_to_matter() -> None:
    chance = random.Random(4)
    for whole in lived(RULESET, 6, seed=3):
        case = forgotten(whole, 0.15, chance)
        evaluation = evaluate(case, RULESET)
        effects = {u.fact: e for u, e in evaluation.missing if not u.level}
        for at, worth in evaluation.worths.items():
            name = PROGRAM.variables[at].name
            if worth.share and name in effects:
                assert effects[name] in ("could_change", "blocks")


def test_what_is_needed_anyway_comes_before_what_is_cheap_and_perhaps_not() -> None:
    needed, cheap = Worth(share=0.98, cost=3), Worth(share=0.3, cost=1)
    assert needed.value > cheap.value
    assert Worth(share=0.5, cost=1).value > Worth(share=0.5, cost=6).value
    assert Worth(share=0.0, cost=1).value == 0


def test_the_cost_is_that_of_where_the_answer_is_found() -> None:
    costs = {name: cost_of(fact) for name, fact in RULESET.facts.items()}
    assert costs["pain_pattern"] == 1
    assert costs["weakest_mrc_grade"] == 2
    assert costs["zone"] == costs["iliac_crest_height"] == 3
    assert costs["post_void_residual_ml"] == costs["translation_mm"] == 6


def test_nothing_is_worth_asking_where_everything_is_known() -> None:
    base = tuple(mask & -mask for mask in EVERYTHING)
    assert not worth_of_questions(PROGRAM, shipped_prior(), base)


# --- The prior ------------------------------------------------------------------------


def test_every_row_of_the_prior_fits_the_vocabulary_and_says_what_it_rests_on() -> None:
    facts = RULESET.facts
    for rows in shipped_prior().rows.values():
        for row in rows:
            assert facts[row.fact].misfit(row.values) is None
            if row.given:
                assert row.given_is is not None
                assert facts[row.given].misfit(row.given_is) is None
            assert row.weight >= 0
            assert row.basis in ("published", "assumed", "computed")
            assert bool(row.source) is (row.basis == "published"), row


def test_every_fact_that_rules_test_has_a_prior_with_some_weight_everywhere() -> None:
    for variable, weights in zip(
        PROGRAM.variables, region_weights(PROGRAM, shipped_prior()), strict=False
    ):
        assert variable.name in shipped_prior().rows
        totals: Counter[int] = Counter()
        for each in weights:
            totals.update(dict(enumerate(each.weights)))
        assert all(totals[r] > 0 for r in range(len(variable.representatives)))


def test_rows_of_a_site_take_the_place_of_the_shipped_ones() -> None:
    rows = [PriorRow("zone", parse('"central"'), 9.0, basis="counted")]
    prior = shipped_prior().replaced_by(rows)
    at = PROGRAM.index["zone"]
    assert region_weights(PROGRAM, prior)[at][-1].weights == (9.0, 0.0, 0.0, 0.0)
    assert prior.rows["sex"] == shipped_prior().rows["sex"]


def test_the_walk_ends_with_the_advice_of_the_whole_case() -> None:
    """A short walk by the next question: each is open, and the last answer is firm."""
    (whole,) = lived(RULESET, 1, seed=21)
    names = ("zone", "iliac_crest_height", "weakest_mrc_grade", "suspected_infection")
    disc = dict(whole["discs"][0])
    facts = dict(whole["facts"])
    for name in names:
        (facts if name in facts else disc).pop(name)
    case = {**whole, "facts": facts, "discs": [disc]}
    for _ in range(len(names) + 2):
        evaluation = evaluate(case, RULESET)
        question = evaluation.next_question
        if question is None:
            break
        asked = explore(case, RULESET, evaluation).ask_next or []
        assert asked[0]["fact"] == question["fact"]
        name = question["fact"]
        if question.get("level", disc["level"]) != disc["level"]:
            break
        source = whole["facts"] if name in whole["facts"] else whole["discs"][0]
        (facts if name in whole["facts"] else disc)[name] = source[name]
    assert evaluation.robust is True
    assert said(case, RULESET) == said(whole, RULESET)
