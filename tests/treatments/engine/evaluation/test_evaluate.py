"""The answer: statuses, selection, assumptions, alerts, hit policies, the trace."""

import pytest

from tests.treatments.engine.small import (
    DERIVED,
    FACTS,
    GROUNDS,
    TRIAGE,
    URGENCY,
    case,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate

KNOWN = {
    "flag": False,
    "weak": False,
    "late": False,
    "kind": "bulge",
    "zone": "central",
    "weeks": 8,
    "shift": 1,
}


def ruleset(*rows, tables=(), **changes):
    made = document([*DERIVED, TRIAGE, URGENCY, *tables, eligibility(*rows)])
    made.update(changes)
    return Ruleset.from_document(made)


def answer(rules, facts=None, **changes):
    return evaluate({**case(facts or KNOWN), **changes}, rules).to_document()


def status(found, code):
    return next(o["status"] for o in found["options"] if o["treatment"] == code)


def test_a_caution_is_passed_over_where_a_later_option_is_free_of_one():
    rules = ruleset(
        ({}, "ENDO OPEN", "indicated"),
        ({"kind": '"bulge"'}, "ENDO", "caution"),
    )
    found = answer(rules)
    assert found["recommended"] == {"rung": "OPEN", "treatment": "OPEN"}
    assert status(found, "ENDO") == "caution"
    assert found["options"][1]["reasons_against"] == ["R-02"]


def test_a_caution_is_taken_where_there_is_nothing_else():
    rules = ruleset(({}, "ENDO", "indicated"), ({}, "ENDO", "caution"))
    assert answer(rules)["recommended"]["treatment"] == "ENDO"


def test_with_nothing_at_all_the_last_resort_is_given_and_named():
    rules = ruleset(({}, "CONS", "unsuitable"))
    found = answer(rules)
    assert found["recommended"]["treatment"] == "CONS"
    assert found["options"][0]["reasons_for"] == ["LAST-01"]
    assert found["options"][0]["reasons_against"] == ["R-01"]


def test_a_contraindication_outranks_everything():
    rules = ruleset(
        ({}, "ENDO", "indicated"),
        ({}, "ENDO", "unsuitable"),
        ({}, "ENDO", "contraindicated"),
    )
    assert status(answer(rules), "ENDO") == "contraindicated"


def test_what_the_hospital_cannot_offer_is_shown_apart_and_not_advised():
    rules = ruleset(({}, "ENDO OPEN", "indicated"))
    found = answer(rules, unavailable_treatments=["ENDO"])
    assert status(found, "ENDO") == "unavailable"
    assert found["recommended"]["treatment"] == "OPEN"


def test_rules_that_agree_whatever_the_unknown_answer_settle_a_status():
    rules = ruleset(
        ({"late": "true"}, "ENDO", "indicated"),
        ({"late": "false"}, "ENDO", "indicated"),
    )
    facts = {k: v for k, v in KNOWN.items() if k != "late"}
    found = answer(rules, facts)
    assert found["recommended"]["treatment"] == "ENDO"
    assert found["robust"] is True
    assert {"fact": "late", "effect": "cannot_change"} in found["missing"]
    assert found["options"][1]["undetermined"] == [
        {"rule": "R-01", "facts": ["late"]},
        {"rule": "R-02", "facts": ["late"]},
    ]


def test_a_deciding_unknown_leaves_no_advice_and_says_what_blocks():
    rules = ruleset(
        ({}, "CONS", "unsuitable"),
        ({"kind": 'not("bulge")'}, "ENDO", "indicated"),
    )
    facts = {k: v for k, v in KNOWN.items() if k != "kind"}
    found = answer(rules, facts)
    assert found["disposition"] == "insufficient_data"
    assert found["recommended"] is None
    assert status(found, "ENDO") == "undetermined"
    assert found["missing"] == [{"fact": "kind", "effect": "blocks"}]
    assert found["robust"] is False


def test_a_presumption_is_used_named_and_does_not_count_as_known():
    rules = ruleset(
        ({"zone": '"central"'}, "ENDO", "indicated"),
        ({"zone": '"lateral"'}, "OPEN", "indicated"),
    )
    facts = {k: v for k, v in KNOWN.items() if k != "zone"}
    found = answer(rules, facts)
    assert found["recommended"]["treatment"] == "ENDO"
    assert found["assumed"] == [{"fact": "zone", "value": "central"}]
    assert found["robust"] is False
    assert found["missing"] == [{"fact": "zone", "effect": "could_change"}]


def test_a_presumption_on_which_nothing_rests_is_not_listed():
    rules = ruleset(({}, "CONS", "indicated"))
    facts = {k: v for k, v in KNOWN.items() if k != "zone"}
    assert answer(rules, facts)["assumed"] == []


def test_a_presumption_of_a_table_needs_its_condition_to_be_known():
    presume = table(
        "presume",
        "presumption",
        [rule("PRESUME-01", {"kind": '"bulge"'}, value="false")],
        output="late",
    )
    rows = (({"late": "false"}, "ENDO", "indicated"),)
    rules = ruleset(*rows, tables=[presume])
    without = {k: v for k, v in KNOWN.items() if k != "late"}
    found = answer(rules, without)
    assert found["assumed"] == [{"fact": "late", "value": False}]
    assert status(found, "ENDO") == "recommended"
    unknown = {k: v for k, v in without.items() if k != "kind"}
    assert answer(rules, unknown)["assumed"] == []


def test_an_emergency_stops_the_ladder_and_gives_no_option_a_reason():
    rules = ruleset(({}, "CONS", "indicated"))
    found = answer(rules, {**KNOWN, "flag": True, "weak": True})
    assert found["disposition"] == found["urgency"] == "emergency"
    assert found["recommended"] is None
    assert {o["status"] for o in found["options"]} == {"not_indicated"}
    alert = {"rule": "TRIAGE-01", "indicator": "critical", "text": "Stop"}
    assert found["alerts"] == [alert]


def test_an_open_triage_gives_no_advice_and_no_urgency():
    presumed_none = [{**f, "presumed": None} for f in FACTS]
    rules = ruleset(({}, "CONS", "indicated"), facts=presumed_none)
    facts = {k: v for k, v in KNOWN.items() if k != "weak"} | {"flag": True}
    found = answer(rules, facts)
    assert found["disposition"] == "insufficient_data"
    assert found["urgency"] is None
    assert found["missing"] == [{"fact": "weak", "effect": "blocks"}]


def test_a_possible_higher_urgency_is_an_alert():
    presumed_none = [{**f, "presumed": None} for f in FACTS]
    rules = ruleset(({}, "CONS", "indicated"), facts=presumed_none)
    facts = {k: v for k, v in KNOWN.items() if k != "weak"}
    found = answer(rules, facts)
    assert found["urgency"] == "elective"
    assert found["alerts"][0]["rule"] == "URGENCY-01"
    assert "not known: weak" in found["alerts"][0]["text"]


def derived(policy, *rules):
    rows = [table("grade", "derived", list(rules), output="grade", hit_policy=policy)]
    facts = [*FACTS, fact("grade", "enum", scope="derived", values=["c", "b", "a"])]
    return ruleset(({}, "CONS", "indicated"), tables=rows, facts=facts)


def test_priority_takes_the_output_named_first_in_the_vocabulary():
    rules = derived(
        "PRIORITY",
        rule("G-1", {}, value="a"),
        rule("G-2", {"weeks": "> 5"}, value="c"),
    )
    assert answer(rules)["derived"]["grade"] == "c"
    assert answer(rules, {**KNOWN, "weeks": 2})["derived"]["grade"] == "a"
    open_case = {k: v for k, v in KNOWN.items() if k != "weeks"}
    assert answer(rules, open_case)["derived"]["grade"] is None


def test_any_lets_rules_agree():
    rows = [rule("G-1", {}, value="a"), rule("G-2", {"weeks": "> 5"}, value="a")]
    assert answer(derived("ANY", *rows))["derived"]["grade"] == "a"


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY"])
def test_rules_that_conflict_are_reported_and_nothing_is_advised(policy):
    rows = [rule("G-1", {}, value="a"), rule("G-2", {"weeks": "> 5"}, value="b")]
    found = answer(derived(policy, *rows))
    assert found["disposition"] == "out_of_scope"
    assert found["recommended"] is None
    assert found["robust"] is None
    message = f"hold together in a table of policy {policy}"
    assert found["errors"] == [
        {"path": "table grade", "value": "G-1, G-2", "message": message}
    ]


def test_a_derived_fact_that_no_rule_gives_is_not_determined_and_fires_nothing():
    rules = derived("UNIQUE", rule("G-1", {"weeks": "> 10"}, value="a"))
    assert answer(rules)["derived"]["grade"] is None


NEIGHBOUR = fact(
    "neighbour_pfirrmann_max", "int", scope="computed", minimum=1, maximum=5
)
GRADED = [
    *[
        {**f, "values": ["L3-4", "L4-5", "L5-S1"]} if f["name"] == "level" else f
        for f in FACTS
    ],
    fact("pfirrmann_grade", "int", scope="disc", minimum=1, maximum=5),
    NEIGHBOUR,
]


@pytest.mark.parametrize(
    ("grades", "worst", "advised", "unseen"),
    [
        ({"L3-4": 4, "L5-S1": 2}, 4, "ENDO", []),
        ({"L3-4": 1, "L5-S1": 2}, 2, "CONS", []),
        ({"L3-4": 5}, 5, "ENDO", ["L5-S1"]),
        ({"L3-4": 4}, None, "ENDO", ["L5-S1"]),
    ],
)
def test_the_worst_neighbour_counts_and_an_unseen_one_may_be_worse(
    grades, worst, advised, unseen
):
    rules = ruleset(
        ({"neighbour_pfirrmann_max": ">= 4"}, "ENDO", "indicated"),
        facts=GRADED,
    )
    discs = [{"level": level, "pfirrmann_grade": g} for level, g in grades.items()]
    found = answer(rules, discs=discs)
    assert found["derived"]["neighbour_pfirrmann_max"] == worst
    assert found["recommended"]["treatment"] == advised
    neighbours = [m for m in found["missing"] if "level" in m]
    assert neighbours == [
        {"fact": "pfirrmann_grade", "level": level, "effect": "cannot_change"}
        for level in unseen
    ]


def test_an_unseen_neighbour_that_decides_blocks():
    rules = ruleset(
        ({}, "CONS", "unsuitable"),
        ({"neighbour_pfirrmann_max": ">= 4"}, "ENDO", "indicated"),
        facts=GRADED,
    )
    discs = [{"level": "L3-4", "pfirrmann_grade": 2}]
    found = answer(rules, discs=discs)
    assert found["disposition"] == "insufficient_data"
    effect = {"fact": "pfirrmann_grade", "level": "L5-S1", "effect": "blocks"}
    assert effect in found["missing"]


def test_the_responsible_level_is_the_only_herniated_disc():
    facts = [
        *GRADED,
        fact("herniation_type", "enum", scope="disc", values=["none", "bulge"]),
    ]
    rules = ruleset(({"level": '"L5-S1"'}, "ENDO", "indicated"), facts=facts)
    discs = [
        {"level": "L5-S1", "herniation_type": "bulge"},
        {"level": "L4-5", "herniation_type": "none"},
    ]
    found = answer(rules, discs=discs, responsible_level=None)
    assert found["recommended"]["treatment"] == "ENDO"
    discs[1]["herniation_type"] = "bulge"
    found = answer(rules, discs=discs, responsible_level=None)
    assert found["disposition"] == "insufficient_data"
    assert found["missing"][0] == {"fact": "responsible_level", "effect": "blocks"}


def test_the_trace_names_the_failed_and_the_unknown_cells_of_every_rule():
    rules = ruleset(({"weeks": "> 10", "late": "true"}, "ENDO", "indicated"))
    facts = {k: v for k, v in KNOWN.items() if k != "late"}
    trace = {t.rule: t for t in evaluate(case(facts), rules).trace}
    assert trace["R-01"].state == "false"
    assert trace["R-01"].failed == ("weeks",)
    assert trace["R-01"].unknown == ("late",)
    assert trace["TRIAGE-02"].state == "true"
    assert len(trace) == len(rules.rules) - 1


def test_a_matched_rule_of_a_first_table_is_the_one_that_gave_the_answer():
    found = answer(ruleset(({}, "CONS", "indicated")), {**KNOWN, "shift": 5})
    assert "LOOSE-01" in found["matched_rules"]
    assert "LOOSE-03" not in found["matched_rules"]


def test_the_same_case_gives_the_same_document():
    rules = ruleset(({"late": "true"}, "ENDO", "indicated"))
    assert answer(rules, {"weeks": 3}) == answer(rules, {"weeks": 3})


def test_the_grounds_of_the_last_resort_can_be_read():
    assert ruleset().rules["LAST-01"].rationale == GROUNDS["rationale"]


def test_without_effects_the_answer_is_the_same_and_the_guarantees_are_unsaid():
    rules = ruleset(({"late": "true"}, "ENDO", "indicated"))
    facts = {k: v for k, v in KNOWN.items() if k not in ("late", "zone")}
    whole = evaluate(case(facts), rules).to_document()
    quick = evaluate(case(facts), rules, effects=False).to_document()
    assert quick["robust"] is None
    assert {m["effect"] for m in quick["missing"]} == {None}
    assert [m["fact"] for m in quick["missing"]] == [
        m["fact"] for m in whole["missing"]
    ]
    assert quick["options"] == whole["options"]
    assert quick["assumed"] == whole["assumed"]
