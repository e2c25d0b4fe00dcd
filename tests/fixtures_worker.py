"""A real Celery worker on the test database and the test queue."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

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


class Worker:
    """A real worker with its pool, in a process group of its own, and its log."""

    def __init__(self, queue: str, log: Path) -> None:
        self.queue, self.log = queue, log
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
            "DATABASE_URL": _test_database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "SPINE_CDS_QUEUE": queue,
        }
        command = ["-m", "celery", "-A", "spine_cds", "worker", "--loglevel=INFO"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command, "--concurrency=1", "--without-gossip"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "ready." not in self.log_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{self.log_text()}")
            time.sleep(0.05)

    def log_text(self) -> str:
        return self.log.read_text()

    def signal(self, number: int) -> None:
        """To the worker and its pool alike."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture(scope="session")
def _worker(django_db_setup, tmp_path_factory) -> Iterator[Worker]:
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    worker = Worker(settings.CELERY_TASK_DEFAULT_QUEUE, log)
    try:
        worker.wait_until_ready()
        yield worker
        worker.process.terminate()
        worker.process.wait(20)
    finally:
        worker.kill()


@pytest.fixture
def victim(celery_worker_process, tmp_path) -> Iterator[Worker]:
    """A second worker, on queues of its own, that may be killed."""
    worker = Worker(f"victim-{uuid4().hex}", tmp_path / "victim.log")
    try:
        worker.wait_until_ready()
        yield worker
    finally:
        worker.kill()


@pytest.fixture
def celery_worker_process(transactional_db, _worker) -> Iterator[Worker]:
    """A worker; in this test tasks go to it through the real broker."""
    from spine_cds.celery import app

    # Read before it is changed: the first reading takes it from Django's settings.
    eager = app.conf.task_always_eager
    app.conf.task_always_eager = False
    yield _worker
    app.conf.task_always_eager = eager
