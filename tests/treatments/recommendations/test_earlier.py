"""A corrected case: what changed, what moved the advice, and the decision before."""

import pytest
from django.urls import reverse

from patients.models import Encounter
from patients.services.cases import case_correct
from tests.treatments.conftest import findings
from treatments.models import Decision, Recommendation
from treatments.recommendations.services import case_evaluate, decision_record
from treatments.recommendations.statements import earlier_of

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"


@pytest.fixture
def correct(dr_surgeon):
    def correct(advice, **differs) -> Recommendation:
        encounter = Encounter.objects.with_findings().get(pk=advice.encounter_id)
        corrected = case_correct(
            encounter=encounter,
            actor=dr_surgeon,
            data=findings(**differs),
            revision=encounter.revision,
        )
        return case_evaluate(encounter=corrected, actor=dr_surgeon)

    return correct


@pytest.fixture
def decide(dr_surgeon, key):
    def decide(advice, outcome="accepted", treatment="ENDO_TF", **more) -> Decision:
        return decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome=outcome,
            treatment=treatment,
            submission_key=key(),
            **more,
        )

    return decide


def changed(advice):
    return earlier_of(advice).changed


def told(changed) -> dict[str, tuple[str, str]]:
    return {a.item.label: (a.before, a.after) for a in changed.answers}


def test_the_first_advice_has_nothing_before_it(advice):
    assert earlier_of(advice) is None
    assert not Recommendation.objects.for_page().get().has_earlier


def test_every_answer_that_changed_is_told_and_no_other(advice, correct):
    later = correct(
        advice,
        facts={"odi_percent": 61, "saddle_anaesthesia": None},
        disc={"zone": "foraminal"},
    )
    assert told(changed(later)) == {
        "Oswestry Disability Index": ("44 %", "61 %"),
        "Saddle anaesthesia": ("No", "not known"),
        "L4-5 Zone": ("Subarticular", "Foraminal"),
    }


def test_an_answer_that_moves_the_advice_alone_is_marked(advice, correct):
    later = correct(advice, facts={"suspected_infection": True, "odi_percent": 61})
    assert later.disposition == "diagnose_first"
    found = changed(later)
    assert not found.is_same_advice
    assert [a.item.name for a in found.answers if a.decides] == ["suspected_infection"]
    assert found.cause == (
        "One answer moved the advice: put back alone, it gives the earlier advice."
    )


def test_where_two_would_each_do_it_no_single_one_is_blamed(advice, correct):
    later = correct(
        advice, facts={"suspected_infection": True, "suspected_malignancy": True}
    )
    found = changed(later)
    assert not [a for a in found.answers if a.decides]
    assert found.cause.startswith("No single answer moved the advice")


def test_where_the_advice_is_the_same_no_cause_is_given(advice, correct):
    found = changed(correct(advice, facts={"odi_percent": 61}))
    assert found.is_same_advice
    assert found.cause == ""


def test_nothing_is_worked_out_of_an_answer_of_another_engine(
    advice, correct, monkeypatch
):
    later = correct(advice, facts={"suspected_infection": True})
    later.engine_version = "0.9.0"
    assert changed(later).cause == (
        "Which of the answers moved the advice was not worked out."
    )


def test_the_decision_before_is_shown_and_the_version_is_undecided(
    advice, correct, decide, sign_in, dr_surgeon, dr_resident
):
    decide(advice)
    later = correct(advice, facts={"odi_percent": 61})
    assert Encounter.objects.get(pk=later.encounter_id).state == "evaluated"
    page = sign_in(dr_surgeon).get(later.get_absolute_url()).content.decode()
    assert "Decided on version 1" in page
    assert "no decision on the advice below" in page
    assert "Keep that decision" in page
    assert "Decide again" in page
    page = sign_in(dr_resident).get(later.get_absolute_url()).content.decode()
    assert "Decided on version 1" in page
    assert "Keep that decision" not in page


@pytest.mark.parametrize(
    ("differs", "status", "kind"),
    [
        ({"facts": {"odi_percent": 61}}, 302, "accepted"),
        ({"facts": {"suspected_infection": True}}, 422, "overridden"),
    ],
    ids=["still advised", "no longer"],
)
def test_a_decision_that_is_kept_has_the_kind_it_is_today(
    advice, correct, decide, sign_in, dr_surgeon, key, differs, status, kind
):
    kept = decide(advice)
    later = correct(advice, **differs)
    client = sign_in(dr_surgeon)
    page = client.get(later.get_absolute_url()).content.decode()
    assert ("a reason is needed" in page) == (kind == "overridden")
    sent = {
        "choice": kept.treatment,
        "submission_key": str(key()),
        "own_password": PASSWORD,
    }
    url = reverse("treatments:decision-create", args=[later.pk])
    assert client.post(url, sent).status_code == status
    assert later.decisions.exists() == (status == 302)
    if kind == "overridden":
        client.post(url, {**sent, "override_reason": "clinical-judgement"})
    assert later.decisions.get().outcome == kind
    page = client.get(later.get_absolute_url()).content.decode()
    assert "Keep that decision" not in page
    assert "Decided on version 1" in page


def test_a_pathway_that_is_no_longer_advised_cannot_be_kept(
    an_advice, correct, decide, sign_in, dr_surgeon
):
    emergency = an_advice(facts={"saddle_anaesthesia": True})
    decide(emergency, treatment="")
    later = correct(emergency)
    page = sign_in(dr_surgeon).get(later.get_absolute_url()).content.decode()
    assert "The pathway that is advised" in page
    assert "Keep that decision" not in page
    assert "Decide again" in page


def test_a_decision_two_versions_back_is_not_forgotten(
    advice, correct, decide, sign_in, dr_surgeon
):
    decide(advice)
    second = correct(advice, facts={"odi_percent": 61})
    third = correct(second, facts={"odi_percent": 62})
    earlier = earlier_of(third)
    assert earlier.advice == advice
    assert told(earlier.changed) == {"Oswestry Disability Index": ("44 %", "62 %")}
