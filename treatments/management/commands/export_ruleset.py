"""``manage.py export_ruleset live xlsx rules.xlsx``: a loaded version as a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import RulesetError
from treatments.exchange import FORMATS, export
from treatments.models import RulesetVersion


class Command(BaseCommand):
    """``manage.py export_ruleset``: one version in one of the file formats."""

    help = "Write a loaded ruleset version to a file; nothing of it is lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "version", help="live, a version as 1.0.0, or the start of a hash"
        )
        parser.add_argument("format", choices=list(FORMATS))
        parser.add_argument("out", type=Path, help="the file to write")

    def handle(
        self,
        *_args: Any,
        version: str,
        format: str,  # noqa: A002 - the name of the argument
        out: Path,
        **_options: Any,
    ) -> None:
        found = _version(version)
        try:
            data = export(found.document, format)
            out.write_bytes(data)
        except RulesetError as error:
            raise CommandError(f"It cannot be exported.\n{error}") from error
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
        size = len(data) // 1024 + 1
        self.stdout.write(f"{found} ({found.short_sha256}): {out}, {size} KiB")


def _version(name: str) -> RulesetVersion:
    versions = RulesetVersion.objects.all()
    if name == "live":
        found = list(versions.live())
    else:
        found = list(versions.filter(version=name)) or list(
            versions.filter(sha256__startswith=name)
        )
    if len(found) != 1:
        known = "\n".join(f"{v.version} {v.short_sha256}" for v in found or versions)
        what = "Several versions are" if found else "No version is"
        raise CommandError(f"{what} {name!r}. There are:\n{known}")
    return found[0]
