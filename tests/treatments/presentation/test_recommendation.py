"""A recommendation in words: complete, and from the stored row alone."""

import datetime

import pytest

from treatments.engine import evaluate, load_ruleset
from treatments.management.demo_cases import CASES
from treatments.presentation.advice import Citation
from treatments.presentation.recommendation import Reader, read_advice

RULESET = load_ruleset()
TODAY = datetime.date(2026, 11, 21)


def read(name: str, today: datetime.date = TODAY):
    demo = next(case for case in CASES if case.family_name == name)
    case = {
        "contract": 2,
        "facts": {**demo.all_facts, "sex": demo.sex, "age_years": demo.age},
        "discs": [
            {"level": level, **{n: v for n, v in found.items() if v not in (None, "")}}
            for level, found in demo.all_discs.items()
        ],
        "responsible_level": demo.level or None,
    }
    evaluation = evaluate(case, RULESET).to_document()
    return read_advice(case, evaluation, RULESET, today), evaluation


@pytest.mark.parametrize("name", [case.family_name for case in CASES])
def test_every_rule_of_every_option_is_told_with_its_grounds(name):
    advice, evaluation = read(name)
    assert len(advice.options) == len(evaluation["options"])
    for option, document in zip(advice.options, evaluation["options"], strict=True):
        assert {r.rule for r in option.reasons_for} == set(document["reasons_for"])
        assert {r.rule for r in option.reasons_against} == set(
            document["reasons_against"]
        )
        for reason in (*option.reasons_for, *option.reasons_against):
            rule = RULESET.rules[reason.rule]
            assert reason.text == rule.rationale
            assert [c.id for c in reason.citations] == list(rule.sources)
            assert (reason.strength, reason.certainty) == (
                rule.strength,
                rule.certainty,
            )


def test_every_missing_fact_is_in_the_group_of_its_effect():
    advice, evaluation = read("Kowalska")
    assumed = {entry["fact"] for entry in evaluation["assumed"]}
    groups = {
        "blocks": advice.missing.blocks,
        "could_change": advice.missing.could_change,
        "cannot_change": advice.missing.cannot_change,
        None: advice.missing.not_determined,
    }
    for effect, items in groups.items():
        expected = [
            m["fact"]
            for m in evaluation["missing"]
            if m["effect"] == effect and m["fact"] not in assumed
        ]
        assert [item.name for item in items] == expected
    assert advice.missing.blocks


def test_an_undetermined_effect_has_a_group_of_its_own():
    _, evaluation = read("Castillo")
    for entry in evaluation["missing"]:
        entry["effect"] = None
    advice = read_advice({"facts": {}}, evaluation, RULESET, TODAY)
    not_known = len(evaluation["missing"]) - len(evaluation["assumed"])
    assert len(advice.missing.not_determined) == not_known
    assert advice.missing.could_change == advice.missing.cannot_change == ()


def test_a_neighbours_missing_grade_names_its_own_level():
    advice, _ = read("Kowalska")
    assert ("pfirrmann_grade", "L3-4") in {
        (item.name, item.level) for item in advice.missing.cannot_change
    }


@pytest.mark.parametrize("name", [case.family_name for case in CASES])
def test_what_is_not_known_is_counted_once_and_the_same_everywhere(name):
    advice, evaluation = read(name)
    missing = advice.missing
    listed = [
        (item.name, item.level)
        for group in (
            missing.blocks,
            missing.could_change,
            missing.not_determined,
            missing.cannot_change,
        )
        for item in group
    ]
    noted = [
        (item.name, item.level)
        for section in advice.summary.sections
        for item in section.unknown
    ]
    if not (advice.summary.responsible_level or advice.summary.no_image):
        noted.append(("responsible_level", ""))
    assert sorted(listed) == sorted(noted)
    assert advice.summary.unknown == len(listed) == len(set(listed))
    assert advice.summary.assumed == len(advice.assumed) == len(evaluation["assumed"])
    assert not {item.name for item in advice.assumed} & {name for name, _ in listed}


def test_an_assumed_fact_says_that_another_value_could_change_the_advice():
    advice, _ = read("Castillo")
    values = {item.name: item.value for item in advice.assumed}
    assert values["post_void_residual_ml"] == "0 mL (could change it)"
    assert values["translation_mm"] == "0 mm"


def test_the_advised_option_is_the_evaluations():
    advice, evaluation = read("Castillo")
    assert advice.recommended.code == evaluation["recommended"]["treatment"]
    assert advice.recommended.is_advised


def test_a_red_flag_names_its_ground_and_advises_nothing():
    advice, _ = read("Ivanova")
    assert advice.recommended is None
    assert [reason.rule for reason in advice.triage] == ["TRIAGE-01"]
    assert [reason.rule for reason in advice.grounds] == ["CES-01"]
    assert "TRIAGE-01" not in {alert.reason.rule for alert in advice.other_alerts}


def test_what_a_rule_tells_is_read_sentence_by_sentence():
    advice, _ = read("Ivanova")
    (triage,) = advice.triage
    assert " ".join(triage.sentences) == triage.told
    assert len(triage.sentences) >= 2


def test_a_rule_past_its_review_date_is_flagged_from_the_next_day_on():
    rule = next(r for r in RULESET.rules.values() if r.review_by)
    on_the_day = Reader(RULESET, rule.review_by)
    after = Reader(RULESET, rule.review_by + datetime.timedelta(days=1))
    assert not on_the_day.reason(rule.id).is_overdue
    assert after.reason(rule.id).is_overdue


def test_a_citation_that_nobody_verified_says_so():
    unverified = next(s for s in RULESET.sources.values() if s.confidence == "R")
    verified = next(s for s in RULESET.sources.values() if s.confidence == "V")
    found = Reader(RULESET, TODAY).citations([unverified.id, verified.id])
    assert found == (
        Citation(unverified.id, unverified.citation, to_be_verified=True),
        Citation(verified.id, verified.citation, to_be_verified=False),
    )


def test_reasons_against_come_with_the_heaviest_first():
    advice, _ = read("Castillo")
    plasma = next(o for o in advice.options if o.code == "PERC_PLASMA")
    effects = [reason.effect for reason in plasma.reasons_against]
    assert effects[0] == "contraindicated"
    assert effects == sorted(
        effects, key=["contraindicated", "unsuitable", "caution"].index
    )


def test_rules_that_contradict_each_other_are_a_conflict_and_no_entry_error():
    case = {"facts": {}}
    _, evaluation = read("Castillo")
    problem = {"path": "table triage", "value": "A, B", "message": "hold together"}
    conflict = {**evaluation, "disposition": "out_of_scope", "errors": [problem]}
    invalid = {**evaluation, "disposition": "invalid", "errors": [problem]}
    assert read_advice(case, conflict, RULESET, TODAY).is_conflict
    assert not read_advice(case, invalid, RULESET, TODAY).is_conflict
    assert not read_advice(case, evaluation, RULESET, TODAY).is_conflict


def test_the_demo_shows_every_rung_and_every_disposition():
    answers = [read(case.family_name)[0] for case in CASES]
    assert {a.recommended.rung for a in answers if a.recommended} == {
        rung.code for rung in RULESET.rungs
    }
    assert {a.disposition for a in answers} == {
        "ladder",
        "emergency",
        "diagnose_first",
        "insufficient_data",
        "out_of_scope",
    }


def red_flags(**facts):
    """The flags that the answer names, of a case with these facts beside Ivanova's."""
    demo = next(case for case in CASES if case.family_name == "Ivanova")
    none = {
        "saddle_anaesthesia": False,
        "bladder_dysfunction": False,
        "bowel_dysfunction": False,
        "sexual_dysfunction": False,
        "bilateral_leg_symptoms": False,
        "progressive_motor_deficit": False,
        "post_void_residual_ml": 0,
    }
    case = {
        "contract": 2,
        "facts": {**demo.all_facts, "age_years": demo.age, **none, **facts},
        "discs": [],
    }
    evaluation = evaluate(case, RULESET).to_document()
    found = read_advice(case, evaluation, RULESET, TODAY)
    return [(item.name, item.value) for item in found.red_flags]


def test_an_emergency_names_every_flag_of_it_and_a_residual_that_counts():
    assert red_flags(saddle_anaesthesia=True, bladder_dysfunction=True) == [
        ("saddle_anaesthesia", ""),
        ("bladder_dysfunction", ""),
    ]
    # Full strength: fresh weakness of both legs would be a flag of its own.
    full = {"weakest_mrc_grade": 5, "motor_deficit_days": None}
    assert red_flags(
        **full, bilateral_leg_symptoms=True, post_void_residual_ml=400
    ) == [
        ("bilateral_leg_symptoms", ""),
        ("post_void_residual_ml", "400 mL"),
    ]
    assert red_flags(bilateral_leg_symptoms=True) == [
        ("bilateral_leg_symptoms", ""),
        ("weakest_mrc_grade", "3"),
        ("motor_deficit_days", "2 days"),
    ]
    flags = red_flags(saddle_anaesthesia=True, post_void_residual_ml=100)
    assert flags == [("saddle_anaesthesia", "")]


def test_every_answer_without_a_ladder_says_what_to_consider():
    for case in CASES:
        advice, _ = read(case.family_name)
        assert bool(advice.next_steps) == (advice.disposition != "ladder")
    _, evaluation = read("Castillo")
    problem = {"path": "table triage", "value": "A, B", "message": "hold together"}
    conflict = {**evaluation, "disposition": "out_of_scope", "errors": [problem]}
    steps = read_advice({"facts": {}}, conflict, RULESET, TODAY).next_steps
    assert RULESET.version in steps[1].text
