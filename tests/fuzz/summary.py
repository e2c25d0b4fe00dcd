"""Say at the end how many inputs were tried, and what the slowest took."""

from typing import Any

import pytest

#: Inputs that were tried, by what they were given to, and the seconds of the slowest.
TRIED: dict[str, int] = {}
SLOWEST: dict[str, float] = {}


def count(what: str, tried: int, seconds: float) -> None:
    TRIED[what] = TRIED.get(what, 0) + tried
    SLOWEST[what] = max(SLOWEST.get(what, 0.0), seconds)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One process of several: tell the one that prints."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["fuzz"] = [(what, TRIED[what], SLOWEST[what]) for what in TRIED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    for what, tried, seconds in getattr(node, "workeroutput", {}).get("fuzz", ()):
        count(what, tried, seconds)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, tried in sorted(TRIED.items()):
        slowest = f"slowest {SLOWEST[what] * 1000:.0f} ms"
        terminalreporter.write_line(f"fuzz: {what}: {tried} inputs, {slowest}")
