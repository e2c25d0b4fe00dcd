"""A write says what was there before and what after; of a person, only that."""

import pytest

from patients.services.cases import (
    case_correct,
    case_mark_entered_in_error,
    case_update,
)
from patients.services.patients import patient_update as update
from spine_cds.accounts.models import Role
from spine_cds.accounts.services import user_update
from spine_cds.audit.models import Event
from tests.treatments.conftest import findings
from treatments.recommendations.services import case_evaluate, decision_record
from treatments.rulebook.services import availability_set

pytestmark = pytest.mark.django_db


def detail(action: str) -> dict:
    return Event.objects.filter(action=action).first().detail


def test_a_patient(patient, dr_surgeon):
    update(patient=patient, actor=dr_surgeon, family_name="Adeyemi", sex="female")
    assert detail("patient.update") == {
        "changed": ["family_name", "sex"],
        "before": {"sex": "male"},
        "after": {"sex": "female"},
    }


def test_a_draft(a_case, dr_surgeon):
    case = a_case()
    data = findings(
        facts={"leg_pain_nrs": 5},
        disc={"zone": "foraminal"},
        forget=("smoking_status",),
    )
    changed = data.__class__(
        occurred_on=data.occurred_on.replace(day=19),
        facts=data.facts,
        discs=data.discs,
        responsible_level=data.responsible_level,
        note="A word of the family.",
    )
    before = case.smoking_status
    case_update(encounter=case, actor=dr_surgeon, data=changed, revision=0)
    told = detail("case.update")
    assert set(told["changed"]) == {*told["after"], "note"} == {*told["before"], "note"}
    assert told["before"]["leg_pain_nrs"] == 7
    assert told["after"]["leg_pain_nrs"] == 5
    assert told["after"]["L4-5-zone"] == "foraminal"
    assert told["after"]["occurred_on"] == "2026-11-19"
    assert (told["before"]["smoking_status"], told["after"]["smoking_status"]) == (
        before,
        None,
    )
    assert "family" not in str(told)


def test_a_correction_and_a_withdrawal(a_case, version, dr_surgeon):
    case = a_case()
    case_evaluate(encounter=case, actor=dr_surgeon)
    assert detail("case.evaluated")["before"] == {"state": "draft"}
    case.refresh_from_db()
    second = case_correct(
        encounter=case,
        actor=dr_surgeon,
        data=findings(facts={"leg_pain_nrs": 4}),
        revision=case.revision,
    )
    told = detail("case.correct")
    assert (told["before"], told["after"]) == ({"leg_pain_nrs": 7}, {"leg_pain_nrs": 4})
    case_mark_entered_in_error(encounter=second, actor=dr_surgeon, reason="Twice")
    assert detail("case.entered_in_error")["before"] == {"state": "draft"}
    assert "Twice" not in str(detail("case.entered_in_error"))


def test_a_decision_says_which_one_it_takes_the_place_of(advice, dr_surgeon, key):
    def decide(**values) -> dict:
        decision_record(
            recommendation=advice, actor=dr_surgeon, submission_key=key(), **values
        )
        return detail("decision.record")

    first = decide(outcome="deferred", note="Wants to think.")
    assert first["before"] is None
    second = decide(outcome="accepted", treatment=advice.recommended_treatment)
    assert second["before"] == {"outcome": "deferred", "treatment": "", "reason": ""}
    assert second["outcome"] == "accepted"


def test_a_user(dr_resident, admin, team, other_team):
    user_update(user=dr_resident, actor=admin, teams=[other_team], role=Role.SURGEON)
    told = detail("user.update")
    assert told["changed"] == ["role", "teams"]
    assert told["before"] == {
        "is_active": True,
        "role": "resident",
        "teams": [team.pk],
    }
    assert told["after"] == {
        "is_active": True,
        "role": "surgeon",
        "teams": [other_team.pk],
    }


def test_what_a_team_cannot_offer(team, admin):
    availability_set(team=team, unavailable=["MED"], actor=admin)
    assert detail("availability.update") == {"before": [], "after": ["MED"]}
