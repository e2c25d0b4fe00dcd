"""The pages without advice: each says what to do next, and none shows a ladder."""

import pytest
from playwright.sync_api import expect

LADDER = "The treatment ladder for this case"


def shows_no_ladder(person):
    seen = person.page.get_by_role("img", name=LADDER).filter(visible=True)
    expect(seen).to_have_count(0)
    headings = " ".join(person.order_of_headings())
    assert "Options to consider" not in headings
    assert "The whole ladder" not in headings


def test_saddle_anaesthesia_leads_to_the_emergency_pathway(
    as_person, dr_surgeon, a_case, size
):
    draft = a_case("Moreau")
    surgeon = as_person(dr_surgeon, f"/cases/{draft.pk}/edit/", size=size)
    surgeon.section("Red flags").picks("Saddle anaesthesia", "Yes")
    surgeon.evaluates()
    surgeon.is_at("Red flag: emergency pathway")
    headings = surgeon.order_of_headings()
    assert headings[1].endswith("Red flag: emergency pathway"), "nothing before it"
    flag = surgeon.section("Red flag: emergency pathway")
    flag.reads("Saddle anaesthesia", "To consider now", "now and by voice")
    flag.reads("No treatment of the ladder is advised.")
    shows_no_ladder(surgeon)
    decision = surgeon.section("Decision")
    decision.area.get_by_label("What was decided").select_option("-pathway")
    decision.signs()
    decision.click("Record the decision")
    surgeon.reads("Decision recorded.")


@pytest.mark.parametrize(
    ("patient", "heading", "next_step"),
    [
        ("Kowalska", "Not enough data for advice", "What to ask or examine next"),
        ("Lindqvist", "Outside the scope of the rules", "To consider now"),
        ("Jansen", "Diagnose first", "To consider now"),
    ],
)
def test_without_advice_the_page_says_what_to_do_next(
    as_person, dr_surgeon, advice_on, patient, heading, next_step, size
):
    advice = advice_on(patient)
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/", size=size)
    answer = surgeon.section(heading)
    answer.is_at(heading)
    answer.is_at(next_step)
    shows_no_ladder(surgeon)
    steps = answer.area.get_by_role("heading", name=next_step)
    assert steps.locator("xpath=following-sibling::*[1]/li").count() > 0


def test_what_is_missing_leads_to_its_question(as_person, dr_surgeon, advice_on, size):
    advice = advice_on("Kowalska")
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/", size=size)
    needed = surgeon.section("Not enough data for advice").area.locator(".ask a").first
    asked = needed.inner_text()
    needed.click()
    surgeon.is_at("Case of")
    focused = surgeon.page.locator(":focus, :target").first
    expect(focused).to_be_in_viewport()
    expect(focused.locator("xpath=ancestor-or-self::*[@class][1]")).to_contain_text(
        asked
    )
