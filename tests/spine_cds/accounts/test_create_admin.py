"""The first administrator comes from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from spine_cds.accounts.models import User


@pytest.fixture
def create_admin(monkeypatch, db):
    def create_admin(username: str, password: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        call_command("create_admin", username, stdout=io.StringIO())

    return create_admin


def test_an_administrator_is_made_who_can_sign_in(create_admin):
    create_admin("chief", "four unlikely words here")
    chief = User.objects.get()
    assert chief.is_rule_admin
    assert chief.check_password("four unlikely words here")


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("chief", "short", "at least 12 characters"),
        ("two words", "four unlikely words here", "Enter a valid username"),
    ],
)
def test_what_cannot_be_is_refused_in_words(create_admin, username, password, message):
    with pytest.raises(CommandError, match=message):
        create_admin(username, password)
    assert not User.objects.exists()


def test_a_name_that_is_taken_is_refused(create_admin, dr_surgeon):
    with pytest.raises(CommandError, match="already"):
        create_admin("DR_SURGEON", "four unlikely words here")
