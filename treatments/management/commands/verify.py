"""``manage.py verify``: recompute what was said, and name each row that differs."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from treatments.recommendations.verification import (
    VerificationResult,
    forget_rulesets,
    verified_recommendations,
)
from treatments.reports.verification import verified_reports

_EVERY = 0.2  # seconds between two drawings of the progress


class Command(BaseCommand):
    """``manage.py verify``: whether stored advice is what its inputs give."""

    help = "Recompute recommendations and reports; ends with 1 where any differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=UUID, metavar="ID")
        parser.add_argument("--recommendations", action="store_true")
        parser.add_argument("--reports", action="store_true")

    def handle(self, *_args: str, **options: Any) -> None:
        """Verify the rows named, or all; the exit code is 1 where one differs.

        Raises:
            CommandError: an id is no row to verify.
        """
        forget_rulesets()
        ids = options["ids"] or None
        both = options["recommendations"] == options["reports"]
        seen = differing = noted = odd = 0
        for verdict in self._watched(
            _verdicts(
                ids, both or options["recommendations"], both or options["reports"]
            )
        ):
            seen += 1
            differing += bool(verdict.differs)
            noted += bool(verdict.note)
            odd += len(verdict.contradicts)
            if verdict.differs or verdict.note or verdict.contradicts:
                self.stdout.write(str(verdict))
        if ids and seen < len(set(ids)):
            missing = len(set(ids)) - seen
            raise CommandError(f"{missing} of these ids are none of a row to verify.")
        told = f"{seen} verified, {differing} differ"
        self.stdout.write(f"{told}, {noted} made by another engine.")
        if odd:
            self.stdout.write(f"{odd} decisions contradict their option; they stay.")
        if differing:
            sys.exit(1)

    def _watched(
        self, verdicts: Iterator[VerificationResult]
    ) -> Iterator[VerificationResult]:
        """Say on a terminal how far it has come."""
        shown = self.stderr.isatty()
        began = drawn = time.monotonic()
        for count, verdict in enumerate(verdicts, start=1):
            yield verdict
            if shown and time.monotonic() - drawn > _EVERY:
                drawn = time.monotonic()
                rate = count / (drawn - began)
                self.stderr.write(f"\r{count:,} verified, {rate:.0f} a second", str, "")
                self.stderr.flush()
        if shown:
            self.stderr.write("\r\x1b[K", str, "")


def _verdicts(
    ids: list[UUID] | None, recommendations: bool, reports: bool
) -> Iterator[VerificationResult]:
    """Of the rows named, whichever kind they are; else of the kinds asked for."""
    if ids:
        return chain(verified_recommendations(ids), verified_reports(ids))
    return chain(
        verified_recommendations() if recommendations else (),
        verified_reports() if reports else (),
    )
