"""``manage.py backup``: everything that is kept, in one file."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spine_cds.backup.archive import BackupError, Manifest
from spine_cds.backup.services import backup_write


class Command(BaseCommand):
    """``manage.py backup``."""

    help = (
        "Write a backup while the site runs. To encrypt it, use - and a pipe: "
        "manage.py backup - | age -r KEY > FILE"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", help="a folder, a new file, or - (standard output)")

    def handle(self, *_args: str, path: str, **_options: Any) -> None:
        """Write a backup to a new file or to standard output.

        Raises:
            CommandError: it cannot be written; no half of one is left.
        """
        try:
            if path == "-":
                manifest = backup_write(file=sys.stdout.buffer)
                where = "standard output"
            else:
                where = str(_target(Path(path)))
                manifest = _written(Path(where))
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(table.rows for table in manifest.tables.values())
        self.stderr.write(
            f"{rows} rows in {len(manifest.tables)} tables, to {where}; "
            f"audit trail {manifest.audit['sha256']}",
            self.style.SUCCESS,
        )


def _target(path: Path) -> Path:
    if path.is_dir():
        path = path / f"spine-cds-{timezone.now():%Y-%m-%dT%H%M%SZ}.zip"
    if path.exists():
        raise BackupError(f"{path} is there already.")
    return path


def _written(path: Path) -> Manifest:
    """Whole or not at all, for its owner only, and on the disk when this returns."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = backup_write(file=file)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return manifest
