"""The site as `make run` serves it: SQLite, no broker, one process, demo data."""

import http.cookiejar
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 30


def prepare(folder: Path) -> Path:
    """Fill a data folder as `make run` does before it serves."""
    for command in ("migrate", "load_ruleset", "seed_demo"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--verbosity=0"],
            cwd=ROOT,
            env=_environment(folder),
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return folder


def _environment(folder: Path) -> dict[str, str]:
    inherited = ("DATABASE_URL", "REDIS_URL", "SPINE_CDS_QUEUE")
    kept = {name: v for name, v in os.environ.items() if name not in inherited}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
        "SPINE_CDS_DATA_DIR": str(folder),
    }


class EmbeddedSite:
    """A gunicorn process on its own data folder, and one signed-in browser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "site.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(self._cookies)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"

    def start(self) -> None:
        command = ["-m", "gunicorn", "spine_cds.wsgi", "--bind", self.address]
        workers = ["--worker-class", "gthread", "--workers", "1", "--threads", "8"]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *command, *workers],
                cwd=ROOT,
                env=_environment(self.folder),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the site did not start:\n{self.log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> float:
        """Ask it to end, and say how many seconds it took."""
        if self._process is None:
            return 0.0
        began = time.monotonic()
        self._process.terminate()
        self._process.wait(30)
        self._process = None
        return time.monotonic() - began

    def _answers(self) -> bool:
        try:
            self.get("/healthz")
        except OSError:
            return False
        return True

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        return self._open(urllib.request.Request(self._url(path), headers=headers))

    def post(self, path: str, form: dict[str, str]) -> tuple[str, bytes]:
        """Send a form with its token; the address that it led to, and that page."""
        token = next(c.value for c in self._cookies.cookiejar if c.name == "csrftoken")
        form = {"csrfmiddlewaretoken": token or "", "page_of": self._page, **form}
        request = urllib.request.Request(
            self._url(path),
            data=urllib.parse.urlencode(form).encode(),
            headers={"Referer": self._url("/")},
        )
        with self._opener.open(request, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read()

    def _open(self, request: urllib.request.Request) -> tuple[int, bytes]:
        with self._opener.open(request, timeout=30) as answer:
            return answer.status, answer.read()

    def _url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    def sign_in(self, username: str = "surgeon") -> None:
        self.get("/accounts/login/")
        password = f"demo-{username}-2026"
        entered = {"username": username, "password": password}
        _, page = self.post("/accounts/login/", entered)
        found = re.search(r'name="page_of" value="([^"]+)"', page.decode())
        assert found, "a page says whose it is"
        self._page = found[1]

    _page = ""

    def ask_for_report(self, recommendation: str) -> str:
        """Click "report"; the path of the report's page."""
        form = {"request_key": str(uuid.uuid4())}
        path, _ = self.post(f"/recommendations/{recommendation}/reports/", form)
        return path

    def wait_for_report(self, path: str, pause: float = 0.01) -> bytes:
        """Poll as the page does until the PDF is there, and fetch it."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            status, fragment = self.get(
                f"{path}?shown=queued", **{"HX-Request": "true"}
            )
            if status == 200 and b"Download the PDF" in fragment:
                return self.get(f"{path}pdf/")[1]
            time.sleep(pause)
        raise RuntimeError(f"no report:\n{self.log.read_text()}")

    def recommendations(self) -> list[str]:
        """The ids of the demo's recommendations that the surgeon may see."""
        query = (
            "SELECT r.id FROM treatments_recommendation r"
            " JOIN patients_encounter e ON e.id = r.encounter_id"
            " JOIN patients_patient p ON p.id = e.patient_id"
            " JOIN accounts_team t ON t.id = p.team_id WHERE t.name = 'Spine unit'"
            " ORDER BY p.identifier"
        )
        with self.database() as database:
            return [str(uuid.UUID(row[0])) for row in database.execute(query)]

    def report_contents(self) -> list[dict[str, Any]]:
        """What the reports asked for so far print."""
        with self.database() as database:
            rows = database.execute("SELECT content FROM treatments_report").fetchall()
        return [json.loads(row[0]) for row in rows]

    def database(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.folder / "spine_cds.sqlite3"))


@contextmanager
def embedded_site(folder: Path) -> Iterator[EmbeddedSite]:
    """Serve a data folder that was prepared."""
    site = EmbeddedSite(folder)
    site.start()
    try:
        site.sign_in()
        yield site
    finally:
        site.stop()
