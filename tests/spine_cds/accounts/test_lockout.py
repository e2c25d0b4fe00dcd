"""Guessing is paused, for every name in the same way, and an administrator ends it."""

import re

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from spine_cds.accounts import rate_limits
from spine_cds.audit.models import Event

LOGIN = "/accounts/login/"
RIGHT = "a-long-passphrase"  # as tests.conftest.a_user sets it


@pytest.fixture(autouse=True)
def _three_attempts(settings):
    cache.clear()
    settings.AXES_FAILURE_LIMIT = 3


def attempt(client, username: str, password: str = "wrong", **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def guess(client, username: str, times: int = 3, **extra) -> str:
    for _ in range(times):
        answer = attempt(client, username, **extra)
    return answer.content.decode()


def alike(page: str, username: str) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page).replace(username, "")


def test_an_unknown_name_is_answered_as_a_known_one(client, dr_surgeon):
    known, unknown = "dr_surgeon", "dr_nobody_"
    for times in (1, 3):
        pages = [guess(client, name, times) for name in (known, unknown)]
        assert alike(pages[0], known) == alike(pages[1], unknown)
    assert "Too many attempts" in pages[0]


def test_the_refusal_says_what_to_do(client, dr_surgeon):
    page = guess(client, "dr_surgeon")
    assert "wait 15 minutes" in page
    assert "ask an administrator to unlock your account" in page


def test_an_unknown_name_costs_the_hash_of_a_known_one(client, dr_surgeon, monkeypatch):
    """Otherwise the time of the answer would tell which names there are."""
    hashed = []
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
    from django.contrib.auth.hashers import MD5PasswordHasher

    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        hasher, lambda *args: hashed.append(args[1]) or encode(*args), raising=True
    )
    attempt(client, "dr_surgeon")
    known, hashed[:] = len(hashed), []
    attempt(client, "dr_nobody")
    assert len(hashed) == known > 0


def test_nothing_that_was_typed_is_kept(client, dr_surgeon):
    attempt(client, "my-password-in-the-wrong-field", "another secret")
    row = AccessAttempt.objects.get()
    kept = f"{row.username} {row.get_data} {row.post_data}"
    assert "wrong-field" not in kept
    assert "secret" not in kept


def test_a_colleague_elsewhere_is_not_locked_out(client, dr_surgeon):
    guess(client, "dr_surgeon", REMOTE_ADDR="192.0.2.1")
    assert attempt(client, "dr_surgeon", RIGHT).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_it_saw(client, dr_surgeon, settings):
    settings.TRUSTED_PROXY = True
    seen = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 192.0.2.1"}
    guess(client, "dr_surgeon", **seen)
    assert AccessAttempt.objects.get().ip_address == "192.0.2.1"
    forged = {**seen, "HTTP_X_FORWARDED_FOR": "9.9.9.9, 192.0.2.1"}
    assert attempt(client, "dr_surgeon", RIGHT, **forged).status_code == 200
    other = {**seen, "HTTP_X_FORWARDED_FOR": "192.0.2.1, 192.0.2.7"}
    assert attempt(client, "dr_surgeon", RIGHT, **other).status_code == 302


def test_without_a_proxy_the_header_is_no_way_round(client, dr_surgeon):
    guess(client, "dr_surgeon")
    forged = {"HTTP_X_FORWARDED_FOR": "192.0.2.77"}
    assert attempt(client, "dr_surgeon", RIGHT, **forged).status_code == 200


def test_guessing_from_many_addresses_ends_too(client, dr_surgeon, settings):
    settings.SIGN_IN_FAILURES_A_DAY = 5
    for number in range(5):
        attempt(client, "dr_surgeon", REMOTE_ADDR=f"192.0.2.{number}")
    answer = attempt(client, "DR_surgeon", RIGHT, REMOTE_ADDR="192.0.2.99")
    assert b"Too many attempts" in answer.content


def test_guessing_elsewhere_shuts_nobody_out_where_they_work(
    client, dr_surgeon, settings
):
    settings.SIGN_IN_FAILURES_A_DAY = 5
    assert attempt(client, "dr_surgeon", RIGHT).status_code == 302
    client.post("/accounts/logout/")
    for number in range(5):
        attempt(client, "dr_surgeon", REMOTE_ADDR=f"192.0.2.{number}")
    assert (
        attempt(client, "dr_surgeon", RIGHT, REMOTE_ADDR="192.0.2.9").status_code == 200
    )
    assert attempt(client, "dr_surgeon", RIGHT).status_code == 302


def test_an_attempt_during_the_pause_does_not_prolong_it(client, dr_surgeon):
    guess(client, "dr_surgeon", 3)
    before = AccessAttempt.objects.get().attempt_time
    guess(client, "dr_surgeon", 3)
    assert AccessAttempt.objects.get().attempt_time == before


def test_an_administrator_sees_who_is_locked_out_and_unlocks(client, dr_surgeon, admin):
    guess(client, "dr_surgeon", REMOTE_ADDR="192.0.2.1")
    client.force_login(admin)
    assert "locked out" in client.get(reverse("accounts:user-list")).content.decode()
    page = client.get(reverse("accounts:user-edit", args=[dr_surgeon.pk]))
    assert b"Locked out after too many wrong passwords." in page.content
    client.post(reverse("accounts:user-unlock", args=[dr_surgeon.pk]))
    client.logout()
    answer = attempt(client, "dr_surgeon", RIGHT, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 302
    assert Event.objects.get(action="user.unlock").actor == admin


def test_unlocking_ends_the_limit_of_the_day_too(client, dr_surgeon, admin, settings):
    settings.SIGN_IN_FAILURES_A_DAY = 2
    guess(client, "dr_surgeon", 2)
    call_command("unlock_user", "DR_surgeon", verbosity=0)
    assert attempt(client, "dr_surgeon", RIGHT).status_code == 302


def test_the_command_removes_a_lost_second_factor_when_told_to(dr_surgeon):
    call_command("unlock_user", "dr_surgeon", "--second-factor", verbosity=0)
    actions = Event.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["user.unlock", "user.second_factor_remove"]


@pytest.mark.django_db
def test_the_command_names_a_user_that_is_not_there():
    with pytest.raises(CommandError, match="There is no user"):
        call_command("unlock_user", "nobody")


def test_a_count_ends_with_its_stretch_of_time(monkeypatch):
    now = [1_800_000_000.0]
    monkeypatch.setattr(rate_limits.time, "time", lambda: now[0])
    assert [rate_limits.count("x", "a", seconds=60) for _ in range(3)] == [1, 2, 3]
    assert rate_limits.count("x", "b", seconds=60) == 1
    now[0] += 60
    assert rate_limits.counted("x", "a", seconds=60) == 0
