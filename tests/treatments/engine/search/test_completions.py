"""The search over completions: no two states are taken for one that are not."""

from tests.treatments.engine.small import (
    FACTS,
    TRIAGE,
    URGENCY,
    case,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate, explore

LADDER_ELECTIVE = {"disposition": "ladder", "urgency": "elective", "text": ""}


def test_the_value_left_by_failing_rules_tells_states_apart():
    grade = table(
        "grade",
        "derived",
        [
            rule("G-1", {"a": "true"}, value="v3"),
            rule("G-2", {"b": "true"}, value="v4"),
            rule("G-3", {"c": "true"}, value="v2"),
            rule("G-4", {}, value="v1"),
        ],
        output="grade",
    )
    options = eligibility(
        ({"a": "false"}, "ENDO", "caution"),
        ({"grade": '"v1","v4"', "c": "false", "g": "true"}, "CONS ENDO", "indicated"),
        ({"grade": '"v4","v1"'}, "ENDO", "contraindicated"),
        ({"grade": '"v2","v4","v1"', "b": "false"}, "ENDO", "indicated"),
        ({"grade": '"v3"'}, "OPEN", "contraindicated"),
    )
    made = document([grade, TRIAGE, URGENCY, options])
    values = ["v1", "v2", "v3", "v4"]
    made["facts"] = [
        *(f for f in FACTS if f["scope"] != "derived"),
        *(fact(name, "bool") for name in "abcg"),
        fact("grade", "enum", scope="derived", values=values),
    ]
    ruleset = Ruleset.from_document(made)
    known = {"flag": False, "weak": False, "late": False, "weeks": 0, "shift": 0}
    told = {**known, "a": False, "b": False, "c": True, "g": False}
    assert evaluate(case(told), ruleset).recommended == "ENDO"
    assert evaluate(case(known), ruleset).robust is False


def test_the_rule_left_where_open_ones_fail_tells_states_apart():
    """``side`` is by ``g`` alone: the two rules before can never hold."""
    even = table(
        "even",
        "derived",
        [rule("E-1", {"a": "true"}, value="yes"), rule("E-2", {}, value="no")],
        output="even",
    )
    side = table(
        "side",
        "derived",
        [
            rule("S-1", {"a": "true", "even": '"no"'}, value="left"),
            rule("S-2", {"a": "false", "even": '"yes"'}, value="right"),
            rule("S-3", {"g": "true"}, value="left"),
            rule("S-4", {}, value="right"),
        ],
        output="side",
    )
    triage = table(
        "triage",
        "triage",
        [
            rule("T-1", {"g": "true", "h": "true"}, **LADDER_ELECTIVE),
            rule("T-2", {}, **LADDER_ELECTIVE),
        ],
    )
    options = eligibility(
        ({"side": '"left"'}, "ENDO", "indicated"),
        ({"side": '"right"'}, "OPEN", "indicated"),
    )
    made = document([even, side, triage, options])
    made["facts"] = [
        *(f for f in FACTS if f["name"] == "level"),
        *(fact(name, "bool") for name in "agh"),
        fact("even", "enum", scope="derived", values=["no", "yes"]),
        fact("side", "enum", scope="derived", values=["left", "right"]),
    ]
    ruleset = Ruleset.from_document(made)
    told = {"a": True, "h": False}
    assert evaluate(case({**told, "g": True}), ruleset).recommended == "ENDO"
    assert evaluate(case({**told, "g": False}), ruleset).recommended == "OPEN"
    assert evaluate(case({}), ruleset).robust is False
    possible = explore(case({}), ruleset).possible
    assert [found["treatment"] for found in possible or []] == ["ENDO", "OPEN"]
