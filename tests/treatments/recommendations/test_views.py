"""The recommendation page: what it shows, in which order, and at what cost."""

import re
import uuid
from dataclasses import replace

import pytest
from django.db import connection
from django.urls import reverse

from patients.models import Encounter
from patients.services.cases import case_correct, case_update
from spine_cds.audit.models import Event
from spine_cds.audit.triggers import suspended
from tests.treatments.conftest import findings
from treatments.models import Recommendation
from treatments.recommendations.services import (
    case_evaluate,
    comment_add,
    decision_record,
    review_record,
)

pytestmark = pytest.mark.django_db


def _rewrite(advice, **values) -> None:
    """What no service and no program can do: the database refuses it."""
    with suspended(connection):
        Recommendation.objects.filter(pk=advice.pk).update(**values)


@pytest.fixture
def show(sign_in, dr_surgeon):
    """The page of some advice as one sees it who is signed in; the surgeon else."""

    def show(advice, user=None) -> str:
        response = sign_in(user or dr_surgeon).get(advice.get_absolute_url())
        assert response.status_code == 200
        return response.content.decode()

    return show


def in_order(page: str, *texts: str) -> bool:
    places = [page.find(text) for text in texts]
    assert -1 not in places, dict(zip(texts, places, strict=True))
    return places == sorted(places)


def test_what_was_entered_comes_before_the_ladder_and_the_ladder_before_the_rest(
    an_advice, show
):
    page = show(an_advice(facts={"mri_age_months": 9}))
    assert in_order(
        page,
        "Okafor",
        "What was entered",
        "The MRI is older than six months",
        'id="options"',
        '<svg class="ladder"',
        "For, in this case",
        "The whole ladder",
        'id="decision"',
        'id="review"',
        'id="comments"',
        'id="history"',
    )


def test_the_drawing_has_a_role_a_title_and_a_description(advice, show):
    page = show(advice)
    assert 'role="img" aria-labelledby="ladder-title ladder-desc"' in page
    assert '<title id="ladder-title">' in page
    description = re.search(r'<desc id="ladder-desc">(.*?)</desc>', page)
    assert "Transforaminal endoscopic discectomy: advised" in description[1]


def test_every_option_is_listed_with_its_state_in_words(advice, show):
    page = show(advice)
    for option in advice.evaluation_document["options"]:
        assert f'id="option-{option["treatment"]}"' in page
    for word in ("Advised", "Suitable", "Unsuitable", "Contraindicated"):
        assert f">{word}" in page


def test_each_reason_shows_rule_source_strength_and_certainty(advice, show):
    page = show(advice)
    rules = advice.ruleset.ruleset.rules
    for option in advice.evaluation_document["options"]:
        for rule in option["reasons_for"] + option["reasons_against"]:
            assert f"<code>{rule}</code>" in page
            assert f"certainty {rules[rule].certainty}" in page
    assert "citation to be verified" in page


def test_what_is_not_known_leads_to_its_field(an_advice, show):
    advice = an_advice(forget=("translation_mm", "odi_percent"))
    page = show(advice)
    edit = reverse("patients:case-edit", args=[advice.encounter_id])
    assert f'href="{edit}#id_odi_percent"' in page
    assert f'href="{edit}#id_L4-5-translation_mm"' in page


def test_a_resident_is_not_led_to_a_form_that_is_not_theirs(
    an_advice, show, dr_resident
):
    page = show(an_advice(forget=("odi_percent",)), dr_resident)
    assert "/edit/" not in page
    assert "Oswestry Disability Index" in page


@pytest.mark.parametrize(
    ("robust", "sentence"),
    [
        (True, "No possible value of what is not known changes this."),
        (False, "What is not known could change this."),
        (None, "Not determined whether what is not known could change this."),
    ],
)
def test_a_guarantee_is_given_only_where_there_is_one(advice, show, robust, sentence):
    document = {**advice.evaluation_document, "robust": robust}
    _rewrite(advice, evaluation_document=document)
    page = show(advice)
    others = {
        "No possible value of what is not known changes this.",
        "What is not known could change this.",
        "Not determined whether what is not known could change this.",
    } - {sentence}
    assert sentence in page
    assert not [other for other in others if other in page]


def test_the_page_costs_at_most_twelve_queries(
    advice, dr_surgeon, dr_resident, sign_in, django_assert_max_num_queries, key
):
    common = {"recommendation": advice, "actor": dr_resident}
    for number in range(3):
        comment_add(**common, text=f"Remark {number}", submission_key=key())
        review_record(**common, verdict="agree", submission_key=key())
        decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome="deferred",
            submission_key=key(),
        )
    client = sign_in(dr_surgeon)
    # A session notes its first page; a reader comes here from another one.
    client.get(reverse("treatments:ruleset-list"))
    with django_assert_max_num_queries(12):
        assert client.get(advice.get_absolute_url()).status_code == 200


def test_the_page_is_the_row_and_nothing_is_evaluated_again(advice, show, monkeypatch):
    def fail(*args, **kwargs):
        raise AssertionError("evaluated again")

    monkeypatch.setattr("treatments.recommendations.services.evaluate", fail)
    assert "Options to consider" in show(advice)


def test_reading_the_page_is_on_the_record(advice, show, dr_surgeon):
    show(advice)
    event = Event.objects.get(action="case.read")
    assert event.actor == dr_surgeon
    assert event.case_uid == str(advice.encounter.case_uid)


# --- The other answers --------------------------------------------------------------


def test_a_red_flag_shows_the_pathway_first_and_no_ladder(an_advice, show):
    page = show(an_advice(facts={"saddle_anaesthesia": True}))
    assert in_order(page, "Red flag: emergency pathway", "What was entered")
    assert "Emergency MRI" in page
    assert "on-call spine" in page
    assert "<b>Saddle anaesthesia</b>" in page
    assert '<svg class="ladder"' not in page
    assert "Options to consider" not in page.replace("never", "")


def test_diagnose_first_says_what_to_settle_and_shows_no_ladder(an_advice, show):
    page = show(an_advice(facts={"suspected_infection": True}))
    assert in_order(page, "Diagnose first", "Infection is suspected", "To consider now")
    assert '<svg class="ladder"' not in page


def test_too_little_data_says_what_to_ask_next_with_links(an_advice, show):
    advice = an_advice(forget=("herniation_type", "conservative_care_weeks"))
    assert advice.disposition == "insufficient_data"
    page = show(advice)
    assert in_order(page, "Not enough data for advice", "What to ask or examine next")
    edit = reverse("patients:case-edit", args=[advice.encounter_id])
    assert f'href="{edit}#id_L4-5-herniation_type"' in page
    assert "needed for any answer" in page


def test_out_of_scope_says_so_and_what_to_look_at(an_advice, show):
    nothing = {
        "herniation_type": "none",
        "contained": None,
        "migration": "none",
        "canal_compromise_percent": 0,
        "annular_defect_width_mm": 0,
    }
    advice = an_advice(disc=nothing)
    assert advice.disposition == "out_of_scope"
    page = show(advice)
    assert in_order(page, "Outside the scope of the rules", "To consider now")
    assert '<svg class="ladder"' not in page


@pytest.mark.parametrize(
    ("disposition", "heading"),
    [("invalid", "The entry has errors"), ("out_of_scope", "The rules conflict")],
)
def test_errors_of_the_entry_and_of_the_rules_have_pages_of_their_own(
    advice, show, disposition, heading
):
    problem = {"path": "table urgency", "value": "A, B", "message": "hold together"}
    document = {
        **advice.evaluation_document,
        "disposition": disposition,
        "recommended": None,
        "options": [],
        "errors": [problem],
    }
    _rewrite(
        advice,
        evaluation_document=document,
        disposition=disposition,
        recommended_treatment="",
    )
    page = show(advice)
    assert heading in page
    assert "hold together" in page
    assert '<svg class="ladder"' not in page


# --- Versions -----------------------------------------------------------------------


def test_old_advice_says_that_it_is_not_the_newest_and_stays_readable(
    advice, show, dr_surgeon, client
):
    before = show(advice)
    encounter = Encounter.objects.with_findings().get()
    corrected = case_correct(
        encounter=encounter,
        actor=dr_surgeon,
        data=findings(facts={"leg_pain_nrs": 2}),
        revision=encounter.revision,
    )
    page = show(advice)
    assert "This case is being corrected" in page
    assert 'id="decision-form"' in before
    assert 'id="decision-form"' not in page
    client.post(reverse("treatments:case-evaluate", args=[corrected.pk]))
    page = show(advice)
    newest = Recommendation.objects.get(encounter=corrected)
    assert "Not the newest advice" in page
    assert f'href="{newest.get_absolute_url()}"' in page
    drawing = re.compile(r'<svg class="ladder".*?</svg>', re.DOTALL)
    assert drawing.search(page)[0] == drawing.search(before)[0]


# --- Roles and teams ----------------------------------------------------------------


def test_another_team_finds_nothing(advice, sign_in, stranger):
    assert sign_in(stranger).get(advice.get_absolute_url()).status_code == 404


def test_an_administrator_of_rules_sees_no_patients(advice, sign_in, admin):
    assert sign_in(admin).get(advice.get_absolute_url()).status_code == 403


def test_each_role_finds_its_own_form(advice, show, dr_surgeon, dr_resident):
    surgeon, resident = show(advice, dr_surgeon), show(advice, dr_resident)
    assert 'id="decision-form"' in surgeon
    assert "Record the review" not in surgeon
    assert 'id="decision-form"' not in resident
    assert "Record the review" in resident


def test_an_unknown_recommendation_is_not_found(sign_in, dr_surgeon, version):
    url = reverse("treatments:recommendation-detail", args=[uuid.uuid4()])
    assert sign_in(dr_surgeon).get(url).status_code == 404


def test_an_urgent_case_says_why_without_a_click(an_advice, show):
    advice = an_advice(facts={"progressive_motor_deficit": True})
    assert advice.urgency == "urgent"
    assert "<details open><summary>Why</summary>" in show(advice)


def test_a_rule_shows_its_owner_and_its_review_date(advice, show):
    rule = next(iter(advice.ruleset.ruleset.tables["endo_tf"].rules))
    page = show(advice)
    assert rule.owner in page
    assert f"review by {rule.review_by:%-d %b %Y}" in page


# --- Answers that nobody gave, and answers that look odd ----------------------------


def test_a_soft_warning_stands_above_the_advice(an_advice, show):
    page = show(
        an_advice(facts={"symptom_duration_weeks": 12, "conservative_care_weeks": 120})
    )
    assert in_order(
        page,
        "Is this what was meant?",
        "#id_conservative_care_weeks",
        "Longer than this episode (12 weeks).",
        "What was entered",
        'id="options"',
    )


def test_an_ordinary_case_is_not_asked_about(an_advice, show):
    assert "Is this what was meant?" not in show(an_advice())


def test_of_a_man_nothing_is_said_of_a_pregnancy(an_advice, show):
    page = show(an_advice())
    assert "Pregnant" not in page[: page.index('id="options"')]


def test_what_was_asked_together_is_told_with_what_was_entered(
    a_case, dr_surgeon, version, show
):
    data = replace(
        findings(), asked_together=frozenset(("bladder_dysfunction", "leg_pain_nrs"))
    )
    case = case_update(encounter=a_case(), actor=dr_surgeon, data=data, revision=0)
    advice = case_evaluate(encounter=case, actor=dr_surgeon)
    page = show(advice)
    assert "One click answered with no: Bladder dysfunction." in page
    assert "1 asked together: no" in page, "and so does the history"


def test_a_version_names_the_answer_that_a_form_wrote(an_advice, show, sign_in):
    advice = an_advice(facts={"pregnant": False})
    Encounter.objects.filter(pk=advice.encounter_id).update(not_asked=["pregnant"])
    assert "“Pregnant: No”" in show(advice)
    url = reverse("treatments:case-history", args=[advice.encounter_id])
    history = sign_in(advice.created_by).get(url).content.decode()
    assert "Not asked, but written by the form: “Pregnant: No”" in history
