"""Reports of the version before keep their document, their state and their place."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = [("treatments", "0002_rule_authoring")]
AFTER = [("treatments", "0003_jobs")]
NOW = timezone.now()
OLD = {
    "queued": {},
    "rendering": {"lease_until": NOW, "attempts": 1, "token": 1},
    "rendered": {"document": b"%PDF", "sha256": "0" * 64, "finished_at": NOW},
    "failed": {"failure": "No luck.", "finished_at": NOW},
}


@pytest.fixture
def migrate(transactional_db):
    """Go to a state of the schema; afterwards to the newest again."""

    def migrate(targets):
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        return MigrationExecutor(connection).loader.project_state(targets).apps

    yield migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_reports_in_every_state_go_forwards_and_back(migrate, a_recommendation):
    recommendation = a_recommendation()
    old = migrate(BEFORE).get_model("treatments", "Report")
    ids = {}
    for state, values in OLD.items():
        row = old.objects.create(
            recommendation_id=recommendation.pk,
            requested_by_id=recommendation.created_by_id,
            request_key=uuid4(),
            status="preliminary",
            content={"frozen": state},
            queued_at=NOW,
            rung_at=NOW,
            state=state,
            **values,
        )
        ids[state] = row.pk

    new = migrate(AFTER).get_model("treatments", "Report")
    now = {before: new.objects.get(pk=pk) for before, pk in ids.items()}
    assert {before: row.state for before, row in now.items()} == {
        "queued": "queued",
        "rendering": "running",
        "rendered": "done",
        "failed": "failed",
    }
    assert bytes(now["rendered"].document) == b"%PDF"
    assert now["queued"].due_at <= timezone.now()
    assert all(row.content == {"frozen": before} for before, row in now.items())

    new.objects.filter(pk=ids["queued"]).update(state="cancelled", finished_at=NOW)
    old = migrate(BEFORE).get_model("treatments", "Report")
    back = {before: old.objects.get(pk=pk).state for before, pk in ids.items()}
    assert back == {state: state for state in OLD} | {"queued": "failed"}
