"""The worker of a fault run: as in production, with a witness beside it.

What really ran is written to a file, outside the database and the broker: a line for
each claim and for each end that was accepted or fenced off, as it happens.
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any

from celery.signals import import_modules

from spine_cds.celery import app

__all__ = ["app"]

LOG = os.environ["WITNESS_LOG"]


def note(**event: Any) -> None:
    """One line, whole or not at all."""
    line = json.dumps({"at": time.time(), "pid": os.getpid(), **event}) + "\n"
    file = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


@import_modules.connect(weak=False)
def _bear_witness(**_: Any) -> None:
    """After all is imported: stand between the work and the life of its row."""
    from spine_cds.jobs import worker
    from treatments.replay import jobs as replays
    from treatments.reports import jobs as reports

    worker.claim = _claims(worker.claim)
    for module in (reports, replays):
        module.finish = _ends(module.finish)


def _claims(claim: Callable[..., Any]) -> Callable[..., Any]:
    def witnessed(model: Any) -> Any:
        taken = claim(model)
        if taken is not None:
            note(what="claim", kind=model.kind, job=str(taken.job.pk))
        return taken

    return witnessed


def _ends(finish: Callable[..., bool]) -> Callable[..., bool]:
    def witnessed(claim: Any, **result: Any) -> bool:
        accepted = finish(claim, **result)
        note(
            what="done" if accepted else "fenced",
            kind=claim.job.kind,
            job=str(claim.job.pk),
            sha256=result["sha256"],
        )
        return accepted

    return witnessed
