"""Fifty people enter and read cases at the same time; then every case is looked for.

    .venv/bin/python -m benchmarks load                 (two minutes on each database)
    .venv/bin/python -m benchmarks load --seconds 20 --only sqlite

The site runs as it does for its users, over loopback: gunicorn with two workers of
eight threads on PostgreSQL and Redis, and one process of eight threads on SQLite. The
databases keep what they say they have kept (fsync on). Each person thinks for some
seconds between two pages. Beside them somebody asks for the bare /healthz all the time.
"""

import argparse
import html
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import postgresql, redis

ROOT = Path(__file__).resolve().parents[1]
HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
START_SECONDS = 60
SETUP = """
import json, sys
from datetime import date
from django.test import Client
from patients.forms.entry import _answers_as_posted
from patients.findings import CaseFindings
from patients.services.patients import patient_create
from spine_cds.accounts.models import Role, Team, User
from treatments.demo import CASES
team = Team.objects.create(name="Load")
people = []
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(f"load{number}", role=Role.SURGEON)
    user.teams.set([team])
    patient = patient_create(actor=user, team=team, identifier=f"L-{number}",
        family_name=f"Load{number}", birth_date=date(1980, 1, 1))
    client = Client()
    client.force_login(user)
    people.append([client.cookies["sessionid"].value, str(patient.pk)])
case = CASES[0]
findings = CaseFindings(date.today(), case.all_facts, case.all_discs, case.level)
print(json.dumps({"people": people, "answers": _answers_as_posted(findings)}))
"""
LOOK = """
import json
from patients.models import Encounter, UnsavedEntry
from treatments.models import Recommendation
cases = Encounter.objects.filter(patient__team__name="Load")
print(json.dumps({
    "notes": {str(pk): note for pk, note in cases.values_list("pk", "note")},
    "kept": {str(e.pk): e.answers.get("note") for e in UnsavedEntry.objects.all()},
    "advice": [str(pk) for pk in Recommendation.objects.values_list("pk", flat=True)],
}))
"""


@dataclass
class Site:
    """One gunicorn with its database: what it answers, and what it holds."""

    folder: Path
    workers: int
    given: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    address: str = ""

    @property
    def environment(self) -> dict[str, str]:
        ours = ("DATABASE_URL", "REDIS_URL", "SPINE_CDS_ENV", "SPINE_CDS_QUEUE")
        kept = {name: v for name, v in os.environ.items() if name not in ours}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "spine_cds.settings",
            "SPINE_CDS_DATA_DIR": str(self.folder),
            **self.given,
        }

    def manage(self, *arguments: str) -> None:
        self._python("manage.py", *arguments, "--verbosity=0")

    def script(self, text: str, *arguments: str) -> Any:
        """Run it inside Django; what it prints, as JSON."""
        text = f"import django\ndjango.setup()\n{text}"
        return json.loads(self._python("-c", text, *arguments))

    def _python(self, *arguments: str) -> str:
        run = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return run.stdout

    def start(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        bind = ["--bind", self.address.removeprefix("http://"), "--backlog", "256"]
        shape = ["--workers", str(self.workers), "--threads", "8"]
        command = ["gunicorn", "spine_cds.wsgi", "--worker-class", "gthread"]
        with (self.folder / "site.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, *bind, *shape],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise RuntimeError((self.folder / "site.log").read_text())
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(40)

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.address}/healthz").status == 200
        except OSError:
            return False


@contextmanager
def site(database: str) -> Iterator[Site]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        given, workers = {}, 1
        if database == "postgresql":
            # As it is in a hospital: the suite's own server may forget.
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                postgresql._OPTIONS[name] = "on"
            given["DATABASE_URL"] = stack.enter_context(postgresql.running())
            given["REDIS_URL"] = stack.enter_context(redis.running())
            workers = 2
        found = Site(folder, workers, given)
        stack.callback(found.stop)
        for command in ("migrate", "load_ruleset"):
            found.manage(command)
        found.start()
        yield found


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass
class Person(threading.Thread):
    """Enters a case, saves it, reads it, asks for advice; and again."""

    address: str
    session: str
    patient: str
    answers: dict[str, str]
    until: float
    think: float
    number: int
    took: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    created: int = 0
    submits: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    advice: list[str] = field(default_factory=list)
    token: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.opener = urllib.request.build_opener(_Stay)
        self.chance = random.Random(self.number)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        self._pause(self.chance.random())  # not all at the first moment
        while time.monotonic() < self.until:
            try:
                self._consult()
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")

    def _consult(self) -> None:
        self._ask("worklist", "/")
        form = f"/patients/{self.patient}/cases/new/"
        data = self._open("new case form", f"{form}?another=yes")
        self._keep(data)
        path = self._submit("save a new case", form, data)
        if path is None:
            return
        self.created += 1
        self._ask("read a case", path.removesuffix("edit/"))
        data = self._open("case form", path)
        self._keep(data)
        self._submit("save a draft", path, data)
        evaluate = path.replace("edit", "evaluate")
        status, where, _ = self._ask("evaluate", evaluate, {})
        if status == 302:
            self.advice.append(where.split("/")[2])
            self._ask("read the advice", where)

    def _open(self, what: str, path: str) -> dict[str, str]:
        page = self._ask(what, path)[2]
        hidden = dict(HIDDEN.findall(page))
        self.token = hidden.get("csrfmiddlewaretoken", self.token)
        self.page = hidden.get("page_of", self.page)
        form_data = {name: html.unescape(value) for name, value in hidden.items()}
        pain = str(self.chance.randint(0, 10))
        note = f"{self.number} {uuid.uuid4()}"
        return {**form_data, **self.answers, "leg_pain_nrs": pain, "note": note}

    def _keep(self, data: dict[str, str]) -> None:
        """As the page does while somebody types."""
        data["kept_step"] = "1"
        path = f"/patients/{self.patient}/entries/"
        if self._ask("keep what is typed", path, data)[0] == 200:
            self.kept[data["kept_as"]] = data["note"]

    def _submit(self, what: str, path: str, data: dict[str, str]) -> str | None:
        status, where, _ = self._ask(what, path, {**data, "then": "stay"})
        if status != 302:
            self.errors.append(f"{what}: {status}")
            return None
        self.submits += 1
        self.notes[where.split("/")[2]] = data["note"]
        del self.kept[data["kept_as"]]
        return where

    def _ask(
        self, what: str, path: str, data: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        self._pause(self.think * (0.5 + self.chance.random()))
        cookies = f"sessionid={self.session}; csrftoken={self.cookie}"
        body = None
        if data is not None:
            of_the_page = {"csrfmiddlewaretoken": self.token, "page_of": self.page}
            data = {**data, **of_the_page}
            body = urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(
            self.address + path, data=body, headers={"Cookie": cookies}
        )
        began = time.perf_counter()
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as other:
            answer = other
        with answer:
            page = answer.read().decode()
        self.took.append((what, time.perf_counter() - began))
        for cookie in answer.headers.get_all("Set-Cookie", []):
            if cookie.startswith("csrftoken="):
                self.cookie = cookie.partition("=")[2].partition(";")[0]
        if answer.status >= 400:
            self.errors.append(f"{what}: {answer.status}")
        return answer.status, answer.headers.get("Location", ""), page

    cookie: str = ""
    page: str = ""

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds)


def hello(address: str, until: float, took: list[float]) -> None:
    while time.monotonic() < until:
        began = time.perf_counter()
        urllib.request.urlopen(f"{address}/healthz", timeout=60).read()
        took.append(time.perf_counter() - began)
        time.sleep(0.1)


def measure(database: str, options: argparse.Namespace) -> None:
    with site(database) as found:
        world = found.script(SETUP, str(options.clients))
        until = time.monotonic() + options.seconds
        bare: list[float] = []
        people = [
            Person(
                found.address,
                *whose,
                world["answers"],
                until,
                options.think,
                number,
            )
            for number, whose in enumerate(world["people"])
        ]
        asker = threading.Thread(target=hello, args=(found.address, until, bare))
        for thread in (*people, asker):
            thread.start()
        for thread in (*people, asker):
            thread.join()
        look = found.script(LOOK)
    report(database, options, people, bare, look)


def report(
    database: str,
    options: argparse.Namespace,
    people: list[Person],
    bare: list[float],
    look: dict[str, Any],
) -> None:
    took: dict[str, list[float]] = {"/healthz, beside them": bare}
    for what, seconds in (each for person in people for each in person.took):
        took.setdefault("all pages", []).append(seconds)
        took.setdefault(what, []).append(seconds)
    shape = "two workers" if database == "postgresql" else "embedded, one process"
    print(f"\n{database}, {shape}: {options.clients} people, {options.seconds} s")
    print(f"{'':24}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'worst ms':>10}")
    for what, seconds in took.items():
        cuts = statistics.quantiles(seconds, n=20, method="inclusive")
        row = [statistics.median(seconds), cuts[18], max(seconds)]
        figures = "".join(
            f"{s * 1000:>{w}.0f}" for s, w in zip(row, (9, 9, 10), strict=True)
        )
        print(f"{what:24}{len(seconds):>9}{figures}")
    errors = [error for person in people for error in person.errors]
    print(f"errors: {len(errors)} {sorted(set(errors))[:5] if errors else ''}")
    notes = {pk: n for person in people for pk, n in person.notes.items()}
    kept = {pk: n for person in people for pk, n in person.kept.items()}
    advice = [pk for person in people for pk in person.advice]
    lost = [pk for pk, note in notes.items() if look["notes"].get(pk) != note]
    lost += [pk for pk, note in kept.items() if look["kept"].get(pk) != note]
    lost += [pk for pk in advice if pk not in look["advice"]]
    created = sum(person.created for person in people)
    submits = sum(person.submits for person in people)
    print(
        f"accepted submits: {submits}, of them new cases: {created}, "
        f"cases in the database: {len(look['notes'])}, recommendations: {len(advice)}"
    )
    print(f"lost: {len(lost)}, doubled: {len(look['notes']) - created}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--think", type=float, default=3.0, help="seconds, on average")
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    options = parser.parse_args()
    for database in [options.only] if options.only else ["postgresql", "sqlite"]:
        measure(database, options)


if __name__ == "__main__":
    main()
