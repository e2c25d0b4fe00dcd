"""A case tried on a draft: the rows of the table, and both ladders."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from spine_cds.audit.models import Event
from treatments.authoring.checks.validation import golden_cases
from treatments.authoring.document import edits
from treatments.authoring.grid.sheet import Sheet
from treatments.authoring.grid.trial import (
    _question,
    changed,
    questions,
    try_case,
)
from treatments.engine import evaluate, load_ruleset
from treatments.models import RulesetActivation, RulesetDraft

pytestmark = [pytest.mark.django_db, pytest.mark.shipped_rules]


@pytest.fixture
def golden(version):
    cases = golden_cases(version.ruleset_id)
    return next(g for g in cases if g["expected"]["recommended"] == "ENDO_TF")


def sheet_of(draft, table="cons"):
    return Sheet(RulesetDraft.objects.get(pk=draft.pk), table)


def test_each_row_says_as_the_engine_does_why_it_holds_or_not(draft, version, golden):
    sheet = sheet_of(draft, "endo_tf")
    trial = try_case(sheet, version.ruleset, golden["case"])
    trace = {t.rule: t for t in evaluate(golden["case"], version.ruleset).trace}
    assert {line.rule for line in trial.lines} == set(sheet.rule_ids)
    for line in trial.lines:
        assert line.failed == trace[line.rule].failed
        assert line.unknown == trace[line.rule].unknown
    assert any(line.tone == "hit" for line in trial.lines)
    assert any(line.failed for line in trial.lines)


def test_draft_and_live_stand_side_by_side(draft, version, golden, admin, edit):
    same = try_case(sheet_of(draft), version.ruleset, golden["case"])
    assert not same.differs
    for rule in list(sheet_of(draft, "endo_tf").rule_ids):
        edit(draft, admin, edits.disable_rule, "endo_tf", rule, "To see")
    other = try_case(sheet_of(draft), version.ruleset, golden["case"])
    assert other.live.heading == same.live.heading
    assert other.differs


def test_an_unknown_fact_leaves_its_cell_open(draft, version):
    sheet = sheet_of(draft)
    trial = try_case(sheet, version.ruleset, changed({}, sheet.document.facts, {}))
    assert any(line.unknown for line in trial.lines)


def test_a_changed_fact_goes_where_it_belongs(draft, golden):
    sheet = sheet_of(draft, "med")
    case = golden["case"]
    changes = {"zone": "central", "age_years": "70", "pregnant": "-"}
    found = changed(case, sheet.document.facts, changes)
    level = found["responsible_level"]
    (disc,) = [d for d in found["discs"] if d["level"] == level]
    assert disc["zone"] == "central"
    assert found["facts"]["age_years"] == 70
    assert "pregnant" not in found["facts"]
    assert "zone" not in found["facts"]


@pytest.mark.parametrize(
    ("name", "answer", "cell"),
    [
        ("herniation_type", {"one_of": ["bulge", "extrusion"]}, '"bulge","extrusion"'),
        ("conservative_care_weeks", {"at_least": 6}, ">= 6"),
        ("leg_pain_nrs", {"one_of": [6, 8]}, "6,8"),
        ("translation_mm", {"at_most": 3.5}, "<= 3.5"),
        ("motor_deficit_days", {"at_least": 1, "at_most": 14}, "[1..14]"),
    ],
)
def test_an_answer_known_in_part_stays_so_in_a_trial(name, answer, cell):
    facts = load_ruleset().facts
    asked = _question(facts[name], answer)
    assert asked.chosen == cell
    if asked.options:
        assert (cell, "bulge or extrusion") in asked.options
    found = changed({"responsible_level": "L4-5"}, facts, {name: asked.chosen})
    assert {**found["facts"], **found["discs"][0]}[name] == answer


def test_the_questions_are_the_facts_the_table_rests_on(draft, golden):
    names = {q.name for q in questions(sheet_of(draft), golden["case"])}
    assert "conservative_care_weeks" in names  # through the derived trial
    assert "herniation_type" in names
    assert "conservative_trial" not in names


def url(draft, table="cons"):
    return reverse("treatments:trial-panel", args=[draft.pk, table])


def test_the_panel_carries_the_marks_for_the_grid(client, admin, draft, golden):
    client.force_login(admin)
    page = client.get(
        url(draft), {"case": golden["name"]}, headers={"HX-Request": "true"}
    )
    marks = json.loads(page.context["marks"])
    assert {mark[0] for mark in marks.values()} <= {"hit", "miss", "open"}
    text = page.content.decode()
    assert "Live rules" in text
    assert "<html" not in text
    assert "<html" in client.get(url(draft)).content.decode()


def test_a_wrong_case_is_told(client, admin, draft):
    client.force_login(admin)
    page = client.get(url(draft), {"case": "no-such"})
    assert "There is no case" in page.content.decode()
    page = client.get(url(draft), {"case": "new", "fact.age_years": "ninety"})
    assert "age" in page.content.decode()


def test_where_neither_the_draft_nor_any_rules_can_be_read_no_case_is_tried(
    client, admin, draft
):
    draft.document = {**draft.document, "selection": {"order": []}}
    draft.save()
    RulesetActivation.objects.update(withdrawn_at=timezone.now())
    client.force_login(admin)
    page = client.get(url(draft), {"case": "cons-good-response"})
    assert "No case can be tried" in page.content.decode()


def test_a_stored_case_that_is_tried_is_on_record(client, admin, draft, advice):
    client.force_login(admin)
    uid = advice.encounter.case_uid
    page = client.get(url(draft), {"case": str(uid)})
    assert page.context["trial"] is not None
    assert advice.encounter.patient.family_name not in page.content.decode()
    assert Event.objects.filter(action="case.try_on_draft", case_uid=uid).exists()


def test_the_lines_of_a_trial_speak_of_facts_by_their_labels(
    client, admin, draft, golden
):
    client.force_login(admin)
    page = client.get(url(draft, "endo_tf"), {"case": golden["name"]})
    facts = sheet_of(draft).document.facts
    failed = {n for line in page.context["trial"].lines for n in line.failed}
    assert failed
    text = page.content.decode()
    listed = text[text.index('class="trial-rules"') : text.index('class="trial-facts"')]
    for name in failed:
        assert escape(facts[name].label) in listed
        assert f">{name}" not in listed


def test_a_draft_that_moves_an_option_but_not_the_advice_says_so(
    draft, version, golden, admin, edit
):
    case = golden["case"]
    same = try_case(sheet_of(draft), version.ruleset, case)
    assert not same.moves
    for rule in list(sheet_of(draft, "cons").rule_ids):
        edit(draft, admin, edits.disable_rule, "cons", rule, "To see")
    other = try_case(sheet_of(draft), version.ruleset, case)
    assert other.draft.standing != other.live.standing
    assert other.moves


def test_a_trial_names_the_rules_that_it_does_without(
    client, admin, draft, golden, edit
):
    edit(draft, admin, edits.set_cells, "cons", [("CONS-01", "first_episode", "maybe")])
    client.force_login(admin)
    page = client.get(url(draft), {"case": golden["name"]}).content.decode()
    assert "Tried without <code>CONS-01</code>, which cannot be read yet." in page
