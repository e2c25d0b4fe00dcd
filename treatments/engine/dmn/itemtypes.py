"""Item definitions: the types of a model, and whether a value is of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .feel.run import Run, Scope
from .feel.temporal import read_date, read_date_time, read_duration, read_time
from .feel.unary_tests import FeelTests
from .feel.values import Function, kind

BUILT_IN = {
    "Any": "",
    "number": "number",
    **dict.fromkeys(("integer", "long", "double"), "number"),  # as Camunda says it
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "date and time": "date and time",
    "dayTimeDuration": "days and time duration",
    "days and time duration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months duration": "years and months duration",
}
_READ = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "days and time duration": read_duration,
    "years and months duration": read_duration,
}


@dataclass(slots=True)
class ItemType:
    """A type: built in (``kind``, "" for any), named (``base``) or of components.

    ``allowed`` is asked of each item of a collection, ``constraint`` of the whole.
    """

    name: str
    kind: str = ""
    base: str = ""
    components: Mapping[str, ItemType] = field(default_factory=dict)
    collection: bool = False
    allowed: FeelTests | None = None
    constraint: FeelTests | None = None


@dataclass(frozen=True, slots=True)
class Types:
    """The item definitions of a model, by name."""

    defined: Mapping[str, ItemType]

    def mismatch(self, value: Any, of: ItemType, run: Run) -> str:
        """Why a value is not of a type, or "" if it is; null is of every type."""
        run.spend()
        if value is None or isinstance(value, Function):
            return ""
        one = self._items if of.collection else self._one
        reason = one(value, of, run)
        if reason or of.constraint is None:
            return reason
        holds = of.constraint.accept(value, Scope({}, run))
        return "" if holds is True else f"breaks the constraint of {of.name}"

    def _items(self, value: Any, of: ItemType, run: Run) -> str:
        if not isinstance(value, list):
            return f"is no list of {of.name}"
        found = (self._one(item, of, run) for item in value if item is not None)
        return next((reason for reason in found if reason), "")

    def _one(self, value: Any, of: ItemType, run: Run) -> str:
        if of.base:
            reason = self.mismatch(value, self.defined[of.base], run)
        elif of.components:
            reason = self._components(value, of, run)
        else:
            reason = "" if of.kind in ("", kind(value)) else f"is no {of.kind}"
        if not reason and of.allowed is not None and value is not None:
            holds = of.allowed.accept(value, Scope({}, run))
            reason = "" if holds is True else f"is not among the values of {of.name}"
        return reason

    def _components(self, value: Any, of: ItemType, run: Run) -> str:
        if not isinstance(value, dict):
            return f"is no {of.name}"
        for name, component in of.components.items():
            if name not in value:
                return f"has no {name!r}"
            reason = self.mismatch(value[name], component, run)
            if reason:
                return f"has a {name!r} that {reason}"
        return ""

    def coerced(self, value: Any, of: ItemType, run: Run) -> Any:
        """The value as the type wants it where the standard converts; else itself.

        A list of one becomes its item and an item a list of one, as the type asks; a
        date becomes the midnight that starts it.
        """
        plural = self.plural(of)
        if plural and value is not None and not isinstance(value, list):
            return [value]
        if not plural and isinstance(value, list) and len(value) == 1:
            single = self.kind_of(of) != "" or bool(of.components or of.base)
            value = (
                value[0] if single and not self.mismatch(value[0], of, run) else value
            )
        if self.kind_of(of) == "date and time" and kind(value) == "date":
            return read_date_time(value.isoformat())
        return value

    def read(self, value: Any, of: ItemType) -> Any:
        """What an asker gives: texts as dates, times, durations; what lacks as null."""
        if isinstance(value, list):
            return [self.read(item, of) for item in value]
        base = self._resolved(of)
        if isinstance(value, dict) and base.components:
            parts = base.components
            return dict.fromkeys(parts) | {
                name: self.read(item, parts[name]) if name in parts else item
                for name, item in value.items()
            }
        reader = _READ.get(base.kind)
        if reader is None or not isinstance(value, str):
            return value
        found: Any = reader(value)
        return value if found is None else found

    def plural(self, of: ItemType) -> bool:
        """Whether a value of the type is a list."""
        while not of.collection and of.base:
            of = self.defined[of.base]
        return of.collection

    def kind_of(self, of: ItemType) -> str:
        """FEEL's name of the built-in type that a type comes down to; "" for any."""
        return self._resolved(of).kind

    def allowed(self, of: ItemType) -> FeelTests | None:
        """The allowed values that hold for a type, its own or those of its base."""
        while of.allowed is None and of.base:
            of = self.defined[of.base]
        return of.allowed

    def component(self, of: ItemType, name: str) -> ItemType:
        """The type of a component; of a type without components, itself."""
        return self._resolved(of).components.get(name, of)

    def _resolved(self, of: ItemType) -> ItemType:
        while of.base:
            of = self.defined[of.base]
        return of
