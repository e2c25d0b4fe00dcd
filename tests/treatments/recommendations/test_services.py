"""Every write of what is advised: once, on the record, and never again changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from patients.models import Encounter
from patients.services.cases import case_correct, case_mark_entered_in_error
from spine_cds.audit.models import Event
from tests.treatments.conftest import findings
from treatments.engine import Ruleset, evaluate, explore, load_ruleset
from treatments.models import (
    Comment,
    Decision,
    Recommendation,
    Review,
    RulesetVersion,
    TreatmentAvailability,
)
from treatments.recommendations.services import (
    CaseClosedError,
    case_evaluate,
    comment_add,
    decision_record,
    review_record,
)
from treatments.rulebook.services import (
    NoLiveRulesetError,
    availability_set,
    ruleset_activate,
    ruleset_keep,
    ruleset_load,
)

pytestmark = pytest.mark.django_db
State = Encounter.State


def another_version() -> Ruleset:
    """The shipped rules under another version number."""
    document = load_ruleset().document
    metadata = {**document["metadata"], "version": "1.0.1"}
    return Ruleset.from_document({**document, "metadata": metadata})


# --- Rulesets -----------------------------------------------------------------------


def test_loading_the_same_ruleset_twice_is_one_version(version):
    assert ruleset_load(ruleset=load_ruleset()) == version
    assert RulesetVersion.objects.count() == 1
    assert Event.objects.filter(action="ruleset.load").count() == 1


def test_a_new_version_is_live_and_the_old_one_is_kept(version):
    newer = ruleset_load(ruleset=another_version())
    assert RulesetVersion.objects.live().get() == newer
    assert RulesetVersion.objects.filter(pk=version.pk).exists()


def test_a_restart_does_not_take_the_place_of_what_is_live(version):
    newer = ruleset_load(ruleset=another_version())
    ruleset_load(ruleset=load_ruleset())
    assert RulesetVersion.objects.live().get() == newer


def test_a_stored_ruleset_compiles_to_the_same_hash(version):
    stored = RulesetVersion.objects.get().ruleset
    assert stored.sha256 == version.sha256 == load_ruleset().sha256


def test_a_version_goes_live_at_its_moment_and_not_before(version):
    newer, _ = ruleset_keep(ruleset=another_version(), actor=None)
    tomorrow = timezone.now() + timedelta(days=1)
    ruleset_activate(version=newer, actor=None, live_from=tomorrow)
    assert RulesetVersion.objects.live().get() == version
    standing = RulesetVersion.objects.with_standing().get(pk=newer.pk)
    assert (standing.is_live, standing.is_scheduled, standing.was_live) == (
        False,
        True,
        False,
    )


def test_what_was_live_before_can_be_made_live_again(version):
    ruleset_load(ruleset=another_version())
    ruleset_activate(version=version, actor=None, reason="Restored")
    assert RulesetVersion.objects.live().get() == version


# --- Evaluation ---------------------------------------------------------------------


def test_an_evaluation_keeps_what_went_in_and_all_that_came_out(advice, version):
    case, ruleset = advice.case_document, version.ruleset
    expected = {
        **evaluate(case, ruleset).to_document(),
        "exploration": explore(case, ruleset).to_document(),
    }
    assert advice.evaluation_document == expected
    assert advice.disposition == "ladder"
    assert advice.recommended_treatment == expected["recommended"]["treatment"]
    assert advice.ruleset == version
    assert advice.encounter.case_uid.hex in advice.case_document["case_id"].replace(
        "-", ""
    )


def test_an_evaluated_case_is_no_draft_any_more(advice):
    assert Encounter.objects.get().state == State.EVALUATED


@pytest.mark.parametrize(
    ("facts", "flag", "words"),
    [
        ({"saddle_anaesthesia": True}, "emergency", "Emergency"),
        ({"suspected_infection": True}, "diagnose_first", "Diagnose first"),
        (
            {
                "weakest_mrc_grade": 2,
                "motor_deficit_days": 3,
                "progressive_motor_deficit": True,
            },
            "urgent",
            "Urgent",
        ),
        ({}, "", ""),
    ],
)
def test_the_worklist_tells_what_must_not_wait(
    an_advice, dr_surgeon, client, facts, flag, words
):
    assert an_advice(facts=facts).disposition
    assert Encounter.objects.get().triage_flag == flag
    client.force_login(dr_surgeon)
    page = client.get(reverse("patients:worklist")).text
    assert ("case-triage" in page) == bool(flag)
    assert f"{words}</span>" in page


def test_evaluating_twice_is_one_recommendation_and_one_event(advice, dr_surgeon):
    again = case_evaluate(encounter=advice.encounter, actor=dr_surgeon)
    assert again == advice
    assert Recommendation.objects.count() == 1
    assert Event.objects.filter(action="case.evaluate").count() == 1


def test_the_database_refuses_the_same_question_twice(advice):
    advice.pk = None
    advice._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        advice.save(force_insert=True)


def test_a_new_version_of_the_rules_gives_an_advice_of_its_own(advice, dr_surgeon):
    ruleset_load(ruleset=another_version())
    again = case_evaluate(encounter=advice.encounter, actor=dr_surgeon)
    assert again != advice
    assert again.status == Recommendation.Status.AMENDED
    assert advice.status == Recommendation.Status.FINAL


def test_what_is_not_offered_changes_the_question(advice, team, dr_surgeon, admin):
    code = advice.recommended_treatment
    availability_set(team=team, unavailable=[code], actor=admin)
    again = case_evaluate(encounter=advice.encounter, actor=dr_surgeon)
    options = {o["treatment"]: o for o in again.evaluation_document["options"]}
    assert options[code]["status"] == "unavailable"
    assert again.recommended_treatment != code


def test_correcting_a_case_leaves_what_was_evaluated_before(advice, dr_surgeon):
    before = advice.case_document, advice.evaluation_document
    encounter = Encounter.objects.with_findings().get()
    corrected = case_correct(
        encounter=encounter,
        actor=dr_surgeon,
        data=findings(facts={"saddle_anaesthesia": True}),
        revision=encounter.revision,
    )
    newer = case_evaluate(encounter=corrected, actor=dr_surgeon)
    advice.refresh_from_db()
    assert (advice.case_document, advice.evaluation_document) == before
    assert newer.disposition == "emergency"
    assert newer.status == Recommendation.Status.AMENDED
    assert advice.encounter.state == State.SUPERSEDED


def test_a_superseded_version_is_not_evaluated_again(advice, dr_surgeon):
    encounter = Encounter.objects.with_findings().get()
    case_correct(
        encounter=encounter,
        actor=dr_surgeon,
        data=findings(facts={"leg_pain_nrs": 2}),
        revision=encounter.revision,
    )
    with pytest.raises(CaseClosedError):
        case_evaluate(encounter=encounter, actor=dr_surgeon)


def test_a_case_entered_in_error_is_not_evaluated(a_case, version, dr_surgeon):
    case = a_case()
    case_mark_entered_in_error(encounter=case, actor=dr_surgeon, reason="wrong patient")
    with pytest.raises(CaseClosedError):
        case_evaluate(encounter=case, actor=dr_surgeon)
    assert not Recommendation.objects.exists()


def test_without_a_ruleset_nothing_is_evaluated(a_case, dr_surgeon):
    with pytest.raises(NoLiveRulesetError):
        case_evaluate(encounter=a_case(), actor=dr_surgeon)
    assert Encounter.objects.get().state == State.DRAFT


def test_a_treatment_is_only_stored_on_the_ladder(an_advice):
    emergency = an_advice(facts={"saddle_anaesthesia": True})
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.filter(pk=emergency.pk).update(
            recommended_treatment="MED"
        )


# --- What people say ----------------------------------------------------------------


def test_a_decision_is_recorded_and_the_case_is_decided(advice, dr_surgeon, key):
    decision = decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment=advice.recommended_treatment,
        submission_key=key(),
    )
    assert advice.decisions.get() == decision
    assert Encounter.objects.get().state == State.DECIDED
    event = Event.objects.get(action="decision.record")
    assert event.detail["treatment"] == advice.recommended_treatment
    assert event.case_uid == str(advice.encounter.case_uid)


def test_a_decision_sent_twice_is_one_decision(advice, dr_surgeon, key):
    once = key()
    for _ in range(2):
        decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome="deferred",
            submission_key=once,
        )
    assert Decision.objects.count() == 1
    assert Event.objects.filter(action="decision.record").count() == 1


def test_the_newest_decision_comes_first_and_the_older_stays(advice, dr_surgeon, key):
    common = {"recommendation": advice, "actor": dr_surgeon}
    first = decision_record(**common, outcome="deferred", submission_key=key())
    second = decision_record(
        **common, outcome="accepted", treatment="ENDO_TF", submission_key=key()
    )
    assert list(advice.decisions.all()) == [second, first]


def test_a_deferred_decision_puts_the_case_back_among_the_undecided(
    advice, dr_surgeon, dr_resident, key
):
    common = {"recommendation": advice, "actor": dr_surgeon}
    decision_record(
        **common, outcome="accepted", treatment="ENDO_TF", submission_key=key()
    )
    review_record(
        recommendation=advice, actor=dr_resident, verdict="agree", submission_key=key()
    )
    decision_record(**common, outcome="deferred", submission_key=key())
    assert Encounter.objects.get().state == State.REVIEWED


def test_a_review_marks_the_case_reviewed_but_never_undecides_it(
    advice, dr_surgeon, dr_resident, key
):
    common = {"recommendation": advice, "actor": dr_resident, "verdict": "agree"}
    review_record(**common, submission_key=key())
    assert Encounter.objects.get().state == State.REVIEWED
    decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment="ENDO_TF",
        submission_key=key(),
    )
    review_record(**common, submission_key=key())
    assert Encounter.objects.get().state == State.DECIDED
    assert Review.objects.count() == 2


def test_nobody_decides_on_a_case_that_was_corrected_meanwhile(advice, dr_surgeon, key):
    encounter = Encounter.objects.with_findings().get()
    case_correct(
        encounter=encounter,
        actor=dr_surgeon,
        data=findings(facts={"leg_pain_nrs": 2}),
        revision=encounter.revision,
    )
    with pytest.raises(CaseClosedError):
        decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome="accepted",
            treatment="ENDO_TF",
            submission_key=key(),
        )
    assert not Decision.objects.exists()


def test_a_comment_sent_twice_is_one_comment(advice, dr_resident, key):
    once = key()
    for _ in range(2):
        comment_add(
            recommendation=advice,
            actor=dr_resident,
            text="Seen on the ward.",
            submission_key=once,
        )
    assert Comment.objects.count() == 1
    assert "Seen on the ward." not in str(Event.objects.values_list("detail"))


@pytest.mark.parametrize(
    "broken",
    [
        {"outcome": "overridden", "override_reason": ""},
        {"outcome": "overridden", "override_reason": "because"},
        {"outcome": "accepted", "override_reason": "other"},
        {"outcome": "deferred", "treatment": "MED"},
        {"outcome": "agreed"},
    ],
)
def test_the_database_refuses_a_decision_that_makes_no_sense(
    advice, dr_surgeon, broken
):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(recommendation=advice, decided_by=dr_surgeon, **broken)


def test_the_database_refuses_a_disagreement_without_a_reason(advice, dr_resident):
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            recommendation=advice, reviewer=dr_resident, verdict="disagree"
        )


# --- Availability -------------------------------------------------------------------


def test_what_a_team_cannot_offer_is_set_as_a_whole(version, team, other_team, admin):
    availability_set(team=team, unavailable=["MED", "FUSION"], actor=admin)
    availability_set(team=team, unavailable=["MED", "HYBRID"], actor=admin)
    of = TreatmentAvailability.objects.of_team
    assert of(team).codes() == ["HYBRID", "MED"]
    assert of(other_team).codes() == []


def test_setting_the_same_availability_again_leaves_no_event(version, team, admin):
    for _ in range(2):
        availability_set(team=team, unavailable=["MED"], actor=admin)
    assert Event.objects.filter(action="availability.update").count() == 1
