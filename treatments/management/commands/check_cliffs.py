"""``manage.py check_cliffs``: no milder finding gets a harder answer unawares.

Needs no database, server or migration.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import Ruleset, RulesetError, load_ruleset
from treatments.engine.analysis.monotone import Inversion
from treatments.engine.ruleset.model import DEFAULT_RULESET
from treatments.engine.search.completions import BudgetSpentError
from treatments.management.cliffs import (
    BASE_CASES,
    Cliff,
    accepted,
    base_cases,
    cliffs,
    monotone_claims,
)


class Command(BaseCommand):
    """``manage.py check_cliffs``: list the cliffs of a ruleset."""

    help = (
        "Walk each numeric and ordinal fact over its range on complete golden cases, "
        "and list every step at which the milder value gets a more invasive or a more "
        "urgent answer than the worse one."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--ruleset",
            metavar="FOLDER",
            default=str(DEFAULT_RULESET),
            help="a ruleset folder with golden cases (default: the shipped one)",
        )
        parser.add_argument(
            "--cases",
            type=int,
            default=BASE_CASES,
            help=f"how many golden cases to walk on (default: {BASE_CASES})",
        )
        parser.add_argument(
            "--accepted",
            metavar="CSV",
            help="cliffs that are accepted, each with its reason "
            "(default: cliffs.csv beside the ruleset)",
        )

        parser.add_argument(
            "--prove",
            action="store_true",
            help="also prove, over every complete case, that no worse deficit or "
            "residual is less urgent, nor a longer one left to care (minutes)",
        )

    def handle(self, *_args: str, **options: Any) -> None:
        folder = Path(options["ruleset"])
        allowed_by = Path(options["accepted"] or folder / "cliffs.csv")
        try:
            ruleset = load_ruleset(folder)
            golden = sorted((folder / "golden").glob("*.json"))
            cases = [json.loads(path.read_text("utf-8"))["case"] for path in golden]
            reasons = accepted(allowed_by) if allowed_by.exists() else {}
        except (RulesetError, OSError, ValueError, KeyError) as error:
            raise CommandError(str(error), returncode=2) from error
        bases = base_cases(cases, ruleset, options["cases"])
        if not bases:
            raise CommandError("No golden case is complete.", returncode=2)
        found: dict[tuple[str, ...], list[Cliff]] = defaultdict(list)
        for cliff in cliffs(bases, ruleset):
            found[cliff.key].append(cliff)
        for key, places in found.items():
            self.stdout.write(_described(places, reasons.get(key)))
        new = [key for key in found if key not in reasons]
        self.stdout.write(
            f"{len(bases)} base cases: {len(found)} cliffs, {len(new)} not accepted."
        )
        broken = options["prove"] and not self._proved(ruleset)
        if new or broken:
            sys.exit(1)

    def _proved(self, ruleset: Ruleset) -> bool:
        proved = True
        for claim in monotone_claims(ruleset):
            started = time.process_time()
            try:
                found = claim.inversion(ruleset)
                outcome = _inverted(found) if found else "proved"
            except BudgetSpentError:
                outcome = "not decided"
            seconds = time.process_time() - started
            self.stdout.write(f"{claim.title}: {outcome} ({seconds:.2f} s)")
            proved = proved and outcome == "proved"
        return proved


def _inverted(found: Inversion) -> str:
    return f"violated between {found.milder} and {found.worse}"


def _described(places: list[Cliff], reason: str | None) -> str:
    first = places[0]
    others = f" and {len(places) - 1} more" if len(places) > 1 else ""
    step = f"{first.milder} (milder) is {first.what} than {first.worse} (worse)"
    return "\n".join(
        (
            f"{first.fact} {step}",
            f"  case:     {first.case_id}{others}",
            f"  answers:  {first.of_milder} -> {first.of_worse}",
            f"  rules:    {' '.join(first.flipped)}",
            f"  accepted: {reason or 'NO'}",
        )
    )
