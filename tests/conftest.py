"""Fixtures for the whole suite: the people, the real worker, the real browser.

Over several processes (``-n``) a file stays whole, and all tests of the browser or of
the worker run in one of them, which starts each of these once.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from spine_cds.accounts.models import Role, Team, User
from spine_cds.audit import triggers
from tests.services import chromium

pytest_plugins = [
    "tests.fixtures_browser",
    "tests.fixtures_worker",
    "tests.fuzz.summary",
]
#: The group of the tests that share the browser and the worker.
SHARED = "services"


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create(name="Spine unit")


@pytest.fixture
def other_team(db) -> Team:
    return Team.objects.create(name="Other hospital")


def a_user(username: str, role: Role, *teams: Team, **fields: object) -> User:
    user = User.objects.create_user(username, password="a-long-passphrase", role=role)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    user.teams.set(teams)
    return user


@pytest.fixture
def dr_surgeon(team) -> User:
    return a_user("dr_surgeon", Role.SURGEON, team, first_name="Sam", last_name="Ode")


@pytest.fixture
def dr_resident(team) -> User:
    return a_user("dr_resident", Role.RESIDENT, team, first_name="Rae", last_name="Lin")


@pytest.fixture
def admin(team) -> User:
    return a_user("admin", Role.ADMIN, team)


@pytest.fixture
def second_admin(team) -> User:
    return a_user("second_admin", Role.ADMIN, team)


@pytest.fixture
def stranger(other_team) -> User:
    """A surgeon of another team."""
    return a_user("stranger", Role.SURGEON, other_team)


@pytest.fixture
def sign_in(client):
    """The test client, signed in as the user given."""

    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture(scope="session", autouse=True)
def guarded_tables_can_be_flushed() -> Iterator[None]:
    """Let the test runner empty the tables between transactional tests.

    It uses DELETE or TRUNCATE, and the guards refuse both.
    """
    # On the class: beside the browser's event loop there is another connection.
    operations = type(connection.ops)
    flush = operations.sql_flush

    def sql_flush(*args: object, **kwargs: object) -> list[str]:
        return [
            *triggers.suspension(connection),
            *flush(*args, **kwargs),
            *triggers.resumption(connection),
        ]

    operations.sql_flush = sql_flush
    yield
    operations.sql_flush = flush


@pytest.hookimpl(tryfirst=True)  # before tests are chosen and given to processes
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {
        "browser_instance": ("browser", chromium.why_not()),
        "celery_worker_process": ("worker", _why_no_worker()),
    }
    for item in items:
        _restore_what_migrations_loaded(item)
        for fixture, (marker, reason) in reasons.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
                item.add_marker(pytest.mark.xdist_group(SHARED))
                if reason:
                    item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    """What takes long goes first, so that no process waits for another at the end."""
    if any(item.iter_markers("browser")) or any(item.iter_markers("worker")):
        return 0
    return 1 if item.get_closest_marker("slow") else 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadGroupScheduling

    class FilesAndGroups(LoadGroupScheduling):
        """A file is one piece of work: its tests share what its fixtures make."""

        def _split_scope(self, nodeid: str) -> str:
            return super()._split_scope(nodeid).partition("::")[0]

    return FilesAndGroups(config, log)


def _restore_what_migrations_loaded(item: pytest.Item) -> None:
    """A transactional test empties every table when it ends. Give each of them the
    rows back that migrations wrote: mixed with tests that do not, they would clash."""
    mark = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(
        getattr(item, "fixturenames", ())
    )
    if fixtures or (mark and mark.kwargs.get("transaction")):
        restore = pytest.mark.django_db(transaction=True, serialized_rollback=True)
        item.add_marker(restore, append=False)


def _why_no_worker() -> str:
    missing = [n for n in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(n)]
    return f"no real worker: {' and '.join(missing)} not set" if missing else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tested: a skip must not look like a pass."""
    skipped = terminalreporter.stats.get("skipped", [])
    counts: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else "?"
        counts[reason] = counts.get(reason, 0) + 1
    if counts:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        for reason, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count} skipped: {reason}", red=True)
