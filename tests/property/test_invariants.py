"""The rulebook's nine invariants, over random complete and partial cases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.property.cases import RULESET, complete_cases, known_facts, partial_cases
from treatments.engine import evaluate

many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FIXATION = {"FUSION", "DYNAMIC", "HYBRID"}


def advice(case: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    document = evaluate(case, RULESET).to_document()
    assert document["errors"] == []
    return document, known_facts(case, document)["recommended"]


def violated(case: dict[str, Any], document: dict[str, Any]) -> list[str]:
    known = known_facts(case, document)
    return [i.id for i in RULESET.invariants if not i.holds(known)]


@many
@given(complete_cases())
def test_no_complete_case_violates_an_invariant_of_the_ruleset(
    case: dict[str, Any],
) -> None:
    assert violated(case, advice(case)[0]) == []


@many
@given(partial_cases())
def test_no_partial_case_violates_an_invariant_of_the_ruleset(
    case: dict[str, Any],
) -> None:
    document, given = advice(case)
    if document["disposition"] == "insufficient_data":
        assert given is None
        return
    assert violated(case, document) == []


@many
@given(complete_cases())
def test_the_nine_hold_as_the_rulebook_words_them(case: dict[str, Any]) -> None:
    facts = {**case["facts"], **case["discs"][0]}
    document, given = advice(case)
    derived, disposition = document["derived"], document["disposition"]
    if derived["cauda_equina_suspected"] == "yes":
        assert disposition == "emergency"
        assert given is None
    elif facts["suspected_infection"] or facts["suspected_malignancy"]:
        assert disposition == "diagnose_first"
        assert given is None
    elif facts["significant_trauma"]:
        assert given is None
    if disposition != "ladder":
        assert disposition in ("emergency", "diagnose_first", "out_of_scope")
        return
    assert given is not None
    assert given not in forbidden(facts, derived)


def forbidden(facts: dict[str, Any], derived: dict[str, Any]) -> set[str]:
    """What invariants 3 to 7 and 9 rule out for a complete case on the ladder."""
    everything = set(RULESET.treatments)
    percutaneous = {code for code in everything if code.startswith("PERC")}
    fusion_has_a_ground = (
        derived["instability"] == "yes"
        or facts["iatrogenic_instability_expected"]
        or facts["same_level_recurrences"] > 0
        or (
            facts["pain_pattern"] == "discogenic"
            and facts["conservative_care_weeks"] >= 52
        )
    )
    acute = facts["weakest_mrc_grade"] <= 3 and facts["motor_deficit_days"] <= 14
    nothing_else = (
        facts["uncorrected_coagulopathy"]
        or facts["pregnant"]
        or not facts["surgery_accepted"]
    )
    narrow = derived["stenosis_dominant"] == "yes"
    rows = [
        (not facts["contained"] or facts["age_years"] > 55 or narrow, percutaneous),
        (facts["pregnant"], everything - {"CONS", "MINI_OPEN"}),
        (facts["zone"] == "extraforaminal", {"MED", "MED_SUTURE", "ENDO_IL"}),
        (not fusion_has_a_ground, {"FUSION", "HYBRID"}),
        (acute and not nothing_else, {"CONS", *percutaneous}),
        (not facts["implant_accepted"], FIXATION),
        (facts["uncorrected_coagulopathy"], everything - {"CONS"}),
    ]
    return {code for applies, codes in rows if applies for code in codes}


@many
@given(partial_cases())
def test_a_missing_fact_never_fires_a_rule_that_names_it(case: dict[str, Any]) -> None:
    evaluation = evaluate(case, RULESET)
    stated = {**case["facts"], **case["discs"][0], **evaluation.assumed}
    judging = [
        id_
        for id_ in evaluation.matched_rules
        if RULESET.tables[RULESET.rules[id_].table].kind != "presumption"
    ]
    for id_ in judging:
        for name, cell in RULESET.rules[id_].cells.items():
            fact = RULESET.facts[name]
            if fact.scope in ("case", "disc"):
                assert name in stated, (id_, name)
                assert cell.accepts(stated[name]), (id_, name)


@pytest.mark.parametrize("name", ["saddle_anaesthesia", "bladder_dysfunction"])
@settings(max_examples=60, deadline=None)
@given(case=partial_cases())
def test_a_red_flag_gives_an_emergency_whatever_else_is_known(
    name: str, case: dict[str, Any]
) -> None:
    case["facts"][name] = True
    document, given = advice(case)
    assert document["disposition"] == document["urgency"] == "emergency"
    assert given is None
    assert document["robust"] is True
