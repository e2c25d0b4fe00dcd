"""``manage.py audit_verify``: is the audit trail whole? Ends with 1 where it is not."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from spine_cds.audit import triggers
from spine_cds.audit.chain import ChainFault
from spine_cds.audit.snapshot import snapshot
from spine_cds.audit.verification import (
    NotAnExportError,
    verified_checkpoint,
    verified_export,
    verified_trail,
)


class Command(BaseCommand):
    """``manage.py audit_verify``: whether the trail is what was written."""

    help = "Name each line of the audit trail that is altered, missing, added or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--export", metavar="FILE", help="an exported file, not the database"
        )
        parser.add_argument(
            "--checkpoint", metavar="FILE", help="hold the database against it, too"
        )

    def handle(self, *_args: str, **options: Any) -> None:
        """Name each fault; the exit code is 1 where there is one.

        Raises:
            CommandError: a file cannot be read.
        """
        count = 0
        try:
            for told in _findings(options["export"], options["checkpoint"]):
                count += 1
                self.stdout.write(str(told))
        except (NotAnExportError, OSError, KeyError, TypeError) as error:
            raise CommandError(f"This file cannot be read: {error}") from error
        if count:
            self.stderr.write(f"{count} found: the audit trail is NOT whole.")
            sys.exit(1)
        self.stdout.write("The audit trail is whole.")


def _findings(export: str | None, checkpoint: str | None) -> Iterator[ChainFault | str]:
    if export:
        yield from _of_file(export)
        return
    for table in triggers.missing(connection):
        yield f"UNGUARDED {table}: its triggers are not there; run: manage.py migrate"
    with snapshot():
        yield from verified_trail()
        if checkpoint:
            with Path(checkpoint).open(encoding="utf-8") as file:
                yield from verified_checkpoint(file)


def _of_file(path: str) -> Iterable[ChainFault]:
    with Path(path).open(encoding="utf-8") as file:
        yield from verified_export(file)
