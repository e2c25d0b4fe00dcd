"""The vocabulary: every fact a case may state, with its type, range and meaning."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .unary_tests import Compare, Equal, Interval, UnaryTests, Value

SCOPES = ("case", "disc", "computed", "derived")
TYPES = ("int", "decimal", "bool", "enum")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the vocabulary.

    ``minimum`` and ``maximum`` bound a number in ``unit`` (UCUM); ``values`` lists
    an enumeration. ``presumed`` is used for the advice while the fact is unknown,
    and is reported as an assumption. ``essential`` is free text: yes, no, or when.
    """

    name: str
    scope: str
    group: str
    type: str
    values: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    unit: str
    essential: str
    presumed: Value | None
    modifiable: bool
    plausible_minimum: float | None
    plausible_maximum: float | None
    label: str
    meaning: str

    @property
    def limits(self) -> tuple[float, float]:
        """The least and the greatest number; without a bound, infinite."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        return low, high

    @property
    def allowed(self) -> str:
        """What may be entered, in words: ``a whole number from 8 to 110 (a)``."""
        if self.type == "bool":
            return "true or false"
        if self.type == "enum":
            return "one of " + ", ".join(self.values)
        kind = "a whole number" if self.type == "int" else "a number"
        unit = f" ({self.unit})" if self.unit else ""
        return f"{kind} from {self.minimum:g} to {self.maximum:g}{unit}"

    def read(self, value: object) -> Value | None:
        """The value as this fact stores it, or None where it is not allowed."""
        if self.type == "bool":
            return value if isinstance(value, bool) else None
        if self.type == "enum":
            return value if isinstance(value, str) and value in self.values else None
        return self._read_number(value)

    def _read_number(self, value: object) -> Value | None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if isinstance(value, float) and not math.isfinite(value):
            return None
        low, high = self.limits
        if not low <= value <= high:
            return None
        if self.type == "int":
            return int(value) if value == int(value) else None
        return value

    def misfit(self, cell: UnaryTests) -> str | None:
        """Why a cell cannot be a test of this fact, or None when it can."""
        for test in cell.tests:
            if isinstance(test, Equal):
                if self.read(test.value) is None:
                    return f"names {test.value!r}; {self.name} takes {self.allowed}"
            elif self.type not in ("int", "decimal"):
                return f"compares {self.name}, which is not a number"
            else:
                problem = self._out_of_range(test)
                if problem:
                    return problem
        return None

    def _out_of_range(self, test: Compare | Interval) -> str | None:
        bounds = (test.bound,) if isinstance(test, Compare) else (test.low, test.high)
        low, high = self.limits
        for bound in bounds:
            if not low <= bound <= high:
                return (
                    f"has the bound {bound:g} outside the range of {self.name}, "
                    f"{low:g} to {high:g}"
                )
        return None
