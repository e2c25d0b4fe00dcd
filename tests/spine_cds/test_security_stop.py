"""A stop ends what is in hand: gunicorn as it is deployed, and a slow client."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 30


@pytest.fixture
def server(tmp_path):
    """gunicorn with the configuration of the deployment, on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = ("DATABASE_URL", "REDIS_URL", "SPINE_CDS_QUEUE")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        "SPINE_CDS_DATA_DIR": str(tmp_path),
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_until(lambda: _answers(port))
        yield process, port
    finally:
        process.kill()
        process.wait(SECONDS)


def _wait_until(holds) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the server did not come up"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b"200" in client.recv(64)
    except OSError:
        return False


def test_a_request_in_hand_is_answered_after_the_stop_was_asked_for(server):
    process, port = server
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        time.sleep(0.5)  # the worker has it, and waits for the rest
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        client.sendall(b"Connection: close\r\n\r\n")
        answer = b""
        while part := client.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'{"status": "ok"}' in answer
    assert process.wait(SECONDS) == 0


def test_a_stopped_server_takes_nothing_more(server):
    process, port = server
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    assert not _answers(port)
