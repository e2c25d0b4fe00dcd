"""The pages of the frame in a real browser: sign-in, users, teams, refusals."""

import pytest

from tests.fixtures_browser import DESKTOP, PHONE

NOT_FOUND = ("status of 404",)
both_sizes = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@both_sizes
def test_a_person_signs_in_with_the_keyboard_alone(open_page, dr_surgeon, size, axe):
    page = open_page(None, "/accounts/password/", size=size)
    axe(page)
    page.keyboard.type("dr_surgeon")  # the first field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type("a-long-passphrase")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    page.get_by_role("heading", name="Change your password").wait_for()


def test_the_first_tab_leads_past_the_navigation(open_page, admin):
    page = open_page(admin, "/accounts/teams/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@both_sizes
@pytest.mark.parametrize(
    "path",
    [
        "/accounts/users/",
        "/accounts/users/?q=zzz",
        "/accounts/users/new/",
        "/accounts/teams/",
        "/accounts/teams/new/",
        "/accounts/password/",
    ],
)
def test_an_administrators_page_is_accessible_and_fits(
    open_page, admin, axe, fits, size, path
):
    page = open_page(admin, path, size=size)
    axe(page)
    fits(page)


@both_sizes
def test_a_refusal_is_accessible_and_fits(open_page, admin, axe, fits, size):
    page = open_page(admin, "/nowhere/", size=size, expect=NOT_FOUND)
    axe(page)
    fits(page)
    page.get_by_role("heading", name="Not found").wait_for()


def test_an_administrator_makes_a_team_and_a_user_in_it(open_page, admin, axe):
    page = open_page(admin, "/accounts/teams/")
    page.get_by_role("link", name="New team").click()
    page.get_by_label("Name").fill("North")
    page.get_by_role("button", name="Create team").click()
    page.get_by_role("link", name="Users").click()
    page.get_by_role("link", name="New user").click()
    page.get_by_label("Username").fill("dr_north")
    page.get_by_label("Role").select_option("surgeon")
    page.get_by_label("North").check()
    page.get_by_label("Temporary password").fill("short")
    page.get_by_label("Your password").fill("a-long-passphrase")
    page.get_by_role("button", name="Create user").click()
    page.get_by_text("It must contain at least 12 characters").wait_for()
    axe(page)
    page.get_by_label("Temporary password").fill("four unlikely words here")
    page.get_by_label("Your password").fill("a-long-passphrase")
    page.get_by_role("button", name="Create user").click()
    row = page.get_by_role("row", name="dr_north")
    row.wait_for()
    assert "North" in row.inner_text()


def test_the_page_warns_before_the_session_ends(open_page, dr_surgeon, axe):
    page = open_page(dr_surgeon, "/accounts/login/")
    page.clock.install()
    page.goto("/accounts/password/")
    page.clock.fast_forward(13 * 60 * 1000)
    page.clock.run_for(2000)
    notice = page.get_by_role("alert")
    assert "signed out soon" in notice.inner_text()
    axe(page)
    page.get_by_role("button", name="Stay signed in").click()
    notice.wait_for(state="detached")


def test_the_page_signs_out_when_nobody_is_there(open_page, dr_surgeon):
    page = open_page(dr_surgeon, "/accounts/login/")
    page.clock.install()
    page.goto("/accounts/password/")
    page.clock.fast_forward(15 * 60 * 1000)
    page.clock.run_for(2000)
    page.wait_for_url("**/accounts/login/?next=%2Faccounts%2Fpassword%2F")
    page.goto("/accounts/password/")
    assert "/accounts/login/" in page.url
