"""The kind of a decision follows from the option; one that contradicts it is none."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from patients.models import Encounter
from spine_cds.accounts.models import Signature
from spine_cds.accounts.services import signed_sha256
from spine_cds.audit.models import Event
from spine_cds.audit.triggers import suspended
from treatments.models import Decision, Review
from treatments.recommendations.kinds import (
    DecisionKindError,
    contradiction,
    kind_of,
)
from treatments.recommendations.services import decision_record, review_record

from .test_statements import say  # noqa: F401

pytestmark = pytest.mark.django_db


def options(**statuses):
    """An evaluation in which each treatment has this status."""
    return [{"treatment": code, "status": status} for code, status in statuses.items()]


EVERY = {
    "A": "recommended",
    "B": "suitable",
    "C": "caution",
    "D": "unsuitable",
    "E": "contraindicated",
    "F": "not_indicated",
    "G": "undetermined",
    "H": "unavailable",
}
ADVISED = {"disposition": "ladder", "options": options(**EVERY)}
SEVERAL = {
    "disposition": "ladder",
    "options": options(B="suitable", C="caution", G="undetermined"),
    "recommended_among": [{"treatment": "G"}, {"treatment": "C"}],
}
OPEN = {**SEVERAL, "disposition": "insufficient_data"}
EMERGENCY = {"disposition": "emergency", "options": []}


@pytest.mark.parametrize(
    ("evaluation", "treatment", "kind"),
    [
        (ADVISED, "A", "accepted"),
        (ADVISED, "B", "alternative"),
        (ADVISED, "C", "alternative"),
        *((ADVISED, code, "overridden") for code in "DEFGH"),
        (ADVISED, "", "overridden"),
        (ADVISED, "NOT-IN-THE-RULES", "overridden"),
        (SEVERAL, "G", "accepted"),
        (SEVERAL, "C", "accepted"),
        (SEVERAL, "B", "alternative"),
        (OPEN, "G", "overridden"),
        (OPEN, "B", "alternative"),
        (EMERGENCY, "", "accepted"),
        (EMERGENCY, "B", "overridden"),
        ({**ADVISED, "disposition": "refer"}, "", "accepted"),
        ({**ADVISED, "disposition": "refer"}, "B", "overridden"),
        ({"disposition": "out_of_scope", "options": []}, "B", "overridden"),
    ],
)
def test_the_kind_is_that_of_the_option(evaluation, treatment, kind):
    assert kind_of(evaluation, treatment) == kind
    assert contradiction(evaluation, kind, treatment) == ""
    others = {"accepted", "alternative", "overridden"} - {kind}
    declined = {"overridden"} if not treatment else set()
    for other in others - declined:
        assert contradiction(evaluation, other, treatment)
    assert bool(contradiction(evaluation, "deferred", treatment)) == bool(treatment)


def test_a_pathway_can_be_declined_with_nothing_in_its_place():
    assert contradiction(EMERGENCY, "overridden", "") == ""


@pytest.mark.parametrize(
    ("outcome", "treatment", "reason"),
    [
        ("overridden", "ENDO_TF", "clinical-judgement"),
        ("overridden", "MED", "clinical-judgement"),
        ("accepted", "MED", ""),
        ("accepted", "CONS", ""),
        ("alternative", "FUSION", ""),
        ("accepted", "", ""),
    ],
)
def test_what_contradicts_its_option_is_not_recorded(
    advice, dr_surgeon, key, outcome, treatment, reason
):
    with pytest.raises(DecisionKindError):
        decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome=outcome,
            treatment=treatment,
            override_reason=reason,
            submission_key=key(),
        )
    assert not Decision.objects.exists()
    assert Encounter.objects.get().state == "evaluated"


@pytest.mark.parametrize(
    ("choice", "kind"),
    [("ENDO_TF", "accepted"), ("MED", "alternative"), ("INJECTION", "alternative")],
)
def test_the_form_asks_what_is_done_and_records_its_kind(
    advice,
    say,  # noqa: F811
    dr_surgeon,
    choice,
    kind,
):
    say(dr_surgeon, "decision", advice, choice=choice, outcome="overridden")
    decision = Decision.objects.get()
    assert (decision.outcome, decision.treatment) == (kind, choice)
    assert decision.override_reason == ""


def test_an_alternative_may_have_a_reason(advice, say, dr_surgeon):  # noqa: F811
    say(
        dr_surgeon,
        "decision",
        advice,
        choice="MED",
        override_reason="resources-unavailable",
    )
    decision = Decision.objects.get()
    assert decision.outcome == "alternative"
    assert decision.override_reason == "resources-unavailable"


@pytest.mark.parametrize("choice", ["CONS", "MED"])
def test_who_disagrees_with_a_rule_names_it(advice, say, dr_surgeon, choice):  # noqa: F811
    sent = {"choice": choice, "override_reason": "disagree-with-rule"}
    response = say(dr_surgeon, "decision", advice, **sent)
    assert response.status_code == 422
    assert "Say which rule you disagree with." in response.content.decode()
    sent["disputed_rules"] = ["NO-SUCH-RULE"]
    assert say(dr_surgeon, "decision", advice, **sent).status_code == 422
    sent["disputed_rules"] = ["CONS-09"]
    response = say(dr_surgeon, "decision", advice, **sent)
    assert response.status_code == 302
    decision = Decision.objects.get()
    assert decision.disputed_rules == ["CONS-09"]
    signature = Signature.objects.of(decision).get()
    assert signature.sha256 == signed_sha256(decision.signed_content)
    decision.disputed_rules = []
    assert signature.sha256 != signed_sha256(decision.signed_content)
    detail = Event.objects.get(action="decision.record").detail
    assert detail["disputed_rules"] == ["CONS-09"]
    page = response.client.get(advice.get_absolute_url()).content.decode()
    assert "Disagrees with:" in page
    assert "disagrees with CONS-09" in page


def test_a_signature_of_before_still_fits(advice, dr_surgeon, key):
    """What was first asked later is in the signed content where it was answered."""
    decision = decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="deferred",
        submission_key=key(),
        signed=True,
    )
    assert set(decision.signed_content) == {
        *("recommendation", "case_sha256", "ruleset_sha256", "outcome", "treatment"),
        *("override_reason", "note", "submission_key"),
    }


def test_who_defers_says_until_when_or_what_for(advice, say, dr_surgeon):  # noqa: F811
    response = say(dr_surgeon, "decision", advice, choice="-defer")
    assert response.status_code == 422
    assert "Say until when, or what for." in response.content.decode()
    past = {"choice": "-defer", "deferred_until": "2020-02-03"}
    assert say(dr_surgeon, "decision", advice, **past).status_code == 422
    other_style = {"choice": "-defer", "deferred_until": "02/03/2999"}
    assert say(dr_surgeon, "decision", advice, **other_style).status_code == 422
    sent = {"choice": "-defer", "deferred_until": "2999-03-02"}
    response = say(dr_surgeon, "decision", advice, **sent)
    page = response.client.get(advice.get_absolute_url()).content.decode()
    assert "until 2999-03-02" in page


def test_the_database_asks_for_no_reason_that_was_never_given(advice, dr_surgeon, key):
    common = {"recommendation": advice, "decided_by": dr_surgeon}
    for refused in (
        {"outcome": "alternative", "treatment": ""},
        {"outcome": "accepted", "deferred_for": "films"},
        {"outcome": "deferred", "override_reason": "other"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**common, **refused)


def test_a_stored_one_that_contradicts_is_named_on_its_page_and_by_verify(
    advice, dr_surgeon, sign_in, key, capsys
):
    decision = decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="accepted",
        treatment="ENDO_TF",
        submission_key=key(),
    )
    with suspended(connection):
        Decision.objects.filter(pk=decision.pk).update(
            outcome="overridden", override_reason="clinical-judgement"
        )
    page = sign_in(dr_surgeon).get(advice.get_absolute_url()).content.decode()
    assert "The kind does not fit the option." in page
    assert "Overridden, and yet the option is advised here: that is accepted" in page
    call_command("verify")
    told = capsys.readouterr().out
    assert f"decision {decision.pk} contradicts its option" in told
    assert "1 verified, 0 differ" in told
    assert "1 decisions contradict their option; they stay." in told


# --- Reviews --------------------------------------------------------------------------


def test_a_review_names_the_rules_that_it_disputes(advice, say, dr_resident):  # noqa: F811
    sent = {"verdict": "disagree", "reason": "Calcified", "disputed_rules": ["CONS-09"]}
    response = say(dr_resident, "review", advice, **sent)
    assert response.status_code == 302
    assert Review.objects.get().disputed_rules == ["CONS-09"]
    page = response.client.get(advice.get_absolute_url()).content.decode()
    assert "Disagrees with:" in page


def test_who_agrees_disputes_nothing(advice, say, dr_resident):  # noqa: F811
    sent = {"verdict": "agree", "disputed_rules": ["CONS-09"]}
    say(dr_resident, "review", advice, **sent)
    assert Review.objects.get().disputed_rules == []


@pytest.mark.parametrize(
    ("verdict", "seen", "unseen"),
    [
        ("disagree", "Reviewed: disagrees", "case-state-reviewed"),
        ("agree", "case-state-reviewed", "Reviewed: disagrees"),
    ],
)
def test_a_disagreement_is_not_shown_as_reviewed_in_green(
    advice, dr_surgeon, dr_resident, sign_in, key, verdict, seen, unseen
):
    review_record(
        recommendation=advice,
        actor=dr_resident,
        verdict=verdict,
        reason="Calcified",
        submission_key=key(),
    )
    client = sign_in(dr_surgeon)
    for url in ("/", advice.encounter.patient.get_absolute_url()):
        page = client.get(url).content.decode()
        assert seen in page
        assert unseen not in page
    page = client.get(advice.get_absolute_url()).content.decode()
    assert ("Reviewed: disagrees" in page) == (verdict == "disagree")
