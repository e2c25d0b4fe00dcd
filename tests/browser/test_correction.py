"""A decided case is corrected: what was decided before is kept, or decided again."""

import pytest
from playwright.sync_api import expect

from treatments.models import Decision, Recommendation
from treatments.recommendations.services import decision_record

KEEP = "Keep that decision"


@pytest.fixture
def decided(advice_on, dr_surgeon):
    advice = advice_on("Schmidt")
    decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment=advice.recommended_treatment,
        note="Talked it over.",
        submission_key="11111111-1111-4111-8111-111111111111",
    )
    return advice


def test_a_corrected_case_shows_the_decision_before_and_it_can_be_kept(
    as_person, dr_surgeon, decided, axe, fits, size
):
    surgeon = as_person(dr_surgeon, f"/recommendations/{decided.pk}/", size=size)
    surgeon.click("Correct or complete")
    surgeon.types("Leg pain (NRS)", "5")
    surgeon.evaluates()
    before = surgeon.section("What changed since version 1")
    before.reads("Leg pain (NRS)", "Decided on version 1", "Talked it over.")
    before.reads("no decision on the advice below")
    newest = Recommendation.objects.get(encounter__version=2)
    assert not newest.decisions.exists()
    before.area.locator("summary").filter(has_text=KEEP).click()
    expect(before.area.get_by_label("Reason", exact=True)).to_be_hidden()
    axe(surgeon.page)
    fits(surgeon.page)
    before.signs()
    before.area.get_by_role("button", name=KEEP).click()
    surgeon.reads("Decision recorded.")
    kept = newest.decisions.get()
    assert (kept.outcome, kept.treatment) == ("accepted", newest.recommended_treatment)
    assert kept.note == "Talked it over."
    assert Decision.objects.count() == 2
    expect(surgeon.page.get_by_text(KEEP)).to_have_count(0)


def test_a_choice_opens_the_questions_of_its_kind(
    as_person, dr_surgeon, advice_on, axe, fits, size
):
    advice = advice_on("Castillo")
    surgeon = as_person(dr_surgeon, f"/recommendations/{advice.pk}/", size=size)
    decision = surgeon.section("Decision").area
    choice = decision.get_by_label("What was decided")
    reason = decision.get_by_label("Reason", exact=True)
    until = decision.get_by_label("Until when")
    rules = decision.get_by_role("group", name="Which rules are disputed")
    expect(reason).to_be_hidden()
    choice.select_option("CONS")
    expect(reason).to_be_visible()
    expect(rules).to_be_hidden()
    reason.select_option("disagree-with-rule")
    expect(rules).to_be_visible()
    axe(surgeon.page)
    fits(surgeon.page)
    choice.select_option("-defer")
    expect(until).to_be_visible()
    expect(reason).to_be_hidden()
    choice.select_option(advice.recommended_treatment)
    expect(until).to_be_hidden()
    expect(reason).to_be_hidden()
