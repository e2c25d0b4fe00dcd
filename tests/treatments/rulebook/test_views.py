"""The rule tables as people read them, and what a team cannot offer."""

import datetime

import pytest
from django.urls import reverse

from treatments.engine import load_ruleset
from treatments.models import TreatmentAvailability
from treatments.presentation.rule_tables import MANY_FACTS, source_rows, table_page

RULESET = load_ruleset()
pytestmark = pytest.mark.django_db


@pytest.fixture
def read(sign_in, admin, version):
    def read(name: str, *args, user=None, **query) -> str:
        address = reverse(f"treatments:{name}", args=args)
        response = sign_in(user or admin).get(address, query)
        assert response.status_code == 200
        return response.content.decode()

    return read


def test_the_list_names_each_version_and_what_is_live(read, version):
    page = read("ruleset-list")
    assert str(version) in page
    assert "✓ Live" in page
    assert "Not signed off" in page


def test_the_ruleset_page_shows_all_source_attributes_and_tables(read, version):
    page = read("ruleset-detail", version.pk)
    assert len(RULESET.metadata["source_attributes"]) == 13
    for name in RULESET.metadata["source_attributes"]:
        assert f"<dt>{name.replace('_', ' ').capitalize()}</dt>" in page
    for table in RULESET.tables.values():
        assert reverse("treatments:table-detail", args=[version.pk, table.id]) in page
    assert "Not signed off for clinical use." in page
    assert version.sha256 in page


@pytest.mark.parametrize("table", RULESET.tables)
def test_every_table_shows_every_rule_with_its_grounds(read, version, table):
    page = read("table-detail", version.pk, table)
    for rule in RULESET.tables[table].rules:
        assert f'<tr id="{rule.id}">' in page
    assert "very low" in page or "moderate" in page or "low" in page


def test_a_fact_is_a_column_with_its_unit_and_meaning(read, version):
    page = read("table-detail", version.pk, "symptom_severity")
    for name in RULESET.tables["symptom_severity"].inputs:
        fact = RULESET.facts[name]
        assert fact.label in page
        assert fact.meaning.split("(")[0].split("'")[0] in page


def test_an_effect_has_its_sign_and_word(read, version):
    page = read("table-detail", version.pk, "med")
    assert 'href="#sign-contraindicated"' in page
    assert 'class="effect-cell state-contraindicated"' in page


def test_a_table_of_many_facts_is_read_as_lists_unless_asked(read, version):
    facts = len(RULESET.tables["alerts"].inputs)
    assert facts >= MANY_FACTS
    assert "When all of these hold" in read("table-detail", version.pk, "alerts")
    page = read("table-detail", version.pk, "alerts", columns="all")
    assert "When all of these hold" not in page
    assert page.count('class="fact"') == facts


def test_a_list_of_conditions_leaves_none_out():
    view = table_page(RULESET.tables["alerts"], RULESET, every_fact=False)
    for row in view.rows:
        assert {fact.name for fact, _ in row.conditions} == set(row.rule.cells)


def test_cells_are_read_without_quotes():
    view = table_page(RULESET.tables["med"], RULESET, every_fact=False)
    cells = {cell for row in view.rows for cell in row.cells}
    assert "protrusion, extrusion or sequestration" in cells
    assert "5 or more" in cells


def test_a_rule_past_its_review_date_is_flagged(read, version, monkeypatch):
    late = max(rule.review_by for rule in RULESET.tables["med"].rules)
    monkeypatch.setattr(
        "treatments.presentation.rule_tables.timezone.localdate",
        lambda: late + datetime.timedelta(days=1),
    )
    assert "overdue since" in read("table-detail", version.pk, "med")


def test_a_rule_within_its_review_date_is_not_flagged(read, version, monkeypatch):
    early = min(rule.review_by for rule in RULESET.tables["med"].rules)
    monkeypatch.setattr(
        "treatments.presentation.rule_tables.timezone.localdate", lambda: early
    )
    assert "overdue" not in read("table-detail", version.pk, "med")


def test_a_table_that_is_not_there_is_not_found(sign_in, admin, version):
    address = reverse("treatments:table-detail", args=[version.pk, "no-such-table"])
    assert sign_in(admin).get(address).status_code == 404


def test_each_source_names_the_rules_that_cite_it(read, version):
    rows = {source.id: rules for source, rules in source_rows(RULESET)}
    assert set(rows) == set(RULESET.sources)
    for rule in RULESET.rules.values():
        for source in rule.sources:
            assert rule.id in rows[source]
    page = read("source-list", version.pk)
    assert "citation to be verified" in page


def test_clinicians_read_the_rules_too(read, version, dr_resident):
    assert "Microendoscopic" in read("ruleset-detail", version.pk, user=dr_resident)


def test_a_page_of_rules_costs_few_queries(
    sign_in, admin, version, django_assert_max_num_queries
):
    client = sign_in(admin)
    client.get(reverse("treatments:ruleset-list"))
    with django_assert_max_num_queries(5):
        client.get(reverse("treatments:table-detail", args=[version.pk, "med"]))


def test_the_administrator_says_what_a_team_cannot_offer(
    sign_in, admin, version, team, other_team
):
    address = reverse("treatments:availability-edit", args=[team.pk])
    client = sign_in(admin)
    client.post(address, {"unavailable": ["FUSION", "MED"]})
    codes = TreatmentAvailability.objects.of_team(team).codes()
    assert codes == ["FUSION", "MED"]
    assert client.get(address).context["form"]["unavailable"].value() == codes
    client.post(address, {})
    assert TreatmentAvailability.objects.of_team(team).codes() == []


def test_the_second_who_says_what_is_offered_is_shown_what_the_first_said(
    sign_in, admin, version, team
):
    address = reverse("treatments:availability-edit", args=[team.pk])
    client = sign_in(admin)
    codes = TreatmentAvailability.objects.of_team(team).codes
    client.post(address, {"unavailable": ["FUSION"], "seen": ""})
    answer = client.post(address, {"unavailable": ["MED"], "seen": ""})
    assert "Somebody else changed this" in answer.content.decode()
    assert codes() == ["FUSION"]
    merged = dict(answer.context["form"].data.lists())
    for _ in range(2):  # sent twice is once
        assert client.post(address, merged).status_code == 302
        assert codes() == ["FUSION", "MED"]


@pytest.mark.parametrize("code", ["LEECHES", "CONS"])
def test_neither_the_unknown_nor_the_last_resort_can_be_taken_away(
    sign_in, admin, version, team, code
):
    address = reverse("treatments:availability-edit", args=[team.pk])
    sign_in(admin).post(address, {"unavailable": [code]})
    assert TreatmentAvailability.objects.of_team(team).codes() == []


@pytest.mark.parametrize("who", ["dr_surgeon", "dr_resident"])
def test_only_administrators_say_what_is_offered(sign_in, version, team, request, who):
    address = reverse("treatments:availability-edit", args=[team.pk])
    assert sign_in(request.getfixturevalue(who)).get(address).status_code == 403


def test_the_footer_names_the_live_rules_and_their_sign_off(read, version):
    page = read("ruleset-list")
    assert f"{version.title} {version.version}" in page
    assert "not signed off for clinical use" in page
