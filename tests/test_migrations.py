"""A site of the first release, with its rows, comes to the newest schema whole."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from spine_cds.audit.models import Event
from spine_cds.audit.verification import verified_trail
from treatments.engine import load_ruleset
from treatments.models import RulesetVersion

FIRST = [
    ("accounts", "0001_initial"),
    ("audit", "0001_initial"),
    ("patients", "0001_initial"),
    ("treatments", "0001_initial"),
]


@pytest.fixture
def first_release(transactional_db):
    """The models of the first release; afterwards the newest schema is back."""
    executor = MigrationExecutor(connection)
    executor.migrate(FIRST)
    yield MigrationExecutor(connection).loader.project_state(FIRST).apps
    to_the_newest()


def to_the_newest():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_was_live_stays_live_and_the_trail_is_chained(first_release):
    ruleset = load_ruleset()
    version = first_release.get_model("treatments", "RulesetVersion")
    for number, is_live in (("0.9.0", False), ("1.0.0", True)):
        version.objects.create(
            ruleset_id=ruleset.id,
            version=number,
            title=ruleset.title,
            sha256=(ruleset.sha256 if is_live else "0" * 64),
            document=dict(ruleset.document),
            sign_off_state="unsigned",
            is_live=is_live,
        )
    event = first_release.get_model("audit", "Event")
    for number in range(3):
        event.objects.create(
            action="ruleset.load",
            entity_type="treatments.rulesetversion",
            entity_id=str(number % 2),
            detail={"number": number},
        )
    to_the_newest()
    assert RulesetVersion.objects.live().get().version == "1.0.0"
    assert RulesetVersion.objects.live().get().ruleset.sha256 == ruleset.sha256
    assert Event.objects.count() == 3
    assert not list(verified_trail())
