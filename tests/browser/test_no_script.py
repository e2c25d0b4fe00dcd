"""The main job in a browser that runs no script."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import consultation as c


def test_a_surgeon_enters_evaluates_and_prints_without_script(
    as_person, dr_surgeon, rules, printer, size
):
    surgeon = as_person(dr_surgeon, "/cases/new/", javascript=False, size=size)
    new = surgeon.section("New patient")
    new.area.get_by_label("Hospital number").fill("H-4711")
    new.area.get_by_label("Family name").fill("Okafor")
    new.area.get_by_label("Birth date").fill(f"{c.BIRTH_YEAR}-01-01")
    new.area.get_by_label("Sex").select_option("Female")
    new.click("Enter patient and go to the case")
    expect(surgeon.page.get_by_text(c.ALL_ASKED)).to_be_hidden()
    surgeon.section("Patient").answers(c.PATIENT)
    surgeon.section("Presentation").answers(c.PRESENTATION)
    surgeon.section("Red flags").answers(dict.fromkeys(c.RED_FLAGS, "No"))
    surgeon.section("Examination").answers(c.EXAMINATION)
    surgeon.section("History and comorbidity").answers(c.HISTORY)
    surgeon.points_at_disc("L3-4")
    surgeon.section("Disc L3-4").picks("Type of herniation", "Bulge")
    surgeon.page.get_by_label("Findings of level").select_option("L4-5")
    surgeon.section("Disc L4-5").answers(c.DISC)
    surgeon.picks("Responsible level", "L4-5")
    surgeon.section("Preferences").answers(c.PREFERENCES)
    surgeon.types("Oswestry Disability Index", "430")
    surgeon.click("Evaluate")
    surgeon.reads("Nothing is saved yet: 1 answer cannot be right", "Allowed: 0 to 100")
    surgeon.types("Oswestry Disability Index", "43")
    surgeon.evaluates()
    surgeon.is_at("Options to consider")
    surgeon.reads("Advised", "Bulge")
    surgeon.click("Make a PDF report")
    surgeon.reads("The report waits for its turn.")
    printer.takes_it()
    surgeon.click("Refresh")
    surgeon.reads("The report is being made.")
    printer.is_done()
    surgeon.click("Refresh")
    with surgeon.page.expect_download() as download:
        surgeon.click("Download the PDF")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def test_patients_and_cases_are_found_without_script(
    as_person, dr_surgeon, a_case, size
):
    a_case("Moreau")
    a_case("Abbott")
    surgeon = as_person(dr_surgeon, "/", javascript=False, size=size)
    surgeon.page.get_by_label("Name, number, birth date or level").fill("mor")
    surgeon.click("Show")
    surgeon.reads("1 case")
    surgeon.reads_no("Abbott, Grace")
    surgeon.page.get_by_role("link", name="New case").first.click()
    known = surgeon.section("Known patient")
    known.area.get_by_label("Name, hospital number or birth date").fill("abb")
    known.click("Find")
    surgeon.click("Abbott, Grace")
    surgeon.is_at("New case")
    surgeon.reads("Abbott, Grace")
