"""``manage.py evaluate``: case documents in, evaluation documents out.

Needs no database, server or migration.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import Ruleset, RulesetError, evaluate, load_ruleset

#: A case document is some kilobytes; a line beyond this is refused unread.
MAX_DOCUMENT_CHARACTERS = 1_000_000


class Command(BaseCommand):
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
            valid = self._evaluate_lines(options["jsonl"], ruleset)
        else:
            valid = self._evaluate_one(options["case"], ruleset)
        if not valid:
            sys.exit(1)

    def _evaluate_one(self, path: str, ruleset: Ruleset) -> bool:
        with _opened(path) as file:
            text = file.read(MAX_DOCUMENT_CHARACTERS + 1)
        document = _evaluated(text, ruleset)
        self.stdout.write(json.dumps(document, indent=1, ensure_ascii=False))
        return document["disposition"] != "invalid"

    def _evaluate_lines(self, path: str, ruleset: Ruleset) -> bool:
        counts: Counter[str] = Counter()
        file = sys.stdin if path == "-" else _opened(path)
        try:
            for line in _lines(file):
                document = _evaluated(line, ruleset)
                counts[document["disposition"]] += 1
                text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
                self.stdout.write(text)
        finally:
            if file is not sys.stdin:
                file.close()
        total = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        self.stderr.write(f"{counts.total()} cases: {total or 'none'}")
        return not counts["invalid"]


def _opened(path: str) -> TextIO:
    try:
        return Path(path).open(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise CommandError(message, returncode=2) from error


def _lines(file: TextIO) -> Iterator[str]:
    """The lines that are not blank; what is too long comes cut, to be refused."""
    while line := file.readline(MAX_DOCUMENT_CHARACTERS + 1):
        whole = line
        while len(whole) > MAX_DOCUMENT_CHARACTERS and not whole.endswith("\n"):
            whole = file.readline(MAX_DOCUMENT_CHARACTERS + 1)
            if not whole:
                break
        if line.strip():
            yield line


def _evaluated(text: str, ruleset: Ruleset) -> dict[str, Any]:
    """The evaluation of a document; text that is no document gives ``invalid``."""
    try:
        document = _parsed(text)
    except (ValueError, RecursionError) as error:
        evaluation = evaluate(None, ruleset).to_document()
        message = f"is not a case document: {error}"
        evaluation["errors"] = [{"path": "$", "value": "", "message": message}]
        return evaluation
    return evaluate(document, ruleset).to_document()


def _parsed(text: str) -> Any:
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        raise ValueError(f"it is longer than {MAX_DOCUMENT_CHARACTERS:,} characters")
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise ValueError("it is not UTF-8")
    return json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=_not_finite,
    )


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; one key twice would silently drop an answer, so it is refused."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one object")
        found[key] = value
    return found


def _not_finite(constant: str) -> Any:
    raise ValueError(f"a number is not finite: {constant}")
