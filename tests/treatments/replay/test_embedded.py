"""Embedded mode: SQLite, no broker, one process, replays beside the reports."""

import shutil
import time
import uuid

import pytest
from django.conf import settings

from spine_cds.celery import app
from tests.treatments.reports.embedded_site import EmbeddedSite, embedded_site
from treatments.replay.tasks import run_replay
from treatments.reports.tasks import render_report

SECONDS = 60


@pytest.fixture(scope="module")
def site(demo_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("embedded") / "data"
    with embedded_site(shutil.copytree(demo_data, folder)) as site:
        yield site


def hand_over_to(site: EmbeddedSite, username: str) -> None:
    site.post("/accounts/logout/", {})
    site.sign_in(username)


def page_that_says(site: EmbeddedSite, path: str, words: str) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        page = site.get(path)[1].decode()
        if words in page:
            return page
        time.sleep(0.1)
    raise AssertionError(f"never: {words}\n{site.log.read_text()}")


def test_a_click_replays_the_stored_cases_while_reports_are_made(site: EmbeddedSite):
    report = site.ask_for_report(site.recommendations()[0])
    hand_over_to(site, "admin")
    form = {"old": "1", "new": "1", "submission_key": str(uuid.uuid4())}
    path, _ = site.post("/replays/", form)
    page = page_that_says(site, path, "would be advised otherwise")
    assert "0 of " in page
    assert "No stored case would be advised otherwise" in page
    hand_over_to(site, "surgeon")
    assert site.wait_for_report(report).startswith(b"%PDF")
    assert "fell over" not in site.log.read_text()


def test_what_takes_long_is_rung_in_a_queue_of_its_own():
    quick, slow = (
        app.amqp.router.route({}, task.name)["queue"].name
        for task in (render_report, run_replay)
    )
    assert slow == f"{quick}-slow"
    assert set(settings.CELERY_TASK_QUEUES) == {quick, slow}, "a worker's by default"
