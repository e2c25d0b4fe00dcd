"""A real Celery worker on the test database and the test queue."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection

START_SECONDS = 30


def _test_database_url() -> str:
    """The test database (not the one the suite was given) as a URL."""
    database = connection.settings_dict
    user = quote(database["USER"], safe="")
    if database["PASSWORD"]:
        user += ":" + quote(database["PASSWORD"], safe="")
    query = {"host": database["HOST"], "port": database["PORT"], **database["OPTIONS"]}
    given = {key: value for key, value in query.items() if value}
    return f"postgresql://{user}@/{database['NAME']}?{urlencode(given)}"


@pytest.fixture(scope="session")
def _worker(django_db_setup, tmp_path_factory) -> Iterator[subprocess.Popen[bytes]]:
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        "DATABASE_URL": _test_database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SPINE_CDS_QUEUE": settings.CELERY_TASK_DEFAULT_QUEUE,
    }
    command = ["-m", "celery", "-A", "spine_cds", "worker", "--loglevel=INFO"]
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, *command, "--concurrency=1", "--without-gossip"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while b"ready." not in log.read_bytes():
            if worker.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield worker
    finally:
        worker.terminate()
        worker.wait(20)


@pytest.fixture
def celery_worker_process(
    transactional_db, _worker, settings
) -> Iterator[subprocess.Popen[bytes]]:
    """The worker's process; in this test tasks go to it through the real broker."""
    from spine_cds.celery import app

    settings.CELERY_TASK_ALWAYS_EAGER = False
    eager = app.conf.task_always_eager
    app.conf.task_always_eager = False
    yield _worker
    app.conf.task_always_eager = eager
