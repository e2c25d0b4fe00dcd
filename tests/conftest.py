"""Fixtures for the whole suite: the people, the real worker, the real browser."""

import os
from pathlib import Path

import pytest

from spine_cds.accounts.models import Role, Team, User
from tests.services import chromium

pytest_plugins = [
    "tests.fixtures_database",
    "tests.fixtures_browser",
    "tests.fixtures_site",
    "tests.fixtures_worker",
    "tests.fuzz.summary",
    "tests.kept_answers",
    "tests.spread",
]


#: What `make quick` leaves out: the parts of the suite that start processes, search for
#: counterexamples, render, replay or go through every page.
SLOW = (
    "tests/browser/",
    "tests/fuzz/",
    "tests/patients/services/test_autosave.py",
    "tests/patients/test_migration.py",
    "tests/patients/test_record_pages.py",
    "tests/patients/test_views.py",
    "tests/property/",
    "tests/spine_cds/audit/test_actions.py",
    "tests/spine_cds/audit/test_chain.py",
    "tests/spine_cds/audit/test_guards.py",
    "tests/spine_cds/audit/test_migration.py",
    "tests/spine_cds/audit/test_pages.py",
    "tests/spine_cds/backup/",
    "tests/spine_cds/test_headers.py",
    "tests/spine_cds/test_security_stop.py",
    "tests/spine_cds/test_source_rules.py",
    "tests/spine_cds/test_visible_rows.py",
    "tests/test_chaos.py",
    "tests/test_migrations.py",
    "tests/test_permissions.py",
    "tests/test_settings.py",
    "tests/treatments/authoring/checks/test_badges.py",
    "tests/treatments/authoring/document/test_parts.py",
    "tests/treatments/authoring/drafts/test_at_the_same_time.py",
    "tests/treatments/authoring/grid/test_speed.py",
    "tests/treatments/authoring/grid/test_trial.py",
    "tests/treatments/authoring/versions/",
    "tests/treatments/authoring/views/",
    "tests/treatments/engine/analysis/",
    "tests/treatments/engine/dmn/",
    "tests/treatments/engine/search/",
    "tests/treatments/exchange/",
    "tests/treatments/management/",
    "tests/treatments/recommendations/test_at_the_same_time.py",
    "tests/treatments/recommendations/test_preview.py",
    "tests/treatments/recommendations/test_services.py",
    "tests/treatments/recommendations/test_statements.py",
    "tests/treatments/recommendations/test_verification.py",
    "tests/treatments/recommendations/test_views.py",
    "tests/treatments/replay/",
    "tests/treatments/reports/",
    "tests/treatments/rulebook/test_views.py",
    "tests/treatments/rulesets/",
)


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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What `make quick` leaves out is not even imported by it."""
    if "not slow" not in config.option.markexpr:
        return None
    place = collection_path.relative_to(config.rootpath).as_posix()
    is_left_out = f"{place}/".startswith(SLOW) or place.startswith(SLOW)
    return True if is_left_out else None


@pytest.hookimpl(tryfirst=True)  # before tests are chosen and given to processes
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {
        "browser_instance": ("browser", chromium.why_not()),
        "celery_worker_process": ("worker", _why_no_worker()),
    }
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        for fixture, (marker, reason) in reasons.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
                item.add_marker(pytest.mark.xdist_group("services"))
                if reason:
                    item.add_marker(pytest.mark.skip(reason=reason))


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
