"""The case form in a real Chromium: the drawn spine, sign-outs, two windows."""

import re

import pytest
from django.urls import reverse

from patients.models import Encounter
from tests.fixtures_browser import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def edit(case) -> str:
    return reverse("patients:case-edit", args=[case.pk])


def save(page) -> None:
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft saved.").wait_for()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_are_accessible_and_fit(case, dr_surgeon, open_page, axe, fits, size):
    page = open_page(dr_surgeon, size=size)
    for path in (
        reverse("patients:worklist"),
        reverse("patients:case-start"),
        case.patient.get_absolute_url(),
        reverse("patients:patient-edit", args=[case.patient.pk]),
        reverse("patients:case-entered-in-error", args=[case.pk]),
        edit(case),
    ):
        page.goto(path)
        axe(page)
        fits(page)
    page.locator("#id_back_pain_nrs").fill("99")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("alert").wait_for()
    axe(page)
    fits(page)


def test_without_an_image_no_disc_is_asked_about_and_no_answer_is_hidden(
    patient, dr_surgeon, open_page
):
    page = open_page(dr_surgeon, reverse("patients:case-create", args=[patient.pk]))
    discs, said = page.locator(".discs"), page.locator(".no-image-said")
    assert discs.is_visible()
    assert not said.is_visible()
    page.locator("label[for=id_imaging_status_none]").click()
    assert said.is_visible()
    assert not discs.is_visible()
    for hidden in ("id_mri_age_months", "id_clinical_imaging_concordance"):
        assert not page.locator(f"#{hidden}").is_visible()
    assert page.locator("[data-count-of=imaging]").inner_text() == "1/1"
    page.locator("label[for=id_imaging_status_available]").click()
    page.locator("#id_mri_age_months").fill("3")
    page.locator("label[for=id_L5-S1-zone_central]").click()
    page.locator("label[for=id_imaging_status_none]").click()
    assert discs.is_visible()
    assert page.locator("#id_mri_age_months").is_visible()
    assert not page.locator("#id_iliac_crest_height").is_visible()
    assert not said.is_visible()
    save(page)
    assert page.get_by_text("Yet findings of L5-S1 are entered").is_visible()
    assert patient.encounters.get().imaging.disc_findings.get().zone == "central"


def test_a_disc_is_chosen_on_the_drawing_and_marked_when_filled(
    case, dr_surgeon, open_page
):
    page = open_page(dr_surgeon, edit(case))
    assert page.get_by_role("heading", name="Disc L5-S1").is_visible()
    page.locator(".spine").scroll_into_view_if_needed()
    drawn = page.locator(".spine-disc-L3-4").bounding_box()
    page.mouse.click(drawn["x"] + drawn["width"] / 2, drawn["y"] + drawn["height"] / 2)
    panel = page.get_by_role("region", name="Disc L3-4")
    assert panel.is_visible()
    assert not page.get_by_role("heading", name="Disc L5-S1").is_visible()
    panel.locator("label[for$=herniation_type_extrusion]").click()
    row = page.locator(".spine-level-L3-4")
    assert re.search(r"L3-4\s+✓ 1/22\s+Extrusion", row.inner_text())
    assert page.locator(".spine-disc-L3-4 .is-extrusion").is_visible()
    save(page)
    finding = case.imaging.disc_findings.get(level="L3-4")
    assert finding.herniation_type == "extrusion"


def test_a_disc_is_entered_by_keyboard_alone(case, dr_surgeon, open_page):
    page = open_page(dr_surgeon, edit(case))
    page.locator("#show-L5-S1").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.get_by_role("region", name="Disc L3-4").is_visible()
    page.locator("#id_L3-4-zone_unknown").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#id_L3-4-translation_mm").focus()
    page.keyboard.type("3,5")
    page.keyboard.press("Enter")
    page.get_by_text("Draft saved.").wait_for()
    finding = case.imaging.disc_findings.get(level="L3-4")
    assert (finding.zone, finding.translation_mm) == ("central", 3.5)


def test_without_script_a_plain_select_shows_each_disc(case, dr_surgeon, open_page):
    page = open_page(dr_surgeon, edit(case), javascript=False)
    page.get_by_label("Findings of level").select_option("L1-2")
    panel = page.get_by_role("region", name="Disc L1-2")
    panel.locator("label[for$=herniation_type_bulge]").click()
    save(page)
    assert case.imaging.disc_findings.get(level="L1-2").herniation_type == "bulge"
    assert not page.get_by_role("button", name="All asked").is_visible()


def test_all_asked_sets_what_is_unanswered_and_never_a_yes(case, dr_surgeon, open_page):
    page = open_page(dr_surgeon, edit(case))
    page.locator("label[for=id_bladder_dysfunction_yes]").click()
    page.get_by_role("button", name="All asked").click()
    assert page.locator("[data-count-of=red_flags]").inner_text() == "8/9"
    save(page)
    case.examination.refresh_from_db()
    assert case.examination.bladder_dysfunction is True
    assert case.examination.suspected_infection is False
    assert case.examination.post_void_residual_ml is None


def test_all_asked_lists_what_it_set_and_is_undone(case, dr_surgeon, open_page):
    page = open_page(dr_surgeon, edit(case))
    told = page.locator("[data-asked-together]")
    assert not told.is_visible()
    page.locator("label[for=id_bowel_dysfunction_no]").click()
    page.get_by_role("button", name="All asked").click()
    # Saddle anaesthesia and the bowel were answered by themselves.
    assert "6 asked together: no." in told.inner_text()
    assert "Bladder dysfunction, Sexual dysfunction, " in told.inner_text()
    page.locator("label[for=id_suspected_infection_yes]").click()
    assert "5 asked together: no." in told.inner_text()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft saved.").wait_for()
    case.refresh_from_db()
    assert len(case.asked_together) == 5
    page.goto(page.url)  # opened again, it still knows
    told.get_by_role("button", name="Undo").click()
    assert not told.is_visible()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Draft saved.").wait_for()
    case.refresh_from_db()
    assert case.asked_together == []
    found = case.examination
    found.refresh_from_db()
    assert (found.bladder_dysfunction, found.significant_trauma) == (None, None)
    assert (found.bowel_dysfunction, found.saddle_anaesthesia) == (False, False)
    assert found.suspected_infection is True


def test_an_error_in_a_hidden_disc_is_one_click_away(case, dr_surgeon, open_page):
    page = open_page(dr_surgeon, edit(case))
    page.locator("#show-L2-3").check(force=True)
    page.locator("#id_L2-3-rotation_deg").fill("99")
    page.locator("#show-L5-S1").check(force=True)
    page.get_by_role("button", name="Evaluate").click()
    page.get_by_role("alert").get_by_role("link", name="L2-3 Rotation").click()
    assert page.evaluate("document.activeElement.id") == "id_L2-3-rotation_deg"
    assert Encounter.objects.get().state == "draft"


def test_one_signed_out_meanwhile_loses_nothing(case, dr_surgeon, open_page):
    refused = ("403 (Forbidden)",)  # the question whether the session still lives
    page = open_page(dr_surgeon, edit(case), expect=refused)
    page.locator("#id_back_pain_nrs").fill("5")
    signed_in = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("nothing was sent").wait_for()
    assert page.locator("#id_back_pain_nrs").input_value() == "5"
    page.context.add_cookies(signed_in)
    save(page)
    assert Encounter.objects.get().back_pain_nrs == 5


def test_a_double_click_on_save_makes_one_case(patient, dr_surgeon, open_page):
    page = open_page(dr_surgeon, reverse("patients:case-create", args=[patient.pk]))
    page.get_by_role("button", name="Save draft").dblclick()
    page.get_by_text("Draft saved.").wait_for()
    assert Encounter.objects.count() == 1


def test_the_second_of_two_windows_is_told(case, dr_surgeon, open_page):
    first, second = (open_page(dr_surgeon, edit(case)) for _ in range(2))
    first.locator("label[for=id_saddle_anaesthesia_yes]").click()
    save(first)
    second.locator("#id_back_pain_nrs").fill("2")
    second.get_by_role("button", name="Save draft").click()
    second.get_by_role("alert").wait_for()
    assert second.get_by_label("take this for Saddle anaesthesia").is_checked()
    assert not second.get_by_label("take this for Back pain").is_checked()
    second.get_by_role("button", name="Save over it", exact=True).click()
    second.get_by_text("Draft saved.").wait_for()
    stored = Encounter.objects.get()
    assert stored.back_pain_nrs == 2
    assert stored.examination.saddle_anaesthesia is True


def test_the_search_answers_as_one_types_and_leaves_no_trace_in_the_url(
    case, dr_surgeon, open_page
):
    page = open_page(dr_surgeon)
    page.get_by_role("searchbox").press_sequentially("zzz")
    page.get_by_text("No case matches").wait_for()
    page.get_by_role("searchbox").fill("mull")
    page.get_by_role("link", name="Müller").wait_for()
    assert page.url.endswith("/")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_known_in_part_is_entered_by_the_keyboard_and_stays_in_sight(
    patient, dr_surgeon, open_page, axe, fits, size
):
    path = reverse("patients:case-create", args=[patient.pk])
    page = open_page(dr_surgeon, path, size=size)

    def disclosure(question):
        return page.locator(".question").filter(has=page.locator(question))

    duration = disclosure("#id_symptom_duration_weeks")
    duration.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("13")
    grade = disclosure("#id_weakest_mrc_grade_5")
    grade.locator("label[for=id_weakest_mrc_grade_5]").click()
    grade.locator("summary").click()
    page.locator("#id_weakest_mrc_grade__at_most").select_option("4")
    # The last of the two counts: an exact answer and a part of one.
    assert page.locator("#id_weakest_mrc_grade_unknown").is_checked()
    kind = disclosure("#id_L5-S1-herniation_type_bulge")
    kind.locator("summary").click()
    for code in ("protrusion", "extrusion"):
        page.locator(f"label[for='id_L5-S1-herniation_type__one_of_{code}']").click()
    assert page.get_by_text("type known in part").is_visible()
    assert page.locator("[data-count-of=examination]").inner_text() == "1/6"
    page.locator("#preview:not(.is-behind)").wait_for(state="attached")
    axe(page)
    fits(page)
    if size == PHONE:
        for part in page.locator(".partial[open] :is(summary, .answers label)").all():
            box = part.bounding_box()
            assert min(box["width"], box["height"]) >= 44
    save(page)
    case = Encounter.objects.with_findings().get()
    assert case.partial_answers == {
        "symptom_duration_weeks": {"at_least": 13},
        "weakest_mrc_grade": {"at_most": 4},
    }
    assert page.locator("#id_symptom_duration_weeks__at_least").is_visible()
    assert page.locator("#id_symptom_duration_weeks__at_least").input_value() == "13"


def test_without_an_image_a_part_of_an_answer_is_not_hidden(
    patient, dr_surgeon, open_page
):
    page = open_page(dr_surgeon, reverse("patients:case-create", args=[patient.pk]))
    zone = page.locator(".question").filter(has=page.locator("#id_L5-S1-zone_central"))
    zone.locator("summary").click()
    page.locator("label[for='id_L5-S1-zone__one_of_central']").click()
    page.locator("label[for=id_imaging_status_none]").click()
    assert page.locator(".discs").is_visible()
    page.locator("label[for='id_L5-S1-zone__one_of_central']").click()
    assert not page.locator(".discs").is_visible()
