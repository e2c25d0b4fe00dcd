"""A ruleset document to the files of other programs, and back without loss.

Pure: bytes and documents, no database. What is read is a document that can be shown
and checked; whether its rules are sound is the affair of :mod:`treatments.engine`.
"""

from treatments.exchange.errors import ImportRefusedError

from .formats import FORMATS, Format, export, read

__all__ = ["FORMATS", "Format", "ImportRefusedError", "export", "read"]
