"""How sure, what would change it, why not: from the stored row, in plain words."""

import pytest
from django.db import connection
from django.urls import reverse

from spine_cds.audit.triggers import suspended
from treatments.engine import load_ruleset
from treatments.models import Recommendation
from treatments.presentation.sensitivity import (
    DOUBTS,
    ELAPSED,
    read_exploration,
)
from treatments.recommendations.services import case_evaluate

LADDER = {"disposition": "ladder", "urgency": "elective", "treatment": "ENDO_TF"}
EARLY = {**LADDER, "urgency": "early"}
MED = {**LADDER, "treatment": "MED"}
EMERGENCY = {"disposition": "emergency", "urgency": "emergency", "treatment": None}
EVALUATION = {
    "disposition": "ladder",
    "urgency": "elective",
    "recommended": {"rung": "ENDO", "treatment": "ENDO_TF"},
    "missing": [{"fact": "herniation_type", "effect": "blocks"}],
}
NOTHING = {
    "possible": None,
    "ask_next": None,
    "would_change": None,
    "why_not": [],
    "not_said": [],
}


def step(fact, before, after, text):
    return {"fact": fact, "from": before, "to": after, "range": text}


def change(outcome, *steps, rules=("MED-01",)):
    return {"changes": list(steps), "outcome": outcome, "rules": list(rules)}


def read(**explored):
    ruleset = load_ruleset()
    return read_exploration({**NOTHING, **explored}, EVALUATION, ruleset, "L4-5")


# --- The parts ----------------------------------------------------------------------


def test_outcomes_that_differ_in_urgency_alone_are_one():
    possible = read(possible=[EMERGENCY, MED, EARLY, LADDER]).possible
    possible_advice = [(o.title, o.urgency_words, o.is_now) for o in possible]
    assert possible_advice == [
        ("Transforaminal endoscopic discectomy", "early or elective", False),
        ("Microendoscopic discectomy", "", False),
        ("Emergency pathway", "", False),
    ]


def test_the_outcome_of_the_advice_is_marked_as_such():
    (outlook,) = read(possible=[LADDER]).possible
    assert outlook.is_now


def test_answers_that_lead_to_the_same_are_one_answer():
    answers = [
        {"range": "none", "example": "none", "outcomes": [MED]},
        {"range": "bulge", "example": "bulge", "outcomes": [MED]},
        {"range": "extrusion", "example": "extrusion", "outcomes": None},
    ]
    (question,) = read(
        ask_next=[{"fact": "herniation_type", "answers": answers}]
    ).questions
    assert [answer.words for answer in question.answers] == [
        "None or Bulge",
        "Extrusion",
    ]
    assert question.answers[1].outlooks is None
    assert question.is_needed
    assert question.item.anchor == "id_L4-5-herniation_type"


def test_changes_are_grouped_by_where_they_lead_and_by_what_can_change():
    waiting = change(MED, step("conservative_care_weeks", 3, 6, "6 or more"))
    sooner = change(EARLY, step("pain_intolerable", False, True, "yes"))
    older = change(MED, step("age_years", 43, 56, "56 or more"))
    both = change(EMERGENCY, *waiting["changes"], *sooner["changes"])
    changes = read(
        would_change={
            "modifiable": [sooner, waiting, both],
            "fixed": [older],
            "complete": True,
        }
    ).changes
    can = [(target.title, target.is_now) for target in changes.can_change]
    assert can == [
        ("Microendoscopic discectomy", False),
        ("Transforaminal endoscopic discectomy", True),
    ]
    (only,) = changes.can_change[0].changes
    (moved,) = only.steps
    assert (moved.before, moved.after) == ("3", "6 weeks or more")
    assert only.rules == ("MED-01",)
    assert changes.can_change[1].changes[0].urgency == "early"
    assert changes.fixed_count == 1
    assert [target.title for target in changes.pairs] == ["Emergency pathway"]


def test_the_same_answer_at_another_urgency_says_which():
    first = {"disposition": "diagnose_first", "treatment": None}
    evaluation = {**EVALUATION, **first, "recommended": None}
    sooner = {**first, "urgency": "urgent"}
    trauma = change(sooner, step("significant_trauma", False, True, "yes"))
    explored = {
        **NOTHING,
        "possible": [sooner],
        "would_change": {"modifiable": [trauma], "fixed": [], "complete": True},
    }
    read = read_exploration(explored, evaluation, load_ruleset(), "L4-5")
    assert [(o.is_now, o.urgencies) for o in read.possible] == [(False, ("urgent",))]
    (target,) = read.changes.doubts
    assert (target.is_now, target.changes[0].urgency) == (True, "urgent")


def test_a_doubt_is_apart_from_what_time_or_treatment_change():
    doubt = change(EMERGENCY, step("suspected_infection", False, True, "yes"))
    waiting = change(EMERGENCY, step("conservative_care_weeks", 3, 6, "6 or more"))
    found = {"modifiable": [doubt, waiting], "fixed": [], "complete": True}
    changes = read(would_change=found).changes
    for targets, name in (
        (changes.can_change, "conservative_care_weeks"),
        (changes.doubts, "suspected_infection"),
    ):
        ((moved,),) = (target.changes for target in targets)
        assert [moving.item.name for moving in moved.steps] == [name]
    assert not changes.is_empty


def test_time_that_has_passed_only_becomes_more():
    shorter = change(EMERGENCY, step("conservative_care_weeks", 10, 5, "up to 5"))
    longer = change(MED, step("conservative_care_weeks", 10, 52, "52 or more"))
    found = {"modifiable": [shorter, longer], "fixed": [], "complete": True}
    changes = read(would_change=found).changes
    assert [target.title for target in changes.can_change] == [
        "Microendoscopic discectomy"
    ]
    assert [target.title for target in changes.cannot_change] == ["Emergency pathway"]
    assert changes.fixed_count == 1


def test_every_doubt_and_every_time_is_a_fact_that_the_ruleset_calls_modifiable():
    facts = load_ruleset().facts
    assert all(facts[name].modifiable for name in DOUBTS | ELAPSED)


WHY = {
    "treatment": "MED",
    "status": "unsuitable",
    "rules": [],
    "conditions": [],
    "facts": [],
}
WIDTH = {
    "rule": "SUTURE-01",
    "fact": "annular_defect_width_mm",
    "value": 4.0,
    "needed": "[6..10]",
}


@pytest.mark.parametrize(
    ("differs", "lead", "text"),
    [
        (
            {"reason": "against", "rules": ["ALL-05"]},
            "Against it",
            "The patient does not accept an operation.",
        ),
        (
            {"reason": "against", "status": "caution", "rules": ["ALL-05"]},
            "Passed over for a reservation",
            "The patient does not accept an operation.",
        ),
        (
            {"reason": "not_met", "conditions": [WIDTH]},
            "It would need",
            "Annular defect width: 6 to 10 mm (is 4 mm)",
        ),
        (
            {"reason": "unknown", "facts": ["migration"]},
            "Not known, and decides",
            "Migration",
        ),
        (
            {"reason": "not_met", "conditions": [{**WIDTH, "needed": "[4..6)"}]},
            "It would need",
            "Annular defect width: 4 to under 6 mm (is 4 mm)",
        ),
        ({"reason": "later"}, "Suitable too", ""),
        ({"reason": "unavailable"}, "Not offered here", ""),
    ],
)
def test_why_not_is_one_honest_reason(differs, lead, text):
    why = read(why_not=[{**WHY, **differs}]).why_not["MED"]
    assert why.lead.startswith(lead)
    assert (why.texts or ("",))[0] == text


def test_what_is_not_decided_is_not_said():
    exploration = read(not_said=[{"part": "possible", "reason": "Too much."}])
    assert exploration.possible is None
    assert exploration.questions is None
    assert exploration.changes is None
    assert exploration.unsaid == {"possible": "Too much."}


# --- The page -----------------------------------------------------------------------


@pytest.fixture
def show(sign_in, dr_surgeon):
    def show(advice, **explored) -> str:
        if explored:
            _explored(advice, {**advice.evaluation_document["exploration"], **explored})
        response = sign_in(dr_surgeon).get(advice.get_absolute_url())
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    return show


def _explored(advice, exploration, **differs) -> None:
    _rewrite(
        advice,
        {**advice.evaluation_document, **differs, "exploration": exploration},
    )


def _rewrite(advice, document) -> None:
    with suspended(connection):
        Recommendation.objects.filter(pk=advice.pk).update(evaluation_document=document)


@pytest.mark.django_db
def test_an_evaluation_shows_what_would_change_it_and_why_not_the_others(advice, show):
    page = show(advice)
    assert "How sure is this" in page
    assert "What would change it" in page
    assert "Surgery accepted</a>" in page
    assert "Yes → <b>No</b>" in page
    others = len(advice.evaluation_document["options"]) - 1
    assert page.count('class="why-not"') == others


@pytest.mark.django_db
def test_what_to_ask_leads_to_the_field_and_says_where_an_answer_leads(an_advice, show):
    advice = an_advice(forget=("sexual_dysfunction",))
    page = show(advice)
    edit = reverse("patients:case-edit", args=[advice.encounter_id])
    asked = page.index("Ask next, in this order:")
    assert page.index(f'href="{edit}#id_sexual_dysfunction"', asked)
    assert "<b>Yes</b> → <b>Emergency pathway</b>" in page


@pytest.mark.django_db
def test_what_was_not_decided_is_said_to_be_undecided(advice, show):
    reasons = [
        {"part": part, "reason": f"No time for {part}."}
        for part in ("possible", "ask_next", "would_change")
    ]
    undecided = {**NOTHING, "not_said": reasons}
    level = {"part": "robust", "reason": "No level is named."}
    _explored(advice, undecided, robust=None, not_said=[level])
    page = show(advice)
    for part in ("possible", "ask_next", "would_change"):
        assert f"No time for {part}." in page
    assert "</strong> No level is named." in page
    assert "would move this" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("complete", [True, False])
def test_that_nothing_would_change_it_is_said_only_when_all_was_tried(
    advice, show, complete
):
    page = show(
        advice, would_change={"modifiable": [], "fixed": [], "complete": complete}
    )
    assert ("no two together, would move this" in page) is complete
    assert ("This list may not be complete" in page) is not complete


@pytest.mark.django_db
def test_advice_from_before_there_was_an_exploration_still_opens(advice, show):
    document = dict(advice.evaluation_document)
    del document["exploration"]
    _rewrite(advice, document)
    page = show(advice)
    assert "How sure is this" in page
    assert "What would change it" not in page
    assert 'class="why-not"' not in page


@pytest.mark.django_db
def test_a_question_asked_twice_is_explored_once(advice, dr_surgeon, monkeypatch):
    def fail(*args):
        raise AssertionError("explored again")

    monkeypatch.setattr("treatments.recommendations.services.explore", fail)
    assert case_evaluate(encounter=advice.encounter, actor=dr_surgeon) == advice
