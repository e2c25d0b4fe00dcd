"""What workers do. A task takes ids, may run twice, and ends in the row."""

import logging
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from kombu.exceptions import OperationalError

from treatments.reports import jobs
from treatments.reports.context import ReportContext
from treatments.reports.render import UnprintableTextError, render

logger = logging.getLogger(__name__)

TOO_LONG = (
    "The report could not be made within the time allowed. The case and the "
    "recommendation are safe. Tell your administrator the report number."
)
UNEXPECTED = (
    "The report could not be made because of an unexpected fault. The case and the "
    "recommendation are safe. Tell your administrator the report number."
)


class Doorbell(DjangoTask):
    """A task that may fail to be announced: the row waits, the sweep rings again."""

    abstract = True

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().apply_async(*args, **kwargs)
        except OperationalError as error:
            logger.warning(
                "broker away (%s): %s waits", type(error).__name__, self.name
            )
            return None


@shared_task(
    base=Doorbell,
    name="treatments.render_report",
    soft_time_limit=jobs.SOFT_LIMIT.total_seconds(),
    time_limit=jobs.HARD_LIMIT.total_seconds(),
)
def render_report(*, report_id: str) -> None:
    """Render one queued report. A duplicate ring finds nothing to claim."""
    claim = jobs.report_claim(report_id=report_id)
    if claim is None:
        return
    _release_connection()
    try:
        document = render(ReportContext.from_document(claim.content))
    except UnprintableTextError as problem:
        jobs.report_fail(claim=claim, failure=str(problem))
    except SoftTimeLimitExceeded:
        jobs.report_give_back(claim=claim, failure=TOO_LONG)
    except Exception as error:
        # The type alone: a message could quote what was entered about a patient.
        logger.error("report %s: %s", claim.report_id, type(error).__name__)
        jobs.report_give_back(claim=claim, failure=UNEXPECTED)
    else:
        jobs.report_finish(claim=claim, document=document)
    _release_connection()


@shared_task(base=Doorbell, name="treatments.sweep_reports")
def sweep_reports() -> None:
    """Close or re-queue what a dead worker left; ring for rows nobody claimed."""
    for report_id in jobs.report_sweep():
        render_report.delay_on_commit(report_id=str(report_id))


def _release_connection() -> None:
    """No database connection is held while a page is set, nor between tasks."""
    if not connection.in_atomic_block:
        connection.close()
