"""The work queue, in two modes.

Production: Redis, own worker processes (``celery -A spine_cds worker``) and one beat.
Embedded (no ``REDIS_URL``): the queues are in the memory of each web process, and
`start_embedded_worker` gives that process a worker thread for each queue and one that
sweeps. In both, the rows are the truth: a lost message costs seconds, never a job.
"""

import atexit
import logging
import logging.config
import os
import threading
from typing import Any

from celery import Celery, signals
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings
from django.db import DatabaseError, connections
from django_structlog.celery.steps import DjangoStructLogInitStep

from spine_cds.operation import heartbeats  # noqa: F401 - listens to the worker

logger = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spine_cds.settings")

SWEEP_SECONDS = 2.0
STOP_SECONDS = 10.0

app = Celery("spine_cds")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    # A request never waits for a broker that is away: the sweep rings later.
    task_publish_retry=False,
    broker_connection_timeout=2,
    # Workers outlive the broker.
    broker_connection_max_retries=None,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_max_tasks_per_child=500,
    beat_schedule={
        "sweep-jobs": {
            "task": "treatments.sweep_jobs",
            "schedule": SWEEP_SECONDS,
            "options": {"expires": SWEEP_SECONDS},
        }
    },
)
app.autodiscover_tasks(["treatments"])
app.steps["worker"].add(DjangoStructLogInitStep)


@signals.setup_logging.connect
def _log_as_the_site_does(**kwargs: Any) -> None:
    """A worker's lines look like those of the web processes, with their request id."""
    logging.config.dictConfig(settings.LOGGING)


@app.on_after_configure.connect
def _bound_the_publish(sender: Celery, **kwargs: Any) -> None:
    """With Redis, a publish fails at once instead of blocking the request for 6 s."""
    if not settings.REDIS_URL:
        return
    sender.conf.broker_transport_options = {
        **sender.conf.broker_transport_options,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
        "socket_connect_timeout": 0.5,
        "socket_timeout": 2,
    }


class EmbeddedWorker:
    """A worker thread for each queue and one sweeping thread inside a web process."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=[q], name=f"work-{q}", daemon=True)
            for q in settings.CELERY_TASK_QUEUES
        ]
        self._threads.append(
            threading.Thread(target=self._sweep, name="sweep", daemon=True)
        )

    def start(self) -> None:
        """Begin to work in threads of this process, for development."""
        # The application must be whole before the first message and the first sweep.
        app.loader.import_task_module("treatments.tasks")
        app.finalize()
        app.set_default()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the jobs in hand, then end; at most `STOP_SECONDS` for each."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        worker_state.should_stop = 0
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        worker_state.should_stop = None

    def _work(self, queue: str) -> None:
        consumer = _app_of(queue)
        while not self._stopping.is_set():
            try:
                _in_process_worker(consumer, queue).start()
            except Exception:
                logger.exception("the embedded worker fell over and starts again")
            self._stopping.wait(1.0)

    def _sweep(self) -> None:
        sweep = app.tasks["treatments.sweep_jobs"]
        while not self._stopping.is_set():
            try:
                sweep.run()
            except DatabaseError as error:
                logger.warning("sweep put off: %s", type(error).__name__)
            finally:
                connections.close_all()
            self._stopping.wait(SWEEP_SECONDS)


def _app_of(queue: str) -> Celery:
    """An application that consumes one queue: an application chooses for all of it."""
    consumer = Celery(f"spine_cds.{queue}", set_as_current=False)
    consumer.config_from_object("django.conf:settings", namespace="CELERY")
    consumer.conf.task_default_queue = queue
    consumer.conf.task_queues = {queue: {}}
    consumer.finalize()
    return consumer


def _in_process_worker(consumer: Celery, queue: str) -> WorkController:
    return WorkController(
        app=consumer,
        pool="solo",
        concurrency=1,
        hostname=f"embedded-{queue}-{os.getpid()}@localhost",
        without_heartbeat=True,
        without_gossip=True,
        without_mingle=True,
        send_events=False,
        quiet=True,
    )


_embedded: EmbeddedWorker | None = None
_embedded_lock = threading.Lock()


def start_embedded_worker() -> EmbeddedWorker | None:
    """Start this web process's worker, once; None where Redis has its own workers.

    Called by ``wsgi`` only: management commands and tests never start it unasked.
    """
    global _embedded
    if not settings.EMBEDDED_WORKER:
        return None
    with _embedded_lock:
        if _embedded is None:
            _embedded = EmbeddedWorker()
            _embedded.start()
            atexit.register(_embedded.stop)
    return _embedded
