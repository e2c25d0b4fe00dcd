"""Clients of a fault run: they ask, ask again what was refused, and keep a list."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection

from benchmarks.faults import Faults, wait_until
from spine_cds.accounts.models import Role, Team, User
from tests.treatments.replay.stored import changed, store_cases
from treatments.models import Recommendation, Replay, Report, RulesetVersion
from treatments.replay.services import replay_request
from treatments.reports.services import report_request


@dataclass(frozen=True)
class Stored:
    """Who asks, for reports on what, and for replays of which versions."""

    people: list[User]
    advice: list[Recommendation]
    rules: RulesetVersion
    document: dict[str, Any]


def prepare(cases: int) -> Stored:
    """The demo site with its advice, and so many generated cases beside it."""
    call_command("migrate", verbosity=0)
    call_command("load_ruleset", verbosity=0)
    call_command("seed_demo", verbosity=0, stdout=StringIO())
    advice = list(Recommendation.objects.select_related("ruleset", "encounter"))
    rules = RulesetVersion.objects.get()
    team = Team.objects.first()
    people = list(User.objects.filter(role=Role.SURGEON))
    assert team, "the demo has teams"
    store_cases(cases, team=team, author=people[0], rules=rules)
    return Stored(people, advice, rules, changed(rules.ruleset))


class Clients:
    """What is accepted is written down before anything else is asked."""

    def __init__(self, stored: Stored, log: Path) -> None:
        self.stored, self.log = stored, log

    def post(self, reports: int, replays: int, chance: random.Random) -> None:
        asks = [self._report] * reports + [self._replay] * replays
        chance.shuffle(asks)
        for ask in asks:
            self._insist(ask, chance)

    def wait(self, seconds: float, faults: Faults) -> bool:
        """Until all is finished. The faults end with half of that time."""
        if wait_until(self._none_left, seconds):
            return True
        faults.stop()
        return wait_until(self._none_left, seconds)

    def _insist(self, ask: Callable[..., Any], chance: random.Random) -> None:
        """A browser's form keeps its key: sent again, it asks for the same job."""
        key, owner = uuid4(), chance.choice(self.stored.people)
        advice = chance.choice(self.stored.advice)
        began = time.time()
        while True:
            try:
                job = ask(key, owner, advice)
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(0.1)
            else:
                break
        line = {"job": str(job.pk), "kind": job.kind, "at": began}
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _report(self, key: UUID, owner: User, advice: Recommendation) -> Report:
        return report_request(recommendation=advice, actor=owner, request_key=key)

    def _replay(self, key: UUID, owner: User, advice: Recommendation) -> Replay:
        return replay_request(
            old=self.stored.rules,
            new_document=self.stored.document,
            new_title="Another version",
            actor=owner,
            submission_key=key,
        )

    def _none_left(self) -> bool:
        try:
            return not any(
                model.objects.unfinished().exists() for model in (Report, Replay)
            )
        except (OperationalError, InterfaceError):
            connection.close()
            return False
