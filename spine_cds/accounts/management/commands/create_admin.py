"""Make an administrator, who then makes everybody else in the browser."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from spine_cds.accounts.models import Role, User
from spine_cds.accounts.services import user_create


class Command(BaseCommand):
    """``manage.py create_admin``: the first administrator of a new site."""

    help = (
        "Make an administrator. The password is asked for, or read from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        """Make the user under the rules that the pages have.

        Raises:
            CommandError: the name is taken, or the password is refused.
        """
        user = User(username=username, role=Role.ADMIN)
        password = _read_password()
        try:
            user.full_clean(exclude=["password"])
            validate_password(password, user)
            user_create(
                actor=None, username=username, role=Role.ADMIN, password=password
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{username} can sign in as an administrator.")


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass("Password: ")
    if password != getpass("Once more: "):
        raise CommandError("The two passwords differ.")
    return password
