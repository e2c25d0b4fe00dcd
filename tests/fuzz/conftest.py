"""Say at the end how many inputs were tried, and what the slowest took."""

import pytest

from tests.fuzz.budget import SLOWEST, TRIED
from tests.patients.conftest import case, patient

__all__ = ["case", "patient"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, count in sorted(TRIED.items()):
        slowest = f"slowest {SLOWEST[what] * 1000:.0f} ms"
        terminalreporter.write_line(f"fuzz: {what}: {count} inputs, {slowest}")
