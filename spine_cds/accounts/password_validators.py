"""Passwords that others have lost already; looked up on this machine alone."""

import hashlib
import string
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_WORDS = "This password is known from thefts, or close to one. Choose four other words."
_AROUND = string.digits + string.punctuation + string.whitespace


class WornPasswordValidator(CommonPasswordValidator):
    """Django's list of 20,000, which also knows its words with something around them.

    Twelve characters are soon reached with "password2026!" or "letmeinletmein".
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Look for the password, its core without digits, and its half if doubled.

        Raises:
            ValidationError: many people use it.
        """
        folded = password.casefold()
        core = folded.strip(_AROUND)
        half = core[: len(core) // 2]
        doubled = half if half * 2 == core else core
        if self.passwords & {folded.strip(), core, doubled}:
            raise ValidationError(_WORDS, code="password_too_common")

    def get_help_text(self) -> str:
        """The rule in a line, for the form."""
        return "Not a password that many people use, nor one with a number behind it."


class BreachedPasswordValidator:
    """A list of SHA-1 hashes that the operator has put on this machine, if any.

    One upper-case hash a line, sorted, with or without ":count": the form in which Have
    I Been Pwned gives its list away. It is searched in place, however large it is.
    """

    def __init__(self, path: str = "") -> None:
        self.path = Path(path) if path else None

    def validate(self, password: str, user: Any = None) -> None:
        """Look for its SHA-1 in the list of stolen ones; without a list, pass.

        Raises:
            ValidationError: it is in the list.
        """
        if self.path is None:
            return
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()
        if _holds(self.path, digest.upper().encode()):
            raise ValidationError(_WORDS, code="password_breached")

    def get_help_text(self) -> str:
        """The rule in a line, for the form."""
        return "Not a password that is known from thefts."


def _holds(path: Path, digest: bytes) -> bool:
    """Binary search over the lines of a sorted file; OSError where there is none."""
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # the rest of a line begun before
            line = file.readline()[: len(digest)]
            if line == digest:
                return True
            if not line or line > digest:
                high = middle
            else:
                low = middle + 1
        file.seek(low)
        return file.readline().startswith(digest)
