"""What workers do. A bell carries nothing: the rows say whose turn it is."""

from celery import shared_task

from spine_cds.jobs import life
from spine_cds.jobs.doorbell import Doorbell
from spine_cds.jobs.work import work_on_next
from treatments.models import Report
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


BELLS = {Report: render_report}


@shared_task(base=Doorbell, name="treatments.sweep_jobs")
def sweep_jobs() -> None:
    """Close or re-queue what a dead worker left; ring for rows nobody claimed."""
    for model, bell in BELLS.items():
        for _ in range(life.sweep(model)):
            bell.delay_on_commit()
