"""The second factor in a real browser: every page of it, and a security key."""

import time
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache

from tests.fixtures_browser import DESKTOP, PHONE

PASSWORD = "a-long-passphrase"  # as tests.conftest.a_user sets it
BASE = "/accounts/second-factor/"
both_sizes = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def arrives(axe, fits):
    """arrives(page, heading): is there, is accessible, no wider than the window."""

    def arrives(page, heading: str) -> None:
        page.get_by_role("heading", name=heading, level=1, exact=True).wait_for()
        axe(page)
        fits(page)

    return arrives


def give_password(page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "password-again" not in url)


def type_code(page, label: str, secret: str) -> None:
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.get_by_label(label).fill(code)


def sign_in(page, username: str, at: str = "") -> None:
    page.goto(f"{at}/accounts/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


@both_sizes
def test_an_app_is_set_up_used_and_removed(open_page, dr_surgeon, size, arrives):
    page = open_page(dr_surgeon, "/accounts/me/", size=size)
    arrives(page, "Your account")
    page.get_by_role("link", name="Set up a second factor").click()
    arrives(page, "Your second factor")
    page.get_by_role("link", name="Set up an app").click()
    arrives(page, "Your password again")
    give_password(page)
    arrives(page, "Set up an authenticator app")
    page.get_by_label("Authenticator code").fill("0")
    page.get_by_role("button", name="Use this app").click()
    page.get_by_text("Incorrect code.").wait_for()
    arrives(page, "Set up an authenticator app")
    secret = page.locator("code.secret").inner_text()
    type_code(page, "Authenticator code", secret)
    page.get_by_role("button", name="Use this app").click()
    page.get_by_text("They are shown this once.").wait_for()
    arrives(page, "Recovery codes")
    recovery = page.locator("ol.codes code").first.inner_text()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/accounts/login/")

    sign_in(page, "dr_surgeon")
    arrives(page, "Second factor")
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "accounts" not in url)


@both_sizes
def test_new_codes_are_made_and_the_app_removed(open_page, dr_surgeon, size, arrives):
    TOTP.activate(dr_surgeon, "A" * 32)
    RecoveryCodes.activate(dr_surgeon)
    page = open_page(dr_surgeon, BASE, size=size)
    arrives(page, "Your second factor")
    page.get_by_text("10 are left").wait_for()
    page.get_by_role("link", name="Make new codes").click()
    give_password(page)
    arrives(page, "New recovery codes")
    page.get_by_role("button", name="Make new codes").click()
    page.get_by_text("They are shown this once.").wait_for()
    page.goto(f"{BASE}codes/")
    page.get_by_text("They were shown when they were made.").wait_for()
    arrives(page, "Recovery codes")
    page.goto(f"{BASE}app/remove/")
    arrives(page, "Remove the authenticator app")
    page.get_by_role("button", name="Remove the app").click()
    page.get_by_role("link", name="Set up an app").wait_for()
    assert not Authenticator.objects.exists()


@pytest.fixture
def key():
    """key(page): plugs a security key into the browser; its owner always touches it."""

    def key(page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": False,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    return key


def test_a_security_key_is_added_used_and_removed(open_page, dr_surgeon, key, arrives):
    """Under the site's own policy: no inline script, nothing from elsewhere."""
    page = open_page(dr_surgeon, BASE)
    key(page)
    page.get_by_role("link", name="Add a key").click()
    give_password(page)
    arrives(page, "Add a security key")
    page.get_by_label("Name").fill("The blue one")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_text("They are shown this once.").wait_for()
    page.goto(BASE)
    page.get_by_text("The blue one, added").wait_for()
    arrives(page, "Your second factor")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/accounts/login/")

    sign_in(page, "dr_surgeon")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(lambda url: "accounts" not in url)

    page.goto(BASE)
    page.get_by_role("link", name="Remove The blue one").click()
    give_password(page)
    arrives(page, "Remove a security key")
    page.get_by_role("button", name="Remove the key").click()
    page.get_by_role("link", name="Add a key").wait_for()
    assert not Authenticator.objects.exists()


def test_a_key_that_is_not_read_is_told_on_the_page(
    open_page, dr_surgeon, live_server, arrives
):
    """Here because a key is bound to a name, and the site was opened by a number."""
    page = open_page(None, "/accounts/login/")
    by_number = live_server.url.replace("localhost", "127.0.0.1")
    sign_in(page, "dr_surgeon", at=by_number)
    page.goto(f"{by_number}{BASE}keys/new/")
    give_password(page)
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("alert").wait_for()
    assert "The key was not read." in page.get_by_role("alert").inner_text()
    arrives(page, "Add a security key")


def test_a_refused_password_is_told_on_the_page(open_page, dr_surgeon, arrives):
    page = open_page(dr_surgeon, f"{BASE}app/")
    page.get_by_label("Your password").fill("not mine")
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("That is not your password.").wait_for()
    arrives(page, "Your password again")


@both_sizes
def test_an_administrator_unlocks_and_removes(
    open_page, admin, dr_surgeon, settings, client, size, arrives
):
    Authenticator.objects.create(
        user=dr_surgeon, type=Authenticator.Type.TOTP, data={"secret": "x"}
    )
    settings.AXES_FAILURE_LIMIT = 1
    wrong = {"username": "dr_surgeon", "password": "wrong"}
    client.post("/accounts/login/", wrong)
    page = open_page(admin, f"/accounts/users/{dr_surgeon.pk}/edit/", size=size)
    arrives(page, "User “dr_surgeon”")
    page.get_by_role("button", name="Unlock").click()
    page.get_by_text("can try to sign in again").wait_for()
    page.get_by_role("link", name="Remove it").click()
    arrives(page, "Remove the second factor of “dr_surgeon”")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Remove the second factor").click()
    page.get_by_text("has no second factor any more").wait_for()
    assert not Authenticator.objects.exists()


def test_back_after_signing_out_shows_nothing(open_page, dr_surgeon):
    page = open_page(dr_surgeon, "/accounts/me/")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/accounts/login/")
    page.go_back()
    page.wait_for_url("**/accounts/login/?next=/accounts/me/")
    assert "Sam Ode" not in page.content()


def test_no_template_of_the_library_itself_is_ever_shown():
    """Every page that is routed has a template of ours."""
    root = Path(__file__).resolve().parents[3] / "templates"
    for name in (
        "account/reauthenticate",
        "mfa/index",
        "mfa/authenticate",
        "mfa/totp/activate_form",
        "mfa/totp/deactivate_form",
        "mfa/recovery_codes/index",
        "mfa/recovery_codes/generate",
        "mfa/webauthn/add_form",
        "mfa/webauthn/authenticator_confirm_delete",
    ):
        text = (root / f"{name}.html").read_text(encoding="utf-8")
        assert '{% extends "base.html" %}' in text, name
