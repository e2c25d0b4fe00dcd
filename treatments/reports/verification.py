"""Do the values of a report still print to the PDF that was handed out?"""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from treatments.models import Report
from treatments.recommendations.verification import CHUNK, VerificationResult
from treatments.reports.content import ReportContext
from treatments.reports.render import render


def verified_reports(ids: Iterable[UUID] | None = None) -> Iterator[VerificationResult]:
    """A verdict for each report that has a document."""
    rows = Report.objects.exclude(document=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    for row in rows.order_by("queued_at", "pk").iterator(chunk_size=CHUNK):
        yield verified_report(row)


def verified_report(row: Report) -> VerificationResult:
    """The stored PDF against its hash, then its values printed anew."""
    differs = []
    if _sha256(bytes(row.document or b"")) != row.sha256:
        differs.append("the stored PDF does not match its hash")
    try:
        document = render(ReportContext.from_document(row.content))
    except Exception as error:
        # Whatever it is, this report is named and the others are still verified; a
        # message could quote what was entered about a patient.
        differs.append(
            f"its values cannot be printed any more ({type(error).__name__})"
        )
    else:
        if _sha256(document) != row.sha256:
            differs.append("its values print to another PDF")
    return VerificationResult("report", row.pk, tuple(differs))


def _sha256(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
