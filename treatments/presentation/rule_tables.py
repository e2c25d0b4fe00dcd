"""Rule tables as people read them: facts as columns, rules as rows."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from treatments.engine import DecisionTable, Fact, Rule, Ruleset, Source
from treatments.engine.ruleset.wording import cell_in_words
from treatments.presentation.advice import Citation
from treatments.presentation.recommendation import Reader

KINDS: Mapping[str, str] = {
    "computed": "Computed: answers that follow from others",
    "presumption": "Presumptions: what is assumed while a fact is not known",
    "derived": "Derived findings: facts that follow from facts",
    "triage": "Triage: before the ladder",
    "urgency": "Urgency on the ladder",
    "eligibility": "Eligibility: for and against each treatment",
    "alert": "Alerts",
}
#: From this many facts on, most cells of a table are empty, and a list reads better.
MANY_FACTS = 16


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: a cell for each input column, then what it says and rests on."""

    rule: Rule
    cells: tuple[str, ...]
    conditions: tuple[tuple[Fact, str], ...]
    effect: str
    outputs: tuple[tuple[str, str], ...]
    citations: tuple[Citation, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """A decision table with its columns explained."""

    table: DecisionTable
    kind: str
    inputs: tuple[Fact, ...]
    outputs: tuple[str, ...]
    rows: tuple[RuleRow, ...]
    as_lists: bool

    @property
    def has_many_facts(self) -> bool:
        """Whether most of its cells are empty, so that lists read better."""
        return len(self.inputs) >= MANY_FACTS


def ruleset_page(ruleset: Ruleset) -> dict[str, Any]:
    """A ruleset's page: its metadata, source attributes, and tables by kind."""
    attributes = ruleset.metadata.get("source_attributes") or {}
    groups = ((title, ruleset.tables_of(kind)) for kind, title in KINDS.items())
    return {
        "metadata": ruleset.metadata,
        "attributes": [
            (key.replace("_", " ").capitalize(), value)
            for key, value in attributes.items()
        ],
        "groups": [(title, tables) for title, tables in groups if tables],
        "rungs": [
            (rung, [t for t in ruleset.treatments.values() if t.rung == rung.code])
            for rung in ruleset.rungs
        ],
        "invariants": ruleset.invariants,
        "last_resort": ruleset.selection.last_resort,
        "bridge": ruleset.treatments.get(ruleset.selection.bridge),
        "referral": ruleset.selection.refer,
        "rule_count": sum(len(table.rules) for table in ruleset.tables.values()),
        "source_count": len(ruleset.sources),
    }


def table_page(
    table: DecisionTable, ruleset: Ruleset, *, every_fact: bool
) -> TableView:
    """A table with a column a fact; one of many facts as lists, unless asked for."""
    reader = Reader(ruleset, timezone.localdate())
    # The effect has a column of its own, with its sign.
    outputs = tuple(name for name in table.outputs if name != "effect")
    return TableView(
        table=table,
        kind=KINDS[table.kind],
        inputs=tuple(ruleset.facts[name] for name in table.inputs),
        outputs=outputs,
        rows=tuple(_row(rule, table, outputs, reader) for rule in table.rules),
        as_lists=len(table.inputs) >= MANY_FACTS and not every_fact,
    )


def _row(
    rule: Rule, table: DecisionTable, outputs: tuple[str, ...], reader: Reader
) -> RuleRow:
    facts = reader.ruleset.facts
    cells = {name: cell_in_words(facts[name], c) for name, c in rule.cells.items()}
    return RuleRow(
        rule=rule,
        cells=tuple(cells.get(name, "") for name in table.inputs),
        conditions=tuple(
            (facts[name], cells[name]) for name in table.inputs if name in cells
        ),
        effect=str(rule.outputs.get("effect", "")),
        outputs=tuple((name, _words(rule.outputs.get(name))) for name in outputs),
        citations=reader.citations(rule.sources),
        is_overdue=_is_overdue(rule, reader.today),
    )


def _is_overdue(rule: Rule, today: datetime.date) -> bool:
    return rule.review_by is not None and rule.review_by < today


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)


def source_rows(ruleset: Ruleset) -> list[tuple[Source, list[str]]]:
    """Each source with the rules that cite it, in the ruleset's order."""
    citing: dict[str, list[str]] = {source_id: [] for source_id in ruleset.sources}
    for rule in ruleset.rules.values():
        for source_id in rule.sources:
            citing[source_id].append(rule.id)
    return [(source, citing[source.id]) for source in ruleset.sources.values()]
