"""Drills: two editors of one case, a session that ends, a browser that dies.

Each is the accident itself, in a real browser: nothing that was typed may be lost, and
nothing may be in a case that nobody saved there.
"""

import contextlib
import json
import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Error, expect

from patients.models import Encounter, UnsavedEntry
from spine_cds.accounts.models import Role, User
from spine_cds.audit.models import Event
from tests.browser import consultation
from tests.browser.person import PASSWORD, Person

KEPT = "not in the case yet"
NOTE = "Night shifts; “wants to wait” until spring."
#: What belongs to the page itself and is new on each.
OF_THE_PAGE = {
    *("csrfmiddlewaretoken", "page_of", "revision", "submission_key", "loaded"),
    *("encounter", "kept_as", "kept_step", "continues", "shown_level"),
}


@pytest.fixture
def colleague(team) -> User:
    """A second surgeon of the team."""
    user = User.objects.create_user(
        "dr_colleague", role=Role.SURGEON, first_name="Noor", last_name="Bakker"
    )
    user.teams.set([team])
    return user


def enters_half_a_consultation(surgeon: Person) -> dict[str, str]:
    """Some forty answers, one of them half typed; all that stands in the form now."""
    surgeon.section("Patient").answers(consultation.PATIENT)
    surgeon.section("Presentation").answers(consultation.PRESENTATION)
    surgeon.click(consultation.ALL_ASKED)
    surgeon.answers(consultation.HISTORY)
    surgeon.page.locator("#show-L5-S1").check(force=True)
    surgeon.section("Disc L5-S1").answers(consultation.DISC)
    surgeon.types("Note", NOTE)
    surgeon.types("Back pain (NRS)", "3.")
    return stands_in_the_form(surgeon)


def stands_in_the_form(person: Person) -> dict[str, str]:
    # The words above the form are read while the rest of the page is still on its way.
    person.page.wait_for_load_state()
    text = person.page.evaluate(
        "JSON.stringify([...new FormData(document.getElementById('case-form'))])"
    )
    answers = dict(json.loads(text))
    return {name: answers[name] for name in answers.keys() - OF_THE_PAGE}


def is_told(person: Person, words: str) -> None:
    expect(person.page.locator("[data-form-state]")).to_contain_text(words)


def signs_in(person: Person, username: str) -> None:
    person.types("Username", username)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.click("Sign in")


def saves(surgeon: Person) -> None:
    surgeon.control("Save draft").or_(surgeon.control("Save correction")).click()
    surgeon.reads(re.compile(r"Draft saved\.|Saved as version 2\."))
    assert not UnsavedEntry.objects.exists()


def continues_and_saves(surgeon: Person, entered: dict[str, str]) -> Encounter:
    """From the offer to the case: every answer is there, and then stored."""
    surgeon.click("Continue with them")
    surgeon.reads("These are your entries from")
    assert stands_in_the_form(surgeon) == entered
    surgeon.types("Back pain (NRS)", "3")
    saves(surgeon)
    stored = Encounter.objects.with_findings().order_by("-created_at").first()
    assert (stored.leg_pain_nrs, stored.back_pain_nrs) == (8, 3)
    assert stored.note == NOTE
    assert stored.examination.suspected_malignancy is False
    disc = stored.imaging.disc_findings.get(level="L5-S1")
    assert (disc.herniation_type, disc.pfirrmann_grade) == ("extrusion", 4)
    return stored


@pytest.fixture(params=["a new case", "a draft", "a correction"])
def form_path(request, a_case, advice_on) -> str:
    """The case form, in each of its three uses; nothing of a patient but the name."""
    if request.param == "a correction":
        return f"/cases/{advice_on('Kowalska').encounter_id}/edit/"
    draft = a_case("Kowalska")
    if request.param == "a draft":
        return f"/cases/{draft.pk}/edit/"
    # Beside the draft that is offered first.
    return f"/patients/{draft.patient_id}/cases/new/?another=yes"


# --- The session ends ---------------------------------------------------------------


def test_a_session_that_ends_in_the_midst_of_typing_loses_nothing(
    as_person, dr_surgeon, form_path
):
    """Away from the keyboard: the page itself ends the session, and leaves."""
    surgeon = as_person(dr_surgeon, form_path)
    surgeon.page.clock.install()
    surgeon.page.reload()
    before = Encounter.objects.count()
    entered = enters_half_a_consultation(surgeon)
    surgeon.page.clock.fast_forward((settings.SESSION_IDLE_SECONDS - 9) * 1000)
    surgeon.page.wait_for_url("**/accounts/login/**")
    assert Encounter.objects.count() == before, "nothing is saved that nobody saved"
    signs_in(surgeon, "dr_surgeon")
    surgeon.page.wait_for_url(lambda url: url.endswith(form_path))
    continues_and_saves(surgeon, entered)


def test_a_session_ended_by_the_server_is_told_and_resumed_from_another_tab(
    as_person, dr_surgeon, form_path
):
    """The absolute limit, or an administrator: the person sits there and types on."""
    surgeon = as_person(dr_surgeon, form_path, expect=("403 (Forbidden)",))
    entered = enters_half_a_consultation(surgeon)
    is_told(surgeon, KEPT)
    Session.objects.all().delete()
    surgeon.types("Note", NOTE + " And more.")
    is_told(surgeon, "You are signed out")
    with surgeon.page.context.expect_page() as opened:
        surgeon.click("Sign in in a new tab")
    signs_in(Person(opened.value), "dr_surgeon")
    is_told(surgeon, KEPT)
    assert UnsavedEntry.objects.get().answers["note"] == NOTE + " And more."
    surgeon.types("Note", NOTE)
    assert stands_in_the_form(surgeon) == entered
    surgeon.types("Back pain (NRS)", "3")
    saves(surgeon)


# --- The browser dies ---------------------------------------------------------------


def dies(person: Person) -> None:
    """The process that holds the page is killed: no event, no last word."""
    with person.page.expect_event("crash"), contextlib.suppress(Error):
        person.page.goto("chrome://crash", timeout=2_000)
    person.page.context.close()


def test_a_browser_that_dies_takes_nothing_with_it(as_person, dr_surgeon, form_path):
    surgeon = as_person(dr_surgeon, form_path)
    before = Encounter.objects.count()
    entered = enters_half_a_consultation(surgeon)
    is_told(surgeon, KEPT)
    dies(surgeon)
    assert Encounter.objects.count() == before
    again = as_person(dr_surgeon, "/")
    again.reads("You have entries from")
    continues_and_saves(again, entered)


def test_a_tab_that_is_closed_at_once_takes_nothing_with_it(
    as_person, dr_surgeon, form_path
):
    """Closed within the pause that is waited for: the last request outlives it."""
    surgeon = as_person(dr_surgeon, form_path)
    surgeon.types("Note", NOTE)
    with surgeon.page.context.expect_page() as other:
        surgeon.page.evaluate("open('/accounts/me/')")
    surgeon.page.close()
    again = Person(other.value)
    for _ in range(20):
        again.page.goto("/")
        if again.page.get_by_text("You have entries from").count():
            break
        again.page.wait_for_timeout(100)
    again.click("Continue with them")
    expect(again.field("Note")).to_have_value(NOTE)


# --- Two editors ----------------------------------------------------------------


def test_two_editors_each_find_their_work_in_the_case_or_before_their_eyes(
    as_person, dr_surgeon, colleague, a_case
):
    path = f"/cases/{a_case('Schmidt').pk}/edit/"
    first, second = as_person(dr_surgeon, path), as_person(colleague, path)
    first.types("Leg pain (NRS)", "9")
    first.types("Duration of symptoms", "20")
    first.types("Note", "First.")
    second.types("Leg pain (NRS)", "4")
    second.types("Note", "Second.")
    is_told(second, KEPT)
    first.click("Save draft")
    first.reads("Draft saved.")
    second.page.reload()  # even so: what was typed is offered, beside what was saved
    second.click("Continue with them")
    second.reads("Sam Ode saved this case while you were editing")
    expect(second.field("Leg pain (NRS)")).to_have_value("4")
    second.page.get_by_label("take this for Leg pain (NRS)").check()
    second.click("Save over it")
    second.reads("Draft saved.")
    stored = Encounter.objects.get()
    assert stored.leg_pain_nrs == 9, "theirs, as chosen"
    assert stored.symptom_duration_weeks == 20, "theirs, as it was not touched"
    assert stored.note == "Second.", "one's own"
    assert not UnsavedEntry.objects.exists()
    saves = Event.objects.filter(action="case.update").order_by("pk")
    assert [event.actor for event in saves] == [dr_surgeon, colleague]


def test_of_two_who_save_at_the_same_moment_one_wins_and_the_other_sees_both(
    as_person, dr_surgeon, colleague, a_case
):
    path = f"/cases/{a_case('Schmidt').pk}/edit/"
    people = [as_person(dr_surgeon, path), as_person(colleague, path)]
    for person, answer in zip(people, "94", strict=True):
        person.types("Leg pain (NRS)", answer)
        is_told(person, KEPT)
    # Both clicks are made by the pages, at one moment of the clock.
    moment = people[0].page.evaluate("Date.now()") + 1500
    for person in people:
        person.page.evaluate(
            "at => setTimeout(() => document.querySelector('[value=stay]').click(),"
            " at - Date.now())",
            moment,
        )
    outcomes = []
    for person in people:
        saved = person.page.get_by_text("Draft saved.")
        told = person.page.get_by_text("saved this case while you were editing")
        expect(saved.or_(told)).to_be_visible()
        outcomes.append(saved.is_visible())
    assert sorted(outcomes) == [False, True]
    winner, loser = ("9", "4") if outcomes[0] else ("4", "9")
    assert Encounter.objects.get().leg_pain_nrs == int(winner)
    other = people[outcomes.index(False)]
    expect(other.field("Leg pain (NRS)")).to_have_value(loser)
