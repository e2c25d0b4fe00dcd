"""The one reader of what people type for a cell: words, signs or S-FEEL itself.

It reads every wording of ``wording`` back to the same unary tests. Files are read
as strict S-FEEL (:mod:`.unary_tests`), which no spreadsheet can mean otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .terms import PLAIN, Terms, fold, spoken
from .unary_tests import UNKNOWN, CellError, UnaryTests, parse
from .vocabulary import Fact

ANY = "-"
#: How the cell of a presumption is said that asks that a fact be not known.
NOT_KNOWN = "not known"
ANY_WORDS = ("", "-", "–", "—", "any", "*")
_YES_NO = {"yes": "true", "y": "true", "true": "true"} | {
    "no": "false",
    "n": "false",
    "false": "false",
}
_MORE = "more|over|above|older|longer"
_LESS = "less|fewer|under|below|younger|shorter"
_NOT = re.compile(r"(?:not\b|neither\b|≠|!=)\s*(?:\((.*)\)|(.*))", re.I | re.S)
#: What parts the members of a list: not the "or" of "6 or more", nothing in quotes.
_BETWEEN = re.compile(
    rf'(,|;|\bnor\b|\bor\b(?!\s+(?:{_MORE}|{_LESS})\b(?!\s*-?\d)))(?=[^"]*(?:"[^"]*"[^"]*)*$)',
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""["'“]([^"'“”]*)["'”]""")
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_RANGE = re.compile(
    rf"(?:between |from )?(over |above )?{_NUMBER}"
    rf"(?:\s*\.\.\s*|\s*-\s*| to | and )(under |below )?{_NUMBER}"
)
_BOUNDS = (
    (">=", rf"(?:>=|at least|minimum|min|from) ?{_NUMBER}"),
    (">=", rf"{_NUMBER} (?:or|and) (?:{_MORE})"),
    ("<=", rf"(?:<=|at most|maximum|max|up to) ?{_NUMBER}"),
    ("<=", rf"{_NUMBER} (?:or|and) (?:{_LESS})"),
    (">", rf"(?:>|over|above|more than|greater than|older than) ?{_NUMBER}"),
    ("<", rf"(?:<|under|below|less than|fewer than|younger than) ?{_NUMBER}"),
)
_SAME = (("≥", ">="), ("≤", "<="), ("=>", ">="), ("=<", "<="), ("–", "-"), ("−", "-"))


class WordsError(ValueError):
    """The words are no condition of this fact; the message says what may be said."""


def read_cell(fact: Fact, text: str) -> UnaryTests | None:
    """A cell of S-FEEL parsed; None where it is no test of this fact."""
    if text == UNKNOWN.text:
        return UNKNOWN
    try:
        cell = parse(text or ANY)
    except CellError:
        return None
    return None if fact.misfit(cell) else cell


def from_words(fact: Fact, words: str, terms: Terms = PLAIN) -> str:
    """The S-FEEL text of what people write, or of S-FEEL itself; ``-`` for any.

    Raises:
        WordsError: it cannot be read, or is out of the fact's range.
    """
    said = " ".join(words.split())
    labels = tuple(map(terms.labels.get, fact.values))
    known = values_by_words(fact.values, labels)
    if not said or (said.lower() in ANY_WORDS and fold(said) not in known):
        return ANY
    if said.lower() in (NOT_KNOWN, UNKNOWN.text) and fold(said) not in known:
        return UNKNOWN.text
    if fact.type == "decimal" and re.fullmatch(r"-?\d+,\d+", said):
        point = said.replace(",", ".")
        spaced = said.replace(",", ", ")
        raise WordsError(f"{said} may be {point} or two numbers: {spaced}.")
    text = words.strip() if '"' in words else said
    if read_cell(fact, text) is not None:
        return text
    if fact.type in ("int", "decimal"):
        text = _number_text(said, (terms.unit, fact.unit))
    else:
        text = listed(known if fact.type == "enum" else _YES_NO, words.strip())
    if not text:
        raise WordsError(f"“{said[:60]}” is not {allowed(fact)}.")
    return _checked(fact, text)


def allowed(fact: Fact) -> str:
    """What may be entered, in words."""
    return "yes or no" if fact.type == "bool" else spoken(fact.allowed)


def _checked(fact: Fact, text: str) -> str:
    try:
        misfit = fact.misfit(parse(text))
    except CellError as error:
        misfit = str(error)
    if misfit:
        raise WordsError(f"“{text}” {misfit}.")
    return text


def values_by_words(
    codes: tuple[str, ...], labels: tuple[str | None, ...]
) -> Mapping[str, str]:
    """The literal for each label and each code of an enumeration, and for its quotes.

    ``labels`` has the label of each code, or None. A code goes before a label.
    """
    literals = {code: f'"{code}"' for code in codes}
    pairs = zip(codes, labels, strict=True)
    found = {fold(label): literals[code] for code, label in pairs if label}
    found |= {fold(code): literal for code, literal in literals.items()}
    return found | {literal: literal for literal in literals.values()}


def listed(known: Mapping[str, str], said: str) -> str:
    """A list of names as S-FEEL, each the longest that is known; "" where one is not.

    ``known`` has the literal for each name (:func:`values_by_words`).
    """
    if whole := _value(known, said):
        return whole
    bare, negated = _without_not(said)
    found = dict.fromkeys(_names(known, bare))
    return "" if "" in found else _negated(",".join(found), negated)


def _names(known: Mapping[str, str], said: str) -> Iterator[str]:
    """The literals of a list; "" for what is no name. A name may hold a comma."""
    pieces = _BETWEEN.split(said)
    longest = 1 + 2 * max((len(_BETWEEN.findall(name)) for name in known), default=0)
    at = 0
    while at < len(pieces):
        ends = range(min(len(pieces), at + longest), at, -1)
        found = ((_value(known, "".join(pieces[at:end])), end) for end in ends)
        literal, end = next((hit for hit in found if hit[0]), ("", at + 1))
        if literal or pieces[at].strip():
            yield literal
        at = end + 1


def _value(known: Mapping[str, str], part: str) -> str:
    part = part.strip()
    quoted = _QUOTED.fullmatch(part)
    return known.get(part) or known.get(fold(quoted[1] if quoted else part), "")


def _without_not(said: str) -> tuple[str, bool]:
    match = _NOT.fullmatch(said)
    return (match[1] or match[2] or "", True) if match else (said, False)


def _negated(tests: str, negated: bool) -> str:
    return f"not({tests})" if negated and tests else tests


def _parts(said: str) -> Iterator[str]:
    return (part for part in map(str.strip, _BETWEEN.split(said)[::2]) if part)


def _number_text(said: str, units: tuple[str, ...]) -> str:
    bare, negated = _without_not(said.lower())
    for written, meant in _SAME:
        bare = bare.replace(written, meant)
    for unit in filter(None, units):
        bare = re.sub(rf"(?<=\d)\s*{re.escape(unit.lower())}(?!\w)", "", bare)
    found = [_number_test(part.strip(" =")) for part in _parts(bare)]
    return _negated(",".join(found), negated) if all(found) else ""


def _number_test(said: str) -> str:
    """One test of a number as S-FEEL; "" where it is none."""
    if re.fullmatch(_NUMBER, said):
        return said
    for operator, pattern in _BOUNDS:
        if match := re.fullmatch(pattern, said):
            return f"{operator} {match[1]}"
    if match := _RANGE.fullmatch(said):
        over, low, under, high = match.groups()
        return f"{'(' if over else '['}{low}..{high}{')' if under else ']'}"
    return ""
