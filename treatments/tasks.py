"""What workers do. A bell carries nothing: the rows say whose turn it is."""

from celery import shared_task

from spine_cds.jobs import life
from spine_cds.jobs.doorbell import Doorbell
from spine_cds.jobs.life import Claim
from spine_cds.jobs.work import work_on_next
from treatments.models import Replay, Report
from treatments.replay.jobs import replay_run
from treatments.reports.jobs import report_print


@shared_task(
    base=Doorbell,
    name="treatments.render_report",
    soft_time_limit=Report.soft_limit.total_seconds(),
    time_limit=Report.hard_limit.total_seconds(),
)
def render_report() -> None:
    """Render the report whose turn it is; a bell too many finds none."""
    work_on_next(Report, report_print)


@shared_task(
    base=Doorbell,
    name="treatments.run_replay",
    soft_time_limit=Replay.soft_limit.total_seconds(),
    time_limit=Replay.hard_limit.total_seconds(),
)
def run_replay() -> None:
    """Go on for a while with the replay whose turn it is."""
    work_on_next(Replay, _replay_slice)


def _replay_slice(claim: Claim[Replay]) -> None:
    if replay_run(claim):
        run_replay.delay_on_commit()


@shared_task(base=Doorbell, name="treatments.sweep_jobs")
def sweep_jobs() -> None:
    """Close or re-queue what a dead worker left; ring for rows nobody claimed."""
    _ring(render_report, life.sweep(Report))
    _ring(run_replay, life.sweep(Replay))


def _ring(bell: Doorbell, times: int) -> None:
    for _ in range(times):
        bell.delay_on_commit()
