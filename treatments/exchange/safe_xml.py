"""XML from outside: no document type, so no entity; few elements, none deep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from treatments.engine.ruleset.errors import Code
from treatments.exchange.errors import ImportRefusedError, refusal

MAX_ELEMENTS = 400_000
MAX_DEPTH = 40

#: What XML 1.0 cannot hold, not even as a reference.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NO_DTD = "has a document type (DTD) or an entity, which are never read: remove it"
_BROKEN = "is not well-formed XML"


def scan(
    content: bytes, place: str, start: Callable[[str, dict[str, str]], None]
) -> None:
    """Run over XML without keeping it; ``start`` sees each element.

    Raises:
        ImportRefusedError: it is not well-formed or has a document type.
    """
    parser = expat.ParserCreate()

    def doctype(*_declared: object) -> None:
        raise refusal(Code.UNSAFE, f"{place} line {parser.CurrentLineNumber}", _NO_DTD)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the last piece
    except ImportRefusedError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refusal(Code.UNREADABLE, place, f"{_BROKEN}: {error}") from error


class _BoundedTreeBuilder(TreeBuilder):
    """Builds the tree of a small file, and stops at a large one."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.count = 0
        self.depth = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:
        self.count += 1
        self.depth += 1
        if self.count > MAX_ELEMENTS:
            raise refusal(
                Code.TOO_LARGE, self.place, f"has more than {MAX_ELEMENTS} XML elements"
            )
        if self.depth > MAX_DEPTH:
            raise refusal(
                Code.TOO_LARGE, self.place, f"nests more than {MAX_DEPTH} elements deep"
            )
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Any:
        self.depth -= 1
        return super().end(tag)


def parse(content: bytes, place: str) -> Element:
    """The root element of an XML file.

    Raises:
        ImportRefusedError: it is not well-formed, has a document type, or is huge.
    """
    parser = DefusedXMLParser(target=_BoundedTreeBuilder(place), forbid_dtd=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise refusal(Code.UNSAFE, place, _NO_DTD) from error
    except ParseError as error:
        raise refusal(Code.UNREADABLE, place, f"{_BROKEN}: {error}") from error
    except LookupError as error:
        raise refusal(
            Code.UNREADABLE, place, "is in an encoding that is not known: use UTF-8"
        ) from error
    return root
