"""Two hundred jobs under random faults: none lost, doubled, stuck or half written.

The shorter sister of `make chaos`: the same code, without the run for comparison.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
JOBS = ("--reports", "180", "--replays", "20", "--cases", "2100", "--every", "2")


@pytest.mark.worker
@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="no services were started")
def test_jobs_survive_what_dies_around_them(tmp_path):
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks.chaos", *JOBS, "--faults-only"]
    run = subprocess.run(
        [*command, "--seed", "11", "--json", str(figures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    (verdict,) = json.loads(figures.read_text())
    assert (verdict["accepted"], verdict["done"]) == (200, 200)
    assert sum(verdict["faults"].values()) >= 3, "hardly anything was struck"
    wrong = ("lost", "doubled", "stuck", "half_written", "failed")
    assert {name: verdict[name] for name in wrong} == dict.fromkeys(wrong, 0)
