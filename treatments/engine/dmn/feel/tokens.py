"""Where a parser stands in a text: the token it sees, and how deep it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .lexer import FeelError, Lexer, Token

MAX_DEPTH = 40


class TokenReader:
    """One token at a time; brackets are counted, and bounded."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.depth = 0
        self.current = Token("end", "", 0, 0)

    def advance(self) -> None:
        self.current = self.lexer.token(self.current.end)

    def next(self) -> Token:
        token = self.current
        self.advance()
        return token

    def at(self, text: str) -> bool:
        return self.current.sort in ("mark", "word") and self.current.text == text

    def take(self, text: str) -> bool:
        taken = self.at(text)
        if taken:
            self.advance()
        return taken

    def expect(self, text: str) -> None:
        if not self.take(text):
            found = self.current.text or "the end"
            raise FeelError(f"has {found!r} where {text!r} was expected")

    @contextmanager
    def deeper(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FeelError(f"is nested more than {MAX_DEPTH} deep")
        yield
        self.depth -= 1
