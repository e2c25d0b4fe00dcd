"""``manage.py database_grants ROLE``: rows for the running site, and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from spine_cds.audit.grants import UnsafeRoleError, grant


class Command(BaseCommand):
    """``manage.py database_grants``: the rights of the role that runs the site."""

    help = "Let a PostgreSQL role run the site: no tables altered, no trail changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role")

    def handle(self, *_args: str, **options: Any) -> None:
        """Grant them to the role.

        Raises:
            CommandError: it is no PostgreSQL, or the role has rights it must not have.
        """
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles.")
        try:
            grant(connection, options["role"])
        except UnsafeRoleError as error:
            raise CommandError(f"Nothing was granted: {error}.") from error
        self.stdout.write(f"{options['role']} may run the site.")
