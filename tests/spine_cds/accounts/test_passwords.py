"""Long passwords, no rules about which characters, and none that is known already."""

import hashlib
import random

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from spine_cds.accounts.password_validators import BreachedPasswordValidator


@pytest.mark.parametrize(
    "password",
    [
        "four unlikely words here",
        "onlylowercaseletters",
        "ONLYUPPERCASELETTERS",
        "zwölf Zeichen, ungewöhnlich",
        "an emoji \N{WATERMELON} in it",
        "x" * 5 + "-and-then-something-" * 20,
    ],
)
def test_length_is_what_counts_and_nothing_is_prescribed(password):
    validate_password(password)


def test_less_than_twelve_characters_is_refused():
    assert settings.PASSWORD_MINIMUM == 12
    with pytest.raises(ValidationError, match="at least 12 characters"):
        validate_password("8chars!A1bc")


@pytest.mark.parametrize(
    "password",
    [
        "counterstrike",
        "password2026!",
        "2026-Password",
        "letmeinletmein",
        "  Starwarsfan10  ",
        "qwertyuiop!!",
    ],
)
def test_what_others_use_is_refused_with_anything_around_it(password):
    with pytest.raises(ValidationError, match="known from thefts"):
        validate_password(password)


@pytest.fixture
def stolen(tmp_path):
    """A list as Have I Been Pwned gives it away, and the passwords in it."""
    words = [f"stolen password {number}" for number in range(500)]
    lines = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = tmp_path / "pwned.txt"
    path.write_text("".join(f"{line}:{len(line)}\r\n" for line in lines))
    return path, words


def test_each_password_of_the_operators_list_is_found_and_no_other(stolen):
    path, words = stolen
    validator = BreachedPasswordValidator(str(path))
    for word in words:
        with pytest.raises(ValidationError):
            validator.validate(word)
    for number in range(500):
        validator.validate(f"kept password {number} {random.random()}")


@pytest.mark.parametrize("lines", [[], ["A" * 40], ["0" * 40, "F" * 40]])
def test_a_short_list_is_searched_too(tmp_path, lines):
    path = tmp_path / "pwned.txt"
    path.write_text("\n".join(lines))
    BreachedPasswordValidator(str(path)).validate("anything at all")


def test_without_a_list_there_is_nothing_to_look_up():
    BreachedPasswordValidator().validate("anything at all")


def test_a_list_that_is_gone_lets_no_password_through(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        BreachedPasswordValidator(str(tmp_path / "gone")).validate("anything at all")
