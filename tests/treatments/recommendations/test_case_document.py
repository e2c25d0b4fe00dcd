"""Rows to the case document, and back to the same answers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from patients.facts import SHIPPED
from patients.findings import CaseFindings
from patients.models import Encounter
from patients.services.cases import case_create
from treatments.engine import evaluate, load_ruleset
from treatments.recommendations.case_document import (
    case_document,
    document_findings,
    findings_document,
)

pytestmark = pytest.mark.django_db

VOCABULARY = load_ruleset().facts
CASE_FACTS = [f for f in VOCABULARY.values() if f.scope == "case"]
#: Of the patient born on 1983-05-04, on the day of these encounters.
AGE = {"age_years": 43}
DISC_FACTS = [f for f in VOCABULARY.values() if f.scope == "disc"]


def value_of(fact, *, last: bool):
    """An allowed value: the first or the last of its range."""
    if fact.type == "bool":
        return last
    if fact.type == "enum":
        return fact.values[-1 if last else 0]
    number = fact.maximum if last else fact.minimum
    return float(number) if fact.type == "decimal" else int(number)


def stored(patient, dr_surgeon, **findings) -> Encounter:
    data = CaseFindings(occurred_on=date(2026, 11, 20), **findings)
    encounter = case_create(patient=patient, actor=dr_surgeon, data=data)
    return Encounter.objects.with_findings().get(pk=encounter.pk)


@pytest.mark.parametrize("last", [False, True], ids=["lowest", "highest"])
def test_every_fact_of_the_vocabulary_makes_the_round_trip(patient, dr_surgeon, last):
    facts = {f.name: value_of(f, last=last) for f in CASE_FACTS}
    disc = {f.name: value_of(f, last=last) for f in DISC_FACTS if f.name != "level"}
    patient.sex = facts.pop("sex")
    patient.save()
    encounter = stored(
        patient, dr_surgeon, facts=facts, discs={"L4-5": disc}, responsible_level="L4-5"
    )
    document = case_document(encounter)
    assert document["facts"] == {**facts, "sex": patient.sex, **AGE}
    assert document["discs"] == [{"level": "L4-5", **disc}]
    assert document["responsible_level"] == "L4-5"
    assert evaluate(document, load_ruleset()).errors == ()


@pytest.mark.parametrize(
    "fact", [f.name for f in CASE_FACTS if f.name not in ("sex", "age_years")]
)
def test_one_known_fact_leaves_all_others_out(patient, dr_surgeon, fact):
    value = value_of(VOCABULARY[fact], last=False)
    encounter = stored(patient, dr_surgeon, facts={fact: value})
    assert case_document(encounter)["facts"] == {fact: value, "sex": "male", **AGE}


def test_an_empty_case_says_nothing_but_sex_and_age(patient, dr_surgeon):
    encounter = stored(patient, dr_surgeon)
    assert case_document(encounter) == {
        "contract": 2,
        "case_id": str(encounter.case_uid),
        "facts": {"sex": "male", **AGE},
        "discs": [],
    }


def test_an_unknown_sex_is_left_out(patient, dr_surgeon):
    patient.sex = ""
    patient.save()
    assert case_document(stored(patient, dr_surgeon))["facts"] == AGE


def test_a_no_and_a_zero_are_written_and_not_taken_for_unknown(patient, dr_surgeon):
    facts = {"saddle_anaesthesia": False, "leg_pain_nrs": 0}
    document = case_document(stored(patient, dr_surgeon, facts=facts))
    assert document["facts"] == {**facts, "sex": "male", **AGE}


def test_a_decimal_is_a_json_number(patient, dr_surgeon):
    encounter = stored(patient, dr_surgeon, discs={"L4-5": {"translation_mm": 3.5}})
    finding = encounter.imaging.disc_findings.get()
    assert finding.translation_mm == Decimal("3.5")
    value = case_document(encounter)["discs"][0]["translation_mm"]
    assert value == 3.5
    assert isinstance(value, float)


def test_what_is_not_offered_is_named_in_order(a_case):
    document = case_document(a_case(), {"MED", "ENDO_TF"})
    assert document["unavailable_treatments"] == ["ENDO_TF", "MED"]


def test_reading_a_loaded_case_needs_no_query(a_case, django_assert_num_queries):
    encounter = a_case()
    with django_assert_num_queries(0):
        case_document(encounter)


def test_minus_zero_is_zero_as_the_database_will_say(patient):
    findings = CaseFindings(
        occurred_on=date(2026, 11, 20),
        facts={"odi_percent": -0.0},
        discs={"L4-5": {"translation_mm": -0.0}},
    )
    document = findings_document(findings, patient)
    assert str(document["facts"]["odi_percent"]) == "0.0"
    assert str(document["discs"][0]["translation_mm"]) == "0.0"


@pytest.mark.parametrize(
    ("birth_date", "sex", "facts"),
    [
        (date(1968, 11, 20), "female", {"age_years": 58, "sex": "female"}),
        (date(1968, 11, 21), "", {"age_years": 57}),
        (date(1906, 1, 1), "male", {"age_years": 120, "sex": "male"}),
    ],
)
def test_what_follows_from_the_person_is_read_from_the_person_of_today(
    patient, dr_surgeon, birth_date, sex, facts
):
    encounter = stored(patient, dr_surgeon, facts={"age_years": 40})
    assert encounter.age_years is None, "an age is never stored beside a birth date"
    encounter.patient.birth_date, encounter.patient.sex = birth_date, sex
    assert case_document(encounter)["facts"] == facts


def test_the_rules_refuse_an_age_that_they_are_not_made_for(patient, dr_surgeon):
    for born in (date(1906, 1, 1), date(2020, 1, 1)):
        patient.birth_date = born
        patient.save()
        answer = evaluate(case_document(stored(patient, dr_surgeon)), load_ruleset())
        assert answer.disposition == "invalid"
        assert answer.recommended is None


def test_a_document_gives_back_what_was_entered_and_not_what_followed(a_case):
    encounter = a_case()
    document = case_document(encounter)
    entered = CaseFindings.of(encounter)
    assert document_findings(document, encounter.occurred_on, SHIPPED) == replace(
        entered, note=""
    )
