"""Find a Chromium for the browser tests, or install Debian's."""

import os
import shutil
import subprocess

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def path() -> str | None:
    """The browser's executable: CHROMIUM, else the first one on PATH."""
    given = os.environ.get("CHROMIUM")
    return given or next(filter(None, map(shutil.which, _NAMES)), None)


def why_not() -> str:
    """Why browser tests cannot run here; empty when they can."""
    if path():
        return ""
    return "no Chromium on PATH (as root: apt-get install chromium; or set CHROMIUM)"


def install() -> None:
    """Install Debian's chromium when there is none and this user may; else say so."""
    if path():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"BROWSER TESTS WILL BE SKIPPED: {why_not()}", flush=True)
        return
    print("Installing chromium for the browser tests ...", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update"],
        ["install", "-y", "--no-install-recommends", "chromium"],
    ):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            print(f"BROWSER TESTS WILL BE SKIPPED: {' '.join(command)} failed")
            return
