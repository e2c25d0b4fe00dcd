"""Decisions and reviews of the release before stay as they were, and are guarded."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from spine_cds.audit import triggers
from treatments.models import Decision, Review

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("treatments", "0007_refer"), ("patients", "0007_answers_nobody_gave")]


def migrate(targets):
    MigrationExecutor(connection).migrate(targets)


def newest():
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


@pytest.fixture
def release_before(transactional_db):
    migrate([BEFORE[0]])
    yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    migrate(newest())


def test_they_ask_nothing_that_nobody_was_asked(release_before, django_user_model):
    model = release_before.get_model
    user = django_user_model.objects.create_user("dr_before")
    team = model("accounts", "Team").objects.create(name="Before")
    patient = model("patients", "Patient").objects.create(
        team=team,
        identifier="1",
        family_name="Okafor",
        birth_date="1980-01-01",
        created_by_id=user.pk,
    )
    by = {"created_by_id": user.pk}
    encounter = model("patients", "Encounter").objects.create(
        patient=patient, state="decided", updated_by_id=user.pk, **by
    )
    rules = model("treatments", "RulesetVersion").objects.create(
        ruleset_id="r", version="1", title="R", sha256="0" * 64, document={}
    )
    advice = model("treatments", "Recommendation").objects.create(
        encounter=encounter,
        ruleset=rules,
        engine_version="1.0.0",
        case_document={},
        case_sha256="0" * 64,
        evaluation_document={},
        disposition="ladder",
        **by,
    )
    decisions = model("treatments", "Decision").objects
    for outcome, treatment, reason in (
        ("accepted", "MED", ""),
        ("overridden", "MED", "clinical-judgement"),
        ("deferred", "", ""),
    ):
        decisions.create(
            recommendation=advice,
            outcome=outcome,
            treatment=treatment,
            override_reason=reason,
            decided_by_id=user.pk,
        )
    model("treatments", "Review").objects.create(
        recommendation=advice, reviewer_id=user.pk, verdict="disagree", reason="CT"
    )
    migrate(newest())
    stored = Decision.objects.order_by("decided_at").values_list(
        *("outcome", "treatment", "override_reason"),
        *("disputed_rules", "deferred_until", "deferred_for"),
    )
    assert sorted(stored) == [
        ("accepted", "MED", "", [], None, ""),
        ("deferred", "", "", [], None, ""),
        ("overridden", "MED", "clinical-judgement", [], None, ""),
    ]
    assert Review.objects.get().disputed_rules == []
    assert not triggers.missing(connection)
