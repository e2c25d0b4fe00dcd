"""What the report's own fonts can print, and what becomes of the rest.

A text may hold any character: an emoji, a script that no font here has, a control
character that turns the reading direction round. None of that may stop a report or
change it unseen. What cannot be printed faithfully is shown as its code, ``[U+1F600]``,
and the report says so.
"""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
# What a font's regular weight has can be printed: a bold one may lack the rarest
# characters, and they are regular then.
REGULAR = "*_400Regular.ttf"

# Control, format (invisible, direction), surrogate, private and unassigned characters.
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029\v\f]")
_BREAK = "\u200b"
# Between letters of scripts that join theirs: "علی‌رضا" is not spelt without.
JOINERS = frozenset("\u200c\u200d")


def printable(text: str) -> str:
    """The text in composed form, with codes for what cannot be printed as it is."""
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
    if text.isascii() and text.isprintable():
        return text
    printed = []
    # A mark is drawn upon its letter: one font must have the two of them.
    fonts: frozenset[int] = frozenset()
    for char in text:
        has = _fonts_with(char)
        fonts = has & fonts if _joins(char) else has
        if fonts or char == "\n":
            printed.append(char)
        else:
            printed.append(f"[U+{ord(char):04X}]")
    return "".join(printed)


def breakable(text: str) -> str:
    """The text with places where a long run of characters may be broken.

    Without them it would leave the page. No mark is parted from its letter.
    """
    return _long_run().sub(rf"\1{_BREAK}", text)


@cache
def _long_run() -> re.Pattern[str]:
    marks = "".join(char for char in map(chr, sorted(coverage())) if _joins(char))
    return re.compile(rf"((?:[^\s/-][{marks}]*+){{20}})(?=[^\s/-])")


def _joins(char: str) -> bool:
    return char in JOINERS or unicodedata.category(char).startswith("M")


def _fonts_with(char: str) -> frozenset[int]:
    """The numbers of the fonts that can print it as it is."""
    if char not in JOINERS and unicodedata.category(char) in _NEVER:
        return frozenset()
    return frozenset(
        number for number, points in enumerate(_regular()) if ord(char) in points
    )


@cache
def coverage() -> frozenset[int]:
    """Every code point that one of the text fonts has a glyph for."""
    return frozenset().union(*_regular())


@cache
def _regular() -> tuple[frozenset[int], ...]:
    return tuple(frozenset(_code_points(path)) for path in sorted(FONTS.glob(REGULAR)))


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
