"""The panel beside the open form, in a real Chromium."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from patients.models import Encounter
from tests.fixtures_browser import DESKTOP, PHONE
from treatments.engine import load_ruleset
from treatments.rulebook.services import ruleset_load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(a_case) -> str:
    ruleset_load(ruleset=load_ruleset())
    return reverse("patients:case-edit", args=[a_case().pk])


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_red_flag_shows_as_it_is_entered(
    path, dr_surgeon, open_page, axe, fits, size
):
    page = open_page(dr_surgeon, path, size=size)
    line, alarm = page.locator("#preview-line"), page.locator("#preview-alarm")
    expect(line).to_contain_text("Transforaminal endoscopic discectomy")
    expect(alarm).to_be_empty()
    axe(page)
    fits(page)
    page.locator("label[for=id_saddle_anaesthesia_yes]").click()
    expect(alarm).to_contain_text("Red flag: Saddle anaesthesia")
    expect(alarm).to_be_in_viewport()
    expect(line).to_contain_text("Emergency pathway")
    expect(page.locator("#preview svg.ladder")).to_have_count(0)
    axe(page)
    fits(page)
    assert not Encounter.objects.with_findings().get().examination.saddle_anaesthesia


def test_a_panel_without_an_answer_says_so_and_leaves_the_form_alone(
    path, dr_surgeon, open_page
):
    page = open_page(dr_surgeon, path, expect=("403 (Forbidden)",))
    state = page.locator("[data-preview-state]")
    expect(page.locator("#preview-line")).not_to_be_empty()
    expect(state).to_be_empty()
    page.context.clear_cookies()
    page.locator("#id_back_pain_nrs").fill("9")
    expect(state).to_contain_text("Not up to date")
    assert page.url.endswith(path)
    assert page.locator("#id_back_pain_nrs").input_value() == "9"


def test_without_a_script_there_is_no_panel(path, dr_surgeon, open_page):
    page = open_page(dr_surgeon, path, javascript=False)
    assert page.get_by_role("button", name="Evaluate").is_visible()
    assert not page.locator("#preview").is_visible()
