"""Printed values to PDF bytes. No database, no clock, no network, no other fonts.

The PDF conforms to PDF/A-3a and PDF/UA-1; the same context gives the same bytes.
"""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path

import typst

from treatments.reports.content import ReportContext

HERE = Path(__file__).parent
TEMPLATE = HERE / "report.typ"

_UNPRINTABLE = re.compile(r"the text `(.+?)` could not be displayed")


class UnprintableTextError(ValueError):
    """A text holds a character that no font of the report has. Says which, in words."""


class TemplateError(RuntimeError):
    """The template or its fonts are at fault, not what was to be printed."""


def render(context: ReportContext) -> bytes:
    """The report as a PDF.

    Raises:
        UnprintableTextError: a character without a glyph slipped through; names it.
        TemplateError: typst refused or warned (an unknown font, say).
    """
    try:
        document, warnings = typst.compile_with_warnings(
            str(TEMPLATE),
            root=str(HERE),
            font_paths=_fonts(),
            sys_inputs={"report": _as_json(context)},
            pdf_standards=["a-3a", "ua-1"],
            timestamp=datetime.fromisoformat(context.header.queued_at),
        )
    except typst.TypstError as error:
        raise _explained(error) from error
    if warnings:
        raise TemplateError("; ".join(warning.message for warning in warnings))
    return document


@cache
def _fonts() -> typst.Fonts:
    """The report's own fonts only: the machine's must not change a page."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(HERE / "fonts")],
    )


def _as_json(context: ReportContext) -> str:
    """User text reaches typst as data inside JSON, never as markup."""
    document = context.to_document()
    document["attachments"] = [
        {
            "name": attachment.name,
            "description": attachment.description,
            "text": attachment_text(attachment.document),
        }
        for attachment in context.attachments
    ]
    return json.dumps(document, ensure_ascii=False)


def attachment_text(document: object) -> str:
    """An attached document as text: the same on every database."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)


def _explained(error: typst.TypstError) -> Exception:
    found = _UNPRINTABLE.search(error.message)
    if found is None:
        return TemplateError(error.message)
    return UnprintableTextError(
        f"The report cannot print the text {found.group(1)}: none of its fonts has "
        "this character. Write it with other characters in the case, and ask again."
    )
