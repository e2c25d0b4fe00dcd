"""A partial answer is stored, corrected, and written into the document as it is."""

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from patients.findings import CaseFindings
from patients.models import DiscFinding, Encounter
from patients.services.cases import case_advance, case_correct, case_create, case_update
from spine_cds.audit.canonical import canonical_sha256
from spine_cds.audit.models import Event
from treatments.recommendations.case_document import case_document, findings_document

pytestmark = pytest.mark.django_db

FACTS = {
    "symptom_duration_weeks": {"at_least": 13},
    "weakest_mrc_grade": {"at_most": 4},
    "iliac_crest_height": {"one_of": ["mid", "high"]},
    "leg_pain_nrs": {"one_of": [6, 7, 8]},
    "conservative_response": {"one_of": ["none", "partial"]},
    "saddle_anaesthesia": False,
}
DISC = {
    "herniation_type": {"one_of": ["protrusion", "extrusion", "sequestration"]},
    "translation_mm": {"at_least": 1.0, "at_most": 3.5},
    "slip_grade": {"at_least": 1},
    "zone": "foraminal",
}


def in_part(patient, **changes) -> CaseFindings:
    stated = {"facts": FACTS, "discs": {"L4-5": DISC}, **changes}
    return CaseFindings(occurred_on=date(2026, 11, 20), **stated)


@pytest.fixture
def case(patient, dr_surgeon) -> Encounter:
    stored = case_create(patient=patient, actor=dr_surgeon, data=in_part(patient))
    return Encounter.objects.with_findings().get(pk=stored.pk)


def test_the_document_has_each_partial_answer_as_it_was_entered(case, patient):
    document = case_document(case)
    assert document["contract"] == 2
    assert document["facts"] == {**FACTS, "sex": patient.sex, "age_years": 43}
    assert document["discs"] == [{"level": "L4-5", **DISC}]
    assert json.loads(json.dumps(document)) == document


def test_the_document_of_an_open_form_is_that_of_the_stored_case(case, patient):
    stored = case_document(case)
    del stored["case_id"]
    assert findings_document(in_part(patient), patient) == stored
    open_form = findings_document(in_part(patient), patient)
    assert canonical_sha256(open_form) == canonical_sha256(stored)


def test_a_zero_inside_a_partial_answer_has_no_sign(patient):
    found = CaseFindings(patient.birth_date, discs={"L4-5": {"zone": "central"}})
    disc = {"translation_mm": {"at_least": -0.0, "at_most": 3.0}}
    # Past the check of CaseFindings, as another program would make them.
    object.__setattr__(found, "discs", {"L4-5": disc})
    document = findings_document(found, patient)
    assert json.dumps(document["discs"][0]["translation_mm"]) == (
        '{"at_least": 0.0, "at_most": 3.0}'
    )


def test_the_column_of_a_fact_is_empty_while_its_answer_is_partial(case):
    assert case.symptom_duration_weeks is None
    assert case.conservative_response == ""
    assert case.examination.weakest_mrc_grade is None
    assert case.imaging.iliac_crest_height == ""
    disc = case.imaging.disc_findings.get()
    assert (disc.herniation_type, disc.slip_grade) == (None, None)
    assert set(case.partial_answers) == set(FACTS) - {"saddle_anaesthesia"}
    assert set(disc.partial_answers) == set(DISC) - {"zone"}


def test_an_exact_answer_takes_the_place_of_a_partial_one(case, patient, dr_surgeon):
    saved = case_update(
        encounter=case,
        actor=dr_surgeon,
        data=in_part(patient, facts={**FACTS, "weakest_mrc_grade": 3}),
        revision=0,
    )
    assert case_document(saved)["facts"]["weakest_mrc_grade"] == 3
    assert "weakest_mrc_grade" not in saved.partial_answers
    told = Event.objects.get(action="case.update").detail
    assert told["changed"] == ["weakest_mrc_grade"]
    assert told["before"] == {"weakest_mrc_grade": {"at_most": 4}}
    assert told["after"] == {"weakest_mrc_grade": 3}


def test_the_same_partial_answers_again_change_nothing(case, patient, dr_surgeon):
    saved = case_update(
        encounter=case, actor=dr_surgeon, data=in_part(patient), revision=0
    )
    assert saved.revision == 0


def test_a_correction_keeps_the_partial_answers_it_does_not_change(
    case, patient, dr_surgeon
):
    old = case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    new = case_correct(
        encounter=old,
        actor=dr_surgeon,
        data=in_part(patient, facts={**FACTS, "back_pain_nrs": {"at_most": 3}}),
        revision=old.revision,
    )
    assert new.version == 2
    facts = {**FACTS, "back_pain_nrs": {"at_most": 3}, "sex": patient.sex}
    assert case_document(new)["facts"] == {**facts, "age_years": 43}
    assert case_document(new)["discs"] == [{"level": "L4-5", **DISC}]
    before = Encounter.objects.with_findings().get(pk=old.pk)
    assert case_document(before)["facts"] == {
        **FACTS,
        "sex": patient.sex,
        "age_years": 43,
    }


def test_where_the_release_before_wrote_an_exact_answer_that_one_holds(case):
    Encounter.objects.filter(pk=case.pk).update(symptom_duration_weeks=20)
    again = Encounter.objects.with_findings().get(pk=case.pk)
    assert case_document(again)["facts"]["symptom_duration_weeks"] == 20


@pytest.mark.parametrize("model", [Encounter, DiscFinding])
@pytest.mark.parametrize("column", [[], "x", 3])
def test_the_database_holds_an_object_of_partial_answers(case, model, column):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(partial_answers=column)


def test_the_release_before_inserts_rows_without_the_column(case):
    """It names each column that it knows, and this one is none of them."""
    table = DiscFinding._meta.db_table
    names = [f.column for f in DiscFinding._meta.fields]
    names = [name for name in names if name not in ("id", "partial_answers")]
    levels = ["'L1-2'" if name == "level" else f'"{name}"' for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {', '.join(levels)} FROM {table}"
        )
    assert DiscFinding.objects.get(level="L1-2").partial_answers == {}


def test_what_was_evaluated_in_part_stays_as_it_was(case, dr_surgeon):
    case_advance(encounter=case, actor=dr_surgeon, state="evaluated")
    for model in (Encounter, DiscFinding):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(partial_answers={})


@pytest.mark.parametrize(
    "answers",
    [
        {"unheard_of": {"at_least": 1}},
        {"leg_pain_nrs": 3},
        {"leg_pain_nrs": {"at_least": 99}},
        {"leg_pain_nrs": {"at_least": 3, "at_most": 3}},
        {"zone": {"one_of": ["central", "central"]}},
        {"zone": {"one_of": ["central"]}},
        {"zone": {"at_least": "central"}},
        ["leg_pain_nrs"],
    ],
)
def test_a_row_is_checked_before_it_is_stored(case, answers):
    case.partial_answers = answers
    with pytest.raises(ValidationError) as refusal:
        case.clean_fields(exclude=["patient", "previous", "created_by", "updated_by"])
    assert list(refusal.value.message_dict) == ["partial_answers"]
