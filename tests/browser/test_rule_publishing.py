"""Rules from a draft to the bedside: checked, replayed, signed by a second person."""

import re

import pytest
from playwright.sync_api import expect

from treatments.engine import document_hash, evaluate
from treatments.models import RulesetVersion

RATIONALE = "Most episodes settle with six weeks of care."


def begins_a_draft(person):
    person.click("New draft from 2.0.0")
    person.types("Title", "A wider trial")
    person.types("Why", "As the spine meeting decided.")
    person.click("Begin the draft")
    person.is_at("A wider trial")


def changes_a_rationale(person):
    person.click("Conservative care")
    person.page.get_by_role("link", name="CONS-01", exact=True).click()
    person.page.get_by_role("textbox", name=re.compile("^Why")).fill(RATIONALE)
    person.click("Save the rule")
    person.reads("Saved:")
    person.page.locator(".crumbs").get_by_role("link", name="A wider trial").click()


def lets_the_known_findings_stand(person):
    person.click("Checks")
    person.page.get_by_label(re.compile("cites nothing, or nothing that is ")).check()
    person.types("Why they may stand", "Known at this hospital")
    person.click("Let them stand")
    person.reads("May stand: Known at this hospital")
    person.page.locator(".crumbs").get_by_role("link", name="A wider trial").click()


def replays(person):
    person.click("Replay over all stored cases")
    person.page.wait_for_url("**/replays/*/")
    told = person.page.get_by_role("heading", name="0 of 1 cases")
    expect(told).to_be_visible(timeout=60_000)


def is_step(person, text, word):
    step = person.page.locator(".gate li").filter(has_text=text)
    expect(step).to_contain_text(f"{word}:")


@pytest.mark.worker
def test_a_draft_reaches_the_live_rules_through_two_people_and_comes_back(
    celery_worker_process, as_person, rules, admin, second_admin, advice_on
):
    case = advice_on("Schmidt").case_document
    before = document_hash(evaluate(case, rules.ruleset).to_document())
    author = as_person(admin, "/rules/")
    # New content is checked as the draft opens: seconds, and more on a busy machine.
    author.page.set_default_timeout(30_000)
    begins_a_draft(author)
    changes_a_rationale(author)
    lets_the_known_findings_stand(author)
    is_step(author, "What must hold in every case", "Done")
    is_step(author, "golden cases", "Done")
    author.types("Version number", "2.1.0")
    author.click("Hand it to review")
    author.reads("a second person signs")
    draft = author.page.url
    replays(author)
    author.page.goto(draft)
    is_step(author, "replay", "Done")

    second = as_person(second_admin, draft)
    second.reads("1 changed")
    second.page.get_by_label(re.compile("I have read these rules")).check()
    second.signs()
    with second.page.expect_navigation():  # the words stand in the form, too
        second.click("Sign")
    second.reads("approve them for clinical use")

    author.page.reload()
    author.signs()
    author.click("Publish")
    author.reads("Published as")
    author.page.goto("/rules/")
    live = author.page.locator(".versions li").filter(has_text="✓ Live")
    expect(live).to_contain_text("2.1.0")
    expect(live).to_contain_text("Signed")

    author.click("Restore 2.0.0")
    author.types("Reason", "Too many cases moved")
    author.click("Make it live again")
    expect(live).to_contain_text("2.0.0")
    restored = RulesetVersion.objects.live().get()
    assert document_hash(evaluate(case, restored.ruleset).to_document()) == before


def test_a_version_leaves_as_a_workbook_and_comes_back_as_a_draft(
    as_person, rules, admin, tmp_path
):
    person = as_person(admin, f"/rules/{rules.pk}/")
    with person.page.expect_download() as download:
        person.click("Excel workbook, a sheet a table")
    workbook = tmp_path / download.value.suggested_filename
    download.value.save_as(workbook)
    person.page.goto("/rules/import/")
    person.page.get_by_label("File").set_input_files(workbook)
    person.types("Title", "Back from Excel")
    person.click("Import as a draft")
    person.reads("The two say the same.")


def test_a_tried_case_is_painted_into_the_grid_and_asked_again_after_an_edit(
    as_person, rules, admin
):
    person = as_person(admin, "/rules/")
    begins_a_draft(person)
    person.click("Conservative care")
    page = person.page
    page.get_by_label("Case", exact=True).select_option(
        "cons-coagulopathy-bars-surgery"
    )
    person.reads("This draft", "Live rules")
    failing = page.locator("tr#CONS-01 td.trial-failed")
    expect(failing).to_have_count(1)
    failing.click()
    page.keyboard.press("Delete")
    expect(page.locator("tr#CONS-01.trial-hit")).to_be_visible()


def test_a_tried_case_needs_no_script(as_person, rules, admin):
    person = as_person(admin, "/rules/", javascript=False)
    begins_a_draft(person)
    trial = f"{person.page.url}tables/cons/trial/"
    person.page.goto(f"{trial}?case=cons-coagulopathy-bars-surgery")
    person.reads("This draft", "Live rules")


def test_a_case_chosen_before_the_panel_is_ready_is_tried_all_the_same(
    as_person, rules, admin
):
    person = as_person(admin, "/rules/")
    begins_a_draft(person)
    person.click("Conservative care")
    page = person.page
    chosen = page.get_by_label("Case", exact=True)
    chosen.wait_for()
    # As a person would who is faster than the script: nothing hears the change.
    chosen.evaluate("select => { select.value = 'cons-coagulopathy-bars-surgery' }")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle'))")
    person.reads("This draft")
    expect(page.locator("tr#CONS-01 td.trial-failed")).to_have_count(1)
