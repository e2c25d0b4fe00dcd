"""Read a PDF as a reader would: its text, its tags, its fonts, what is attached."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

_PAIR = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]+)>")


def opened(document: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(document))


def pages(document: bytes) -> list[str]:
    """The words of each page, with single spaces."""
    with opened(document) as pdf:
        return [" ".join(_page_text(page).split()) for page in pdf.pages]


def text(document: bytes) -> str:
    return " ".join(pages(document)).replace("\u200b", "")


def says(printed: str, words: str) -> bool:
    """Whether the words stand there; a change of font may look like a space."""
    return "".join(words.split()) in "".join(printed.split())


def _page_text(page: pikepdf.Page) -> str:
    """A glyph without a character, .notdef among them, is a KeyError here."""
    characters = {name: _characters(font) for name, font in fonts(page)}
    text: list[str] = []
    current: dict[int, str] = {}
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Tf":
            current = characters[str(instruction.operands[0])]
        elif operator == "ET":
            text.append(" ")
        elif operator in {"Tj", "TJ"}:
            text += [current[code] for code in _codes(instruction.operands[0])]
    return "".join(text)


def fonts(page: pikepdf.Page) -> Iterator[tuple[str, Any]]:
    yield from page.Resources.Font.items()


def _characters(font: Any) -> dict[int, str]:
    """Glyph codes to text, from the font's own ToUnicode map."""
    cmap = font.ToUnicode.read_bytes().decode("ascii")
    return {
        int(code, 16): bytes.fromhex(value).decode("utf-16-be")
        for code, value in _PAIR.findall(cmap)
    }


def _codes(shown: Any) -> Iterator[int]:
    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    for part in parts:
        if isinstance(part, pikepdf.String):
            raw = bytes(part)
            yield from (
                int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)
            )


def line_ends(document: bytes) -> list[float]:
    """How far to the right each run of glyphs reaches, in points."""
    with opened(document) as pdf:
        return [end for page in pdf.pages for end in _line_ends(page)]


def _line_ends(page: pikepdf.Page) -> Iterator[float]:
    widths = {name: _widths(font) for name, font in fonts(page)}
    at, kept = pikepdf.Matrix(), []
    line, current, size = pikepdf.Matrix(), {}, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                kept.append(at)
            case "Q":
                at = kept.pop()
            case "cm":
                at = pikepdf.Matrix(*map(float, operands)) @ at
            case "Tm":
                line = pikepdf.Matrix(*map(float, operands))
            case "Tf":
                current, size = widths[str(operands[0])], float(operands[1])
            case "Tj" | "TJ":
                run = sum(current.get(code, 1000) for code in _codes(operands[0]))
                yield (line @ at).transform((run * size / 1000, 0))[0]


def _widths(font: Any) -> dict[int, float]:
    """Glyph codes to widths: `first [w w w]` and `first last w`, one after another."""
    found: dict[int, float] = {}
    entries = list(font.DescendantFonts[0].get("/W", []))
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, pikepdf.Array):
            found |= {first + n: float(width) for n, width in enumerate(second)}
        else:
            width = float(entries.pop(0))
            found |= dict.fromkeys(range(first, int(second) + 1), width)
    return found


def tags(document: bytes) -> list[str]:
    """Every structure tag, in reading order."""
    with opened(document) as pdf:
        return [str(node.S)[1:] for node in _nodes(pdf.Root.StructTreeRoot)]


def alt_texts(document: bytes) -> list[str]:
    with opened(document) as pdf:
        nodes = _nodes(pdf.Root.StructTreeRoot)
        return [str(node.Alt) for node in nodes if "/Alt" in node]


def _nodes(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _nodes(kid)


def attached(document: bytes) -> dict[str, Any]:
    with opened(document) as pdf:
        return {
            name: json.loads(pdf.attachments[name].get_file().read_bytes())
            for name in pdf.attachments
        }
