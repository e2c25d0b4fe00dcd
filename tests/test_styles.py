"""House rules of the style sheets: what a design decides is declared once.

Colours, sizes of type, spaces and breakpoints stand in tokens.css; every other sheet
takes them from there. Sizes of boxes and lines (widths, heights, borders) are free.
"""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).resolve().parent.parent / "static" / "css"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")
SHEETS = [path for path in sorted(STYLES.glob("*.css")) if path.name != "tokens.css"]

COMMENT = re.compile(r"/\*.*?\*/", re.S)
DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;{}]+)(?=[;}])")
QUERY = re.compile(r"@(?:media|container)\s*([^{]+)\{")
BREAKPOINT = re.compile(r"--cds-break-[a-z]+:\s*([\d.]+(?:rem|px));")

COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\("
    r"|\b(?:white|black|gr[ae]y|red|green|blue|yellow|orange|purple|silver)\b",
    re.I,
)
SPACING = re.compile(r"(?:margin|padding)(?:-[a-z-]+)?|(?:row-|column-)?gap")
#: A token, or what depends on something else: the box, the window, the own type. Up to
#: two pixels are a hairline's, which no scale of spaces has.
SPACE = re.compile(
    r"-?var\(--cds-space-\d+\)|calc\(-1 \* var\(--cds-space-\d+\)\)"
    r"|0|auto|inherit|[12]px|-?[\d.]+(?:%|em|vh|vw)"
)
TYPE_SIZE = re.compile(r"var\(--cds-(?:drawing-)?text-[\d-]+\)|inherit")

every_sheet = pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)


def declarations(text: str) -> list[tuple[str, str]]:
    found = DECLARATION.findall(COMMENT.sub("", text))
    return [(name, value.strip()) for name, value in found]


def raw_colours(text: str) -> list[str]:
    return [f"{n}: {v}" for n, v in declarations(text) if COLOUR.search(v)]


def raw_spaces(text: str) -> list[str]:
    return [
        f"{name}: {value}"
        for name, value in declarations(text)
        if SPACING.fullmatch(name)
        and not re.fullmatch(rf"(?:{SPACE.pattern})(?:\s+(?:{SPACE.pattern}))*", value)
    ]


def raw_type_sizes(text: str) -> list[str]:
    return [
        f"{name}: {value}"
        for name, value in declarations(text)
        if (name == "font-size" and not TYPE_SIZE.fullmatch(value))
        or (name == "font" and value != "inherit")
    ]


def undeclared_widths(text: str) -> list[str]:
    declared = set(BREAKPOINT.findall(TOKENS))
    queries = QUERY.findall(COMMENT.sub("", text))
    widths = {w for query in queries for w in re.findall(r"[\d.]+[a-z]+", query)}
    return sorted(widths - declared)


@every_sheet
def test_a_colour_is_a_token(path):
    assert raw_colours(path.read_text(encoding="utf-8")) == []


@every_sheet
def test_a_space_is_a_token(path):
    assert raw_spaces(path.read_text(encoding="utf-8")) == []


@every_sheet
def test_a_size_of_type_is_a_token(path):
    assert raw_type_sizes(path.read_text(encoding="utf-8")) == []


@every_sheet
def test_a_query_asks_for_a_declared_width(path):
    assert undeclared_widths(path.read_text(encoding="utf-8")) == []


@every_sheet
def test_a_token_that_is_used_is_declared(path):
    """What one thing sets for another, as --state, may stand in any sheet."""
    every = TOKENS + "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8")))
    assert used <= set(re.findall(r"(--[\w-]+):", every))


def test_a_token_is_declared_once_and_is_used():
    declared = re.findall(r"(--cds-[\w-]+):", TOKENS)
    assert len(declared) == len(set(declared))
    sheets = [TOKENS, *(path.read_text(encoding="utf-8") for path in SHEETS)]
    used = set(re.findall(r"var\((--cds-[\w-]+)", "\n".join(sheets)))
    queries = " ".join(q for sheet in sheets for q in QUERY.findall(sheet))
    widths = dict(re.findall(r"(--cds-break-[a-z]+):\s*([\d.]+(?:rem|px));", TOKENS))
    used |= {name for name, width in widths.items() if width in queries}
    assert set(declared) - used == set()


@pytest.mark.parametrize(
    ("search", "sheet"),
    [
        (raw_colours, "a { color: #fff }"),
        (raw_colours, "a { background: rgb(0 0 0 / 5%); }"),
        (raw_colours, "a { border: 1px solid white; }"),
        (raw_spaces, "a { margin: 0 1rem; }"),
        (raw_spaces, "a { padding-left: 12px; }"),
        (raw_spaces, "a { gap: 0.5rem; }"),
        (raw_type_sizes, "a { font-size: 0.9rem; }"),
        (raw_type_sizes, "a { font: 1rem sans-serif; }"),
        (undeclared_widths, "@media (max-width: 123px) { a { margin: 0; } }"),
    ],
)
def test_the_search_finds_what_is_no_token(search, sheet):
    assert search(sheet)


@pytest.mark.parametrize("search", [raw_colours, raw_spaces, raw_type_sizes])
def test_the_search_lets_tokens_pass(search):
    sheet = """#fade a:hover { color: var(--cds-ink); /* not #fff */
      margin: 0 auto calc(-1 * var(--cds-space-50)) var(--cds-space-100);
      padding-block: 2px; gap: 0.5em 5%; font-size: var(--cds-text-90); }"""
    assert search(sheet) == []
