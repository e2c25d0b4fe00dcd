"""Where a parser stands in a text: the token it sees, and how deep it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from .lexer import FeelError, Lexer, Token, normal

MAX_DEPTH = 40

_LABEL = re.compile(r'"([^"\\]*)"\s*:|([^\W\d][^:,()\[\]{}"<>=@]*):')
_VARIABLE = re.compile(r"([^\W\d]\w*(?:\s{1,9}\w+){0,15}?)\s{1,99}in\b")


class TokenReader:
    """One token at a time; brackets are counted, and bounded."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.depth = 0
        self.current = Token("end", "", 0, 0)

    def advance(self) -> None:
        """Go on to the next token."""
        self.current = self.lexer.token(self.current.end)

    def next(self) -> Token:
        """The current token; the reader goes on to the one after it."""
        token = self.current
        self.advance()
        return token

    def at(self, text: str) -> bool:
        """Whether the current token is this mark or keyword."""
        return self.current.sort in ("mark", "word") and self.current.text == text

    def take(self, text: str) -> bool:
        """Pass over this mark or keyword, if it is here, and say whether it was."""
        taken = self.at(text)
        if taken:
            self.advance()
        return taken

    def expect(self, text: str) -> None:
        """Pass over this mark or keyword.

        Raises:
            FeelError: something else is here.
        """
        if not self.take(text):
            found = self.current.text or "the end"
            raise FeelError(f"has {found!r} where {text!r} was expected")

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One bracket deeper, as long as the context lasts.

        Raises:
            FeelError: that is too deep.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelError(f"is nested more than {MAX_DEPTH} deep")
        yield
        self.depth -= 1

    def variable(self) -> str:
        """The name of a variable before ``in``; the reader goes on after it.

        It need not be known, and may have spaces in it.

        Raises:
            FeelError: there is none.
        """
        found = _VARIABLE.match(self.lexer.text, self.current.start)
        if not found:
            raise FeelError("has no name before 'in'")
        self.current = self.lexer.token(found.end(1))
        return normal(found[1])

    def member(self) -> str:
        """The name after a dot; the reader goes on after it.

        Raises:
            FeelError: there is none.
        """
        token = self.lexer.token(self.current.end, member=True)
        if token.sort != "name":
            raise FeelError(f"has no name after the dot but {token.text!r}")
        self.current = self.lexer.token(token.end)
        return token.text

    def closes_range(self) -> bool:
        """Whether this ``[`` ends an interval such as ``]1..3[``."""
        after = self.lexer.token(self.current.end)
        return after.sort == "end" or after.text in (",", ")", "]", "and", "or")

    def label(self) -> str | None:
        """The name before a colon, quoted or not; the reader goes on after it.

        None, and the reader stays, where there is none.
        """
        found = _LABEL.match(self.lexer.text, self.current.start)
        if found is None or self.current.sort == "end":
            return None
        self.current = self.lexer.token(found.end())
        return found[1] if found[1] is not None else normal(found[2])
