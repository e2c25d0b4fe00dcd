"""Advice is tied to what it rests on: the version of the case and the person."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Encounter
from patients.services.cases import case_correct, case_mark_entered_in_error
from patients.services.patients import patient_update
from tests.treatments.conftest import BIRTH_DATE, findings
from treatments.models import Recommendation, Report
from treatments.recommendations.services import case_evaluate, decision_record
from treatments.recommendations.standing import standing_of
from treatments.reports.compose import freeze
from treatments.reports.services import report_request

pytestmark = pytest.mark.django_db
OTHER = "This advice rests on other details of the person."


@pytest.fixture
def correct_person(patient, dr_surgeon):
    def correct_person(**values):
        return patient_update(patient=patient, actor=dr_surgeon, **values)

    return correct_person


@pytest.fixture
def pages(advice, sign_in, dr_surgeon):
    """The recommendation, the list, and the page of the patient."""

    def pages() -> list[str]:
        client = sign_in(dr_surgeon)
        urls = (advice.get_absolute_url(), "/", advice.encounter.patient)
        return [
            client.get(url if isinstance(url, str) else url.get_absolute_url())
            .content.decode()
            .replace("&quot;", '"')
            for url in urls
        ]

    return pages


def printed(advice, actor):
    fresh = Recommendation.objects.get(pk=advice.pk)
    report = report_request(recommendation=fresh, actor=actor, request_key=uuid4())
    return freeze(report)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"birth_date": date(1950, 1, 2)}, "Age: 43 years, now 76 years"),
        ({"birth_date": date(1983, 11, 21)}, "Age: 43 years, now 42 years"),
        ({"sex": "female"}, "Sex: Male, now Female"),
        ({"sex": ""}, "Sex: Male, now not known"),
    ],
)
def test_corrected_details_mark_page_list_patient_and_report(
    advice, correct_person, pages, dr_surgeon, values, told
):
    correct_person(**values)
    page, worklist, of_patient = pages()
    assert OTHER in page
    assert "Evaluate again" in page
    assert told in worklist
    assert told in of_patient
    assert told in " ".join(printed(advice, dr_surgeon).header.marks)


@pytest.mark.parametrize(
    "values",
    [
        {"family_name": "Okafor-Reyes"},
        {"birth_date": date(1983, 5, 5)},
        {"birth_date": BIRTH_DATE, "sex": "male"},
    ],
)
def test_what_no_rule_can_tell_apart_marks_nothing(
    advice, correct_person, pages, dr_surgeon, values
):
    correct_person(**values)
    for page in pages():
        assert "other details" not in page
    assert printed(advice, dr_surgeon).header.marks == ()


def test_details_put_back_take_the_mark_away(advice, correct_person, pages):
    correct_person(sex="female")
    correct_person(sex="male")
    assert not [page for page in pages() if "other details" in page]


def test_evaluating_again_gives_advice_on_the_person_as_recorded_and_undecided(
    advice, correct_person, sign_in, dr_surgeon, key
):
    decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment="ENDO_TF",
        submission_key=key(),
    )
    correct_person(birth_date=date(1950, 1, 2))
    client = sign_in(dr_surgeon)
    url = reverse("treatments:case-evaluate", args=[advice.encounter_id])
    page = client.post(url, follow=True).content.decode()
    assert OTHER not in page
    assert "Decided on version 1" in page
    assert "Keep that decision" in page
    assert Encounter.objects.get().state == "evaluated", "nothing is decided of this"
    newest = Recommendation.objects.exclude(pk=advice.pk).get()
    assert newest.case_document["facts"]["age_years"] == 76
    assert "other details" not in client.get("/").content.decode()
    old = client.get(advice.get_absolute_url()).content.decode()
    assert "Superseded by a later evaluation of this version" in old


def test_a_draft_that_was_never_evaluated_is_not_marked(
    a_case, correct_person, sign_in, dr_surgeon, version
):
    a_case()
    correct_person(sex="female")
    assert "other details" not in sign_in(dr_surgeon).get("/").content.decode()


def test_the_worklist_asks_no_more_for_each_case(
    an_advice, correct_person, sign_in, dr_surgeon, django_assert_num_queries
):
    client = sign_in(dr_surgeon)
    an_advice()
    client.get("/")
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    for weeks in (11, 12, 13):
        an_advice(facts={"conservative_care_weeks": weeks})
    correct_person(sex="female")
    with django_assert_num_queries(len(one)):
        page = client.get("/").content.decode()
    assert page.count("Advice on other details") == 4


# --- Superseded -----------------------------------------------------------------------


@pytest.fixture
def correct(dr_surgeon):
    def correct(advice, **differs):
        encounter = Encounter.objects.with_findings().get(pk=advice.encounter_id)
        return case_correct(
            encounter=encounter,
            actor=dr_surgeon,
            data=findings(**differs),
            revision=encounter.revision,
        )

    return correct


def test_superseded_advice_says_by_what_on_page_and_report(
    advice, correct, dr_surgeon, sign_in
):
    corrected = correct(advice, facts={"leg_pain_nrs": 3})
    by = "Superseded by version 2 of this case"
    assert printed(advice, dr_surgeon).header.marks == (
        f"{by}, which is not evaluated yet",
    )
    case_evaluate(encounter=corrected, actor=dr_surgeon)
    context = printed(advice, dr_surgeon)
    assert context.header.marks == (by,)
    assert context.header.status_text == "Superseded"
    page = sign_in(dr_surgeon).get(advice.get_absolute_url()).content.decode()
    assert f"{by}." in page


def test_a_report_of_before_is_offered_with_what_it_does_not_say(
    advice, correct, correct_person, dr_surgeon, sign_in
):
    report = report_request(
        recommendation=advice, actor=dr_surgeon, request_key=uuid4()
    )
    client = sign_in(dr_surgeon)
    silent = "does not say so: ask for a new one"
    assert silent not in client.get(report.get_absolute_url()).content.decode()
    case_evaluate(
        encounter=correct(advice, facts={"odi_percent": 60}), actor=dr_surgeon
    )
    correct_person(birth_date=date(1983, 5, 5))
    page = client.get(report.get_absolute_url()).content.decode()
    assert page.count(silent) == 2
    assert "Superseded by version 2 of this case." in page
    assert "It says born 1983-05-04, and recorded is 1983-05-05" in page
    fresh = report_request(
        recommendation=Recommendation.objects.get(pk=advice.pk),
        actor=dr_surgeon,
        request_key=uuid4(),
    )
    assert silent not in client.get(fresh.get_absolute_url()).content.decode()


def test_a_case_entered_in_error_is_printed_as_such(advice, dr_surgeon):
    case_mark_entered_in_error(
        encounter=advice.encounter, actor=dr_surgeon, reason="wrong patient"
    )
    context = printed(advice, dr_surgeon)
    assert Report.objects.get().status == "entered_in_error"
    assert context.header.marks == ("Entered in error: this case does not count",)


def test_the_newest_advice_is_looked_up_without_a_query(
    advice, django_assert_num_queries
):
    row = Recommendation.objects.for_page().get(pk=advice.pk)
    assert row.ruleset.ruleset
    with django_assert_num_queries(0):
        assert standing_of(row).marks == ()
