"""Load a ruleset into the database; the one that ships with the project by default."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from treatments.engine import RulesetError, load_ruleset
from treatments.models import RulesetVersion
from treatments.rulebook.services import ruleset_load


class Command(BaseCommand):
    """``manage.py load_ruleset``: a first ruleset for a new site."""

    help = "Load a ruleset and make it live; one that is loaded already stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", help="a ruleset folder, or one JSON document"
        )

    def handle(self, *args: Any, path: str | None, **options: Any) -> None:
        """Load a folder or a document; without a path the shipped one.

        Raises:
            CommandError: the ruleset is refused.
        """
        try:
            ruleset = load_ruleset(path)
        except RulesetError as refusal:
            raise CommandError(f"The ruleset was refused.\n{refusal}") from refusal
        version = ruleset_load(ruleset=ruleset)
        is_live = RulesetVersion.objects.live().filter(pk=version.pk).exists()
        live = "live" if is_live else "not live"
        self.stdout.write(f"{version} ({version.short_sha256}): {live}")
