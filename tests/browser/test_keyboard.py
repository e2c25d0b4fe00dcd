"""The whole job of a surgeon without a mouse, the focus always in sight."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import consultation as c
from tests.browser.keyboard import Keyboard
from tests.browser.person import PASSWORD
from treatments.models import Decision


@pytest.fixture
def keyboard(open_page, dr_surgeon, rules, size) -> Keyboard:
    return Keyboard(open_page(None, "/accounts/login/", size=size))


def test_a_surgeon_does_the_whole_job_by_keyboard_alone(keyboard, printer):
    page = keyboard.page
    page.keyboard.type("dr_surgeon")  # the first field has the focus
    keyboard.types("Password", PASSWORD)
    page.keyboard.press("Enter")
    keyboard.arrives("Cases")
    keyboard.presses("New case")
    the_patient_is_entered(keyboard)
    the_case_is_entered(keyboard)
    keyboard.arrives("Options to consider")
    keyboard.presses(re.compile("^Conservative care "), "Space")
    expect(keyboard.page.get_by_text("Against, in this case").first).to_be_visible()
    the_report_is_made(keyboard, printer)
    the_decision_is_recorded(keyboard)


def the_patient_is_entered(keyboard):
    keyboard.arrives("New patient")
    keyboard.types("Hospital number", "H-4711")
    keyboard.types("Family name", "Okafor")
    keyboard.tabs_to("Birth date")
    keyboard.page.keyboard.type(f"0101{c.BIRTH_YEAR}")
    born = keyboard.page.get_by_label("Birth date", exact=True)
    expect(born).to_have_value(f"{c.BIRTH_YEAR}-01-01")
    keyboard.tabs_to("Sex")
    keyboard.page.keyboard.type("Fem")
    keyboard.presses("Enter patient and go to the case")


def the_case_is_entered(keyboard):
    keyboard.page.wait_for_url("**/patients/*/cases/new/")
    keyboard.arrives("New case")
    keyboard.answers(c.PATIENT)
    keyboard.answers({**c.PRESENTATION, "Leg pain (NRS)": 80})
    keyboard.presses(c.ALL_ASKED, "Space")
    keyboard.answers(c.EXAMINATION)
    keyboard.answers(c.HISTORY)
    keyboard.picks("Discs", "L4-5")
    keyboard.picks("Responsible level", "L4-5")
    keyboard.answers(c.DISC)
    keyboard.answers(c.PREFERENCES)
    keyboard.presses("Evaluate")
    keyboard.arrives("Nothing is saved yet: 1 answer cannot be right")
    assert keyboard.focus.name.startswith("Nothing is saved yet"), "it has the focus"
    keyboard.presses("Leg pain (NRS)")
    assert keyboard.focus.tag == "INPUT"
    keyboard.tabs_to("Dominant pain", back=True)
    keyboard.types("Leg pain (NRS)", "8")
    keyboard.presses("Evaluate")


def the_report_is_made(keyboard, printer):
    keyboard.presses("Make a PDF report")
    keyboard.arrives("Report")
    printer.takes_it()
    printer.is_done()
    expect(keyboard.page.get_by_text("The report is ready.")).to_be_visible()
    keyboard.tabs_to("Download the PDF")
    with keyboard.page.expect_download() as download:
        keyboard.page.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    keyboard.presses("Back to the recommendation")


def the_decision_is_recorded(keyboard):
    keyboard.arrives("Options to consider")
    keyboard.chooses("What was decided", "Not decided yet")
    keyboard.types("Or what for", "Flexion films")
    keyboard.types("Note", "Wants to talk to the family first.")
    keyboard.types("Your password", PASSWORD)
    keyboard.presses("Record the decision")
    expect(keyboard.page.get_by_text("Decision recorded.")).to_be_visible()
    assert Decision.objects.get().note == "Wants to talk to the family first."
