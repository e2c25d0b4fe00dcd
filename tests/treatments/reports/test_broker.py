"""A web process in production mode whose broker is not there."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RING = """
import time
import django
django.setup()
from spine_cds.celery import app
from treatments.tasks import render_report
began = time.monotonic()
for _ in range(3):
    render_report.delay_on_commit()
options = app.conf.broker_transport_options
wanted = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 2,
}
assert wanted.items() <= options.items(), options
assert app.conf.task_publish_retry is False
print("rung in", *(["time"] if time.monotonic() - began < 3 else ["vain"]))
"""


@pytest.fixture
def dead_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return free.getsockname()[1]


def test_a_ring_without_a_broker_is_swallowed_and_never_tried_again(
    dead_port, tmp_path
):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        "SPINE_CDS_DATA_DIR": str(tmp_path),
        "REDIS_URL": f"redis://127.0.0.1:{dead_port}/0",
    }
    rung = subprocess.run(
        [sys.executable, "-c", RING],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert rung.returncode == 0, rung.stderr
    assert rung.stdout == "rung in time\n"
    assert rung.stderr.count("broker away") == 3
