"""What rests on an assumption: directly, through another finding, or not at all."""

from treatments.engine import load_ruleset
from treatments.reports.resting import resting_on

RULESET = load_ruleset()


def test_without_an_assumption_nothing_rests_on_one():
    assert resting_on(RULESET, ()) == frozenset()


def test_a_finding_rests_on_what_its_table_asks_for():
    assert "cauda_equina_suspected" in resting_on(RULESET, ["post_void_residual_ml"])
    assert "motor_deficit" not in resting_on(RULESET, ["post_void_residual_ml"])


def test_a_finding_rests_on_what_another_finding_asks_for():
    direct = {
        table.output
        for table in RULESET.tables_of("derived")
        if "conservative_care_weeks" in table.inputs
    }
    assert "conservative_trial" in direct
    assert "invasive_justified" not in direct
    found = resting_on(RULESET, ["conservative_care_weeks"])
    assert {"conservative_trial", "invasive_justified"} <= found
    assert "conservative_care_weeks" not in found


def test_every_finding_of_the_rules_is_reached_from_all_facts():
    outputs = {table.output for table in RULESET.tables_of("derived")}
    assert resting_on(RULESET, set(RULESET.facts) - outputs) == outputs
