"""The sweep over all jobs; each job's own task stands beside its work.

A worker finds the tasks by this module: it imports those of every job.
"""

from celery import shared_task

from spine_cds.jobs import lifecycle
from spine_cds.jobs.wakeup import Doorbell
from treatments.models import Replay, Report
from treatments.replay.tasks import run_replay
from treatments.reports.tasks import render_report


@shared_task(base=Doorbell, name="treatments.sweep_jobs")
def sweep_jobs() -> None:
    """Close or re-queue what a dead worker left; ring for rows nobody claimed."""
    _ring(render_report, lifecycle.sweep(Report))
    _ring(run_replay, lifecycle.sweep(Replay))


def _ring(bell: Doorbell, times: int) -> None:
    for _ in range(times):
        bell.delay_on_commit()
