"""``manage.py import_ruleset rules.xlsx``: what a file would import."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import Ruleset, RulesetError
from treatments.engine.ruleset.text_patch import same
from treatments.exchange import ImportRefusedError, read
from treatments.exchange.errors import MAX_UPLOAD_BYTES
from treatments.models import RulesetVersion

PARTS = {
    "facts": "name",
    "rungs": "code",
    "treatments": "code",
    "sources": "id",
    "invariants": "id",
}
Document = Mapping[str, Any]


class Command(BaseCommand):
    """``manage.py import_ruleset``: what a file would change; stores nothing."""

    help = (
        "Read a ruleset file, check it, and say how it differs from the live one. "
        "Nothing is stored: a file becomes a draft on the page of the versions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help=".zip, .xlsx, .dmn or .json")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        live = RulesetVersion.objects.live().first()
        base = live.document if live else None
        try:
            with file.open("rb") as opened:
                data = opened.read(MAX_UPLOAD_BYTES + 1)
            document = read(data, file.name, base)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except ImportRefusedError as refused:
            raise CommandError(f"The file was refused.\n{refused}") from refused
        for line in _report(document, base):
            self.stdout.write(line)
        try:
            Ruleset.from_document(document)
        except RulesetError as error:
            message = f"It would be a draft that cannot be published yet.\n{error}"
            raise CommandError(message, returncode=2) from error
        self.stdout.write("It can be loaded. Nothing was stored.")


def _report(document: Document, live: Document | None) -> Iterator[str]:
    metadata = document["metadata"]
    rules = sum(len(table["rules"]) for table in document["tables"])
    named = f"{metadata['title']} {metadata['version']}"
    yield f"{named}: {rules} rules in {len(document['tables'])} tables"
    if live is None:
        yield "No ruleset is live to compare it with."
        return
    lines = list(_differences(live, document))
    yield from lines or ["It is the live ruleset, unchanged."]


def _differences(before: Document, after: Document) -> Iterator[str]:
    for part in ("metadata", "selection"):
        if not same(before[part], after[part]):
            yield f"{part}: changed"
    for part, key in PARTS.items():
        yield from _rows(part, _by(before[part], key), _by(after[part], key))
    old, new = _by(before["tables"], "id"), _by(after["tables"], "id")
    yield from _rows(
        "tables",
        {name: _without_rules(table) for name, table in old.items()},
        {name: _without_rules(table) for name, table in new.items()},
    )
    for name in {**old, **new}:
        rules = [
            _by(tables.get(name, {}).get("rules", ()), "id") for tables in (old, new)
        ]
        yield from _rows(f"table {name}", *rules)


def _rows(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    found = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": [n for n in new if n in old and not same(old[n], new[n])],
    }
    for what, names in found.items():
        if names:
            yield f"{place}: {what} {', '.join(names)}"
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield f"{place}: in another order"


def _by(rows: Any, key: str) -> dict[str, Any]:
    return {row[key]: row for row in rows}


def _without_rules(table: Document) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != "rules"}
