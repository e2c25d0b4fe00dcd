"""Run the suite with its services around it."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from tests.services import chromium, nginx, postgresql, redis

UNWIND_SECONDS = 60
SERVICES = {"DATABASE_URL": postgresql.running, "REDIS_URL": redis.running}


def main(arguments: list[str]) -> int:
    chromium.install()
    nginx.install()
    # A stopped run (SIGTERM) leaves no server behind: it unwinds as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        environment = dict(os.environ)
        for name, running in SERVICES.items():
            if not environment.get(name):
                environment[name] = stack.enter_context(running())
        return _pytest(arguments, environment)


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    run = subprocess.Popen(command, env=environment)
    try:
        return run.wait()
    finally:
        if run.poll() is None:  # stopped: the processes that it started end with it
            run.send_signal(signal.SIGINT)
            run.wait(UNWIND_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
