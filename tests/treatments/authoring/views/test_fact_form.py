"""A fact is added as clinicians say it; what no form can ask is never published."""

from functools import partial

import pytest
from django.urls import reverse

from tests.treatments.added_facts import DIABETES, added_document
from treatments.authoring.document import edits
from treatments.authoring.document.draft_reader import read_draft
from treatments.authoring.document.parts import join, split
from treatments.authoring.versions.publishing import (
    NotReadyError,
    draft_submit,
    gate_of,
)
from treatments.engine import Ruleset, load_ruleset
from treatments.models import RulesetDraft
from treatments.rulebook.services import UnaskableError, ruleset_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def to(draft):
    return reverse("treatments:row-create", args=[draft.pk, "facts"])


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin)
    return client


def typed(**changes) -> dict[str, str]:
    return {
        "seen": "0",
        "label": "Diabetes",
        "place": "case:history",
        "meaning": "Known, of either type.",
        "kind": "bool",
        "unit": "1",
        **changes,
    }


NUMBER = {"kind": "decimal", "minimum": "3", "maximum": "20", "unit": "%"}
KINDS = [
    ({}, "diabetes", {"type": "bool", "group": "history", "presumed": None}),
    ({"presumed": "no"}, "diabetes", {"presumed": False}),
    (
        {"label": "HbA1c", **NUMBER, "plausible_max": "14"},
        "hba1c",
        {"type": "decimal", "minimum": 3.0, "unit": "%", "plausible_max": 14.0},
    ),
    (
        {"label": "Falls", "kind": "int", "minimum": "0", "maximum": "9"},
        "falls",
        {"type": "int", "maximum": 9},
    ),
    (
        {
            "label": "Walking aid",
            "place": "case:presentation",
            "kind": "enum",
            "answers": "None\nOne stick\n\nFrame",
            "presumed": "None",
        },
        "walking_aid",
        {"values": ["none", "one_stick", "frame"], "presumed": "none"},
    ),
    (
        {"label": "High-intensity zone", "place": "disc:degeneration"},
        "high_intensity_zone",
        {"scope": "disc", "group": "degeneration"},
    ),
]


@pytest.mark.parametrize(("changes", "name", "expected"), KINDS)
def test_a_fact_is_added_as_it_is_said(signed_in, draft, to, changes, name, expected):
    assert signed_in.post(to, typed(**changes)).status_code == 302
    document = RulesetDraft.objects.get().document
    row = next(row for row in document["facts"] if row["name"] == name)
    assert {key: row[key] for key in expected} == expected
    reading = read_draft(document)
    assert not [p for p in reading.problems if "facts" in p.problem.at]
    assert reading.ruleset.facts[name].label == row["label"]


@pytest.mark.parametrize(("changes", "name", "expected"), KINDS)
def test_it_is_shown_as_the_form_will_have_it_before_it_is_added(
    signed_in, draft, to, changes, name, expected
):
    page = signed_in.post(to, typed(preview="1", **changes)).content.decode()
    assert f'name="{name}"' in page
    assert "Known, of either type." in page
    assert not RulesetDraft.objects.get().revision


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": "…"}, "label"),
        ({"kind": "int"}, "minimum"),
        ({"kind": "decimal", "minimum": "5", "maximum": "5"}, "minimum"),
        ({"kind": "enum", "answers": "Only one"}, "answers"),
        ({"kind": "enum", "answers": "Twice\ntwice"}, "answers"),
        ({"kind": "enum", "answers": f"A\n{'long' * 20}"}, "answers"),
        ({"presumed": "perhaps"}, "presumed"),
        ({**NUMBER, "presumed": "40"}, "presumed"),
        ({"label": "Note"}, None),
        ({"place": "case:elsewhere"}, "place"),
    ],
)
def test_what_no_form_can_ask_is_refused_where_it_is_typed(
    signed_in, draft, to, changes, field
):
    page = signed_in.post(to, typed(**changes))
    assert page.status_code == 200
    assert (field or "__all__") in page.context["form"].errors
    assert not RulesetDraft.objects.get().revision


def test_a_second_fact_of_the_name_is_refused_in_words(signed_in, draft, to):
    signed_in.post(to, typed())
    page = signed_in.post(to, typed(seen="1"))
    assert "diabetes is there already" in page.content.decode()


UNASKABLE = [
    ({"group": "comorbidities"}, "has no section in the form"),
    ({"name": "revision"}, "cannot be a field of the form"),
    ({"name": "Diabetes-2"}, "cannot be a field of the form"),
    ({"label": " "}, "has no label"),
    ({"type": "enum", "values": ["yes"]}, "at least two values"),
    ({"type": "enum", "values": ["a,b", "c"]}, "cannot have the value a,b"),
    (
        {"type": "decimal", "minimum": 0, "maximum": 9, "unit": "furlong"},
        "has the unit furlong",
    ),
    ({"type": "int", "minimum": 0, "maximum": 99_999}, "has a range of more than"),
]


@pytest.mark.parametrize(("changes", "told"), UNASKABLE)
def test_rules_that_ask_for_what_no_form_can_ask_are_not_published(
    draft, admin, edit, changes, told
):
    row = DIABETES | changes
    edit(draft, admin, edits.add_item, section="facts", value=row)
    draft.refresh_from_db()
    gate = gate_of(draft)
    step = next(s for s in gate.steps if s.code == "readable")
    assert not step.is_done
    assert told in " ".join(str(p.problem) for p in gate.checked.reading.problems)
    with pytest.raises(NotReadyError):
        draft_submit(draft=draft, version="9.0.0", actor=admin)


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("sex", {"values": ["female", "male", "other", "unknown"]}, "is not asked"),
        ("level", {"values": ["L4-5", "S1-2"]}, "is not asked"),
        ("leg_pain_nrs", {"maximum": 100}, "goes beyond what is stored"),
        ("symptom_duration_weeks", {"unit": "d"}, "stays in its unit"),
        ("osteoporosis", {"type": "enum", "values": ["a", "b"]}, "stays of the type"),
    ],
)
def test_what_ships_keeps_what_its_column_holds(name, changes, told):
    document = added_document()
    for row in document["facts"]:
        if row["name"] == name:
            row.update(changes)
    assert told in " ".join(str(p.problem) for p in read_draft(document).problems)


def test_such_rules_are_not_loaded_either(db):
    document = added_document(facts=(DIABETES | {"group": "elsewhere"},))
    with pytest.raises(UnaskableError, match="diabetes has no section"):
        ruleset_load(ruleset=Ruleset.from_document(document))


@pytest.mark.parametrize(
    ("section", "key"),
    [("treatments", "code"), ("rungs", "code"), ("sources", "id"), ("tables", "id")],
)
def test_a_row_that_is_added_has_the_shape_of_one(signed_in, draft, section, key):
    to = reverse("treatments:row-create", args=[draft.pk, section])
    answer = signed_in.post(to, {"seen": "0", "key": "new_one", "kind": "alert"})
    assert answer.status_code == 302
    problems = read_draft(RulesetDraft.objects.get().document).problems
    assert "shape" not in " ".join(str(p.problem.message) for p in problems)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda order: order[1:], "not in it"),
        (lambda order: [*order, "NEW"], "NEW no treatment"),
        (lambda order: [*order, order[0]], "more than once"),
    ],
)
def test_an_order_of_preference_says_which_treatment_is_amiss(change, told):
    document = dict(load_ruleset().document)
    order = list(document["selection"]["order"])
    parts = split(document)
    row = {**document["selection"], "order": change(order)}
    found = join(partial(edits.set_single, name="selection", value=row)(parts))
    message = " ".join(str(p.problem.message) for p in read_draft(found).problems)
    assert told in message
    named = order[0] if "NEW" not in told else "NEW"
    assert named in message
