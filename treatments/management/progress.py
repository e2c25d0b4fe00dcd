"""A line on the terminal that says how far a long command has come."""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TextIO

from django.core.management.base import OutputWrapper

#: Seconds between two drawings, and the bar's width.
_EVERY = 0.2
_WIDTH = 30


class Progress:
    """How many cases are done; of a file also how much of it.

    Drawn only where somebody looks at a terminal and the answers go elsewhere.
    """

    def __init__(self, out: OutputWrapper, file: TextIO) -> None:
        self.out, self.file = out, file
        self.shown = out.isatty() and not sys.stdout.isatty()
        self.cases = 0
        self.began = self.drawn = time.monotonic()
        found = os.fstat(file.fileno())
        self.size = found.st_size if stat.S_ISREG(found.st_mode) else 0

    def advance(self) -> None:
        """Count a case, and draw now and then."""
        self.cases += 1
        if self.shown and time.monotonic() - self.drawn > _EVERY:
            self._draw()

    def close(self) -> None:
        """Wipe the line away."""
        if self.shown:
            self.out.write("\r\x1b[K", str, "")

    def _draw(self) -> None:
        self.drawn = time.monotonic()
        rate = self.cases / (self.drawn - self.began)
        text = f"{self.cases:,} cases, {rate * 60:,.0f} a minute"
        if self.size:
            share = min(os.lseek(self.file.fileno(), 0, os.SEEK_CUR) / self.size, 1)
            done = round(share * _WIDTH)
            text = f"{'█' * done}{'░' * (_WIDTH - done)} {share:4.0%}  {text}"
        self.out.write(f"\r{text}\x1b[K", str, "")
        self.out.flush()
