"""The administrator reads the rules and manages people; patients are not shown."""

import re

from playwright.sync_api import expect

from spine_cds.accounts.models import Team, User


def test_an_admin_reads_a_rule_with_its_sources(as_person, admin, rules, size):
    person = as_person(admin, "/", size=size)
    person.is_at("Rules")
    person.section("Versions").area.get_by_role("link").first.click()
    person.reads("Not signed off for clinical use.")
    tables = person.section("Tables").area.locator("ul.tables a")
    assert tables.count() > 10
    title = tables.nth(3).inner_text()
    tables.nth(3).click()
    person.is_at(title)
    row = person.page.locator("table.rule-table tbody tr").first
    rule = row.get_by_role("rowheader").locator("code").inner_text()
    sources = row.locator("details")
    sources.locator("summary").click()
    cited = sources.locator(".citations .source-id").first.inner_text()
    expect(sources.locator(".citations li").first).to_be_visible()
    person.page.get_by_label("breadcrumb").or_(person.page.locator(".crumbs")).locator(
        "a"
    ).last.click()
    person.click("Sources")
    source = person.page.locator(f"tr#{re.escape(cited)}")
    expect(source.get_by_text(rule, exact=True)).to_be_attached()


def test_an_admin_makes_a_team_and_a_user_and_changes_a_role(
    as_person, admin, dr_resident, rules, size
):
    person = as_person(admin, "/accounts/teams/", size=size)
    person.click("New team")
    person.types("Name", "North")
    person.click("Create team")
    person.click("Users")
    person.click("New user")
    person.types("Username", "dr_north")
    person.page.get_by_label("Role").select_option("Surgeon")
    person.page.get_by_label("North").check()
    temporary = person.page.get_by_label("Temporary password")
    temporary.fill("four unlikely words here")
    person.signs()
    person.click("Create user")
    person.reads("dr_north")
    person.click("Rae Lin")
    person.page.get_by_label("Role").select_option("Surgeon")
    person.signs()
    person.click("Save")
    row = person.page.get_by_role("row", name="dr_resident")
    expect(row).to_contain_text("Surgeon")
    made = User.objects.get(username="dr_north")
    assert made.is_surgeon
    assert made.teams.get() == Team.objects.get(name="North")
    assert User.objects.get(pk=dr_resident.pk).is_surgeon


def test_an_admin_says_what_a_hospital_cannot_offer(
    as_person, admin, team, advice_on, size
):
    person = as_person(admin, "/accounts/teams/", size=size)
    person.click(f"What {team} can offer")
    person.page.get_by_role("checkbox").first.check()
    person.click("Save")
    person.reads(f"Saved for {team}.")
    assert team.unavailable_treatments.count() == 1


def test_an_admin_sees_no_patient(as_person, admin, advice_on, size):
    advice = advice_on("Schmidt")
    person = as_person(admin, "/", size=size, expect=("status of 403",))
    expect(person.page).to_have_url(re.compile("/rules/$"))
    for path in (
        f"/recommendations/{advice.pk}/",
        f"/cases/{advice.encounter_id}/",
        f"/cases/{advice.encounter_id}/history/",
        f"/patients/{advice.encounter.patient_id}/",
        "/cases/new/",
    ):
        assert person.page.goto(path).status == 403
        person.reads_no("Schmidt")
