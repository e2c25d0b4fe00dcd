"""Jobs under random faults, beside the same jobs without: nothing lost, nothing twice.

    make chaos                                  2,000 reports and 200 replays
    make chaos ARGS="--reports 180 --replays 20 --seed 7"

Real PostgreSQL, broker, beat and workers. Every few seconds one of these is struck: a
worker, a child of a worker's pool, the broker (which comes back empty), or database
connections. Clients try again what was refused, with the same key, and write down what
was accepted; workers write down what they did (`benchmarks.witness`). In the end both
are held against the rows. Ends with 1 where anything is lost, doubled, stuck or half
written.
"""

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles

from benchmarks.faults import Faults, Site
from benchmarks.verdict import Verdict, judge
from tests.services import postgresql

CASES = 4500  # three chunks of a replay
STUCK_AFTER = 900


def main() -> int:
    options = _options()
    verdicts = []
    for with_faults in [True] if options.faults_only else [False, True]:
        # Django is set up once a process, and each run has a database of its own.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            verdict = process.submit(run, options, with_faults).result()
        _print("with faults" if with_faults else "without faults", verdict)
        verdicts.append(verdict)
    if options.json:
        text = json.dumps([asdict(verdict) for verdict in verdicts])
        Path(options.json).write_text(text, encoding="utf-8")
    return int(not all(verdict.is_clean for verdict in verdicts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--replays", type=int, default=200)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=3.0, help="seconds, about")
    parser.add_argument("--faults-only", action="store_true")
    parser.add_argument("--json", help="write the figures there too")
    return parser.parse_args()


def run(options: argparse.Namespace, with_faults: bool) -> Verdict:
    """One run, on services of its own."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        with postgresql.running() as database, Site(folder, database) as site:
            os.environ |= site.environment
            import django
            from django.db import connection

            django.setup()
            try:
                return _run(options, site, with_faults)
            finally:
                connection.close()


def _run(options: argparse.Namespace, site: Site, with_faults: bool) -> Verdict:
    """Post, strike, wait, and judge."""
    from benchmarks.clients import Clients, prepare

    logging.disable(logging.WARNING)  # the broker is away often, as it should be
    stored = prepare(options.cases)
    site.start_workers()
    clients = Clients(stored, site.folder / "accepted.jsonl")
    faults = Faults(site, random.Random(options.seed), options.every)
    began = time.monotonic()
    if with_faults:
        faults.start()
    clients.post(options.reports, options.replays, random.Random(options.seed))
    clients.wait(STUCK_AFTER, faults)
    seconds = time.monotonic() - began
    faults.stop()
    verdict = judge(site.folder, stored, seconds, faults.counts)
    if not verdict.is_clean:
        print(site.log_ends(), file=sys.stderr)
    return verdict


def _print(name: str, verdict: Verdict) -> None:
    print(f"\n{name}: all was done after {verdict.seconds:.0f} s")
    for label in ("accepted", "done", "lost", "doubled", "stuck", "half_written"):
        print(f"  {label.replace('_', ' '):14}{getattr(verdict, label):7}")
    print(f"  {'failed':14}{verdict.failed:7}")
    print(f"  {'claims':14}{verdict.claims:7}")
    print(f"  {'late writers':14}{verdict.fenced:7}  fenced off")
    for kind, waits in verdict.waits.items():
        cuts = quantiles(waits, n=100) if len(waits) > 1 else waits * 99
        told = f"p50 {cuts[49]:.1f} s, p95 {cuts[94]:.1f} s, worst {max(waits):.1f} s"
        print(f"  {kind:14}{told}")
    if verdict.faults:
        struck = ", ".join(f"{n} × {what}" for what, n in verdict.faults.items())
        print(f"  struck: {struck}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
