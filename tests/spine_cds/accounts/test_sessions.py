"""A session is new at each sign-in, and ends where what it was allowed has changed."""

import pytest
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spine_cds.accounts.models import Role, User
from spine_cds.accounts.services import user_create, user_update
from spine_cds.audit.models import Event

LOGIN = "/accounts/login/"
RIGHT = "a-long-passphrase"  # as tests.conftest.a_user sets it
OWN = "four unlikely words here"


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def elsewhere(dr_surgeon) -> Client:
    """Another browser of the same person."""
    client = Client()
    client.force_login(dr_surgeon)
    return client


def signed_in(client) -> bool:
    return client.get(reverse("accounts:account")).status_code == 200


def session_id(client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def update(user: User, **changes):
    fields = {"teams": user.teams.all(), "role": user.role, **changes}
    user_update(user=user, actor=None, **fields)


def test_the_session_id_is_new_at_sign_in(client, dr_surgeon):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session_id(client)
    client.post(LOGIN, {"username": "dr_surgeon", "password": RIGHT})
    assert session_id(client) != planted
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not signed_in(other)


def test_a_new_role_ends_the_sessions(client, dr_surgeon):
    client.force_login(dr_surgeon)
    update(dr_surgeon, role=Role.ADMIN)
    assert not signed_in(client)


def test_other_teams_end_the_sessions(client, dr_surgeon, other_team):
    client.force_login(dr_surgeon)
    update(dr_surgeon, teams=[other_team])
    assert not signed_in(client)


def test_a_new_name_ends_no_session(client, dr_surgeon):
    client.force_login(dr_surgeon)
    update(dr_surgeon, last_name="Other")
    assert signed_in(client)


def test_signing_out_everywhere_ends_every_session(client, dr_surgeon, elsewhere):
    client.force_login(dr_surgeon)
    assert signed_in(elsewhere)
    answer = client.post(reverse("accounts:sign-out-everywhere"), follow=True)
    assert "You are signed out everywhere." in answer.content.decode()
    assert not signed_in(client)
    assert not signed_in(elsewhere)
    assert Event.objects.get(action="user.sessions_end").actor == dr_surgeon


def test_a_new_password_ends_the_other_sessions(client, dr_surgeon, elsewhere):
    client.force_login(dr_surgeon)
    before = session_id(client)
    form = {"old_password": RIGHT, "new_password1": OWN, "new_password2": OWN}
    client.post(reverse("accounts:password-change"), form)
    assert signed_in(client)
    assert session_id(client) != before
    assert not signed_in(elsewhere)


def test_the_session_of_somebody_signed_out_is_gone_on_the_server(client, dr_surgeon):
    client.force_login(dr_surgeon)
    kept = session_id(client)
    client.post(reverse("accounts:logout"))
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert not signed_in(other)


def test_sessions_survive_the_upgrade_that_brought_generations(dr_surgeon):
    """Those of the releases before hold the hash of the password alone."""
    assert dr_surgeon.session_generation == 0
    before = AbstractBaseUser._get_session_auth_hash(dr_surgeon)
    assert dr_surgeon.get_session_auth_hash() == before


# --- A password that an administrator chose -------------------------------------------


@pytest.fixture
def newcomer(db) -> User:
    return user_create(
        actor=None, username="new", password=RIGHT, temporary=True, role=Role.SURGEON
    )


def test_a_temporary_password_is_only_good_for_choosing_another(client, newcomer):
    client.post(LOGIN, {"username": "new", "password": RIGHT})
    page = reverse("accounts:password-change")
    assert client.get("/").url == page
    assert client.get(reverse("mfa_index")).url == page
    assert client.post(reverse("patients:case-start")).url == page
    form = {"old_password": RIGHT, "new_password1": OWN, "new_password2": OWN}
    client.post(page, form)
    assert client.get("/").status_code == 200
    newcomer.refresh_from_db()
    assert not newcomer.has_temporary_password


def test_a_temporary_password_is_short_lived(client, newcomer):
    newcomer.temporary_password_until = timezone.now()
    newcomer.save()
    answer = client.post(LOGIN, {"username": "new", "password": RIGHT})
    assert b"its time is over" in answer.content
    assert not signed_in(client)


def test_that_its_time_is_over_is_told_to_nobody_else(client, newcomer):
    newcomer.temporary_password_until = timezone.now()
    newcomer.save()
    answer = client.post(LOGIN, {"username": "new", "password": "wrong"})
    assert b"its time is over" not in answer.content


def test_a_password_that_an_administrator_sets_is_temporary(dr_surgeon):
    update(dr_surgeon, password=OWN)
    dr_surgeon.refresh_from_db()
    assert dr_surgeon.has_temporary_password
    assert not dr_surgeon.has_expired_password
