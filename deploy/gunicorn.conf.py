"""gunicorn for plain hosts and containers: ``gunicorn -c deploy/gunicorn.conf.py``."""

import multiprocessing
import os
from pathlib import Path
from typing import Any

wsgi_app = "spine_cds.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY") or 2 * multiprocessing.cpu_count())
# No request takes this long: what does is stuck, and its worker is replaced.
timeout = 60
# A stop lets requests in hand end.
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
loglevel = "warning"
# Heartbeat files of the workers must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


def on_starting(server: Any) -> None:
    """Figures of workers that were there before count no more."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for left in Path(folder).glob("*.db"):
            left.unlink()


def child_exit(server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
