"""The file of a backup: a zip with a table a member, and a manifest.

Any unzip opens it, and it is the same for SQLite and PostgreSQL. The manifest holds
the SHA-256 and the rows of each member, the migrations that made the tables, and what
the content rests on: rulesets, engine, the end of the audit trail.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

FORMAT = "spine-cds backup 1"
MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class BackupError(Exception):
    """The file cannot be restored; says why, for an operator."""


@dataclass(frozen=True, slots=True)
class ArchivedTable:
    """A member of the archive, as the manifest has it; ``rows`` are its lines."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; ``made_at`` is ISO 8601, in UTC."""

    format: str
    made_at: str
    database: str
    engine_version: str
    migrations: list[list[str]]
    rulesets: list[dict[str, Any]]
    audit: dict[str, Any]
    tables: dict[str, ArchivedTable]


def member(label: str) -> str:
    """The name of a table's member in the zip."""
    return f"tables/{label}.jsonl"


def write_table(
    archive: ZipFile, label: str, columns: list[str], lines: Iterable[str]
) -> ArchivedTable:
    """Write the rows of a table, a JSON line each; hashed as they go by."""
    digest, rows = hashlib.sha256(), 0
    with archive.open(member(label), "w", force_zip64=True) as file:
        for line in lines:
            content = line.encode()
            digest.update(content)
            file.write(content)
            rows += 1
    return ArchivedTable(columns, rows, digest.hexdigest())


def write_manifest(archive: ZipFile, manifest: Manifest) -> None:
    """Write the manifest: the last member, once all others are hashed."""
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True)
    archive.writestr(MANIFEST, text + "\n", ZIP_DEFLATED)


def read_lines(archive: ZipFile, label: str) -> Iterator[str]:
    """The rows of a table, a JSON line each, one at a time."""
    with archive.open(member(label)) as file:
        for line in file:
            yield line.decode()


def checked(file: IO[bytes]) -> tuple[ZipFile, Manifest]:
    """The backup, after every byte of it was compared with the manifest.

    Raises:
        BackupError: it is no backup, or damaged; names the member.
    """
    try:
        archive = ZipFile(file)
        manifest = _manifest(archive)
        _check_members(archive, manifest)
    except (BadZipFile, KeyError, ValueError, TypeError, OSError, EOFError) as error:
        raise BackupError(f"This is no backup, or a damaged one: {error}") from error
    return archive, manifest


def _manifest(archive: ZipFile) -> Manifest:
    read = json.loads(archive.read(MANIFEST))
    if read.get("format") != FORMAT:
        raise BackupError(f"This file is not of the format “{FORMAT}”.")
    tables = {label: ArchivedTable(**table) for label, table in read["tables"].items()}
    known = {field.name: read[field.name] for field in fields(Manifest)}
    return Manifest(**{**known, "tables": tables})


def _check_members(archive: ZipFile, manifest: Manifest) -> None:
    expected = {MANIFEST, *map(member, manifest.tables)}
    found = set(archive.namelist())
    if found != expected:
        names = ", ".join(sorted(found ^ expected))
        raise BackupError(f"Missing from the backup, or not of it: {names}.")
    for label, table in manifest.tables.items():
        digest, rows = hashlib.sha256(), 0
        with archive.open(member(label)) as content:
            while block := content.read(_BLOCK):
                digest.update(block)
                rows += block.count(b"\n")
        if (rows, digest.hexdigest()) != (table.rows, table.sha256):
            raise BackupError(f"{member(label)} is damaged: its hash does not fit.")
