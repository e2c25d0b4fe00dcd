"""States of a search that look alike and are not: no proof may take one for the other.

In each ruleset ``g`` decides what a derived fact falls back to, or what else surely
holds, and is looked at first; the rules that are open then are the same either way.
"""

from __future__ import annotations

from typing import Any

from tests.property.correlated import vocabulary
from tests.treatments.engine.small import (
    case,
    document,
    eligibility,
    rule,
    table,
)
from treatments.engine import Ruleset, evaluate
from treatments.engine.analysis import check
from treatments.engine.analysis.satisfiability import (
    AllOf,
    Goal,
    NoIndication,
    Pattern,
    Within,
    everything,
    find_witness,
)
from treatments.engine.compiler.program import Program
from treatments.engine.search.completions import Base, Budget

LADDER = {"disposition": "ladder", "urgency": "elective", "text": ""}
STOP = {"disposition": "emergency", "urgency": "emergency", "text": ""}
FLAGS = "aghx"
EVEN = table(
    "even",
    "derived",
    [rule("E-1", {"x": "true"}, value="p"), rule("E-2", {}, value="q")],
    output="even",
)
SIDE = table(
    "side",
    "derived",
    [
        rule("S-1", {"g": "false", "h": "true"}, value="p"),
        rule("S-2", {"a": "true"}, value="p"),
        rule("S-3", {"a": "true"}, value="q"),
        rule("S-4", {"g": "false"}, value="p"),
        rule("S-5", {}, value="q"),
    ],
    output="side",
)
TRIAGE = table("triage", "triage", [rule("T-1", {}, **LADDER)])
Row = tuple[dict[str, str], str, str]


def made(
    *options: Row,
    derived: tuple[dict[str, Any], ...] = (EVEN, SIDE),
    triage: dict[str, Any] = TRIAGE,
) -> dict[str, Any]:
    whole = document([*derived, triage, eligibility(*options)])
    whole["facts"] = vocabulary(FLAGS)
    return whole


def program_of(whole: dict[str, Any]) -> Program:
    return Program(Ruleset.from_document(whole))


def found_in_any_order(program: Program, goal: Goal) -> bool:
    """Whether a case is found whichever half is looked into first."""
    whole = everything(program)
    first: Base = tuple(mask & -mask for mask in whole)
    states = [
        find_witness(program, goal, whole, Budget(1000), prefer=prefer)
        for prefer in (whole, first, ())
    ]
    return all(states)


def test_an_invariant_is_not_proved_where_only_a_row_that_surely_holds_breaks_it() -> (
    None
):
    whole = made(({"x": "true"}, "ENDO", "indicated"))
    row = {"when": {"side": '"q"'}, "then": {"recommended": '"ENDO"'}}
    whole["invariants"] = [{"id": "I", "title": "I", **row, "sources": ["B01"]}]
    ruleset = Ruleset.from_document(whole)
    (proof,) = check(ruleset).proofs
    assert proof.complete == proof.partial == proof.anywhere == "violated"
    broken = evaluate(case({"a": False, "g": True, "h": False, "x": False}), ruleset)
    assert broken.derived["side"] == "q"
    assert broken.recommended == "CONS"


def test_the_value_that_a_derived_fact_falls_back_to_is_told_apart() -> None:
    program = program_of(made(({"x": "true"}, "ENDO", "indicated")))
    assert found_in_any_order(program, Within(program, program.index["side"], 0b10))


def test_what_a_derived_fact_tested_by_a_rule_falls_back_to_is_told_apart() -> None:
    side = table(
        "side",
        "derived",
        [
            rule("S-1", {"x": "true", "even": '"q"'}, value="p"),
            rule("S-2", {"x": "false", "even": '"p"'}, value="q"),
            rule("S-3", {"g": "true"}, value="p"),
            rule("S-4", {}, value="q"),
        ],
        output="side",
    )
    triage = table(
        "triage",
        "triage",
        [rule("T-1", {"g": "true", "h": "true"}, **LADDER), rule("T-2", {}, **LADDER)],
    )
    options = [
        ({"side": '"p"'}, "ENDO", "indicated"),
        ({"side": '"q"'}, "OPEN", "indicated"),
    ]
    program = program_of(made(*options, derived=(EVEN, side), triage=triage))
    numbers = program.numbers
    goal = AllOf(
        (Pattern(none_of=1 << numbers["T-1"]), Pattern(all_of=1 << numbers["R-02"]))
    )
    assert found_in_any_order(program, goal)


def test_a_case_that_no_option_is_for_is_found_beside_one_with_a_sure_indication() -> (
    None
):
    whole = made(
        ({"x": "true", "even": '"q"'}, "ENDO", "contraindicated"),
        ({"g": "false"}, "ENDO", "indicated"),
        ({"x": "true"}, "ENDO", "indicated"),
        triage=table(
            "triage",
            "triage",
            [
                rule("T-1", {"g": "false", "h": "true"}, **STOP),
                rule("T-2", {}, **LADDER),
            ],
        ),
    )
    ruleset = Ruleset.from_document(whole)
    nothing_for = case({"a": False, "g": True, "h": True, "x": False})
    assert evaluate(nothing_for, ruleset).recommended == "CONS"
    assert list(check(ruleset).of("no_advice"))
    program = Program(ruleset)
    ladder = Pattern(
        all_of=1 << program.numbers["T-2"], none_of=1 << program.numbers["T-1"]
    )
    assert found_in_any_order(program, AllOf((ladder, NoIndication(program))))


def test_a_row_matters_where_only_what_is_said_with_it_differs() -> None:
    """With S-1 side is p, and ENDO hangs on g; without it side is q, as S-2 needs what
    cannot be, and ENDO is indicated."""
    side = table(
        "side",
        "derived",
        [
            rule("S-1", {"a": "true"}, value="p"),
            rule("S-2", {"x": "true", "even": '"q"'}, value="r"),
            rule("S-3", {}, value="q"),
        ],
        output="side",
    )
    options = [
        ({"side": '"p"', "g": "false"}, "ENDO", "indicated"),
        ({"side": '"q"'}, "ENDO", "indicated"),
    ]
    whole = made(*options, derived=(EVEN, side))
    assert "S-1" not in idle_rules(whole)
    # Whichever rule is the first of the ruleset, a proof may hang on it alone.
    whole["tables"].sort(key=lambda one: one["kind"] != "eligibility")
    assert "S-1" not in idle_rules(whole)


def idle_rules(whole: dict[str, Any]) -> set[str]:
    found = check(Ruleset.from_document(whole)).of("never_matters")
    return {finding.rules[0] for finding in found}
