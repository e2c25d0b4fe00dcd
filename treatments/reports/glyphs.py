"""What the report's own fonts can print, and what becomes of the rest.

A text may hold any character: a name in Hangul, an emoji, a control character that
turns the reading direction round. None of that may stop a report or change it unseen.
What cannot be printed faithfully is shown as its code, ``[U+D55C]``, and the report
says so.
"""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
# Bold text in a script that only the second one has is printed in its regular weight.
TEXT_FONTS = ("Inter_400Regular.ttf", "NotoSansSC_400Regular.ttf")

# Control, format (invisible, direction), surrogate, private and unassigned characters.
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
# A long run without a space gets places to break, else it would leave the page.
_LONG_RUN = re.compile(r"([^\s/-]{20})(?=[^\s/-])")
_BREAK = "\u200b"


def printable(text: str) -> str:
    """The text in composed form, with codes for what cannot be printed as it is."""
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
    return "".join(
        char if _can_print(char) else f"[U+{ord(char):04X}]" for char in text
    )


def breakable(text: str) -> str:
    """The text with places where a long run of characters may be broken."""
    return _LONG_RUN.sub(rf"\1{_BREAK}", text)


def _can_print(char: str) -> bool:
    if char == "\n":
        return True
    return unicodedata.category(char) not in _NEVER and ord(char) in coverage()


@cache
def coverage() -> frozenset[int]:
    """Every code point that one of the text fonts has a glyph for."""
    return frozenset().union(*(_code_points(FONTS / name) for name in TEXT_FONTS))


def _code_points(path: Path) -> set[int]:
    """The code points of a TrueType font, from its `cmap` in format 12.

    OpenType 1.9, `cmap`: groups of (first, last, first glyph), all 32 bits wide.

    Raises:
        ValueError: the font has no such table.
    """
    font = path.read_bytes()
    start = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for record in range(count):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * record)
        table = start + offset
        if struct.unpack_from(">H", font, table) == (12,):
            (groups,) = struct.unpack_from(">I", font, table + 12)
            found: set[int] = set()
            for group in range(groups):
                first, last, _ = struct.unpack_from(
                    ">III", font, table + 16 + 12 * group
                )
                found.update(range(first, last + 1))
            return found
    raise ValueError(f"{path.name} has no character map of format 12")


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for record in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * record)
        if name == tag:
            return int(offset)
    raise ValueError(f"the font has no table {tag.decode()}")
