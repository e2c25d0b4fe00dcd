"""``manage.py check_ruleset``: a ruleset proved over every case.

Needs no database, server or migration. Ends with 1 where there are errors.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from treatments.engine.analysis import Analysis, Finding, check_document
from treatments.engine.analysis.findings import SEVERITIES
from treatments.engine.ruleset.csv_folder import document_from_folder
from treatments.engine.ruleset.errors import RulesetError
from treatments.engine.ruleset.model import DEFAULT_RULESET

#: States of a check that ends by the clock.
UNLIMITED = 10**12
#: Parts of a gap that are named where people read.
PARTS = 5


class Command(BaseCommand):
    """``manage.py check_ruleset``: what is wrong in a ruleset, with proof."""

    help = "Find what is wrong in a ruleset (by default the shipped one), and prove it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", help="a ruleset folder or document")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--limit", type=int, default=100, help="the most findings to name (100)"
        )
        parser.add_argument(
            "--budget",
            type=float,
            metavar="SECONDS",
            help="give up what is left after so long, and say so (by default a number "
            "of states, so that the answer never depends on the machine)",
        )

    def handle(self, *_args: str, **options: Any) -> None:
        """Print the findings; the exit code is 1 where the ruleset is not sound.

        Raises:
            CommandError: there is no such ruleset, or an option makes no sense (2).
        """
        try:
            document = document_from_folder(Path(options["path"] or DEFAULT_RULESET))
        except RulesetError as error:
            raise CommandError(f"No ruleset there:\n{error}", returncode=2) from error
        if options["limit"] < 1:
            raise CommandError("--limit takes 1 or more.", returncode=2)
        if options["budget"] is not None and not options["budget"] > 0:
            raise CommandError("--budget takes more than 0 seconds.", returncode=2)
        analysis = check_document(
            document,
            limit=options["limit"],
            today=timezone.localdate(),
            **_timed(options["budget"]),
        )
        if options["json"]:
            text = json.dumps(analysis.to_document(), indent=1, ensure_ascii=False)
        else:
            text = "\n".join(_lines(analysis))
        self.stdout.write(text)
        if not analysis.is_sound:
            sys.exit(1)


def _timed(seconds: float | None) -> dict[str, Any]:
    """The options of a check that ends by the clock, instead of by its states."""
    if seconds is None:
        return {}
    end = time.monotonic() + seconds
    return {"budget": UNLIMITED, "is_over": lambda: time.monotonic() >= end}


def _lines(analysis: Analysis) -> Iterator[str]:
    for severity in SEVERITIES:
        found = [f for f in analysis.findings if f.severity == severity]
        if found:
            yield f"{severity.upper()} ({analysis.counts[severity]})"
            for finding in found:
                yield from _finding_lines(finding)
            yield ""
    if analysis.left_out:
        yield f"{analysis.left_out} more findings are not shown (--limit)."
    if analysis.proofs:
        yield "INVARIANTS        complete     partial      whatever is on offer"
        for proof in analysis.proofs:
            states = (proof.complete, proof.partial, proof.anywhere)
            columns = "".join(f"{state:13}" for state in states)
            yield f"  {proof.invariant:16}{columns}".rstrip()
        yield ""
    counts = ", ".join(f"{n} {severity}" for severity, n in analysis.counts.items())
    yield f"{analysis.ruleset or 'The document'}: {counts}"


def _finding_lines(finding: Finding) -> Iterator[str]:
    where = f" [{finding.table}]" if finding.table else ""
    yield f"  {finding.kind}{where}: {finding.message}"
    if finding.boxes:
        yield from _box_lines(finding)
    elif finding.example:
        facts = json.dumps(dict(finding.example.facts), ensure_ascii=False)
        yield f"    for example {facts}"


def _box_lines(finding: Finding) -> Iterator[str]:
    """The largest parts of a gap, each with a case; the others are counted."""
    for box in finding.boxes[:PARTS]:
        share = "" if box.share is None else f" ({float(box.share):.3%})"
        yield f"    {box.words}{share}"
        facts = json.dumps(dict(box.example.facts), ensure_ascii=False)
        yield f"      for example {facts}"
    left = len(finding.boxes) - PARTS
    if left > 0 or not finding.is_whole:
        at_least = "" if finding.is_whole else " or more"
        yield f"    {max(left, 0)}{at_least} further parts: see --json."
