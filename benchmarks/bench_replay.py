"""100,000 stored cases on PostgreSQL, replayed by a worker that is killed half-way.

    .venv/bin/python -m benchmarks.bench_replay            (needs requirements-dev.txt)

It is the test of the suite with more cases: the matrix is held to that of each case
evaluated by itself.
"""

import os
import subprocess
import sys

TEST = "tests/treatments/replay/test_worker.py"


def main() -> int:
    environment = {"REPLAY_CASES": "100000", **os.environ}
    command = [sys.executable, "-m", "tests.services", "-q", "-s", TEST]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    if code := main():
        sys.exit(code)
