"""``manage.py restore``: a backup in the place of an empty database."""

import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from spine_cds.backup.archive import BackupError
from spine_cds.backup.services import backup_restore


class Command(BaseCommand):
    """``manage.py restore``."""

    help = (
        "Restore a backup; stop the site first. Of an encrypted one: "
        "age -d -i KEY FILE | manage.py restore -"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", help="the file of a backup, or - (standard input)")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where the database is not empty: what is in it is lost",
        )

    def handle(self, *_args: str, path: str, replace: bool, **_options: Any) -> None:
        """Restore a backup, all of it or nothing.

        Raises:
            CommandError: it is damaged, or the database is not empty.
        """
        try:
            with _opened(path) as file:
                manifest = backup_restore(file=file, replace=replace)
        except (BackupError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(
            f"{rows} rows of {manifest.made_at} restored and read back. Now run: "
            "manage.py verify; everybody signs in anew."
        )


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """Standard input is kept in a file without a name: a zip is read from its end."""
    if path != "-":
        with Path(path).open("rb") as file:
            yield file
        return
    with tempfile.TemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.seek(0)
        yield file
