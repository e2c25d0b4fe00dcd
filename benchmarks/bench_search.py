"""How long a search takes among 100,000 patients, on PostgreSQL and on SQLite.

    .venv/bin/python -m benchmarks search            (needs requirements-dev.txt)

Each line is a whole request to the page that the browser sends while somebody types:
"Known patient" and the worklist, by a surgeon of the team that has them all. Each
patient has a case. The last line enters a person whose number and birth date are new.
Each search is sent five times: the fastest, which a busy machine spoils least, and the
median.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

PATIENTS = 100_000
TIMES = 5
FAMILIES = (
    *("Müller", "O’Brien", "Łukaszewski", "Østergaard", "Đặng", "de la Cruz", "王"),
    *(
        "Smith",
        "García",
        "Yılmaz",
        "Ivanov",
        "Kowalska",
        "Nguyễn",
        "Schröder",
        "Okafor",
    ),
)
GIVENS = (
    "Ana",
    "Jan",
    "Søren",
    "Văn An",
    "小明",
    "María José",
    "Liam",
    "Aylin",
    "Chidi",
)
SEARCHES = (
    *("a", "mueller", "obrien pat", "de la Cruz, Ana", "lukaszewski jan", "王小明"),
    *("H-0099999", "h 99 999", "99999", "1961-07-15", "nobody at all", "L5-S1"),
)


def _fill() -> None:
    from patients.models import Encounter, Patient
    from patients.models.search import number_key, search_key
    from spine_cds.accounts.models import Role, Team, User

    team = Team.objects.create(name="Search")
    user = User.objects.create_user("search", role=Role.SURGEON)
    user.teams.set([team])
    draw = random.Random(7)
    patients = []
    for number in range(PATIENTS):
        # A name of its own for each, as in a hospital: two parts from lists, one drawn.
        own = "".join(draw.choices("abcdefghiklmnoprstuvw", k=7))
        family = f"{draw.choice(FAMILIES)} {own}"
        identifier, given = f"H-{number:07}", draw.choice(GIVENS)
        patients.append(
            Patient(
                team=team,
                identifier=identifier,
                family_name=family,
                given_name=given,
                birth_date=f"{draw.randint(1930, 2010)}-07-{draw.randint(1, 28):02}",
                search_key=search_key(family, given, identifier),
                number_key=number_key(identifier),
                created_by=user,
            )
        )
    Patient.objects.bulk_create(patients, batch_size=1000)
    cases = [
        Encounter(
            patient=patient,
            created_by=user,
            updated_by=user,
            responsible_level=draw.choice(("L4-5", "L5-S1", "L3-4", "")),
        )
        for patient in patients
    ]
    Encounter.objects.bulk_create(cases, batch_size=1000)


def _measure() -> None:
    """In a process of its own, with the database of its environment."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from spine_cds.accounts.models import Team, User

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.UNSAFE_REQUESTS_A_MINUTE = {}
    call_command("migrate", verbosity=0)
    if not User.objects.filter(username="search").exists():
        _fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(headers={"HX-Request": "true"})
    client.force_login(User.objects.get(username="search"))
    start, worklist = reverse("patients:case-start"), reverse("patients:worklist")
    print(f"{connection.vendor}, {PATIENTS:,} patients, ms: fastest (median)")
    for text in SEARCHES:
        print(
            f"  {text:18} known patient {_timed(client, start, {'find': text})}"
            f"   worklist {_timed(client, worklist, {'q': text, 'state': ''})}"
        )
    person = {
        "team": Team.objects.get().pk,
        "identifier": "h 99999",
        "family_name": "Else",
        "birth_date": "1961-07-15",
    }
    entering = Client()
    entering.force_login(User.objects.get(username="search"))
    print(f"  likely the same    {_timed(entering, start, person)}")


def _timed(client, url: str, data: dict[str, object]) -> str:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        assert client.post(url, data).status_code == 200
        taken.append((time.perf_counter() - began) * 1000)
    return f"{min(taken):5.0f} ({statistics.median(taken):.0f})"


def main() -> None:
    """Each database in turn, with an empty one of its own."""
    from tests.services import postgresql

    plain = {
        n: value for n, value in os.environ.items() if not n.startswith("SPINE_CDS")
    }
    command = [sys.executable, "-m", "benchmarks.bench_search", "measure"]
    settings = {"DJANGO_SETTINGS_MODULE": "spine_cds.settings"}
    for vendor in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            here = {**plain, **settings, "SPINE_CDS_DATA_DIR": folder}
            if vendor == "sqlite":
                subprocess.run(command, env=here, check=True)
                continue
            with postgresql.running() as url:
                subprocess.run(command, env={**here, "DATABASE_URL": url}, check=True)


if __name__ == "__main__":
    _measure() if sys.argv[1:] == ["measure"] else main()
