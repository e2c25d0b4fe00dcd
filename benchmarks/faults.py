"""The services of a fault run, which come back as under a supervisor, and faults."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2

from tests.services import redis

BACK_AFTER = 1.0  # seconds until a supervisor has started again what died
ROOT = Path(__file__).parent.parent
QUEUE = "chaos"
CELERY = (sys.executable, "-m", "celery", "-A", "benchmarks.witness")
WORKER = (*CELERY, "worker", "--loglevel=WARNING", "--without-gossip")
# As in production: workers for what is quick, workers for what takes long, one beat.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "quick-1": (*WORKER, "--concurrency=2", f"--queues={QUEUE}", "-n", "quick1@%h"),
    "quick-2": (*WORKER, "--concurrency=1", f"--queues={QUEUE}", "-n", "quick2@%h"),
    "slow-1": (*WORKER, "--concurrency=1", f"--queues={QUEUE}-slow", "-n", "slow1@%h"),
    "slow-2": (*WORKER, "--concurrency=1", f"--queues={QUEUE}-slow", "-n", "slow2@%h"),
    "beat": (*CELERY, "beat", "--loglevel=WARNING", "--schedule=beat-schedule"),
}


class Site:
    """Broker, beat and workers around a database, each started again when it dies."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.port = redis.free_port()
        self.environment = {
            "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
            "SPINE_CDS_ENV": "development",
            "DATABASE_URL": database,
            "REDIS_URL": f"redis://127.0.0.1:{self.port}/0",
            "SPINE_CDS_DATA_DIR": str(folder),
            "SPINE_CDS_QUEUE": QUEUE,
            "WITNESS_LOG": str(folder / "witness.jsonl"),
            "PYTHONPATH": str(ROOT),
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._over = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, daemon=True)

    def __enter__(self) -> Self:
        self._start_broker()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._supervisor.is_alive():
            self._supervisor.join()
        for name, process in self.processes.items():
            strike(process.pid, group=name in SERVICES)
            process.wait(20)

    def start_workers(self) -> None:
        for name in SERVICES:
            self._start(name)
        self._supervisor.start()

    def log_ends(self) -> str:
        """The ends of the logs."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(f"{log.name}:\n{log.read_text()[-4000:]}" for log in logs)

    def _start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                SERVICES[name],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _start_broker(self) -> None:
        self.processes["broker"] = redis.start(self.port, self.folder)

    def _supervise(self) -> None:
        while not self._over.wait(0.2):
            for name, process in list(self.processes.items()):
                if process.poll() is not None and not self._over.wait(BACK_AFTER):
                    self._start_broker() if name == "broker" else self._start(name)


def strike(pid: int, group: bool = False) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL) if group else os.kill(pid, signal.SIGKILL)


class Faults:
    """One fault after another, at random, until stopped."""

    def __init__(self, site: Site, chance: random.Random, every: float) -> None:
        self.site, self.chance, self.every = site, chance, every
        self.counts: Counter[str] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go_on(self) -> None:
        kinds: dict[str, Callable[[], bool]] = {
            "worker killed": self._kill_worker,
            "pool child killed": self._kill_child,
            "broker killed, memory lost": self._kill_broker,
            "database connections cut": self._cut_connections,
        }
        while not self._over.wait(self.chance.uniform(0.3, 1.7) * self.every):
            kind = self.chance.choice(list(kinds))
            if kinds[kind]():
                self.counts[kind] += 1

    def _a_worker(self) -> subprocess.Popen[bytes]:
        names = [name for name in SERVICES if name != "beat"]
        return self.site.processes[self.chance.choice(names)]

    def _kill_worker(self) -> bool:
        strike(self._a_worker().pid, group=True)
        return True

    def _kill_child(self) -> bool:
        pid = self._a_worker().pid
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if children:
                strike(int(self.chance.choice(children)))
                return True
        return False

    def _kill_broker(self) -> bool:
        strike(self.site.processes["broker"].pid)
        return True

    def _cut_connections(self) -> bool:
        """Each connection but our own, at even odds."""
        database = psycopg2.connect(self.site.database)
        try:
            with database.cursor() as cursor:
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname ="
                    " current_database() AND pid <> pg_backend_pid()"
                )
                pids = [pid for (pid,) in cursor if self.chance.random() < 0.5]
                for pid in pids:
                    cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        finally:
            database.close()
        return bool(pids)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True
