"""A cell as a control shows it, as people say it, and as the rules hold it.

Three forms of one condition: the S-FEEL text of the document, the state of a control
(chips, a number with its sign, yes or no), and plain words such as "6 to under 12".
Pure. What cannot be turned into another form is left as it was typed.
"""

from dataclasses import dataclass
from decimal import Decimal

from treatments.engine import Fact
from treatments.engine.ruleset.unary_tests import (
    Compare,
    Equal,
    Interval,
    UnaryTests,
    Value,
)
from treatments.engine.ruleset.wording import cell_in_words
from treatments.engine.ruleset.words_reader import ANY, read_cell

BETWEEN = "between"
OPERATORS = ("=", ">=", ">", "<=", "<", BETWEEN)
SIGNS = {"=": "is", ">=": "≥", ">": ">", "<=": "≤", "<": "<", BETWEEN: "between"}
YES_NO = {"true": "yes", "false": "no"}


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
    cell = read_cell(fact, text)
    if cell is None or cell.unknown:
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


def same(fact: Fact, left: str, right: str) -> bool:
    """Whether two texts are the same condition: order and spaces do not count."""
    cells = read_cell(fact, left), read_cell(fact, right)
    if None in cells:
        return left == right
    one, other = ((c.unknown, c.negated, frozenset(c.tests)) for c in cells if c)
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
    """A cell as people say it; "" for any; the text itself where it is no cell."""
    cell = read_cell(fact, text)
    return text if cell is None else cell_in_words(fact, cell)
