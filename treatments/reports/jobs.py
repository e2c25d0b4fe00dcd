"""A report as a job: from the values of its row to the document."""

import hashlib

from spine_cds.jobs.lifecycle import Claim, finish
from spine_cds.jobs.worker import HopelessError
from treatments.models import Report
from treatments.reports.content import ReportContext
from treatments.reports.render import UnprintableTextError, render


def report_print(claim: Claim[Report]) -> bool:
    """Render the frozen values and store the document; False for a late worker.

    Raises:
        HopelessError: a text cannot be printed; the message names it.
    """
    try:
        document = render(ReportContext.from_document(claim.job.content))
    except UnprintableTextError as problem:
        raise HopelessError(str(problem)) from problem
    return report_finish(claim=claim, document=document)


def report_finish(*, claim: Claim[Report], document: bytes) -> bool:
    """Store the PDF; False where a later attempt holds the job."""
    sha256 = hashlib.sha256(document).hexdigest()
    return finish(claim, sha256=sha256, document=document)
