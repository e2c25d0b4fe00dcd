"""The second factor: set up, asked for, lost, and required of administrators."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse

from spine_cds.accounts.services import second_factor_remove
from spine_cds.audit.models import Event
from spine_cds.checks import roles_with_a_second_factor_are_known

LOGIN = "/accounts/login/"
PASSWORD = "a-long-passphrase"  # as tests.conftest.a_user sets it
AGAIN = "/accounts/password-again/"
CODE_PAGE = "/accounts/second-factor/sign-in/"


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def required(settings):
    """As in production, where an administrator needs a second factor."""
    settings.SECOND_FACTOR_ROLES = {"admin"}


def code_of(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def signed_in(client) -> bool:
    return client.get(reverse("accounts:account")).status_code == 200


def type_password(client, username: str):
    return client.post(LOGIN, {"username": username, "password": PASSWORD})


def set_up_app(client, username: str) -> tuple[str, list[str]]:
    """The secret of the app, and the recovery codes shown; signed in all along."""
    type_password(client, username)
    url = reverse("mfa_activate_totp")
    assert client.get(url).url.startswith(AGAIN)
    client.post(f"{AGAIN}?next={url}", {"password": PASSWORD, "next": url})
    secret = client.get(url).context["form"].secret
    answer = client.post(url, {"code": code_of(secret)}, follow=True)
    codes = answer.context["unused_codes"]
    assert all(code in answer.content.decode() for code in codes)
    return secret, codes


@pytest.fixture
def app(client, dr_surgeon) -> tuple[str, list[str]]:
    secret, codes = set_up_app(client, "dr_surgeon")
    client.post("/accounts/logout/")
    cache.clear()  # the code that set the app up is used up
    return secret, codes


def test_the_password_alone_signs_nobody_in_who_has_a_second_factor(client, app):
    assert type_password(client, "dr_surgeon").url == CODE_PAGE
    assert client.get(CODE_PAGE).status_code == 200
    assert not signed_in(client)
    client.post(CODE_PAGE, {"code": "000000"})
    assert not signed_in(client)


def test_the_code_of_the_app_completes_the_sign_in(client, app):
    secret, _ = app
    form = {"username": "dr_surgeon", "password": PASSWORD}
    client.post(f"{LOGIN}?next=/rules/", form)
    answer = client.post(CODE_PAGE, {"code": code_of(secret)})
    assert answer.url == "/rules/"
    assert signed_in(client)
    assert Event.objects.filter(action="user.sign_in").count() == 2


def test_a_code_works_once(client, app):
    secret, _ = app
    code = code_of(secret)
    type_password(client, "dr_surgeon")
    client.post(CODE_PAGE, {"code": code})
    client.post("/accounts/logout/")
    type_password(client, "dr_surgeon")
    client.post(CODE_PAGE, {"code": code})
    assert not signed_in(client)


def test_a_recovery_code_signs_in_once(client, app):
    _, codes = app
    for works in (True, False):
        type_password(client, "dr_surgeon")
        client.post(CODE_PAGE, {"code": codes[0]})
        assert signed_in(client) is works
        client.post("/accounts/logout/")


def test_recovery_codes_are_shown_once(client, dr_surgeon):
    _, codes = set_up_app(client, "dr_surgeon")
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not any(code in page for code in codes)
    assert "10 are left" in page


def test_guessing_codes_is_paused(client, app):
    secret, _ = app
    type_password(client, "dr_surgeon")
    for _ in range(10):
        answer = client.post(CODE_PAGE, {"code": "000000"})
    assert b"Too many failed login attempts" in answer.content
    client.post(CODE_PAGE, {"code": code_of(secret)})
    assert not signed_in(client)


def test_the_secret_is_not_readable_in_the_database(app):
    secret, codes = app
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


@pytest.mark.parametrize(
    "name",
    ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"],
)
def test_a_second_factor_is_changed_with_the_password_only(client, dr_surgeon, name):
    type_password(client, "dr_surgeon")
    answer = client.get(reverse(name))
    assert answer.url.startswith(AGAIN)
    assert client.post(AGAIN, {"password": "wrong"}).status_code == 200
    assert client.get(reverse(name)).url.startswith(AGAIN)


def test_every_change_of_a_second_factor_is_recorded(
    client, dr_surgeon, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        set_up_app(client, "dr_surgeon")
    client.post(reverse("mfa_deactivate_totp"))
    recorded = Event.objects.order_by("pk").values_list("action", flat=True)
    assert "user.totp_activated" in recorded
    assert "user.totp_deactivated" in recorded
    assert not Authenticator.objects.exists()


@pytest.mark.usefixtures("required")
def test_an_administrator_without_one_is_led_to_set_it_up(client, admin):
    type_password(client, "admin")
    for page in ("/", "/rules/", reverse("accounts:user-list")):
        assert client.get(page).url == reverse("mfa_index")
    answer = client.post(reverse("accounts:team-create"), {"name": "North"})
    assert answer.url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


@pytest.mark.usefixtures("required")
def test_an_administrator_with_one_goes_on_working(client, admin):
    set_up_app(client, "admin")
    assert client.get(reverse("accounts:user-list")).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get(reverse("accounts:user-list")).url == reverse("mfa_index")


@pytest.mark.usefixtures("required")
def test_a_fragment_is_replaced_by_the_whole_page(client, admin):
    type_password(client, "admin")
    answer = client.get("/rules/", headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == reverse("mfa_index")


@pytest.mark.usefixtures("required")
def test_a_surgeon_may_do_without(client, dr_surgeon):
    type_password(client, "dr_surgeon")
    assert client.get("/").status_code == 200


def test_an_administrator_removes_a_lost_one_with_the_password(
    client, app, admin, dr_surgeon
):
    type_password(client, "admin")
    url = reverse("accounts:second-factor-remove", args=[dr_surgeon.pk])
    assert client.post(url, {"own_password": "wrong"}).status_code == 200
    assert Authenticator.objects.exists()
    assert client.post(url, {"own_password": PASSWORD}).status_code == 302
    assert not Authenticator.objects.exists()
    event = Event.objects.get(action="user.second_factor_remove")
    assert (event.actor, event.entity_id) == (admin, str(dr_surgeon.pk))


def test_a_role_that_is_misspelt_stops_the_start(settings):
    settings.SECOND_FACTOR_ROLES = ["admin", "surgeons"]
    (error,) = roles_with_a_second_factor_are_known()
    assert "names no role: surgeons" in error.msg
    settings.SECOND_FACTOR_ROLES = ["admin", "surgeon"]
    assert not roles_with_a_second_factor_are_known()


def test_removing_it_ends_the_sessions(client, dr_surgeon):
    client.force_login(dr_surgeon)
    assert signed_in(client)
    second_factor_remove(user=dr_surgeon, actor=None)
    assert not signed_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "password/reset/",
        "login/code/",
        "confirm-email/",
        "second-factor/codes/download/",
        "2fa/",
        "inactive/",
    ],
)
def test_what_is_not_needed_of_the_library_is_not_there(client, dr_surgeon, path):
    client.force_login(dr_surgeon)
    assert client.get(f"/accounts/{path}").status_code == 404
