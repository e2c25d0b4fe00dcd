"""A replay whose real worker is killed half-way, on the real database and broker.

The suite has 20,000 cases; ``python -m benchmarks.bench_replay`` runs the same test
with 100,000 and prints the times.
"""

import os
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models.functions import Now

from tests.fixtures_worker import Worker
from tests.treatments.replay.stored import code, store_cases
from treatments.engine import Ruleset
from treatments.models import Recommendation, Replay
from treatments.replay.jobs import CHUNK
from treatments.replay.tasks import run_replay
from treatments.tasks import sweep_jobs

CASES = int(os.environ.get("REPLAY_CASES", "20000"))
SECONDS = 180


@pytest.fixture
def stored(rules, team, dr_surgeon) -> None:
    store_cases(CASES, team=team, author=dr_surgeon, rules=rules)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def expected(old: Ruleset, new: Ruleset) -> list[list]:
    """The matrix, each different case document evaluated by itself."""
    documents: Counter[str] = Counter()
    examples = {}
    rows = Recommendation.objects.values_list("case_document", flat=True)
    for document in rows.iterator(2000):
        del document["case_id"]
        documents[repr(document)] += 1
        examples.setdefault(repr(document), document)
    counts: Counter[tuple[str, str]] = Counter()
    for name, count in documents.items():
        counts[code(examples[name], old), code(examples[name], new)] += count
    return [[one, other, count] for (one, other), count in sorted(counts.items())]


def wait_for(replay: Replay, is_reached, otherwise: Worker) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_reached(replay):
        assert time.monotonic() < deadline, otherwise.log_text()
        assert replay.state != Replay.State.FAILED, replay.failure
        time.sleep(0.02)
        replay.refresh_from_db(fields=["state", "steps", "steps_done", "failure"])


def test_a_worker_killed_half_way_costs_a_chunk_and_changes_no_number(
    celery_worker_process, victim, stored, ask, shipped, other, monkeypatch
):
    with monkeypatch.context() as nobody_hears:
        silent = SimpleNamespace(delay_on_commit=lambda: None)
        nobody_hears.setattr("treatments.replay.services.run_replay", silent)
        replay = ask()
    began = time.monotonic()
    run_replay.apply_async(queue=f"{victim.queue}-slow")
    wait_for(replay, lambda r: r.steps_done >= CASES // 2, victim)
    victim.kill()
    killed = time.monotonic()
    replay.refresh_from_db()
    assert replay.state == Replay.State.RUNNING
    assert replay.steps_done < CASES

    Replay.objects.update(lease_until=Now() - timedelta(seconds=1))
    sweep_jobs()
    sweep_jobs()
    wait_for(replay, lambda r: r.state == Replay.State.DONE, celery_worker_process)
    print(f"\n{CASES} cases: {killed - began:.1f} s until half was done and the worker")
    print(f"killed, then {time.monotonic() - killed:.1f} s until all was")

    replay.refresh_from_db()
    chunks = list(replay.chunks.all())
    assert len(chunks) == -(-CASES // CHUNK)
    assert {chunk.token for chunk in chunks} > {1}, "both workers had a part"
    assert sum(chunk.cases for chunk in chunks) == replay.steps_done == CASES
    assert replay.matrix == expected(shipped, other)
    moved = {(o, n): c for o, n, c in replay.matrix if o != n}
    assert moved
    assert replay.moves.count() == sum(moved.values())
