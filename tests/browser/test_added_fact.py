"""A question from an administrator's mind to the bedside: two people publish it, a
surgeon answers it, and what it warns of stands on the page and on paper."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_rule_publishing import lets_the_known_findings_stand, replays
from tests.treatments.reports import pdf_reading
from treatments.authoring.drafts.services import draft_create
from treatments.models import RulesetVersion
from treatments.recommendations.verification import (
    forget_rulesets,
    verified_recommendations,
)

CAUTION = "Diabetes: plan the wound care with the diabetologist."


def adds_the_fact(author, draft):
    author.page.goto(f"{draft}lists/facts/")
    author.click("Add a fact")
    author.types("Name", "Diabetes")
    author.types("Help beside it", "Known, of either type.")
    preview = author.page.get_by_role("complementary", name="As it will look")
    expect(preview.get_by_role("group", name="Diabetes")).to_be_visible()
    author.click("Add to the draft")
    expect(author.page.locator("tr#diabetes")).to_contain_text("Diabetes")


def warns_of_it(author, draft):
    """A column of the alerts, and a rule in it."""
    page = author.page
    page.goto(f"{draft}tables/alerts/")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Add a column").fill("diabetes")
    page.get_by_label("Add a column").press("Enter")
    expect(page.locator("#grid-said")).to_contain_text("Saved")
    author.click("Add rule")
    made = page.locator("tr[data-new]")
    expect(made).to_have_count(1)
    page.goto(f"{draft}tables/alerts/rules/{made.get_attribute('id')}/")
    page.locator("[name='cells.diabetes-chosen'][value='true']").check(force=True)
    page.get_by_label("Indicator", exact=True).select_option("warning")
    page.get_by_role("textbox", name=re.compile("^Text")).fill(CAUTION)
    page.get_by_role("textbox", name=re.compile("^Why")).fill("Wounds heal slowly.")
    page.get_by_label("Add sources by their ids").fill("B22")
    page.locator("[name=review_by]").fill("2027-11-30")
    author.click("Save the rule")
    author.reads("Saved:")


def is_published(author, second, draft):
    author.page.goto(draft)
    lets_the_known_findings_stand(author)
    author.types("Version number", "2.1.0")
    author.click("Hand it to review")
    author.reads("a second person signs")
    replays(author)
    second.page.goto(draft)
    second.page.get_by_label(re.compile("I have read these rules")).check()
    second.signs()
    with second.page.expect_navigation():  # the words stand in the form, too
        second.click("Sign")
    second.reads("approve them for clinical use")
    author.page.goto(draft)
    author.signs()
    author.click("Publish")
    author.reads("Published as")


def test_an_administrator_asks_a_new_question_and_a_surgeon_answers_it(
    as_person, rules, admin, second_admin, dr_surgeon, advice_on, printer
):
    old = advice_on("Schmidt")
    author = as_person(admin, "/rules/")
    # New content is checked as the draft opens: seconds, and more on a busy machine.
    author.page.set_default_timeout(30_000)
    author.click("New draft from 2.0.0")
    author.types("Title", "A wider trial")
    author.click("Begin the draft")
    author.is_at("A wider trial")
    draft = author.page.url
    adds_the_fact(author, draft)
    warns_of_it(author, draft)
    second = as_person(second_admin, "/rules/")
    second.page.set_default_timeout(30_000)
    is_published(author, second, draft)
    assert RulesetVersion.objects.live().get().version == "2.1.0"

    surgeon = as_person(dr_surgeon, f"/cases/{old.encounter_id}/edit/")
    history = surgeon.section("History and comorbidity")
    history.picks("Diabetes", "Yes")
    surgeon.evaluates()
    surgeon.reads(CAUTION, "Diabetes")
    surgeon.click("Make a PDF report")
    surgeon.reads("The report waits for its turn.")
    printer.takes_it()
    printer.is_done()
    surgeon.reads("The report is ready.")
    with surgeon.page.expect_download() as download:
        surgeon.click("Download the PDF")
    printed = pdf_reading.text(Path(download.value.path()).read_bytes())
    assert pdf_reading.says(printed, CAUTION)
    assert pdf_reading.says(printed, "Diabetes")

    surgeon.page.goto(f"/recommendations/{old.pk}/")
    surgeon.reads_no("Diabetes")
    forget_rulesets()
    assert not [found for found in verified_recommendations() if found.differs]


@pytest.mark.parametrize("kind", ["Yes or no", "One of several", "Decimal number"])
def test_the_form_of_a_new_fact_fits_and_is_accessible(
    as_person, rules, admin, size, axe, fits, kind
):
    draft = draft_create(title="A wider trial", base=rules, actor=admin)
    person = as_person(admin, f"/drafts/{draft.pk}/lists/facts/new/", size=size)
    page = person.page
    person.types("Name", "HbA1c")
    page.get_by_label(kind).check()
    for label, text in (("answers", "Low\nHigh"), ("Least", "3"), ("Greatest", "20")):
        field = page.get_by_label(label)
        if field.is_visible():
            field.fill(text)
    preview = page.get_by_role("complementary", name="As it will look")
    expect(preview.get_by_text("HbA1c").first).to_be_visible()
    axe(page)
    fits(page)
