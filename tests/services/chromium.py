"""Find a Chromium for the browser tests, or install Debian's."""

import os
import shutil

from tests.services import debian

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
    """Install Debian's where there is none."""
    if not path():
        debian.install("chromium", why_not())
