"""Sent twice, saved by two: one row each, and nobody loses what they typed."""

import pytest
from playwright.sync_api import expect

from patients.models import Encounter
from spine_cds.accounts.models import Role, User
from treatments.models import Decision, Recommendation, Report


@pytest.fixture
def colleague(team) -> User:
    """A second surgeon of the team."""
    user = User.objects.create_user(
        "dr_colleague", role=Role.SURGEON, first_name="Noor", last_name="Bakker"
    )
    user.teams.set([team])
    return user


def settles(person):
    """All that a double click set going has come to its end."""
    person.page.wait_for_load_state("networkidle")


def test_a_double_click_on_evaluate_gives_one_recommendation(
    as_person, dr_surgeon, a_case
):
    draft = a_case("Schmidt")
    surgeon = as_person(dr_surgeon, f"/cases/{draft.pk}/edit/")
    surgeon.types("Leg pain (NRS)", "9")
    surgeon.control("Evaluate").dblclick()
    surgeon.is_at("Options to consider")
    settles(surgeon)
    advice = Recommendation.objects.get()
    assert advice.case_document["facts"]["leg_pain_nrs"] == 9
    assert Encounter.objects.get().version == 1


def test_a_double_click_on_a_new_case_makes_one_case(as_person, dr_surgeon, a_case):
    patient = a_case("Schmidt").patient
    surgeon = as_person(dr_surgeon, f"/patients/{patient.pk}/cases/new/")
    surgeon.click("Start another case")  # beside the draft that is offered first
    surgeon.types("Leg pain (NRS)", "9")
    surgeon.control("Evaluate").dblclick()
    surgeon.is_at("Not enough data for advice")
    settles(surgeon)
    assert Recommendation.objects.count() == 1
    assert patient.encounters.count() == 2


def test_a_double_click_on_a_correction_makes_one_version(
    as_person, dr_surgeon, advice_on
):
    advice = advice_on("Schmidt")
    surgeon = as_person(dr_surgeon, f"/cases/{advice.encounter_id}/edit/")
    surgeon.types("Leg pain (NRS)", "9")
    surgeon.control("Evaluate").dblclick()
    surgeon.reads("version 2")
    surgeon.is_at("Options to consider")
    settles(surgeon)
    assert Encounter.objects.count() == 2
    assert Recommendation.objects.count() == 2


def test_a_double_click_on_report_makes_one_report(
    as_person, dr_surgeon, advice_on, printer
):
    advice = advice_on("Schmidt")
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/")
    surgeon.control("Make a PDF report").dblclick()
    surgeon.reads("The report waits for its turn.")
    assert Report.objects.count() == 1


def test_a_double_click_on_decide_records_one_decision(
    as_person, dr_surgeon, advice_on
):
    advice = advice_on("Schmidt")
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/")
    decision = surgeon.section("Decision")
    decision.area.get_by_label("What was decided").select_option("-defer")
    decision.types("Or what for", "Flexion films")
    surgeon.section("Decision").signs()
    surgeon.control("Record the decision").dblclick()
    surgeon.reads("Decision recorded.")
    settles(surgeon)
    assert Decision.objects.count() == 1


def test_the_second_of_two_surgeons_is_told_and_loses_nothing(
    as_person, dr_surgeon, colleague, a_case, axe, fits, size
):
    path = f"/cases/{a_case('Schmidt').pk}/edit/"
    first = as_person(dr_surgeon, path, size=size)
    second = as_person(colleague, path, size=size)
    first.types("Leg pain (NRS)", "9")
    first.types("Back pain (NRS)", "5")
    first.click("Save draft")
    first.reads("Draft saved.")
    second.types("Leg pain (NRS)", "4")
    second.types("Note", "Works night shifts.")
    second.click("Evaluate")
    second.reads("Sam Ode saved this case while you were editing")
    axe(second.page)
    fits(second.page)
    assert not Recommendation.objects.exists(), "nothing is evaluated unasked"
    expect(second.field("Leg pain (NRS)")).to_have_value("4")
    expect(second.field("Note")).to_have_value("Works night shifts.")
    untouched = second.page.get_by_role("row", name="Back pain (NRS)")
    expect(untouched.get_by_role("checkbox")).to_be_checked()
    second.click("Save over it")
    second.reads("Draft saved.")
    stored = Encounter.objects.get()
    assert (stored.leg_pain_nrs, stored.back_pain_nrs) == (4, 5)
    assert stored.note == "Works night shifts."
