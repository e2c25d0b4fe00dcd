"""One browser on the ward, several people: whose words are they, and where are they?

Each form that is typed into goes through the same accidents: another person signs in,
the session ends, the connection is lost. Nothing typed is lost, and nothing is stored
under another's name.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from patients.models import Encounter, Patient, UnsavedEntry
from spine_cds.accounts.models import Role, User
from spine_cds.kept.models import KeptWords
from tests.browser.person import PASSWORD, Person
from tests.conftest import a_user
from treatments.authoring.document.edits import rule_place
from treatments.authoring.document.parts import split
from treatments.authoring.drafts.services import draft_create
from treatments.models import Comment, Decision, Review, RulesetDraft

TEXT = "Said on the ward; “wait” until spring."
SOMEBODY_ELSE = "Somebody else is signed in here now"
#: What a browser and htmx say of a refusal, and of a connection that is lost.
REFUSED = (*("status of 403", "status of 409", "Status Error"), "htmx")
LOST = ("ERR_INTERNET_DISCONNECTED", "htmx")


class TypedForm(NamedTuple):
    """Who types what where, the button that sends it, and what is stored then."""

    role: Role
    path: Callable[..., str]
    field: str
    button: str
    stored: Callable[[], bool]
    also: tuple[str, ...] = ()


FORMS = {
    "case": TypedForm(
        Role.SURGEON,
        lambda w: reverse("patients:case-edit", args=[w["draft"].pk]),
        "[name=note]",
        "Save draft",
        lambda: Encounter.objects.filter(note=TEXT).exists(),
    ),
    "comment": TypedForm(
        Role.RESIDENT,
        lambda w: w["advice"].get_absolute_url(),
        "[name=text]",
        "Add the comment",
        lambda: Comment.objects.filter(text=TEXT).count() == 1,
    ),
    "review": TypedForm(
        Role.RESIDENT,
        lambda w: w["advice"].get_absolute_url(),
        "#id_review_note",
        "Record the review",
        lambda: Review.objects.filter(note=TEXT).count() == 1,
        ("[name=verdict][value=agree]",),
    ),
    "patient": TypedForm(
        Role.SURGEON,
        lambda w: reverse("patients:patient-edit", args=[w["draft"].patient_id]),
        "[name=given_name]",
        "Save",
        lambda: Patient.objects.filter(given_name=TEXT).exists(),
    ),
    "entered in error": TypedForm(
        Role.SURGEON,
        lambda w: reverse("patients:case-entered-in-error", args=[w["draft"].pk]),
        "[name=reason]",
        "Mark as entered in error",
        lambda: Encounter.objects.filter(error_reason=TEXT).exists(),
    ),
    "rule": TypedForm(
        Role.ADMIN,
        lambda w: reverse(
            "treatments:grid-rule", args=[w["rules"].pk, "cons", "CONS-01"]
        ),
        "[name=rationale]",
        "Save the rule",
        lambda: TEXT in str(RulesetDraft.objects.get().document),
    ),
}


@pytest.fixture
def world(advice_on, a_case, rules, admin):
    return {
        "advice": advice_on("Schmidt"),
        "draft": a_case("Kowalska"),
        "rules": draft_create(title="A wider trial", base=rules, actor=admin),
    }


class Ward:
    """A person at a form, in the one browser that all of them share."""

    def __init__(self, form: TypedForm, owner: User, person: Person, path: str) -> None:
        self.form, self.owner, self.person, self.path = form, owner, person, path
        self.page: Page = person.page

    def types(self, text: str = TEXT) -> None:
        for choice in self.form.also:
            self.page.locator(choice).check(force=True)
        self.page.locator(self.form.field).fill(text)

    def stands(self) -> None:
        """What was typed is before one's eyes, and in no record."""
        expect(self.page.locator(self.form.field)).to_have_value(TEXT)
        assert not self.form.stored()

    def sends(self) -> None:
        area = self.page.locator("form", has=self.page.locator(self.form.field))
        self.person.within(area).click(self.form.button)

    def is_told(self, words: str) -> None:
        area = self.page.locator("form", has=self.page.locator(self.form.field))
        # A page that was refused asks again after ten seconds.
        expect(area.locator("[data-form-state]")).to_contain_text(words, timeout=30_000)

    def is_stored(self) -> None:
        for _ in range(50):
            if self.form.stored():
                break
            self.page.wait_for_timeout(100)
        self.page.wait_for_load_state("networkidle")
        assert self.form.stored()
        assert not KeptWords.objects.exists()
        assert not UnsavedEntry.objects.exists()

    def signs_in_elsewhere(self, user: User) -> None:
        """In another tab of the same browser; whoever was signed in is no more."""
        Session.objects.all().delete()
        tab = Person(self.page.context.new_page())
        tab.page.goto("/accounts/login/")
        signs_in(tab, user)
        expect(tab.page.locator("#sign-out")).to_be_attached()
        tab.page.close()
        # Back at the page: a window without a screen does not get this by itself.
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")


def signs_in(person: Person, user: User) -> None:
    person.types("Username", user.username)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.click("Sign in")


@pytest.fixture(params=FORMS)
def ward(request, world, as_person, dr_surgeon, dr_resident, admin) -> Ward:
    form = FORMS[request.param]
    owner = {"surgeon": dr_surgeon, "resident": dr_resident, "admin": admin}[form.role]
    path = form.path(world)
    person = as_person(owner, path, expect=(*REFUSED, *LOST))
    return Ward(form, owner, person, path)


def test_nothing_is_stored_in_the_name_of_who_signed_in_since(ward, team):
    other = a_user("dr_other", ward.form.role, team)
    ward.types("Half a sen")
    ward.is_told("Kept at")
    ward.signs_in_elsewhere(other)
    ward.types()
    ward.is_told(SOMEBODY_ELSE)
    ward.sends()
    ward.is_told(SOMEBODY_ELSE)
    ward.stands()
    assert not KeptWords.objects.exclude(author=ward.owner).exists()
    assert not UnsavedEntry.objects.exclude(author=ward.owner).exists()
    ward.signs_in_elsewhere(ward.owner)
    ward.is_told("Kept at")
    ward.sends()
    ward.is_stored()


def test_a_session_that_ended_is_told_before_the_form_goes(ward):
    ward.types()
    Session.objects.all().delete()
    ward.sends()
    ward.is_told("You are signed out")
    ward.stands()
    ward.signs_in_elsewhere(ward.owner)
    ward.sends()
    ward.is_stored()


def test_a_time_out_that_leaves_the_page_brings_the_words_back(ward):
    ward.page.clock.install()
    ward.page.reload()
    ward.types()
    ward.page.clock.fast_forward((settings.SESSION_IDLE_SECONDS - 9) * 1000)
    ward.page.wait_for_url("**/accounts/login/**")
    assert not ward.form.stored()
    signs_in(ward.person, ward.owner)
    ward.page.wait_for_url(f"**{ward.path}")
    back = ward.person.control("Put it back into the form")
    back.or_(ward.person.control("Continue with them")).click()
    ward.stands()
    ward.sends()
    ward.is_stored()


def test_a_lost_connection_is_told_and_what_was_typed_goes_when_it_is_back(ward):
    ward.page.context.set_offline(True)
    ward.types()
    ward.is_told("no connection")
    ward.sends()
    ward.is_told("No connection: nothing was sent")
    ward.stands()
    ward.page.context.set_offline(False)
    ward.is_told("Kept at")
    ward.sends()
    ward.is_stored()


@pytest.mark.parametrize("name", ["comment", "patient"])
def test_without_script_the_words_come_back_too(
    name, world, as_person, dr_surgeon, dr_resident, axe, fits, size
):
    form = FORMS[name]
    owner = dr_resident if form.role == Role.RESIDENT else dr_surgeon
    path = form.path(world)
    person = as_person(owner, path, javascript=False, size=size)
    ward = Ward(form, owner, person, path)
    ward.types()
    Session.objects.all().delete()
    ward.sends()
    person.reads("What you sent is kept for you.")
    assert not form.stored()
    signs_in(person, owner)
    ward.page.wait_for_url(f"**{path}")
    person.reads("was not sent")
    look = as_person(owner, path, size=size)
    look.page.get_by_text("Read it").click()
    look.reads(TEXT)
    axe(look.page)
    fits(look.page)
    person.click("Send it now")
    ward.is_stored()


def test_without_script_another_reads_nothing_of_it(
    world, as_person, dr_surgeon, dr_resident
):
    form = FORMS["comment"]
    path = form.path(world)
    person = as_person(dr_resident, path, javascript=False, expect=REFUSED)
    ward = Ward(form, dr_resident, person, path)
    ward.types()
    ward.signs_in_elsewhere(dr_surgeon)
    ward.sends()
    person.is_at("This was a page of Rae Lin")
    person.reads("Nothing was stored.")
    person.reads_no(TEXT)
    person.page.goto(path)
    person.reads_no(TEXT, "was not sent")
    assert not form.stored()
    assert KeptWords.objects.get().author == dr_resident


def test_a_decision_comes_back_without_its_password(world, as_person, dr_surgeon):
    path = world["advice"].get_absolute_url()
    surgeon = as_person(dr_surgeon, path, expect=REFUSED)
    note = surgeon.page.locator("#decision-form [name=note]")
    note.fill(TEXT)
    surgeon.page.locator("#decision-form [name=own_password]").fill(PASSWORD)
    expect(surgeon.page.locator("#decision-form [data-form-state]")).to_contain_text(
        "Kept at"
    )
    assert PASSWORD not in str(KeptWords.objects.get().words)
    again = as_person(dr_surgeon, path)
    again.click("Put it back into the form")
    expect(again.page.locator("#decision-form [name=note]")).to_have_value(TEXT)
    password = again.page.locator("#decision-form [name=own_password]")
    expect(password).to_have_value("")
    assert not Decision.objects.exists()


# --- Cells of the rules ---------------------------------------------------------------


@pytest.fixture
def table(world, as_person, admin) -> Ward:
    path = reverse("treatments:grid-detail", args=[world["rules"].pk, "cons"])
    form = TypedForm(
        Role.ADMIN,
        lambda _: path,
        "",
        "",
        is_yes,
    )
    person = as_person(admin, path, expect=(*REFUSED, *LOST))
    person.page.wait_for_load_state("networkidle")
    return Ward(form, admin, person, path)


def types_into_a_cell(ward: Ward) -> None:
    keys = ward.page.locator("#grid-table thead th").evaluate_all(
        "all => all.map(head => head.dataset.key ?? '')"
    )
    ward.page.locator("tr[id='CONS-01'] > *").nth(
        keys.index("cells.first_episode")
    ).click()
    ward.page.keyboard.type("yes")
    ward.page.keyboard.press("Enter")


def is_yes() -> bool:
    parts = split(RulesetDraft.objects.get().document)
    cells = parts.get(rule_place("cons", "CONS-01"))["cells"]
    return cells.get("first_episode") == "true"


def cell_says(ward: Ward, words: str | re.Pattern[str]) -> None:
    expect(ward.page.locator("#grid-said")).to_contain_text(words)


def test_a_cell_is_never_saved_in_the_name_of_who_signed_in_since(table, second_admin):
    table.signs_in_elsewhere(second_admin)
    types_into_a_cell(table)
    cell_says(table, "somebody else is signed in here now")
    table.page.wait_for_timeout(500)
    assert not table.form.stored()
    assert KeptWords.objects.get().author == table.owner
    table.signs_in_elsewhere(table.owner)
    cell_says(table, "Saved")
    table.is_stored()


def test_a_cell_typed_after_the_session_ended_is_saved_after_the_next_sign_in(table):
    Session.objects.all().delete()
    types_into_a_cell(table)
    cell_says(table, "Not saved")
    table.page.wait_for_timeout(500)
    assert not table.form.stored()
    table.signs_in_elsewhere(table.owner)
    cell_says(table, "Saved")
    table.is_stored()


def test_a_cell_typed_after_the_session_ended_outlives_its_page(table, as_person):
    Session.objects.all().delete()
    types_into_a_cell(table)
    cell_says(table, "Not saved")
    table.page.close(run_before_unload=False)
    again = as_person(table.owner, table.path)
    again.reads("was not sent")
    again.click("Send it now")
    again.reads("Saved")
    assert table.form.stored()
    assert not KeptWords.objects.exists()


def test_a_cell_typed_without_a_connection_is_saved_when_it_is_back(table):
    table.page.context.set_offline(True)
    types_into_a_cell(table)
    cell_says(table, "no connection")
    assert not table.form.stored()
    table.page.context.set_offline(False)
    cell_says(table, "Saved")
    table.is_stored()


# --- Save, Back, Save -----------------------------------------------------------------


def test_save_back_save_is_one_draft(world, as_person, dr_surgeon):
    patient = world["advice"].encounter.patient
    surgeon = as_person(dr_surgeon, f"/patients/{patient.pk}/cases/new/")
    surgeon.types("Note", "First.")
    surgeon.click("Save draft")
    surgeon.reads("Draft saved.")
    surgeon.page.go_back()
    if not surgeon.page.locator("#case-form").count():
        surgeon.click("Continue the draft")
    surgeon.types("Note", "Second.")
    surgeon.click("Save draft")
    surgeon.reads("Draft saved.")
    draft = Encounter.objects.get(patient=patient, state="draft")
    assert draft.note == "Second."
