"""What the name or number of a person may not hold: signs that nobody can see.

Two names that look the same must be the same, and no name may turn the direction of
what stands around it.
"""

import unicodedata

from django.core.exceptions import ValidationError

# Control, format (invisible, direction), line and paragraph separators, surrogates.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
# Letters and marks that are drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Spelling, between the letters of a script that joins them: "علی‌رضا", "क्‍ष".
_JOINERS = frozenset("\u200c\u200d")
_JOINED_SCRIPTS = frozenset(
    [
        *("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI"),
        *("GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA"),
        *("MYANMAR", "KHMER"),
    ]
)


def check_visible(text: str) -> None:
    """Refuse a character that cannot be seen, and say which it is.

    Raises:
        ValidationError: names the first one and where it stands.
    """
    for at, char in enumerate(text):
        if _is_unseen(char) and not _belongs(text, at):
            raise ValidationError(
                f"Character {at + 1} cannot be seen: {_called(char)}. Please "
                "delete it, or type this anew instead of pasting it.",
                code="unseen_character",
            )


def _is_unseen(char: str) -> bool:
    return (
        unicodedata.category(char) in _UNSEEN
        or char in _BLANK
        or _is_variation_selector(char)
    )


def _belongs(text: str, at: int) -> bool:
    """Whether the sign is part of how the letters beside it are written."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if _is_variation_selector(text[at]):  # which form of a Chinese character is meant
        return _script(before) == "CJK"
    return text[at] in _JOINERS and {_script(before), _script(after)} <= _JOINED_SCRIPTS


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _script(char: str) -> str:
    """The first word of the name of a letter or a mark; of nothing else."""
    if not char or unicodedata.category(char)[0] not in "LM":
        return ""
    return unicodedata.name(char, "").partition(" ")[0].partition("-")[0]


def _called(char: str) -> str:
    code = f"U+{ord(char):04X}"
    name = unicodedata.name(char, "")
    return f"{name.lower()} ({code})" if name else f"a control character ({code})"
