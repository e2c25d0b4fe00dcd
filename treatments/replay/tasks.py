"""A worker and a replay. The bell carries nothing: the rows say whose turn it is."""

from celery import shared_task

from spine_cds.jobs.lifecycle import Claim
from spine_cds.jobs.wakeup import Doorbell
from spine_cds.jobs.worker import work_on_next
from treatments.models import Replay
from treatments.replay.jobs import replay_run


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
