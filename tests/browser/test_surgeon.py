"""The main job, from the sign-in to the printed and corrected case."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from patients.models import Encounter
from tests.browser import consultation as c
from treatments.models import Decision, Recommendation, Report

PASSWORD = "a-long-passphrase"


@pytest.fixture
def surgeon(as_person, dr_surgeon, rules, size):
    return as_person(None, "/accounts/login/", size=size)


def sign_in(person):
    person.types("Username", "dr_surgeon")
    person.page.get_by_label("Password").fill(PASSWORD)
    person.click("Sign in")
    person.is_at("Cases")


def enter_new_patient(person):
    person.page.get_by_role("link", name="New case").first.click()
    new = person.section("New patient")
    new.area.get_by_label("Hospital number").fill("H-4711")
    new.area.get_by_label("Family name").fill("Okafor")
    new.area.get_by_label("Given name").fill("Adaeze")
    new.area.get_by_label("Birth date").fill(f"{c.BIRTH_YEAR}-01-01")
    new.area.get_by_label("Sex").select_option("Female")
    new.click("Enter patient and go to the case")
    person.is_at("New case")


def test_a_surgeon_takes_a_new_patient_from_entry_to_print_and_correction(
    surgeon, printer
):
    sign_in(surgeon)
    enter_new_patient(surgeon)
    the_form_refuses_what_cannot_be_and_keeps_what_was_typed(surgeon)
    the_form_warns_of_what_is_unusual_without_blocking(surgeon)
    the_draft_is_found_again_and_completed(surgeon)
    first = the_recommendation_shows_the_ladder_with_its_reasons(surgeon)
    the_report_becomes_ready_by_itself(surgeon, printer)
    surgeon.click("Back to the recommendation")
    the_decision_is_recorded(surgeon)
    the_history_tells_it_all(surgeon)
    the_correction_is_a_second_version_and_the_first_advice_stands(surgeon, first)


def the_form_refuses_what_cannot_be_and_keeps_what_was_typed(surgeon):
    surgeon.reads(re.compile(f"^{c.AGE} years on .*, born {c.BIRTH_YEAR}-01-01$"))
    surgeon.section("Patient").answers(c.PATIENT)
    presentation = surgeon.section("Presentation")
    presentation.answers({**c.PRESENTATION, "Leg pain (NRS)": 80})
    surgeon.click("Save draft")
    surgeon.reads("Nothing is saved yet: 1 answer cannot be right")
    surgeon.click("Leg pain (NRS)")  # the summary leads to the field
    refused = presentation.field("Leg pain (NRS)")
    expect(refused).to_be_focused()
    expect(refused).to_have_value("80")
    expect(refused).to_have_accessible_description(re.compile("Allowed: 0 to 10"))
    expect(presentation.field("Duration of symptoms")).to_have_value("14")
    expect(presentation.question("First episode").get_by_label("Yes")).to_be_checked()
    smoking = surgeon.section("Patient").question("Smoking")
    expect(smoking.get_by_role("radio", name="Never")).to_be_checked()
    assert not Encounter.objects.exists()


def the_form_warns_of_what_is_unusual_without_blocking(surgeon):
    presentation = surgeon.section("Presentation")
    presentation.types("Leg pain (NRS)", "8")
    presentation.types("Duration of symptoms", "400")
    surgeon.click("Save draft")
    surgeon.reads("Draft saved.")
    presentation.reads("Unusual: 400 weeks. Is that what you meant?")
    presentation.types("Duration of symptoms", "14")
    surgeon.click("Save draft")
    surgeon.reads("Draft saved.")
    presentation.reads_no("Unusual: 400 weeks")


def sent_with(answer) -> str:
    return answer.request.post_data or ""


def the_draft_is_found_again_and_completed(surgeon):
    surgeon.click("Cases")
    surgeon.page.get_by_label("State").select_option("Draft")
    with surgeon.page.expect_response(lambda answer: "okaf" in sent_with(answer)):
        surgeon.page.get_by_label("Name, number, birth date or level").fill("okaf")
    surgeon.reads("1 case")
    surgeon.click("Okafor, Adaeze")
    expect(surgeon.field("Duration of symptoms")).to_have_value("14")
    surgeon.click(c.ALL_ASKED)
    surgeon.section("Examination").answers(c.EXAMINATION)
    surgeon.section("History and comorbidity").answers(c.HISTORY)
    surgeon.points_at_disc("L4-5")
    surgeon.section("Disc L4-5").answers(c.DISC)
    surgeon.picks("Responsible level", "L4-5")
    surgeon.section("Preferences").answers(c.PREFERENCES)
    surgeon.evaluates()


def the_recommendation_shows_the_ladder_with_its_reasons(surgeon) -> str:
    surgeon.is_at("Options to consider")
    headings = surgeon.order_of_headings()
    expected = [
        "Okafor, Adaeze",
        "What was entered",
        "Options to consider",
        "The whole ladder, with the reasons for and against",
        "Decision",
        "Report",
    ]
    assert [h for h in headings if h in expected] == expected
    options = surgeon.section("Options to consider")
    ladder = options.area.get_by_role("img", name="The treatment ladder for this case")
    expect(ladder).to_be_visible()
    assert ladder.locator(".plank").count() >= 6
    options.reads("Advised")
    expect(options.area.locator(".plank.state-recommended")).to_have_count(1)
    an_option = surgeon.page.locator("details.option").first
    an_option.locator("summary").first.click()
    for part in ("For, in this case", "Against, in this case"):
        expect(an_option.get_by_role("heading", name=part)).to_be_visible()
    expect(an_option.locator(".reason code").first).to_be_visible()  # the rule's id
    expect(an_option.get_by_text("certainty").first).to_be_visible()
    expect(an_option.locator(".reason .source-id").first).to_be_visible()
    surgeon.reads("not signed off for clinical use")
    return surgeon.page.url


def the_report_becomes_ready_by_itself(surgeon, printer):
    surgeon.click("Make a PDF report")
    surgeon.reads("The report waits for its turn.")
    printer.takes_it()
    surgeon.reads("The report is being made.")
    printer.is_done()
    surgeon.reads("The report is ready.")
    with surgeon.page.expect_download() as download:
        surgeon.click("Download the PDF")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert "Okafor" not in download.value.suggested_filename


def the_decision_is_recorded(surgeon):
    decision = surgeon.section("Decision")
    advised = Recommendation.objects.get().recommended_treatment
    decision.area.get_by_label("What was decided").select_option(advised)
    decision.signs()
    decision.click("Record the decision")
    surgeon.reads("Decision recorded.")
    made = Decision.objects.get()
    assert made.outcome == "accepted"
    assert made.treatment == made.recommendation.recommended_treatment


def the_history_tells_it_all(surgeon):
    surgeon.click("All of it")
    timeline = surgeon.section("Who did what, and when")
    timeline.reads(
        "Case entered",
        "Draft saved",
        "Evaluated",
        "Report asked for",
        "Report ready",
        "Report downloaded",
        "Decision recorded",
    )
    timeline.reads("Sam Ode")
    surgeon.click("Back to the case")


def the_correction_is_a_second_version_and_the_first_advice_stands(surgeon, first):
    before = surgeon.page.locator("#advised").inner_text()
    surgeon.click("Correct or complete")
    surgeon.reads("Version 1 of this case was evaluated and stays as it was.")
    surgeon.section("Red flags").picks("Infection suspected", "Yes")
    surgeon.evaluates()
    surgeon.reads("version 2")
    surgeon.is_at("Diagnose first")
    assert Recommendation.objects.count() == 2
    assert Report.objects.count() == 1
    surgeon.section("History").click("All of it")
    surgeon.section("What was advised").area.get_by_role(
        "link", name=re.compile("^Version 1: ")
    ).click()
    assert surgeon.page.url == first
    surgeon.reads("Not the newest advice on this case.")
    expect(surgeon.page.locator("#advised")).to_have_text(before)
    expect(surgeon.control("Record the decision")).to_have_count(0)


def test_the_worklist_is_searched_and_filtered_by_state(
    as_person, dr_surgeon, a_case, advice_on, size
):
    a_case("Moreau")
    advice_on("Abbott")
    surgeon = as_person(dr_surgeon, "/", size=size)
    surgeon.reads("Abbott, Grace", "Moreau, Léa")
    surgeon.page.get_by_label("Name, number, birth date or level").fill("mor")
    surgeon.reads_no("Abbott, Grace")
    surgeon.reads("Moreau, Léa")
    surgeon.page.get_by_label("State").select_option("Decided")
    surgeon.reads("No case matches")
    surgeon.click("Show all cases")
    surgeon.reads("Abbott, Grace", "Moreau, Léa")
    surgeon.page.get_by_label("State").select_option("Evaluated")
    surgeon.reads_no("Moreau, Léa")
    surgeon.reads("Abbott, Grace")
