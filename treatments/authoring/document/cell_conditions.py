"""A cell as a control shows it, as people say it, and as the rules hold it.

Three forms of one condition: the S-FEEL text of the document, the state of a control
(chips, a number with its sign, yes or no), and plain words such as "6 to under 12".
Pure. What cannot be turned into another form is left as it was typed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from treatments.engine import Fact
from treatments.engine.ruleset.unary_tests import (
    CellError,
    Compare,
    Equal,
    Interval,
    UnaryTests,
    Value,
    parse,
)

ANY = "-"
BETWEEN = "between"
OPERATORS = ("=", ">=", ">", "<=", "<", BETWEEN)
SIGNS = {"=": "is", ">=": "≥", ">": ">", "<=": "≤", "<": "<", BETWEEN: "between"}
YES_NO = {"true": "yes", "false": "no"}


class WordsError(ValueError):
    """The words are no condition of this fact; the message says what may be said."""


@dataclass(frozen=True, slots=True)
class CellState:
    """What the control of a cell holds; all empty: any value.

    ``chosen`` are the values of an enumeration, or "true" or "false". A number has an
    ``operator`` of :data:`OPERATORS` with ``low`` (for "=" a list) and ``high``.
    """

    negated: bool = False
    chosen: tuple[str, ...] = ()
    operator: str = ""
    low: str = ""
    high: str = ""
    low_open: bool = False
    high_open: bool = False

    @property
    def is_any(self) -> bool:
        return not self.chosen and not self.operator


# --- S-FEEL text and the control ----------------------------------------------------


def state_of(fact: Fact, text: str) -> CellState | None:
    """The control's state for a cell; None where no control can show it."""
    cell = read(fact, text)
    if cell is None:
        return None
    if cell.is_any:
        return CellState()
    if fact.type == "bool":
        return _yes_or_no(cell)
    if fact.type == "enum":
        values = tuple(str(v) for v in _equals(cell))
        return CellState(cell.negated, chosen=values)
    return _number_state(cell)


def text_of(fact: Fact, state: CellState) -> str:
    """The S-FEEL text of a control's state; what was typed amiss stays in it."""
    if state.is_any:
        return ANY
    if fact.type == "bool":
        return state.chosen[0]
    if fact.type == "enum":
        tests = ",".join(f'"{value}"' for value in state.chosen)
    elif state.operator == BETWEEN:
        opening = "(" if state.low_open else "["
        closing = ")" if state.high_open else "]"
        tests = f"{opening}{state.low}..{state.high}{closing}"
    elif state.operator == "=":
        tests = ",".join(part.strip() for part in state.low.split(","))
    else:
        tests = f"{state.operator} {state.low}"
    return f"not({tests})" if state.negated else tests


def read(fact: Fact, text: str) -> UnaryTests | None:
    """The cell parsed; None where it is no test of this fact."""
    try:
        cell = parse(text or ANY)
    except CellError:
        return None
    return None if fact.misfit(cell) else cell


def same(fact: Fact, left: str, right: str) -> bool:
    """Whether two texts are the same condition: order and spaces do not count."""
    cells = read(fact, left), read(fact, right)
    if None in cells:
        return left == right
    one, other = ((c.negated, frozenset(c.tests)) for c in cells if c)
    return one == other


def _yes_or_no(cell: UnaryTests) -> CellState | None:
    values = _equals(cell)
    if cell.negated or len(values) != 1:
        return None
    return CellState(chosen=("true" if values[0] else "false",))


def _equals(cell: UnaryTests) -> list[Value]:
    return [test.value for test in cell.tests if isinstance(test, Equal)]


def _number_state(cell: UnaryTests) -> CellState | None:
    values = _equals(cell)
    if len(values) == len(cell.tests):
        low = ", ".join(_plain(value) for value in values)
        return CellState(cell.negated, operator="=", low=low)
    if len(cell.tests) > 1:
        return None
    test = cell.tests[0]
    if isinstance(test, Compare):
        low = _plain(test.bound)
        return CellState(cell.negated, operator=test.operator, low=low)
    if isinstance(test, Interval):
        return CellState(
            cell.negated,
            operator=BETWEEN,
            low=_plain(test.low),
            high=_plain(test.high),
            low_open=not test.low_closed,
            high_open=not test.high_closed,
        )
    return None


def _plain(value: Value) -> str:
    """A number without an exponent: ``0.0001``, never ``1e-04``."""
    return f"{Decimal(str(value)):f}"


# --- Words --------------------------------------------------------------------------


def in_words(fact: Fact, text: str) -> str:
    """A cell as people say it; "" for any; the text itself where there are no words."""
    state = state_of(fact, text)
    if state is None:
        return text
    if state.is_any:
        return ""
    if fact.type == "bool":
        return YES_NO[state.chosen[0]]
    if fact.type == "enum":
        if any(_needs_quotes(value) for value in state.chosen):
            return text
        said = ", ".join(spoken(value) for value in state.chosen)
    else:
        said = _number_words(state)
    return f"not {said}" if state.negated else said


def allowed(fact: Fact) -> str:
    """What may be entered, in words."""
    return "yes or no" if fact.type == "bool" else spoken(fact.allowed)


def spoken(value: str) -> str:
    return value.replace("_", " ")


def _needs_quotes(value: str) -> bool:
    """Values that would be read as something else when they are said."""
    said = spoken(value).lower()
    return not said or bool(re.search(r"[,;]| or |^not\b|^any$|^\W+$|^'", said))


def _number_words(state: CellState) -> str:
    if state.operator == "=":
        return state.low
    if state.operator != BETWEEN:
        return f"{SIGNS[state.operator]} {state.low}"
    low = f"over {state.low}" if state.low_open else state.low
    high = f"under {state.high}" if state.high_open else state.high
    return f"{low} to {high}"


def from_words(fact: Fact, words: str) -> str:
    """The S-FEEL text of what people write in a spreadsheet, or of S-FEEL itself.

    Raises:
        WordsError: it cannot be read, or is out of the fact's range.
    """
    said = " ".join(words.split())
    known = _values_by_words(fact)
    if said.lower() in ("", "-", "–", "—", "any", "*") and said.lower() not in known:
        return ANY
    if fact.type == "decimal" and re.fullmatch(r"-?\d+,\d+", said):
        point = said.replace(",", ".")
        spaced = said.replace(",", ", ")
        raise WordsError(f"{said} may be {point} or two numbers: {spaced}.")
    if read(fact, said) is not None:
        return said
    if fact.type == "bool":
        text = _bool_text(said)
    elif fact.type == "enum":
        text = _enum_text(known, said)
    else:
        text = _number_text(fact, said)
    if text is None:
        raise WordsError(f"“{said[:60]}” is not {allowed(fact)}.")
    return _checked(fact, text)


def _checked(fact: Fact, text: str) -> str:
    try:
        misfit = fact.misfit(parse(text))
    except CellError as error:
        misfit = str(error)
    if misfit:
        raise WordsError(f"“{text}” {misfit}.")
    return text


def _bool_text(said: str) -> str | None:
    word = said.lower()
    negated = word.startswith("not ")
    word = word.removeprefix("not ").strip()
    for answers, text, other in (
        (("yes", "y", "true"), "true", "false"),
        (("no", "n", "false"), "false", "true"),
    ):
        if word in answers:
            return other if negated else text
    return None


def _values_by_words(fact: Fact) -> dict[str, str]:
    return {_folded(value): value for value in fact.values}


def _folded(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip().strip("\"'“”").strip().lower())


def _enum_text(known: dict[str, str], said: str) -> str | None:
    if _folded(said) in known:
        return f'"{known[_folded(said)]}"'
    bare, negated = _without_not(said)
    found = [known.get(_folded(part)) for part in re.split(r",|;|\bor\b", bare) if part]
    if not found or None in found:
        return None
    listed = ",".join(f'"{value}"' for value in dict.fromkeys(found))
    return f"not({listed})" if negated else listed


def _without_not(said: str) -> tuple[str, bool]:
    match = re.fullmatch(r"(?:not\b|≠|!=)\s*(?:\((.*)\)|(.*))", said, re.IGNORECASE)
    return (match[1] or match[2] or "", True) if match else (said, False)


_NUMBER = r"(-?\d+(?:\.\d+)?)"
_RANGE = re.compile(
    rf"(?:between |from )?(over |above )?{_NUMBER}"
    rf"(?:\s*\.\.\s*|\s*-\s*| to | and )(under |below )?{_NUMBER}"
)
_BOUNDS = (
    (">=", rf"(?:>=|at least|minimum|min|from) ?{_NUMBER}"),
    (">=", rf"{_NUMBER} (?:or|and) (?:more|over|above|older|longer)"),
    ("<=", rf"(?:<=|at most|maximum|max|up to) ?{_NUMBER}"),
    ("<=", rf"{_NUMBER} (?:or|and) (?:less|fewer|under|below|younger|shorter)"),
    (">", rf"(?:>|over|above|more than|greater than|older than) ?{_NUMBER}"),
    ("<", rf"(?:<|under|below|less than|fewer than|younger than) ?{_NUMBER}"),
)
_SAME = (("≥", ">="), ("≤", "<="), ("=>", ">="), ("=<", "<="), ("–", "-"), ("−", "-"))


def _number_text(fact: Fact, said: str) -> str | None:
    bare, negated = _without_not(said.lower())
    for written, meant in _SAME:
        bare = bare.replace(written, meant)
    if fact.unit and len(fact.unit) > 1:
        bare = re.sub(rf"(?<=\d)\s*{re.escape(fact.unit.lower())}(?!\w)", "", bare)
    text = _bare_number_text(re.sub(r"\s+", " ", bare).strip(" ="))
    if text is None:
        return None
    return f"not({text})" if negated else text


def _bare_number_text(said: str) -> str | None:
    for operator, pattern in _BOUNDS:
        if match := re.fullmatch(pattern, said):
            return f"{operator} {match[1]}"
    if match := _RANGE.fullmatch(said):
        over, low, under, high = match.groups()
        return f"{'(' if over else '['}{low}..{high}{')' if under else ']'}"
    numbers = [part.strip() for part in re.split(r",|;|\bor\b", said)]
    if _all_numbers(numbers):
        return ",".join(numbers)
    return None


def _all_numbers(texts: Iterable[str]) -> bool:
    return all(re.fullmatch(_NUMBER, text) for text in texts)
