"""The form of a rule: for each column of the grid the control made for it.

The same controls stand in the small form of one cell and on the page of a whole rule,
and both work without a script.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from treatments.authoring.document import cell_conditions
from treatments.authoring.document.cell_conditions import (
    BETWEEN,
    OPERATORS,
    SIGNS,
    CellState,
)
from treatments.authoring.document.columns import GridColumn
from treatments.engine import Fact
from treatments.engine.ruleset.terms import spoken
from treatments.engine.ruleset.words_reader import ANY, WordsError, from_words

ONE_LINE = 300


class CellWidget(forms.Widget):
    """Chips, a number with its sign, or yes, no, any; and beside them the S-FEEL text.

    The text wins where it was changed, else what the controls say. A condition that
    comes to the same as before keeps its text.
    """

    template_name = "treatments/authoring/grid/_cell_control.html"

    def __init__(self, fact: Fact | None) -> None:
        super().__init__()
        self.fact = fact

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        text = ANY if value in (None, "") else str(value)
        state = cell_conditions.state_of(self.fact, text) if self.fact else None
        context.update(
            name=name,
            text=text,
            fact=self.fact,
            state=state,
            numbers=self.fact is not None and self.fact.type in ("int", "decimal"),
            chips=self._chips(state),
            operators=[
                (op, SIGNS[op], state and state.operator == op) for op in OPERATORS
            ],
            between=BETWEEN,
        )
        return context

    def _chips(self, state: CellState | None) -> list[tuple[str, str, bool]]:
        if self.fact is None:
            return []
        chosen = state.chosen if state else ()
        if self.fact.type == "bool":
            words = cell_conditions.YES_NO.items()
            return [(value, word, value in chosen) for value, word in words]
        return [(value, spoken(value), value in chosen) for value in self.fact.values]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        was = str(data.get(f"{name}-was", ANY))
        typed = str(data.get(f"{name}-text", was)).strip() or ANY
        if typed != was or self.fact is None:
            return self._read(typed)
        if f"{name}-shown" not in data:
            return was
        text = cell_conditions.text_of(self.fact, self._state(data, name))
        return was if cell_conditions.same(self.fact, was, text) else text

    def _read(self, typed: str) -> str:
        """S-FEEL as it is; else what people write, or, if it is neither, as typed."""
        if self.fact is None:
            return typed
        try:
            return from_words(self.fact, typed)
        except WordsError:
            return typed

    def _state(self, data: Any, name: str) -> CellState:
        chosen = data.getlist(f"{name}-chosen") if hasattr(data, "getlist") else []
        operator = str(data.get(f"{name}-operator", ""))
        low = str(data.get(f"{name}-low", "")).strip()
        return CellState(
            negated=f"{name}-not" in data,
            chosen=tuple(value for value in chosen if value),
            operator=operator if operator in OPERATORS and low else "",
            low=low,
            high=str(data.get(f"{name}-high", "")).strip(),
            low_open=f"{name}-low-open" in data,
            high_open=f"{name}-high-open" in data,
        )


class SourcesWidget(forms.Widget):
    """The sources cited, each to be unticked, and a field to add some by their ids."""

    template_name = "treatments/authoring/grid/_sources_control.html"

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context.update(name=name, cited=list(value or ()))
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        kept = data.getlist(name) if hasattr(data, "getlist") else []
        added = str(data.get(f"{name}-add", "")).replace(",", " ").split()
        return list(dict.fromkeys([*kept, *added]))


class _AsTyped(forms.Field):
    """Takes whatever the widget gives: what is wrong with it is marked in the grid."""

    def to_python(self, value: Any) -> Any:
        return value


class RuleForm(forms.Form):
    """The columns of a rule as fields, named by the columns' keys."""

    def __init__(
        self, columns: Iterable[GridColumn], rule: Mapping[str, Any], data: Any = None
    ) -> None:
        super().__init__(data, auto_id="at-%s")
        self.columns = list(columns)
        self.rule = rule
        for column in self.columns:
            value = column.value_in(rule)
            self.fields[column.key] = _field(column, value)

    @property
    def entries(self) -> list[tuple[str, str, Any]]:
        """What was changed on the screen, as ``edits.set_entries`` takes it.

        Each field tells beside it what stood there: what somebody else wrote
        meanwhile is not taken back by a field that was left alone.
        """
        found = []
        for column in self.columns:
            was = self.data.get(f"{column.key}-was")
            value = _as_posted(self.cleaned_data[column.key])
            if was is not None and column.text(value) != _as_posted(was):
                found.append((str(self.rule["id"]), column.key, value))
        return found

    @property
    def left_over(self) -> list[str]:
        """What was on the screen and is no column any more."""
        shown = {f"{column.key}-was" for column in self.columns}
        return [n for n in self.data if n.endswith("-was") and n not in shown]

    @property
    def conditions(self) -> list[tuple[GridColumn, forms.BoundField]]:
        """The columns of facts, each with its field."""
        return [(c, self[c.key]) for c in self.columns if c.is_fact]

    @property
    def was(self) -> list[tuple[str, str]]:
        """What stands in the rule now, for the fields beside the controls."""
        return [(c.key, c.text(c.value_in(self.rule))) for c in self.columns]

    @property
    def others(self) -> list[tuple[GridColumn, forms.BoundField]]:
        """The columns of outputs and grounds, each with its field."""
        return [(c, self[c.key]) for c in self.columns if not c.is_fact]


def _as_posted(value: Any) -> Any:
    """Browsers end the lines of what they send in their own way."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _field(column: GridColumn, value: Any) -> forms.Field:
    return _AsTyped(
        widget=_widget(column, value),
        label=column.label,
        required=False,
        initial=value,
        help_text=column.about,
    )


def _widget(column: GridColumn, value: Any) -> forms.Widget:
    if column.is_fact:
        return CellWidget(column.fact)
    if column.kind == "sources":
        return SourcesWidget()
    if column.kind == "many":
        kept = list(dict.fromkeys([*column.choices, *(value or ())]))
        return TicksWidget(choices=[(code, code) for code in kept])
    if column.kind == "choice":
        known = list(dict.fromkeys([*column.choices, str(value)]))
        choices = [(v, cell_conditions.YES_NO.get(v) or spoken(v)) for v in known]
        return forms.Select(choices=choices, attrs={"class": "form-select"})
    if column.kind == "text":
        attrs = {"rows": 4, "class": "form-control", "maxlength": 4000}
        return forms.Textarea(attrs=attrs)
    attrs = {"class": "form-control", "maxlength": ONE_LINE}
    if column.kind == "date":
        attrs["placeholder"] = "YYYY-MM-DD"
    return forms.TextInput(attrs=attrs)


class TicksWidget(forms.CheckboxSelectMultiple):
    """Some of a list, each as a chip."""

    template_name = "treatments/authoring/grid/_ticks.html"
    option_template_name = "django/forms/widgets/checkbox_option.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name) if hasattr(data, "getlist") else []
