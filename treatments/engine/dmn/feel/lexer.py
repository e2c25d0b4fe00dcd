"""The tokens of FEEL, whose names may have spaces, dots and dashes in them.

Such a name is a name only where it is known: the longest known one wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MAX_LENGTH = 20_000

KEYWORDS = frozenset(
    {"true", "false", "null", "if", "then", "else", "for", "return", "some", "every"}
    | {"satisfies", "and", "or", "between", "in", "instance", "of", "function"}
)

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(r"\*\*|\.\.|<=|>=|!=|->|[-+*/<>=()\[\]{},.:?@]")
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL | re.ASCII
)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class FeelError(ValueError):
    """A text is not an expression; the message says what is wrong with it."""


class Names:
    """Known names as a tree of their pieces, to find the longest at a place."""

    __slots__ = ("known", "tree")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.known: set[str] = set()
        self.tree: dict[str, Any] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """One more known name; a name that is known already stays."""
        self.known.add(name)
        branch = self.tree
        for piece in pieces(name):
            branch = branch.setdefault(piece, {})
        branch[""] = name

    def longest(self, text: str, at: int) -> tuple[str, int] | None:
        """The longest known name that starts at ``at``, and where it ends."""
        found = None
        branch = self.tree
        while (match := _PIECE.match(text, at)) is not None:
            piece = match[0]
            branch = branch.get(" " if piece.isspace() else piece, {})
            if not branch:
                break
            at = match.end()
            if "" in branch:
                found = branch[""], at
        return found


def pieces(name: str) -> list[str]:
    """A name cut into words, marks and spaces, as a text is cut when it is read."""
    return [" " if piece.isspace() else piece for piece in _PIECE.findall(name)]


def normal(name: str) -> str:
    """A name with its spaces as FEEL counts them: one each, none at the ends."""
    return " ".join(name.split())


@dataclass(frozen=True, slots=True)
class Token:
    """``sort`` is number, text, name, word (a keyword), mark or end."""

    sort: str
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Lexer:
    """Reads one token at a time; what is a name depends on what is known there.

    ``names`` come in the order in which they are asked.
    """

    text: str
    names: list[Names]
    members: list[Names] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.text) > MAX_LENGTH:
            raise FeelError(f"is longer than {MAX_LENGTH} characters")

    def token(self, at: int, *, member: bool = False) -> Token:
        """The token at or after ``at``; after a dot, names are those of members."""
        at = self.skip(at)
        text = self.text
        if at >= len(text):
            return Token("end", "", at, at)
        name = self._name(at, member=member)
        if name is not None:
            return name
        for sort, pattern in (("number", _NUMBER), ("text", _TEXT), ("mark", _MARK)):
            match = pattern.match(text, at)
            if match:
                return Token(sort, match[0], at, match.end())
        raise FeelError(f"has {text[at]!r} where nothing like it can stand")

    def skip(self, at: int) -> int:
        """The first place at or after ``at`` that is no space or comment."""
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _name(self, at: int, *, member: bool) -> Token | None:
        # A literal number or text is never part of a name at its start.
        if self.text[at].isdecimal() or self.text[at] == '"':
            return None
        word = _WORD.match(self.text, at)
        places = self.members if member else self.names
        found = [place.longest(self.text, at) for place in places]
        longest = max(
            (one for one in found if one), key=lambda one: one[1], default=None
        )
        if longest and (not word or longest[1] >= word.end()):
            if not member and longest[0] in KEYWORDS:
                return Token("word", longest[0], at, longest[1])
            return Token("name", longest[0], at, longest[1])
        if word is None:
            return None
        sort = "word" if word[0] in KEYWORDS and not member else "name"
        return Token(sort, word[0], at, word.end())


def unescaped(lexeme: str) -> str:
    """The text that a string literal, quotes included, stands for."""
    plain = _ESCAPE.sub(_escape, lexeme[1:-1])
    # Two escapes may make one character of the higher planes, as in JSON.
    paired = _SURROGATES.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"),
        plain,
    )
    if any("\ud800" <= character <= "\udfff" for character in paired):
        raise FeelError("has half a character in a text")
    return paired


def _escape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        number = int(code, 16)
        if number > 0x10FFFF:
            raise FeelError(f"has no character {match[0]!r}")
        return chr(number)
    known = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
    return known.get(match[3], match[0])
