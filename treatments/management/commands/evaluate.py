"""``manage.py evaluate``: case documents in, evaluation documents out.

Needs no database, server or migration.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import Ruleset, RulesetError, load_ruleset
from treatments.engine.case import CONTRACTS
from treatments.engine.ruleset.enums import Disposition
from treatments.management.jsonl import (
    MAX_DOCUMENT_CHARACTERS,
    Wanted,
    answered,
    evaluated,
    lines_of,
)
from treatments.management.progress import Progress


class Command(BaseCommand):
    """``manage.py evaluate``: case documents in, evaluation documents out."""

    help = "Evaluate case documents against a ruleset (by default the shipped one)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case", nargs="?", help="a case document (JSON)")
        parser.add_argument(
            "--jsonl",
            metavar="CASES",
            help="one case document a line; '-' reads standard input",
        )
        parser.add_argument(
            "--explore",
            action="store_true",
            help="also say what is possible, what to ask next, what would change the "
            "advice, and why not the other options",
        )
        parser.add_argument(
            "--contract",
            type=int,
            choices=CONTRACTS,
            help="2: say of documents of contract 1 what contract 2 says too",
        )
        parser.add_argument(
            "--jobs",
            type=int,
            default=os.cpu_count() or 1,
            help="processes for many lines (default: one a core); with 1 each line is "
            "answered as it comes",
        )
        parser.add_argument(
            "--ruleset", metavar="PATH", help="a ruleset folder or document"
        )

    def handle(self, *_args: str, **options: Any) -> None:
        if bool(options["case"]) == bool(options["jsonl"]):
            raise CommandError(
                "Name one CASE.json, or --jsonl CASES.jsonl.", returncode=2
            )
        try:
            ruleset = load_ruleset(options["ruleset"])
        except RulesetError as error:
            raise CommandError(
                f"The ruleset is refused:\n{error}", returncode=2
            ) from error
        if options["jsonl"]:
            valid = self._evaluate_lines(ruleset, options)
        else:
            valid = self._evaluate_one(ruleset, options)
        if not valid:
            sys.exit(1)

    def _evaluate_one(self, ruleset: Ruleset, options: Mapping[str, Any]) -> bool:
        with _opened(options["case"]) as file:
            text = file.read(MAX_DOCUMENT_CHARACTERS + 1)
        document = evaluated(text, ruleset, _wanted(options))
        self.stdout.write(json.dumps(document, indent=1, ensure_ascii=False))
        return document["disposition"] != Disposition.INVALID

    def _evaluate_lines(self, ruleset: Ruleset, options: Mapping[str, Any]) -> bool:
        counts: Counter[str] = Counter()
        with (
            _input(options["jsonl"]) as file,
            closing(Progress(self.stderr, file)) as progress,
        ):
            answers = answered(
                lines_of(file),
                ruleset,
                options["ruleset"],
                options["jobs"],
                _wanted(options),
            )
            for disposition, text in answers:
                counts[disposition] += 1
                self.stdout.write(text)
                progress.advance()
        total = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        self.stderr.write(f"{counts.total()} cases: {total or 'none'}")
        return not counts[Disposition.INVALID]


def _wanted(options: Mapping[str, Any]) -> Wanted:
    return Wanted(options["explore"], options["contract"])


def _input(path: str) -> TextIO:
    """The lines' file; standard input is read as a file is, and left open."""
    if path != "-":
        return _opened(path)
    return open(
        sys.stdin.fileno(),
        encoding="utf-8-sig",
        errors="surrogateescape",
        closefd=False,
    )


def _opened(path: str) -> TextIO:
    try:
        return Path(path).open(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise CommandError(message, returncode=2) from error
