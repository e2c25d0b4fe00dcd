"""The demonstration's data, made once in a run of the suite however many use it."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.treatments.reports.embedded_site import prepare


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory) -> Path:
    """A data folder as the commands of `make run` leave it: to be copied, not used.

    Migrating and seeding take half a minute. The processes of a run share the folder:
    the first one there makes it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, making = shared / "demo-data", shared / "demo-data-in-the-making"
    with (shared / "demo-data.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            prepare(making)
            making.rename(folder)
    return folder
