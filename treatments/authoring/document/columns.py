"""The columns of a rule grid: what each holds, how it is said, and how it is read."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.authoring.document import cell_conditions
from treatments.authoring.document.parts import Parts, address
from treatments.engine import Fact
from treatments.engine.ruleset.csv_folder import GROUNDS
from treatments.engine.ruleset.decision_tables import (
    CERTAINTIES,
    OUTPUTS,
    STRENGTHS,
)
from treatments.engine.ruleset.enums import (
    DISPOSITIONS,
    EFFECTS,
    FROM_URGENCY_TABLES,
    INDICATORS,
    URGENCIES,
)
from treatments.engine.ruleset.terms import spoken
from treatments.engine.ruleset.words_reader import ANY, WordsError, allowed, from_words

CHOICES: Mapping[str, tuple[str, ...]] = {
    "disposition": DISPOSITIONS,
    "urgency": (*URGENCIES, FROM_URGENCY_TABLES),
    "effect": EFFECTS,
    "indicator": INDICATORS,
    "strength": STRENGTHS,
    "certainty": CERTAINTIES,
}
#: Columns beside the facts: label, kind, and what they mean.
OTHERS: Mapping[str, tuple[str, str, str]] = {
    "disposition": ("Disposition", "choice", "Where triage sends the case."),
    "urgency": ("Urgency", "choice", "How soon; “-” leaves it to the urgency table."),
    "text": ("Text", "text", "What is said to the surgeon."),
    "treatments": ("Treatments", "many", "The treatments that the rule speaks of."),
    "effect": ("Effect", "choice", "What the rule says of these treatments."),
    "indicator": ("Indicator", "choice", "How grave the alert is."),
    "value": ("Value", "line", "The value that the rule gives."),
    "rationale": ("Why", "text", "The rationale in words. Without it no publishing."),
    "sources": ("Sources", "sources", "What the rule rests on. At least one."),
    "strength": ("Strength", "choice", "Of the recommendation, as in GRADE."),
    "certainty": ("Certainty", "choice", "Of the evidence, as in GRADE."),
    "owner": ("Owner", "line", "Who answers for the rule."),
    "review_by": ("Review by", "date", "When the rule is to be looked at again."),
}
_FACT_FIELDS = (
    *("name", "scope", "group", "type", "values", "minimum", "maximum", "unit"),
    *("essential", "presumed", "modifiable", "label", "meaning"),
)


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column. ``key`` is where its value stands in a rule (see ``set_entries``).

    ``kind`` is fact, choice, many, sources, text, line or date.
    """

    key: str
    label: str
    kind: str
    meaning: str
    unit: str = ""
    fact: Fact | None = None
    choices: tuple[str, ...] = ()
    is_shown: bool = True
    is_empty: bool = False

    @property
    def name(self) -> str:
        return self.key.rpartition(".")[2]

    @property
    def is_output(self) -> bool:
        return self.key.startswith("outputs.")

    @property
    def is_fact(self) -> bool:
        return self.kind == "fact"

    @property
    def about(self) -> str:
        """The meaning, and what may be entered."""
        if self.fact is None:
            return self.meaning
        parts = [self.meaning.strip(" ."), allowed(self.fact)]
        return ". ".join(part[:1].upper() + part[1:] for part in parts if part) + "."

    def value_in(self, rule: Mapping[str, Any]) -> Any:
        if self.is_fact:
            return rule.get("cells", {}).get(self.name, ANY)
        holder = rule.get("outputs", {}) if self.is_output else rule
        value = holder.get(self.name, "")
        return str(value).lower() if isinstance(value, bool) else value

    def text(self, value: Any) -> str:
        """As it is typed: S-FEEL of a cell, else the words of the document."""
        return " ".join(map(str, value)) if isinstance(value, list) else str(value)

    def words(self, value: Any) -> str:
        """As it is read."""
        if self.fact is not None and self.is_fact:
            return cell_conditions.in_words(self.fact, str(value))
        if self.kind == "choice":
            return cell_conditions.YES_NO.get(str(value)) or spoken(str(value))
        return self.text(value)

    def read(self, words: str) -> Any:
        """The value of what was typed or pasted.

        Raises:
            WordsError: it cannot be one.
        """
        if self.fact is not None and self.is_fact:
            return from_words(self.fact, words)
        text = words.strip()
        if self.kind == "choice":
            return self._choice(text)
        if self.kind in ("many", "sources"):
            return self._several(text)
        if self.kind == "date" and text:
            return _date(text)
        return text

    def typed(self, words: str) -> Any:
        """As :meth:`read`; what cannot be read is kept as it was typed."""
        try:
            return self.read(words)
        except WordsError:
            kept = words.strip()
            return kept.split() if self.kind in ("many", "sources") else kept

    def _choice(self, text: str) -> str:
        folded = text.lower().replace("_", " ")
        for choice in self.choices:
            if folded in (spoken(choice).lower(), cell_conditions.YES_NO.get(choice)):
                return choice
        listed = ", ".join(spoken(choice) for choice in self.choices)
        raise WordsError(f"“{text[:60]}” is not one of {listed}.")

    def _several(self, text: str) -> list[str]:
        known = {choice.lower(): choice for choice in self.choices}
        codes = text.replace(",", " ").replace(";", " ").split()
        unknown = [code for code in codes if code.lower() not in known]
        if unknown:
            raise WordsError(f"There is no {unknown[0]} in the list of {self.name}.")
        return list(dict.fromkeys(known[code.lower()] for code in codes))


def _date(text: str) -> str:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y"):
        try:
            return datetime.datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    raise WordsError(f"“{text[:40]}” is no date: write 2027-11-30.")


def facts_of(parts: Parts) -> dict[str, Fact]:
    """The vocabulary of a draft, those facts that can be read as such."""
    found = {}
    for name in parts["facts"]:
        fact = fact_of(parts[address("facts", name)])
        if fact is not None:
            found[name] = fact
    return found


def fact_of(row: Mapping[str, Any]) -> Fact | None:
    """A fact of a draft, where it can be read as one."""
    try:
        fields = {field: row[field] for field in _FACT_FIELDS}
        fields["values"] = tuple(row["values"])
        fact = Fact(
            **fields,
            plausible_minimum=row["plausible_min"],
            plausible_maximum=row["plausible_max"],
        )
        _ = fact.allowed
    except (KeyError, TypeError, ValueError):
        return None
    return fact


def columns_of(
    parts: Parts,
    head: Mapping[str, Any],
    inputs: Iterable[str],
    used: Iterable[str],
    hidden: frozenset[str],
) -> tuple[GridColumn, ...]:
    """The columns of a table: its facts, its outputs, the grounds of its rules.

    ``used`` are the facts that some rule tests. A cell outside the columns, or a
    column that is no fact, is shown as text.
    """
    facts, filled = facts_of(parts), set(used)
    names = list(dict.fromkeys([*inputs, *used]))
    shown = [
        _fact_column(name, facts.get(name), name not in filled, name not in hidden)
        for name in names
    ]
    outputs = [
        _output_column(name, parts, facts.get(str(head.get("output", ""))))
        for name in OUTPUTS.get(str(head.get("kind", "")), ())
    ]
    grounds = [_other(name, name, parts, name not in hidden) for name in GROUNDS]
    return (*shown, *outputs, *grounds)


def _fact_column(
    name: str, fact: Fact | None, is_empty: bool, shown: bool
) -> GridColumn:
    if fact is None:
        meaning = "This is not a fact of the vocabulary."
        return GridColumn(
            f"cells.{name}", name, "fact", meaning, "", None, (), shown, is_empty
        )
    # A unit of UCUM in braces is a word of its own.
    unit = "" if fact.unit == "1" else fact.unit.strip("{}")
    label = fact.label or spoken(name)
    return GridColumn(
        f"cells.{name}", label, "fact", fact.meaning, unit, fact, (), shown, is_empty
    )


def _output_column(name: str, parts: Parts, gives: Fact | None) -> GridColumn:
    if name != "value" or gives is None:
        return _other(f"outputs.{name}", name, parts)
    choices = ("true", "false") if gives.type == "bool" else gives.values
    kind = "choice" if choices else "line"
    label = gives.label or spoken(gives.name)
    return GridColumn(
        "outputs.value", label, kind, gives.meaning, gives.unit, gives, choices
    )


def _other(key: str, name: str, parts: Parts, shown: bool = True) -> GridColumn:
    label, kind, meaning = OTHERS[name]
    choices = CHOICES.get(name, ())
    if name in ("treatments", "sources"):
        choices = tuple(parts[name])
    return GridColumn(key, label, kind, meaning, choices=choices, is_shown=shown)
