"""Nobody's words are stored under another's name; a session that ended loses none."""

import re
import uuid
from datetime import date
from functools import partial
from html import unescape

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from patients.findings import CaseFindings
from patients.models import Encounter, Patient
from patients.services.cases import case_create
from patients.services.patients import patient_create
from spine_cds.accounts.models import Role
from spine_cds.audit.models import Event
from spine_cds.kept.models import KeptWords
from spine_cds.kept.page import Page
from spine_cds.kept.services import AT_MOST, words_keep, words_of
from tests.conftest import a_user
from treatments.authoring.drafts.services import draft_create
from treatments.models import Comment, Decision, Review, RulesetVersion
from treatments.recommendations.services import case_evaluate

FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def colleague(team):
    """A second surgeon of the team."""
    return a_user("dr_colleague", Role.SURGEON, team, first_name="Noor")


def hidden_fields(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in FIELD.findall(text)}


class Browser:
    """One browser that several people sign in to, with the checks of a real one."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def signs_in(self, user) -> None:
        """By the form, in another tab: that changes the token against forgery."""
        self.signs_out()
        entered = {"username": user.username, "password": "a-long-passphrase"}
        entered |= self.opens(reverse("accounts:login"))
        answer = self.client.post(reverse("accounts:login"), entered)
        assert answer.status_code == 302

    def signs_out(self) -> None:
        """Or the session ends by itself: the cookies of the browser stay."""
        self.client.session.flush()

    def opens(self, path: str, action: str = "") -> dict[str, str]:
        """The hidden fields of a form of that page: of that one, or of the last."""
        text = self.client.get(path).content.decode()
        posted = [f for f in text.split("<form")[1:] if "csrfmiddlewaretoken" in f]
        named = [f for f in posted if f'action="{action}"' in f]
        form = (named or posted)[-1].partition("</form>")[0]
        return hidden_fields(form)

    def renewed(self) -> str:
        """What the script of an open page takes from another page."""
        return self.opens("/accounts/password/")["csrfmiddlewaretoken"]


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def world(team, dr_surgeon, admin):
    """The forms that people type into: page, action, who, what they type, of what."""
    call_command("load_ruleset", verbosity=0)
    patient = patient_create(
        actor=dr_surgeon,
        team=team,
        identifier="H-1",
        family_name="Doe",
        birth_date=date(1980, 1, 1),
    )
    findings = CaseFindings(
        date(2026, 11, 20), {"age_years": 46}, {}, responsible_level="L5-S1"
    )
    draft, case = (
        case_create(patient=patient, actor=dr_surgeon, data=findings) for _ in range(2)
    )
    advice = case_evaluate(encounter=case, actor=dr_surgeon)
    rules = draft_create(
        title="A wider trial", base=RulesetVersion.objects.get(), actor=admin
    )
    return {
        "patient": patient,
        "draft": draft,
        "advice": advice,
        "rules": rules,
    }


FORMS = {
    "case": (
        lambda w: reverse("patients:case-edit", args=[w["draft"].pk]),
        lambda w: reverse("patients:case-edit", args=[w["draft"].pk]),
        {"occurred_on": "2026-11-20", "note": "Wants to wait.", "then": "stay"},
        "surgeon",
        lambda: Encounter.objects.filter(note="Wants to wait."),
    ),
    "comment": (
        lambda w: w["advice"].get_absolute_url(),
        lambda w: reverse("treatments:comment-create", args=[w["advice"].pk]),
        {"text": "MRI is ten months old."},
        "surgeon",
        lambda: Comment.objects.filter(text="MRI is ten months old."),
    ),
    "review": (
        lambda w: w["advice"].get_absolute_url(),
        lambda w: reverse("treatments:review-create", args=[w["advice"].pk]),
        {"verdict": "agree", "note": "As I would."},
        "resident",
        lambda: Review.objects.filter(note="As I would."),
    ),
    "patient": (
        lambda w: reverse("patients:patient-edit", args=[w["patient"].pk]),
        lambda w: reverse("patients:patient-edit", args=[w["patient"].pk]),
        {
            "identifier": "H-1",
            "family_name": "Doe-Roe",
            "given_name": "",
            "birth_date": "1980-01-01",
            "sex": "",
        },
        "surgeon",
        lambda: Patient.objects.filter(family_name="Doe-Roe"),
    ),
    "rule cell": (
        lambda w: reverse("treatments:grid-detail", args=[w["rules"].pk, "cons"]),
        lambda w: reverse("treatments:grid-cell", args=[w["rules"].pk, "cons"]),
        {"rule": "CONS-01", "key": "rationale", "words": "Said anew."},
        "admin",
        lambda: Event.objects.filter(action="draft.edit"),
    ),
}


@pytest.fixture(params=FORMS)
def form(request, world, browser, dr_surgeon, dr_resident, admin):
    """One of the forms, opened by its owner and filled in."""
    page, action, typed, who, stored = FORMS[request.param]
    owner = {"surgeon": dr_surgeon, "resident": dr_resident, "admin": admin}[who]
    browser.signs_in(owner)
    hidden = browser.opens(page(world), action(world))
    entered = {**hidden, **typed}
    return browser, owner, page(world), action(world), entered, stored


def test_what_its_owner_sends_is_stored(form):
    browser, _, _, action, entered, stored = form
    assert browser.client.post(action, entered).status_code == 302
    assert stored().count() == 1
    assert not KeptWords.objects.exists()


def test_another_who_signed_in_since_stores_nothing_and_reads_nothing(form, colleague):
    browser, owner, page, action, entered, stored = form
    colleague.role = owner.role
    colleague.save()
    browser.signs_in(colleague)
    entered["csrfmiddlewaretoken"] = browser.renewed()
    answer = browser.client.post(action, entered)
    assert answer.status_code == 409
    assert not stored().exists()
    typed = set(KeptWords.objects.get().words[-1])
    assert KeptWords.objects.get().author == owner
    by = Event.objects.get(action="words.keep")
    assert (by.actor, by.detail) == (colleague, {"page_of": owner.pk})
    assert not any(f">{word}<" in answer.content.decode() for word in typed if word)
    assert "was not sent" not in browser.client.get(page).content.decode()


def test_a_session_that_ended_keeps_what_was_sent_and_it_is_sent_once_more(form):
    browser, owner, page, action, entered, stored = form
    browser.signs_out()
    answer = browser.client.post(action, entered)
    assert answer.url == f"{reverse('accounts:login')}?next={page}"
    assert Event.objects.get(action="words.keep").actor is None
    assert not stored().exists()
    browser.signs_in(owner)
    offer = browser.opens(page, action)
    assert "was not sent" in browser.client.get(page).content.decode()
    kept = dict(KeptWords.objects.get().words)
    again = {**kept, **offer, "page_of": KeptWords.objects.get().token}
    assert {name: kept[name] for name in entered.keys() & kept.keys()} == {
        name: entered[name] for name in entered.keys() & kept.keys()
    }
    assert browser.client.post(action, {**again, **kept}).status_code == 302
    assert stored().count() == 1
    assert not KeptWords.objects.exists(), "it is a record now, and offered no more"


def test_the_same_person_signed_in_again_sends_again_with_one_click(form):
    """The token is another one; the page is theirs, and so are the words."""
    browser, owner, _, action, entered, stored = form
    browser.signs_out()
    browser.signs_in(owner)
    refused = browser.client.post(action, entered)
    assert refused.status_code == 403
    text = refused.content.decode()
    assert "Send again" in text
    assert not stored().exists()
    offered = hidden_fields(text.rpartition("<form")[2])
    assert browser.client.post(action, offered).status_code == 302
    assert stored().count() == 1
    assert not KeptWords.objects.exists()


def test_a_script_that_renewed_the_token_sends_it_at_once(form):
    browser, owner, _, action, entered, stored = form
    browser.signs_out()
    browser.signs_in(owner)
    entered["csrfmiddlewaretoken"] = browser.renewed()
    assert browser.client.post(action, entered).status_code == 302
    assert stored().count() == 1


@pytest.mark.parametrize("token", ["", "forged", "eyJ:1:x"])
def test_a_form_that_does_not_say_whose_it_is_stores_nothing(form, token):
    browser, _, _, action, entered, stored = form
    entered["page_of"] = token
    assert browser.client.post(action, entered).status_code == 409
    assert not stored().exists()
    assert not KeptWords.objects.exists()


def test_signing_out_works_from_whatever_page(browser, dr_surgeon, colleague):
    browser.signs_in(dr_surgeon)
    sign_out = reverse("accounts:logout")
    left_open = browser.opens("/", sign_out)
    browser.signs_in(colleague)
    left_open["csrfmiddlewaretoken"] = browser.renewed()
    assert browser.client.post(sign_out, left_open).status_code == 302
    assert "_auth_user_id" not in browser.client.session


def test_the_password_of_a_decision_is_never_kept(world, browser, dr_surgeon):
    action = reverse("treatments:decision-create", args=[world["advice"].pk])
    browser.signs_in(dr_surgeon)
    entered = browser.opens(world["advice"].get_absolute_url(), action)
    entered |= {"outcome": "deferred", "note": "MRI first.", "own_password": "secret-1"}
    browser.signs_out()
    browser.client.post(action, entered)
    kept = KeptWords.objects.get()
    assert "secret-1" not in str(kept.words)
    assert ["note", "MRI first."] in kept.words
    browser.signs_in(dr_surgeon)
    offer = browser.opens(world["advice"].get_absolute_url(), action)
    answer = browser.client.post(action, {**dict(kept.words), **offer})
    assert "MRI first." in answer.content.decode()
    assert not Decision.objects.exists(), "it is not signed yet"


def test_every_field_for_a_secret_has_a_name_that_is_never_kept():
    """Where a password is asked beside words, its name says so."""
    from django import forms

    from spine_cds.accounts.reauthentication import PasswordAgain
    from treatments.authoring.views import forms as authoring
    from treatments.recommendations import forms as recommendations

    asked = [PasswordAgain, *vars(authoring).values(), *vars(recommendations).values()]
    secrets = {
        name
        for form in asked
        if isinstance(form, type) and issubclass(form, forms.BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    assert secrets
    assert all("password" in name for name in secrets)


def test_what_is_kept_is_its_authors_alone(client, dr_surgeon, colleague):
    page = Page(dr_surgeon.pk, uuid.uuid4(), "/")
    assert words_keep(
        page=page, action="/x/", words=[("note", "Mine.")], actor=dr_surgeon
    )
    kept = KeptWords.objects.get()
    client.force_login(colleague)
    client.post(reverse("kept:words-discard", args=[kept.pk]))
    assert KeptWords.objects.exists()
    client.force_login(dr_surgeon)
    assert client.post(reverse("kept:words-discard", args=[kept.pk])).url == "/"
    assert not KeptWords.objects.exists()
    told = Event.objects.filter(action__startswith="words.").order_by("pk")
    assert [event.action for event in told] == ["words.keep", "words.discard"]
    assert "Mine." not in str([event.detail for event in told])


def test_what_was_refused_is_kept_although_it_leads_on(world, browser, admin):
    """The page after it says why nothing was stored."""
    table = reverse("treatments:grid-detail", args=[world["rules"].pk, "cons"])
    cell = reverse("treatments:grid-cell", args=[world["rules"].pk, "cons"])
    browser.signs_in(admin)
    entered = browser.opens(table) | {"rule": "GONE", "key": "rationale", "words": "x"}
    browser.signs_out()
    browser.client.post(cell, entered)
    browser.signs_in(admin)
    kept = KeptWords.objects.get()
    again = dict(kept.words) | browser.opens(table) | {"page_of": kept.token}
    assert browser.client.post(cell, again).status_code == 302
    assert KeptWords.objects.exists()


def test_an_older_step_never_takes_the_place_of_a_newer(dr_surgeon):
    page = Page(dr_surgeon.pk, uuid.uuid4(), "/")
    keep = partial(words_keep, page=page, action="/x/", actor=dr_surgeon)
    for step, text in ((2, "second"), (1, "first"), (3, "third")):
        keep(words=[("note", text)], step=step)
        kept = dict(KeptWords.objects.get().words)
        assert kept["note"] == ("second" if step < 3 else "third")


def test_what_no_database_stores_is_left_out():
    posted = QueryDict("note=a%00b&own_password=x&page_of=y&note=c")
    assert words_of(posted) == [("note", "ab"), ("note", "c")]


def test_what_is_kept_has_bounds(dr_surgeon):
    keep = partial(words_keep, actor=dr_surgeon)
    for number in range(AT_MOST + 2):
        page = Page(dr_surgeon.pk, uuid.uuid4(), "/")
        keep(page=page, action="/x/", words=[("note", str(number))])
    assert KeptWords.objects.count() == AT_MOST
    assert not keep(page=page, action="/y/", words=[("note", "x" * 200_001)])
    assert not keep(page=page, action="/" * 501, words=[("note", "x")])
    assert not keep(page=page, action="/y/", words=[])


def test_words_of_a_patient_of_another_team_are_not_offered(
    world, browser, dr_surgeon, other_team
):
    """Who lost the patient finds no page, and none of it on the page that says so."""
    page = world["advice"].get_absolute_url()
    browser.signs_in(dr_surgeon)
    action = reverse("treatments:comment-create", args=[world["advice"].pk])
    entered = browser.opens(page, action) | {"text": "MRI is ten months old."}
    browser.signs_out()
    browser.client.post(action, entered)
    dr_surgeon.teams.set([other_team])
    browser.signs_in(dr_surgeon)
    answer = browser.client.get(page)
    assert answer.status_code == 404
    assert "ten months" not in answer.content.decode()
