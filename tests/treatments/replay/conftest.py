"""Rules, another version of them, and stored cases."""

import uuid

import pytest

from tests.treatments.replay.stored import changed
from treatments.engine import Ruleset, load_ruleset
from treatments.models import Replay, RulesetVersion
from treatments.replay.services import replay_request
from treatments.rulebook.services import ruleset_load


@pytest.fixture(scope="session")
def shipped() -> Ruleset:
    return load_ruleset()


@pytest.fixture
def rules(db, shipped) -> RulesetVersion:
    return ruleset_load(ruleset=shipped)


@pytest.fixture(scope="session")
def other(shipped) -> Ruleset:
    """A version that advises some cases otherwise."""
    return Ruleset.from_document(changed(shipped))


@pytest.fixture
def silent(monkeypatch) -> None:
    """No worker hears the bell: the test itself does the work."""

    class Silent:
        @staticmethod
        def delay_on_commit() -> None:
            pass

    monkeypatch.setattr("treatments.replay.services.run_replay", Silent)
    monkeypatch.setattr(
        "treatments.replay.tasks.run_replay.delay_on_commit", lambda: None
    )


@pytest.fixture
def ask(rules, other, admin):
    """Ask for a replay of the shipped rules against the other version."""

    def ask(key: uuid.UUID | None = None, actor=admin, document=None) -> Replay:
        return replay_request(
            old=rules,
            new_document=document or other.document,
            new_title="Draft: without every second row",
            actor=actor,
            submission_key=key or uuid.uuid4(),
        )

    return ask
