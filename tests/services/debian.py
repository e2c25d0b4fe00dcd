"""A package of Debian's, for the tests that need its program."""

import os
import shutil
import subprocess


def install(package: str, why_not: str) -> None:
    """Install it where this user may, or say in plain sight what will be skipped."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"TESTS WILL BE SKIPPED: {why_not}", flush=True)
        return
    print(f"Installing {package} for the tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update"],
        ["install", "-y", "--no-install-recommends", package],
    ):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            print(f"TESTS WILL BE SKIPPED: {' '.join(command)} failed", flush=True)
            return
