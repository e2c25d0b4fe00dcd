"""How long a report takes: warm rendering, and from click to ready in embedded mode.

    .venv/bin/python -m benchmarks.bench_report            (needs requirements-dev.txt)

Each document of the warm rendering is another patient's with other words, so that
nothing comes out of typst's cache. The site is that of `make run`: one gunicorn
process, SQLite, no broker. Medians and 95th percentiles in milliseconds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.treatments.reports.embedded_site import EmbeddedSite, embedded_site
from tests.treatments.reports.samples import LADDER
from treatments.reports.content import ReportContext
from treatments.reports.render import render


def varied(context: ReportContext, number: int) -> ReportContext:
    """The same report with another patient and other words in every part."""
    tail = f" ({number})"
    header = replace(context.header, patient=f"Patient{tail}", identifier=f"H-{number}")
    return replace(
        context,
        header=header,
        lead=context.lead + tail,
        note=context.note + tail,
        options=tuple(_other_words(option, tail) for option in context.options),
        advised=_other_words(context.advised, tail) if context.advised else None,
        citations=tuple(replace(c, text=c.text + tail) for c in context.citations),
    )


def _other_words(option, tail: str):
    reasons = tuple(replace(r, text=r.text + tail) for r in option.reasons)
    return replace(option, reasons=reasons)


def milliseconds(work: Callable[[int], object], times: int) -> list[float]:
    taken = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def told(name: str, taken: list[float]) -> None:
    worst = statistics.quantiles(taken, n=20)[-1]
    print(f"{name:<44} median {statistics.median(taken):7.1f}   p95 {worst:7.1f}")


def warm_rendering(context: ReportContext, name: str, times: int) -> None:
    first = milliseconds(lambda _: render(context), 1)[0]
    taken = milliseconds(lambda number: render(varied(context, number)), times)
    told(f"{name}, warm, varied (first {first:.0f} ms)", taken)


def click_to_ready(site: EmbeddedSite, times: int) -> None:
    ids = site.recommendations()
    posts: list[float] = []

    def click(number: int) -> None:
        began = time.perf_counter()
        path = site.ask_for_report(ids[number % len(ids)])
        posts.append((time.perf_counter() - began) * 1000)
        site.wait_for_report(path)

    taken = milliseconds(click, times)
    told("click to the report's page (POST and GET)", posts)
    told("click to the PDF in hand, embedded", taken)


def real_contexts(site: EmbeddedSite) -> list[ReportContext]:
    """What the demo's own reports print."""
    return [ReportContext.from_document(content) for content in site.report_contents()]


def main() -> None:
    options = argparse.ArgumentParser(description="Time the reports.")
    options.add_argument("--times", type=int, default=40)
    times = options.parse_args().times
    warm_rendering(LADDER, "sample of 2 pages", times)
    with tempfile.TemporaryDirectory() as folder, embedded_site(Path(folder)) as site:
        click_to_ready(site, times)
        on_ladder = [c for c in real_contexts(site) if c.disposition == "ladder"]
    largest = max(on_ladder, key=lambda context: len(str(context)))
    warm_rendering(largest, "largest demo report", times)


if __name__ == "__main__":
    sys.exit(main())
