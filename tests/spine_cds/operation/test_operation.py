"""What an operator is told: ready or not, the figures, and logs without patients."""

import io
import json
import logging
import time
import uuid

import pytest
import structlog
from celery import Task, signals
from django.core.cache import cache
from django.db import connection
from django.test import Client

from spine_cds.operation import heartbeats, logs, readiness
from treatments.engine import load_ruleset
from treatments.rulebook.services import ruleset_load
from treatments.tasks import sweep_jobs

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-the-scraper"


@pytest.fixture(autouse=True)
def no_heartbeats():
    cache.clear()
    yield
    cache.clear()


def test_a_process_with_all_it_needs_is_ready(client):
    ruleset_load(ruleset=load_ruleset())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"]["database"] == "ok"
    assert answer.json()["parts"]["migrations"] == "ok"


def test_without_rules_nobody_can_be_advised(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["ruleset"] == "none is live"


def test_a_migration_that_was_not_applied_is_told(client):
    ruleset_load(ruleset=load_ruleset())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"] == "1 to apply"


def test_a_database_that_is_away_is_told(client, monkeypatch):
    monkeypatch.setattr(readiness, "_database", lambda: 1 / 0)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "down",
        "parts": {"database": "down", **_rest(answer)},
    }


def _rest(answer):
    parts = answer.json()["parts"]
    return {name: word for name, word in parts.items() if name != "database"}


def test_a_broker_that_is_away_keeps_nobody_from_working(client, settings):
    ruleset_load(ruleset=load_ruleset())
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["broker"] == "down"


def test_silence_is_told_after_a_minute(monkeypatch):
    assert heartbeats.age("worker") is None
    heartbeats.beat("worker")
    assert heartbeats.is_alive("worker")
    now = heartbeats.time.time()
    monkeypatch.setattr(heartbeats.time, "time", lambda: now + 61)
    assert not heartbeats.is_alive("worker")


def test_a_sweep_is_a_sign_of_life():
    sweep_jobs.apply()
    assert heartbeats.is_alive("sweep")


def test_metrics_are_for_the_token_alone(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"Authorization": "Bearer ö"})
    assert wrong.status_code == 404


def test_metrics_count_jobs_advice_and_sign_ins(client, settings, advice):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = answer.content.decode()
    labels = f'disposition="ladder",ruleset="{load_ruleset().version}"'
    assert f"spine_cds_evaluations{{{labels}}} 1.0" in text
    assert "django_http_requests_total_by_method_total" in text
    assert advice.encounter.patient.family_name not in text


@pytest.fixture
def written(capsys):
    """The lines of the log, written as in production."""

    def lines():
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    config = logs.logging_config(as_json=True)
    line = dict(config["formatters"]["line"])
    handler.setFormatter(line.pop("()")(**line))
    loggers = [
        logging.getLogger(n) for n in ("django_structlog", "django", "spine_cds")
    ]
    before = [(one, one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel("INFO")
    yield lines
    for one, level, propagate in before:
        one.removeHandler(handler)
        one.setLevel(level)
        one.propagate = propagate


def test_a_request_is_logged_by_its_path_and_id(written, client):
    client.get("/accounts/login/?q=Margarete")
    finished = [line for line in written() if line["event"] == "request_finished"]
    assert finished[0]["request"] == "GET /accounts/login/"
    assert uuid.UUID(finished[0]["request_id"])
    assert "Margarete" not in json.dumps(written())


def test_an_exception_is_logged_without_what_it_says(written, monkeypatch):
    def fall(*args, **kwargs):
        raise ValueError("Margarete Doe, born 1943")

    monkeypatch.setattr(readiness, "parts", fall)
    Client(raise_request_exception=False).get("/readyz")
    text = json.dumps(written())
    assert "ValueError" in text
    assert "operation/views.py" in text
    assert "Margarete" not in text


def production_cache(url):
    return {
        "BACKEND": "spine_cds.resilient_cache.SteadyCache",
        "LOCATION": url,
        "KEY_PREFIX": "spine-cds",
    }


@pytest.mark.worker
def test_a_worker_tells_that_it_lives_for_each_of_its_queues(
    celery_worker_process, settings
):
    settings.CACHES = {"default": production_cache(settings.REDIS_URL)}
    names = [heartbeats.worker_of(q) for q in settings.CELERY_TASK_QUEUES]
    deadline = time.monotonic() + 20
    while not all(map(heartbeats.is_alive, names)):
        assert time.monotonic() < deadline, {n: heartbeats.age(n) for n in names}
        time.sleep(0.2)
    assert readiness.parts()["broker"] == "ok"
    assert [readiness.parts()[name] for name in names] == ["ok", "ok"]


def test_the_id_of_a_request_goes_with_the_bell_it_rings():
    heard = []

    def listen(headers=None, **kwargs):
        heard.append(headers["__django_structlog__"])

    app = sweep_jobs.app
    eager, app.conf.task_always_eager = app.conf.task_always_eager, False
    signals.before_task_publish.connect(listen)
    try:
        with (
            structlog.contextvars.bound_contextvars(request_id="a-request"),
            app.connection_for_write("memory://") as broker,
        ):
            Task.apply_async(sweep_jobs, connection=broker)
    finally:
        signals.before_task_publish.disconnect(listen)
        app.conf.task_always_eager = eager
    assert [words["request_id"] for words in heard] == ["a-request"]
