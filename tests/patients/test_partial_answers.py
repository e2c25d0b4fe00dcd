"""Partial answers: one form, one way to say them, checked as they are read."""

import pytest

from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    PartialAnswerError,
    could_be,
    exact_value,
    is_partial,
    limits,
    normalised,
)
from patients.findings import CaseFindings
from tests.patients.cases import findings

FACTS = {**CASE_FACTS, **DISC_FACTS}
PARTIAL = [fact for fact in FACTS.values() if fact.can_be_partial]


def by_name(fact) -> str:
    return fact.name


def some_of(fact) -> list[dict]:
    """Partial answers of every form that a fact can have."""
    found = []
    if fact.values:
        first, second, *_, last = fact.values
        found += [{"one_of": [first, second]}, {"one_of": [first, last]}]
        if len(fact.values) > 3:
            found += [{"one_of": list(fact.values[:-1])[:50]}]
    if fact.kind != "enum":
        low, high = fact.minimum, fact.maximum
        found += [{"at_least": low + 1}, {"at_most": high - 1}]
        found += [{"at_least": low, "at_most": high - 1}]
    return found


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("weakest_mrc_grade", {"at_most": 4}, "MRC grade 4 or less"),
        ("weakest_mrc_grade", {"one_of": [2, 3]}, "MRC grade 2 or 3"),
        ("weakest_mrc_grade", {"at_least": 3, "at_most": 4}, "MRC grade 3 to 4"),
        ("slip_grade", {"at_least": 2}, "Meyerding grade II or more"),
        ("pfirrmann_grade", {"at_least": 4}, "grade IV or more"),
        ("modic_type", {"one_of": [1, 2]}, "type 1 or 2"),
        ("symptom_duration_weeks", {"at_least": 13}, "13 weeks or more"),
        ("motor_deficit_days", {"at_least": 1, "at_most": 14}, "1 to 14 days"),
        ("leg_pain_nrs", {"one_of": [6, 7, 8]}, "6, 7 or 8 NRS"),
        ("same_level_recurrences", {"at_least": 1}, "1 or more"),
        ("translation_mm", {"at_least": 3.5}, "3.5 mm or more"),
        ("post_void_residual_ml", {"at_most": 300}, "300 mL or less"),
        (
            "herniation_type",
            {"one_of": ["protrusion", "extrusion", "sequestration"]},
            "protrusion, extrusion or sequestration",
        ),
        ("central_stenosis", {"one_of": ["mild", "moderate"]}, "mild or moderate"),
        (
            "migration",
            {"one_of": ["up_low", "up_high", "dorsal"]},
            "up, low grade; up, high grade; or dorsal, behind the dural sac",
        ),
    ],
)
def test_a_partial_answer_is_said_as_a_surgeon_says_it(name, answer, words):
    assert FACTS[name].words(answer) == words


@pytest.mark.parametrize("fact", PARTIAL, ids=by_name)
def test_no_partial_answer_is_said_with_a_code_or_not_at_all(fact):
    said = [fact.words(answer) for answer in some_of(fact)]
    assert all(said)
    assert len(set(said)) == len(said)
    for text in said:
        assert "_" not in text
        assert "{" not in text
        assert "None" not in text


@pytest.mark.parametrize("fact", PARTIAL, ids=by_name)
def test_what_is_in_its_one_form_stays_as_it_is(fact):
    for answer in some_of(fact):
        assert normalised(fact, answer) == answer
        assert exact_value(answer) is None


def test_what_has_two_values_or_must_be_exact_is_never_partial():
    for name in ("pregnant", "imaging_status", "age_years", "contained"):
        assert not FACTS[name].can_be_partial
    for answer in ({"one_of": ["none", "available"]}, {"at_least": 40}):
        with pytest.raises(PartialAnswerError):
            normalised(FACTS["imaging_status"], answer)
        with pytest.raises(PartialAnswerError):
            normalised(FACTS["age_years"], answer)


@pytest.mark.parametrize(
    ("name", "answer", "becomes"),
    [
        ("zone", {"one_of": ["central"]}, "central"),
        ("leg_pain_nrs", {"at_least": 7, "at_most": 7}, 7),
        ("translation_mm", {"at_most": -0.0}, 0.0),
        ("zone", {"one_of": list(FACTS["zone"].values)}, None),
        ("leg_pain_nrs", {"at_least": 0, "at_most": 10}, None),
        ("leg_pain_nrs", {"at_least": 0}, None),
        ("leg_pain_nrs", {"at_least": 0, "at_most": 6}, {"at_least": 0, "at_most": 6}),
        (
            "zone",
            {"one_of": ["foraminal", "central"]},
            {"one_of": ["central", "foraminal"]},
        ),
        ("zone", "central", "central"),
        ("zone", None, None),
    ],
)
def test_one_value_is_exact_and_the_whole_range_is_unknown(name, answer, becomes):
    found = normalised(FACTS[name], answer)
    assert found == becomes
    assert type(found) is type(becomes)


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("leg_pain_nrs", {"at_least": 8, "at_most": 3}, "“At least” 8 NRS is above"),
        ("slip_grade", {"at_least": 3, "at_most": 1}, "“At least” III is above"),
        ("leg_pain_nrs", {"at_least": 11}, "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", {"at_most": -1}, "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", {"at_least": 6.5}, "Enter a whole number."),
        ("leg_pain_nrs", {"at_least": True}, "Enter a whole number."),
        ("leg_pain_nrs", {"at_least": "6"}, "Enter a whole number."),
        ("translation_mm", {"at_least": float("nan")}, "Allowed: 0 to 20 mm."),
        ("leg_pain_nrs", {"at_least": None}, "Enter a whole number."),
        ("leg_pain_nrs", {"one_of": [1, 11]}, "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", {"one_of": [1, True]}, "Allowed: 0 to 10 NRS."),
        ("leg_pain_nrs", {"one_of": [1, 1]}, "Name each answer once."),
        ("leg_pain_nrs", {"one_of": []}, "Choose at least two answers."),
        ("leg_pain_nrs", {"one_of": "12"}, "Choose at least two answers."),
        ("mri_age_months", {"one_of": list(range(51))}, "No more than 50 answers."),
        ("zone", {"one_of": ["central", "odd"]}, "Allowed: Central,"),
        ("zone", {"one_of": ["central", ["odd"]]}, "Allowed: Central,"),
        ("zone", {"at_least": 1}, "Choose several answers."),
        ("translation_mm", {"one_of": [1, 2]}, "Enter a lower limit,"),
        ("leg_pain_nrs", {}, "Enter a lower limit,"),
        ("leg_pain_nrs", {"one_of": [1, 2], "at_least": 1}, "Enter a lower limit,"),
        ("leg_pain_nrs", {"about": 6}, "Enter a lower limit,"),
        ("contained", {"one_of": [True, False]}, "Has an exact answer, or none."),
    ],
)
def test_what_is_no_partial_answer_is_refused_with_what_to_do(name, answer, says):
    with pytest.raises(PartialAnswerError) as refusal:
        normalised(FACTS[name], answer)
    assert str(refusal.value).startswith(says)


def test_findings_refuse_every_partial_answer_that_is_none_and_name_it():
    with pytest.raises(ValueError, match=r"leg_pain_nrs: .*; L4-5-zone: ") as refusal:
        findings(
            facts={"leg_pain_nrs": {"at_least": 99}},
            discs={"L4-5": {"zone": {"one_of": []}}},
        )
    assert not isinstance(refusal.value, PartialAnswerError)


def test_findings_keep_a_partial_answer_and_drop_one_that_says_nothing():
    kept = findings(
        facts={"leg_pain_nrs": {"at_least": 6}, "back_pain_nrs": {"at_most": 10}},
        discs={"L4-5": {"zone": {"one_of": ["central"]}}},
    )
    assert kept.facts == {"leg_pain_nrs": {"at_least": 6}}
    assert kept.discs == {"L4-5": {"zone": "central"}}
    assert is_partial(kept.facts["leg_pain_nrs"])


def test_two_findings_differ_where_a_part_differs_and_say_it():
    mine = findings(facts={"leg_pain_nrs": {"at_least": 6}})
    (found,) = mine.differences(findings(facts={"leg_pain_nrs": 7}))
    assert (found.mine, found.theirs) == ("6 NRS or more", "7 NRS")
    same = CaseFindings(**{**vars_of(mine), "facts": {"leg_pain_nrs": {"at_least": 6}}})
    assert mine.differences(same) == []
    told = mine.changes(findings(facts={}))
    assert told["after"] == {"leg_pain_nrs": {"at_least": 6}}


def vars_of(found: CaseFindings) -> dict:
    return {name: getattr(found, name) for name in found.__slots__}


@pytest.mark.parametrize(
    ("answer", "least", "most"),
    [
        ({"at_least": 3}, 3, 5),
        ({"at_most": 3}, 0, 3),
        ({"one_of": [2, 4]}, 2, 4),
        (3, 3, 3),
        (None, 0, 5),
    ],
)
def test_the_limits_of_an_answer_are_the_least_and_the_most_it_leaves(
    answer, least, most
):
    assert limits(FACTS["weakest_mrc_grade"], answer) == (least, most)


def test_an_answer_could_be_what_it_leaves():
    herniated = {"one_of": ["protrusion", "extrusion"]}
    assert could_be(herniated, "extrusion")
    assert not could_be(herniated, "none")
    assert could_be(None, "none")
    assert could_be("none", "none")
