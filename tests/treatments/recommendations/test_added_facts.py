"""Questions that the rules add: asked, stored, weighed, shown, printed, replayed."""

import re
import uuid

import pytest
from django.urls import reverse

from patients.findings import CaseFindings
from patients.forms import CaseEntry
from patients.models import Encounter, UnsavedEntry
from tests.patients.cases import posted
from tests.treatments.added_facts import added_document, added_rules
from treatments.authoring.checks.validation import golden_cases
from treatments.engine import Ruleset, load_ruleset
from treatments.recommendations.services import case_evaluate
from treatments.recommendations.verification import (
    forget_rulesets,
    verified_recommendations,
)
from treatments.replay.causes import explain
from treatments.rulebook.services import ruleset_activate, ruleset_load

pytestmark = pytest.mark.django_db

#: A field of the form, what is typed, how it is stored, the words, and the alert.
ANSWERS = [
    ("diabetes", "yes", True, "Diabetes", "Diabetes: plan the wound care."),
    ("hba1c_percent", "8,5", 8.5, "8.5 %", "The sugar is not under control."),
    ("falls_a_year", "4", 4, "4", "Falls: look at the gait."),
    (
        "walking_aid",
        "walking_frame",
        "walking_frame",
        "Walking frame",
        "Walks on a frame.",
    ),
    (
        "L4-5-high_intensity_zone",
        "yes",
        True,
        "High-intensity zone",
        "A high-intensity zone is seen.",
    ),
    (
        "pain_pattern",
        "neuropathic",
        "neuropathic",
        "Neuropathic",
        "The pain is neuropathic.",
    ),
    (
        "L4-5-herniation_type",
        "calcified_shell",
        "calcified_shell",
        "Calcified shell",
        "A calcified shell.",
    ),
]


@pytest.fixture(autouse=True)
def _read_anew():
    forget_rulesets()


@pytest.fixture
def version(db):
    return ruleset_load(ruleset=added_rules())


def saved(client, case, **changes) -> Encounter:
    case = Encounter.objects.with_findings().get(pk=case.pk)
    data = posted(CaseEntry(None, case), **changes)
    answer = client.post(reverse("patients:case-edit", args=[case.pk]), data)
    assert answer.status_code == 302
    return Encounter.objects.with_findings().current().get(case_uid=case.case_uid)


def stored(case) -> dict:
    return CaseFindings.of(Encounter.objects.with_findings().get(pk=case.pk)).answers()


@pytest.mark.parametrize(("field", "typed", "value", "words", "alert"), ANSWERS)
def test_an_added_question_goes_from_the_form_to_the_advice(
    a_case, version, sign_in, dr_surgeon, field, typed, value, words, alert
):
    client, case = sign_in(dr_surgeon), a_case()
    page = client.get(reverse("patients:case-edit", args=[case.pk])).content.decode()
    assert f'id="id_{field}"' in page
    case = saved(client, case, **{field: typed})
    assert stored(case)[field] == value
    again = client.get(reverse("patients:case-edit", args=[case.pk])).content.decode()
    shown = re.search(rf'name="{field}" value="{typed}"[^>]*checked', again)
    assert shown or f'id="id_{field}" value="{value}"' in again
    advice = case_evaluate(encounter=case, actor=dr_surgeon)
    assert alert in [a["text"] for a in advice.evaluation_document["alerts"]]
    told = client.get(advice.get_absolute_url()).content.decode()
    assert alert in told
    assert words in told
    assert not [r.differs for r in verified_recommendations() if r.differs]


@pytest.mark.parametrize("field", [answer[0] for answer in ANSWERS])
def test_what_is_not_answered_is_not_known(a_case, version, sign_in, dr_surgeon, field):
    case = saved(sign_in(dr_surgeon), a_case(), **{field: ""})
    assert field not in stored(case)


@pytest.mark.parametrize(
    ("field", "part", "typed", "answer", "words"),
    [
        ("hba1c_percent", "at_least", "7", {"at_least": 7.0}, "7 % or more"),
        ("falls_a_year", "at_most", "2", {"at_most": 2}, "2 or less"),
        (
            "walking_aid",
            "one_of",
            "stick,walking_frame",
            {"one_of": ["stick", "walking_frame"]},
            "stick or walking frame",
        ),
        (
            "pain_pattern",
            "one_of",
            "neuropathic,mixed",
            {"one_of": ["mixed", "neuropathic"]},
            "mixed or neuropathic",
        ),
    ],
)
def test_an_added_question_is_answered_in_part(
    a_case, version, sign_in, dr_surgeon, field, part, typed, answer, words
):
    client = sign_in(dr_surgeon)
    changes = {field: "", f"{field}__{part}": typed}
    case = saved(client, a_case(), **changes)
    assert stored(case)[field] == answer
    advice = case_evaluate(encounter=case, actor=dr_surgeon)
    assert words in client.get(advice.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("diabetes", "perhaps"),
        ("hba1c_percent", "21"),
        ("hba1c_percent", "high"),
        ("falls_a_year", "1.5"),
        ("walking_aid", "wheelchair"),
        ("pain_pattern", "mystery"),
        ("L5-S1-high_intensity_zone", "maybe"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_at_its_question(
    a_case, version, sign_in, dr_surgeon, field, typed
):
    case = a_case()
    data = posted(CaseEntry(None, case), **{field: typed})
    answer = sign_in(dr_surgeon).post(
        reverse("patients:case-edit", args=[case.pk]), data
    )
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_an_unusual_answer_is_asked_again_and_kept(
    a_case, version, sign_in, dr_surgeon
):
    case = saved(sign_in(dr_surgeon), a_case(), hba1c_percent="16")
    assert "Unusual: 16 %" in CaseEntry(None, case).soft_warnings["hba1c_percent"]


def test_what_is_typed_for_an_added_question_is_kept_before_it_is_saved(
    a_case, version, sign_in, dr_surgeon
):
    case = a_case()
    data = posted(CaseEntry(None, case), diabetes="yes")
    data["kept_as"], data["kept_step"] = str(uuid.uuid4()), "1"
    data["encounter"] = str(case.pk)
    url = reverse("patients:entry-keep", args=[case.patient_id])
    assert sign_in(dr_surgeon).post(url, data).status_code == 200
    assert UnsavedEntry.objects.get().answers["diabetes"] == "yes"


def test_two_who_answer_it_differently_are_shown_both(
    a_case, version, sign_in, dr_surgeon
):
    client, case = sign_in(dr_surgeon), a_case()
    late = posted(CaseEntry(None, case), diabetes="no")
    saved(client, case, diabetes="yes")
    page = client.post(reverse("patients:case-edit", args=[case.pk]), late)
    assert 'value="diabetes"' in page.content.decode()
    assert "Diabetes" in page.content.decode()


def test_a_case_of_before_does_not_know_it(a_case, sign_in, dr_surgeon):
    """Advice of the old rules stays; asked again, the new fact is not known."""
    older = ruleset_load(ruleset=load_ruleset())
    before = case_evaluate(encounter=a_case(), actor=dr_surgeon)
    client = sign_in(dr_surgeon)
    assert "Diabetes" not in client.get(before.get_absolute_url()).content.decode()
    newer = ruleset_load(ruleset=added_rules())
    assert newer != older
    after = case_evaluate(encounter=before.encounter, actor=dr_surgeon)
    page = client.get(after.get_absolute_url()).content.decode()
    assert 'id_diabetes"' in page
    assert "diabetes" in {m["fact"] for m in after.evaluation_document["missing"]}
    assert not [r.differs for r in verified_recommendations() if r.differs]


def test_an_answer_outlives_its_question(a_case, version, sign_in, dr_surgeon):
    """Withdrawn from the rules it is read, and a correction does not lose it."""
    client = sign_in(dr_surgeon)
    changes = {"diabetes": "yes", "L4-5-high_intensity_zone": "yes"}
    case = saved(client, a_case(), **changes)
    said = case_evaluate(encounter=case, actor=dr_surgeon)
    shipped = ruleset_load(ruleset=load_ruleset())
    ruleset_activate(version=shipped, actor=None)
    assert "Diabetes" in client.get(said.get_absolute_url()).content.decode()
    page = client.get(reverse("patients:case-edit", args=[case.pk])).content.decode()
    assert 'name="diabetes"' not in page
    corrected = saved(client, said.encounter, leg_pain_nrs="3")
    assert corrected.version == 2
    assert stored(corrected)["diabetes"] is True
    assert stored(corrected)["L4-5-high_intensity_zone"] is True
    case_evaluate(encounter=corrected, actor=dr_surgeon)
    assert not [r.differs for r in verified_recommendations() if r.differs]


def test_an_answer_that_no_longer_is_one_is_shown_and_chosen_anew(
    a_case, version, sign_in, dr_surgeon
):
    client = sign_in(dr_surgeon)
    case = saved(client, a_case(), pain_pattern="neuropathic")
    ruleset_activate(version=ruleset_load(ruleset=load_ruleset()), actor=None)
    url = reverse("patients:case-edit", args=[case.pk])
    assert "Neuropathic" in client.get(url).content.decode()
    data = posted(CaseEntry(None, case))
    refused = client.post(url, data)
    assert 'id="id_pain_pattern_error"' in refused.content.decode()
    assert stored(case)["pain_pattern"] == "neuropathic"


@pytest.fixture
def reworded(db):
    """The shipped rules, with other words and limits for what they ask."""
    document = added_document(facts=())
    changes = {
        "leg_pain_nrs": {"label": "Worst leg pain", "plausible_max": 6},
        "osteoporosis": {"essential": "yes", "meaning": "by densitometry"},
        "odi_percent": {"maximum": 90, "plausible_max": None},
        "first_episode": {"essential": "no"},
    }
    for row in document["facts"]:
        row.update(changes.get(row["name"], {}))
    return ruleset_load(ruleset=Ruleset.from_document(document))


def test_labels_help_essentials_and_limits_are_those_of_the_rules(
    a_case, reworded, sign_in, dr_surgeon
):
    client, case = sign_in(dr_surgeon), a_case(facts={"leg_pain_nrs": 7})
    entry = CaseEntry(None, case)
    assert entry.soft_warnings["leg_pain_nrs"].startswith("Unusual: 7 NRS")
    page = client.get(reverse("patients:case-edit", args=[case.pk])).content.decode()
    assert "Worst leg pain" in page
    assert "By densitometry." in page
    asked = entry.vocabulary.case
    assert asked["osteoporosis"].essential
    assert not asked["first_episode"].essential
    data = posted(entry, odi_percent="95")
    refused = client.post(reverse("patients:case-edit", args=[case.pk]), data)
    assert "Allowed: 0 to 90 %" in refused.content.decode()
    advice = case_evaluate(encounter=case, actor=dr_surgeon)
    told = client.get(advice.get_absolute_url()).content.decode()
    assert "Worst leg pain" in told
    assert "Leg pain (NRS)" not in told


def test_a_form_opened_before_the_rules_moved_loses_no_answer(
    a_case, version, sign_in, dr_surgeon
):
    """The case has the answer already; the page of before does not send it."""
    client = sign_in(dr_surgeon)
    case = saved(client, a_case(), diabetes="yes")
    shipped = ruleset_load(ruleset=load_ruleset())
    ruleset_activate(version=shipped, actor=None)
    late = posted(CaseEntry(None, case), leg_pain_nrs="2")
    ruleset_activate(version=version, actor=None)
    answer = client.post(reverse("patients:case-edit", args=[case.pk]), late)
    assert answer.status_code == 302
    assert stored(case)["diabetes"] is True


def test_a_replay_names_the_added_fact_that_moves_a_case():
    document = added_document()
    table = next(t for t in document["tables"] if t["kind"] == "urgency")
    rule = {**table["rules"][0], "id": "URGENCY-90", "cells": {"diabetes": "true"}}
    rule["outputs"] = {**rule["outputs"], "urgency": "urgent"}
    table["inputs"] = [*table["inputs"], "diabetes"]
    table["rules"] = [rule, *table["rules"]]
    urgent = Ruleset.from_document(document)
    golden = next(
        case
        for case in golden_cases(urgent.id)
        if case["expected"]["urgency"] == "elective"
    )["case"]
    case = {**golden, "facts": {**golden["facts"], "diabetes": True}}
    told = explain(case, load_ruleset(), urgent)
    assert "URGENCY-90" in {cause.rule for cause in told.causes}
    assert ("Diabetes", "Yes") in {(item.label, item.value) for item in told.findings}
    case["facts"] |= {"diabetes": False}
    assert not explain(case, load_ruleset(), urgent).causes
