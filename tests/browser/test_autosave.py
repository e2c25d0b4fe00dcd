"""What is typed is kept as it is typed: beside the case, and for its author alone."""

import json

import pytest
from playwright.sync_api import expect

from patients.models import Encounter, UnsavedEntry
from spine_cds.audit.models import Event

KEPT = "not in the case yet"
OFFER = "You have entries from"


@pytest.fixture
def path(a_case) -> str:
    return f"/cases/{a_case('Schmidt').pk}/edit/"


def is_told(person, words: str) -> None:
    expect(person.page.locator("[data-form-state]")).to_contain_text(words)


def types_and_waits(person, label: str, text: str) -> None:
    person.types(label, text)
    is_told(person, KEPT)


def test_what_is_typed_is_kept_within_two_seconds_and_not_in_the_case(
    as_person, dr_surgeon, path
):
    surgeon = as_person(dr_surgeon, path)
    surgeon.types("Leg pain (NRS)", "9")
    status = surgeon.page.locator("[data-form-state]")
    expect(status).to_contain_text(KEPT, timeout=2_000)
    kept = UnsavedEntry.objects.get()
    assert kept.answers["leg_pain_nrs"] == "9"
    assert kept.author == dr_surgeon
    assert Encounter.objects.get().leg_pain_nrs != 9


def test_typing_without_a_pause_is_kept_nevertheless(as_person, dr_surgeon, path):
    surgeon = as_person(dr_surgeon, path)
    note = surgeon.field("Note")
    for _ in range(16):  # no pause is as long as the one that is waited for
        note.press_sequentially("a")
        surgeon.page.wait_for_timeout(400)
    assert UnsavedEntry.objects.get().answers["note"].startswith("aaa")


def test_a_half_typed_answer_is_kept_as_it_stands(as_person, dr_surgeon, path):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Leg pain (NRS)", "7.")
    again = as_person(dr_surgeon, path)
    again.click("Continue with them")
    expect(again.field("Leg pain (NRS)")).to_have_value("7.")


def test_saving_ends_what_was_kept(as_person, dr_surgeon, path):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Leg pain (NRS)", "9")
    surgeon.click("Save draft")
    surgeon.reads("Draft saved.")
    surgeon.reads_no(OFFER)
    assert not UnsavedEntry.objects.exists()
    assert Encounter.objects.get().leg_pain_nrs == 9


def test_entries_continued_and_saved_are_gone_in_every_place(
    as_person, dr_surgeon, path
):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Leg pain (NRS)", "9")
    again = as_person(dr_surgeon, "/")
    again.reads(OFFER)
    again.click("Continue with them")
    again.reads("These are your entries from")
    types_and_waits(again, "Back pain (NRS)", "4")
    assert UnsavedEntry.objects.count() == 1, "the new page took the old one over"
    again.click("Save draft")
    again.reads("Draft saved.")
    assert not UnsavedEntry.objects.exists()
    stored = Encounter.objects.get()
    assert (stored.leg_pain_nrs, stored.back_pain_nrs) == (9, 4)


def test_entries_are_offered_to_nobody_else(
    as_person, dr_surgeon, dr_resident, team, path
):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Leg pain (NRS)", "9")
    for where in ("/", path.removesuffix("edit/")):
        as_person(dr_resident, where).reads_no(OFFER)


def test_entries_are_discarded_for_good_on_the_form_they_were_for(
    as_person, dr_surgeon, path, axe, fits, size
):
    surgeon = as_person(dr_surgeon, path, size=size)
    types_and_waits(surgeon, "Leg pain (NRS)", "9")
    again = as_person(dr_surgeon, path, size=size)
    again.reads(OFFER)
    axe(again.page)
    fits(again.page)
    again.page.get_by_text("Discard", exact=True).click()
    again.click("Discard them for good")
    again.reads_no(OFFER)
    assert again.page.url.endswith(path)
    assert not UnsavedEntry.objects.exists()
    assert Event.objects.filter(action="case.entry_discard").count() == 1


def test_a_lost_connection_is_told_and_what_was_typed_is_kept_when_it_is_back(
    as_person, dr_surgeon, path
):
    # What the preview panel and the browser say of it.
    lost = ("ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
    surgeon = as_person(dr_surgeon, path, expect=lost)
    surgeon.page.context.set_offline(True)
    surgeon.types("Leg pain (NRS)", "9")
    is_told(surgeon, "Not kept: no connection.")
    assert not UnsavedEntry.objects.exists()
    surgeon.page.context.set_offline(False)
    is_told(surgeon, KEPT)
    assert UnsavedEntry.objects.get().answers["leg_pain_nrs"] == "9"


def test_nothing_of_the_patient_is_stored_in_the_browser(as_person, dr_surgeon, path):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Note", "Works night shifts.")
    held = surgeon.page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage},"
        " await indexedDB.databases(), await caches.keys(), document.cookie])"
    )
    # htmx notes the address of the page, which holds an id and nothing else.
    address = surgeon.page.url.partition("/cases/")[2]
    told = held.replace(f'"htmx-current-path-for-history":"/cases/{address}"', "")
    assert json.loads(told) == [{}, {}, [], [], ""]


def test_without_script_kept_entries_are_offered_and_saved_the_same(
    as_person, dr_surgeon, path
):
    surgeon = as_person(dr_surgeon, path)
    types_and_waits(surgeon, "Leg pain (NRS)", "9")
    plain = as_person(dr_surgeon, path, javascript=False)
    plain.click("Continue with them")
    expect(plain.field("Leg pain (NRS)")).to_have_value("9")
    plain.click("Save draft")
    plain.reads("Draft saved.")
    assert not UnsavedEntry.objects.exists()
    assert Encounter.objects.get().leg_pain_nrs == 9
