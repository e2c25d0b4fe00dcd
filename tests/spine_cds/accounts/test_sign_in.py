"""Signing in and out, and sessions that end."""

import pytest
from django.urls import reverse

from spine_cds.accounts.models import User
from spine_cds.audit.models import Event

LOGIN = "/accounts/login/"
PASSWORD = {"password": "a-long-passphrase"}  # as tests.conftest.a_user sets it


@pytest.fixture(autouse=True)
def _fresh_counters():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves: clock(seconds)."""
    now = [1_800_000_000.0]
    monkeypatch.setattr("spine_cds.accounts.sessions.time.time", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def signed_in(client) -> bool:
    return client.get(reverse("accounts:password-change")).status_code == 200


def actions() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


def test_a_surgeon_signs_in_and_begins_at_the_worklist(client, dr_surgeon):
    answer = client.post(LOGIN, {"username": "dr_surgeon", **PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/")
    assert actions() == ["user.sign_in"]


def test_an_administrator_begins_at_the_rules(client, admin):
    answer = client.post(LOGIN, {"username": "admin", **PASSWORD}, follow=True)
    assert answer.request["PATH_INFO"] == reverse("treatments:ruleset-list")


def test_who_is_signed_in_already_is_sent_on(client, dr_surgeon):
    client.force_login(dr_surgeon)
    assert client.get(LOGIN).url == "/"


def test_the_page_asked_for_comes_after_signing_in(client, dr_surgeon):
    answer = client.post(
        f"{LOGIN}?next=/rules/", {"username": "dr_surgeon", **PASSWORD}
    )
    assert answer.url == "/rules/"


@pytest.mark.parametrize("other", ["https://evil.example/", "//evil.example/x"])
def test_no_other_site_comes_after_signing_in(client, dr_surgeon, other):
    answer = client.post(
        f"{LOGIN}?next={other}", {"username": "dr_surgeon", **PASSWORD}
    )
    assert answer.url == "/"


def test_a_wrong_password_is_refused_and_recorded(client, dr_surgeon):
    answer = client.post(LOGIN, {"username": "dr_surgeon", "password": "wrong"})
    assert answer.status_code == 200
    assert b"Please enter a correct username and password" in answer.content
    assert actions() == ["user.sign_in_refused"]
    assert "wrong" not in str(Event.objects.values())


def test_who_was_deactivated_cannot_sign_in_and_is_out_at_once(client, dr_surgeon):
    client.force_login(dr_surgeon)
    User.objects.update(is_active=False)
    assert not signed_in(client)
    answer = client.post(LOGIN, {"username": "dr_surgeon", **PASSWORD})
    assert answer.status_code == 200


def test_guessing_is_paused_even_for_the_right_password(client, dr_surgeon, settings):
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(3):
        client.post(LOGIN, {"username": "dr_surgeon", "password": "wrong"})
    answer = client.post(LOGIN, {"username": "DR_surgeon", **PASSWORD})
    assert b"Too many attempts" in answer.content
    elsewhere = client.post(
        LOGIN, {"username": "dr_surgeon", **PASSWORD}, REMOTE_ADDR="192.0.2.9"
    )
    assert elsewhere.status_code == 302


def test_a_good_sign_in_forgets_the_failures(client, dr_surgeon, settings):
    settings.AXES_FAILURE_LIMIT = 2
    for _ in range(3):
        client.post(LOGIN, {"username": "dr_surgeon", "password": "wrong"})
        client.post(LOGIN, {"username": "dr_surgeon", **PASSWORD})
        client.post("/accounts/logout/")
    assert actions().count("user.sign_in") == 3


def test_signing_out_ends_the_session(client, dr_surgeon):
    client.force_login(dr_surgeon)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert not signed_in(client)


def test_a_session_ends_after_a_quarter_of_an_hour_idle(client, dr_surgeon, clock):
    client.force_login(dr_surgeon)
    assert signed_in(client)
    clock(14 * 60)
    assert signed_in(client)
    clock(14 * 60)
    assert signed_in(client)
    clock(15 * 60)
    assert not signed_in(client)


def test_a_session_ends_after_twelve_hours_however_busy(client, dr_surgeon, clock):
    client.force_login(dr_surgeon)
    for _ in range(12 * 6 - 1):
        assert signed_in(client)
        clock(10 * 60)
    clock(10 * 60)
    assert not signed_in(client)


def test_a_page_that_polls_does_not_keep_the_session(client, dr_surgeon, clock):
    client.force_login(dr_surgeon)
    assert signed_in(client)
    for _ in range(3):
        clock(5 * 60)
        client.get("/accounts/password/", headers={"hx-request": "true"})
    assert not signed_in(client)


def test_a_person_who_types_keeps_the_session(client, dr_surgeon, clock):
    client.force_login(dr_surgeon)
    for _ in range(3):
        clock(10 * 60)
        assert client.post("/accounts/session/").status_code == 204
    assert signed_in(client)


def test_htmx_leaves_the_page_when_the_session_has_ended(client, dr_surgeon):
    answer = client.get("/accounts/password/", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith(LOGIN)
    assert answer.content == b""


def test_one_changes_ones_own_password(client, dr_surgeon):
    client.force_login(dr_surgeon)
    url = reverse("accounts:password-change")
    new = "four unlikely words here"
    form = {"old_password": PASSWORD["password"], "new_password1": new}
    assert client.post(url, {**form, "new_password2": "other"}).status_code == 200
    assert client.post(url, {**form, "new_password2": new}).status_code == 302
    assert signed_in(client)
    dr_surgeon.refresh_from_db()
    assert dr_surgeon.check_password(new)
    assert actions() == ["user.password_change"]


def test_the_old_password_is_not_to_be_guessed_there(client, dr_surgeon, settings):
    settings.AXES_FAILURE_LIMIT = 3
    client.force_login(dr_surgeon)
    url = reverse("accounts:password-change")
    new = "four unlikely words here"
    form = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    for _ in range(3):
        answer = client.post(url, form)
    assert b"Too many attempts" in answer.content
    answer = client.post(url, {**form, "old_password": PASSWORD["password"]})
    assert answer.status_code == 200
    dr_surgeon.refresh_from_db()
    assert not dr_surgeon.check_password(new)


def test_a_new_password_is_another_one(client, dr_surgeon):
    client.force_login(dr_surgeon)
    same = PASSWORD["password"]
    form = {"old_password": same, "new_password1": same, "new_password2": same}
    answer = client.post(reverse("accounts:password-change"), form)
    assert b"This is the password that you have now." in answer.content


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(dr_surgeon):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(dr_surgeon)
    answer = client.post("/accounts/session/")
    assert answer.status_code == 403
    assert b"This form is no longer valid" in answer.content
