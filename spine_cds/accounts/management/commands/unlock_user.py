"""Let somebody sign in again when no administrator can do it in the browser."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from spine_cds.accounts.models import User
from spine_cds.accounts.services import second_factor_remove, user_unlock


class Command(BaseCommand):
    """``manage.py unlock_user``: for the day when no administrator gets in."""

    help = "Forget the failed sign-ins of a user, and on request their second factor."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--second-factor",
            action="store_true",
            help="remove it too: the person lost the app, the key and the codes",
        )

    def handle(self, *, username: str, second_factor: bool, **options: Any) -> None:
        """Unlock the user of this name, in whatever case it is typed.

        Raises:
            CommandError: nobody has the name.
        """
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is no user “{username}”.")
        user_unlock(user=user, actor=None)
        if second_factor:
            second_factor_remove(user=user, actor=None)
        self.stdout.write(f"{user.username} can sign in again.")
