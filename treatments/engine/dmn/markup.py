"""The XML of a model as a small tree with line numbers, read with bounds.

A document type or an entity is refused before anything is expanded, so there are no
bombs and nothing outside the text is ever opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ..ruleset.errors import Code, Problem, shown
from .errors import DmnError

MAX_BYTES = 8_000_000
MAX_ELEMENTS = 400_000
MAX_DEPTH = 60


@dataclass(slots=True)
class Element:
    """One element: its name and namespace apart, its own text, where it starts."""

    namespace: str
    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute's value, or the default."""
        return self.attributes.get(name, default)

    def all(self, *names: str) -> Iterator[Element]:
        """The children of these names in this element's own namespace."""
        for child in self.children:
            if child.name in names and child.namespace == self.namespace:
                yield child

    def first(self, *names: str) -> Element | None:
        """The first child of these names, as :meth:`all` has them, or None."""
        return next(self.all(*names), None)


def refused(code: Code, line: int, message: str) -> DmnError:
    """The error that refuses a file at a line; it is for the caller to raise."""
    return DmnError([Problem(code, (f"line {line}",), message)])


def read_markup(content: bytes) -> Element:
    """The root element of an XML document.

    Raises:
        DmnError: the content is no well-formed XML, has a document type or an entity,
            or is larger, longer or deeper than is allowed.
    """
    if len(content) > MAX_BYTES:
        raise refused(Code.TOO_LARGE, 1, f"the file is larger than {MAX_BYTES:,} bytes")
    builder = _MarkupBuilder()
    try:
        builder.parser.Parse(content, True)  # noqa: FBT003
    except expat.ExpatError as error:
        message = f"the file is not well-formed XML: {expat.ErrorString(error.code)}"
        raise refused(Code.UNREADABLE, error.lineno, message) from None
    except DmnError:
        raise
    except (ValueError, LookupError) as error:  # an encoding that does not exist
        message = f"the file's encoding cannot be read: {shown(error)}"
        line = builder.parser.CurrentLineNumber
        raise refused(Code.UNREADABLE, line, message) from None
    return builder.root


class _MarkupBuilder:
    """Collects what expat reports; refuses at the first thing that is too much."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="\n")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype
        self.root = Element("", "", {}, 1)
        self.open: list[Element] = []
        self.texts: list[list[str]] = []
        self.count = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if self.count > MAX_ELEMENTS:
            message = f"the file has more than {MAX_ELEMENTS:,} elements"
            raise refused(Code.TOO_LARGE, line, message)
        if len(self.open) >= MAX_DEPTH:
            message = f"the elements are nested more than {MAX_DEPTH} deep"
            raise refused(Code.TOO_LARGE, line, message)
        namespace, _, local = name.rpartition("\n")
        element = Element(namespace, local, attributes, line)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.texts.append([])

    def _end(self, _: str) -> None:
        self.open.pop().text = "".join(self.texts.pop())

    def _text(self, text: str) -> None:
        self.texts[-1].append(text)

    def _doctype(self, *_: object) -> int:
        line = self.parser.CurrentLineNumber
        message = "a document type or an entity is not allowed in a model"
        raise refused(Code.UNSAFE, line, message)
