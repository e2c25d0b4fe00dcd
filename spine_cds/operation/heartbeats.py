"""Signs of life of workers and of the sweep, kept in the cache that all share.

In production the cache is Redis; in development it is the memory of the one web
process, which is also its worker.
"""

import time
from contextlib import suppress
from typing import Any

from celery import signals
from django.core.cache import cache

#: Older than this, something is dead or hangs.
STALE_SECONDS = 60
_KEEP_SECONDS = 24 * 3600
WORKER, SWEEP = "worker", "sweep"
_SWEEP_TASK = "treatments.sweep_jobs"


def beat(name: str) -> None:
    """A sign of life, now."""
    cache.set(_key(name), time.time(), _KEEP_SECONDS)


def age(name: str) -> float | None:
    """Seconds since the last sign of life; None without any in a day."""
    last: float | None = cache.get(_key(name))
    return None if last is None else max(time.time() - last, 0.0)


def is_alive(name: str) -> bool:
    """Whether it gave a sign of life within ``STALE_SECONDS``."""
    seconds = age(name)
    return seconds is not None and seconds < STALE_SECONDS


def _key(name: str) -> str:
    return f"heartbeat:{name.replace(chr(32), chr(45))}"


#: The queues that this process's worker works on.
_worked_on: list[str] = []


def worker_of(queue: str) -> str:
    """The name under which a worker of this queue gives its signs of life."""
    return f"{WORKER} of {queue}"


@signals.celeryd_after_setup.connect(dispatch_uid="operation-queues")
def worker_begins(instance: Any = None, **kwargs: Any) -> None:
    """Note which queues this worker takes from."""
    _worked_on[:] = list(instance.app.amqp.queues.consume_from)


@signals.heartbeat_sent.connect(dispatch_uid="operation-worker")
def worker_beats(**kwargs: Any) -> None:
    """Celery's worker tells that it lives, every few seconds, whatever it does."""
    for queue in _worked_on:
        _quietly(worker_of(queue))


@signals.task_success.connect(dispatch_uid="operation-sweep")
def sweep_beats(sender: Any = None, **kwargs: Any) -> None:
    """The sweep went through beat, broker, and worker: all of them live."""
    if getattr(sender, "name", "") == _SWEEP_TASK:
        _quietly(SWEEP)


def _quietly(name: str) -> None:
    """A broker that is away stops no worker: its silence is what tells."""
    with suppress(Exception):
        beat(name)
