"""A worker and a report. The bell carries nothing: the rows say whose turn it is."""

from celery import shared_task

from spine_cds.jobs.wakeup import Doorbell
from spine_cds.jobs.worker import work_on_next
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
