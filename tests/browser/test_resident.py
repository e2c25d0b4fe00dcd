"""The resident sees the team's cases, reviews and comments; enters and decides not."""

import pytest
from playwright.sync_api import expect

from treatments.models import Review

REFUSED = ("status of 403", "status of 404", "status of 422")


@pytest.fixture
def advice(advice_on, stranger, other_team):
    advice_on("Visser", actor=stranger, of=other_team)
    return advice_on("Schmidt")


@pytest.fixture
def resident(as_person, dr_resident, advice, size):
    return as_person(dr_resident, "/", size=size, expect=REFUSED)


def test_a_resident_reviews_and_comments_on_a_case_of_the_team(resident):
    resident.reads("1 case")
    resident.reads_no("Visser, Sanne", "New case")
    resident.click("Schmidt, Anja")
    resident.is_at("Options to consider")
    expect(resident.control("Record the decision")).to_have_count(0)
    expect(resident.control("Correct or complete")).to_have_count(0)
    review = resident.section("Review")
    review.area.get_by_label("Agree", exact=True).check()
    review.click("Record the review")
    resident.reads("Review recorded.")
    resident.section("Comments").area.get_by_role("textbox").fill(
        "Please check the bone window.\nIt looked calcified."
    )
    resident.click("Add the comment")
    resident.reads("Comment added.", "Please check the bone window.", "Rae Lin")
    resident.section("History").reads("Reviewed", "Commented")


def test_a_disagreement_needs_its_reason_and_keeps_what_was_typed(resident, axe):
    resident.click("Schmidt, Anja")
    review = resident.section("Review")
    review.area.get_by_label("Disagree").check()
    review.area.get_by_label("Note").fill("See the CT of Tuesday.")
    review.click("Record the review")
    resident.reads("Say what you disagree with.")
    axe(resident.page)
    expect(resident.page.get_by_label("Note")).to_have_value("See the CT of Tuesday.")
    expect(resident.page.get_by_label("Disagree")).to_be_checked()
    resident.page.get_by_label("Reason").fill("The fragment is calcified.")
    resident.click("Record the review")
    resident.reads("Review recorded.", "The fragment is calcified.")
    made = Review.objects.get()
    assert (made.verdict, made.note) == ("disagree", "See the CT of Tuesday.")


def test_a_resident_enters_and_decides_nothing_and_sees_no_other_team(
    resident, advice, advice_on, stranger, other_team, dr_surgeon
):
    elsewhere = advice_on("Umarov", actor=stranger, of=other_team)
    for path in (
        "/cases/new/",
        f"/cases/{advice.encounter_id}/edit/",
        f"/recommendations/{advice.pk}/decision/",
    ):
        assert resident.page.goto(path).status == 403
        resident.is_at("Not for your role")
    for path in (
        f"/recommendations/{elsewhere.pk}/",
        f"/cases/{elsewhere.encounter_id}/",
        f"/patients/{elsewhere.encounter.patient_id}/",
    ):
        assert resident.page.goto(path).status == 404
        resident.is_at("Not found")
        resident.reads_no("Umarov")
