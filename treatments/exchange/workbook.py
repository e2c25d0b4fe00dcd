"""Whether a workbook from outside may be opened: a zip of small, plain XML parts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from treatments.engine.ruleset.errors import Code
from treatments.exchange import archive, safe_xml
from treatments.exchange.errors import MAX_COLUMNS, refusal

#: XML elements in the whole workbook; a cell takes two or three.
MAX_ELEMENTS = 400_000
#: The number of the last column with two letters, ZZ.
WIDEST = 702
_FAR = re.compile("[A-Za-z]{3}")
_XML = (".xml", ".rels", ".vml")
_MACROS = ("vbaproject.bin", "xl/macrosheets/", "xl/activex/", "xl/embeddings/")


def check(data: bytes, filename: str) -> None:
    """Look at every part before any library does.

    Raises:
        ImportRefusedError: it holds macros, a document type, or more than is read.
    """
    parts = archive.opened(data, filename)
    if "[Content_Types].xml" not in parts.namelist():
        raise refusal(Code.UNSUPPORTED, filename, "is a zip, but no workbook of Excel")
    left = MAX_ELEMENTS
    for name in parts.namelist():
        place = f"{filename}, {name!r}"
        if any(mark in name.lower() for mark in _MACROS):
            message = "is a macro or an embedded file, which are never read: remove it"
            raise refusal(Code.UNSAFE, place, message)
        if name.lower().endswith(_XML):
            content = archive.content(parts, name, filename)
            if b"macroEnabled" in content and name == "[Content_Types].xml":
                raise refusal(
                    Code.UNSAFE, filename, "may hold macros: save it as plain .xlsx"
                )
            left -= _count(content, place, left)


def _count(content: bytes, place: str, most: int) -> int:
    cells = 0
    count = 0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal cells, count
        count += 1
        name = tag.rpartition(":")[2]
        cells = 0 if name == "row" else cells + (name == "c")
        if count > most:
            raise refusal(
                Code.TOO_LARGE, place, f"makes more than {MAX_ELEMENTS} XML elements"
            )
        # A row is made as wide as its last cell, and held at once.
        if name == "c" and (cells > WIDEST or _FAR.match(attributes.get("r", ""))):
            raise refusal(
                Code.TOO_LARGE, place, f"has a row of more than {MAX_COLUMNS} cells"
            )

    safe_xml.scan(content, place, start)
    return count
