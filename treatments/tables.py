"""Rule tables as people read them: facts as columns, rules as rows."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from treatments.advice import Citation, Reader
from treatments.engine import DecisionTable, Fact, Rule, Ruleset, Source

KINDS: Mapping[str, str] = {
    "presumption": "Presumptions: what is assumed while a fact is not known",
    "derived": "Derived findings: facts that follow from facts",
    "triage": "Triage: before the ladder",
    "urgency": "Urgency on the ladder",
    "eligibility": "Eligibility: for and against each treatment",
    "alert": "Alerts",
}
#: The 13 source attributes of 45 CFR 170.315(b)(11), where the names alone are terse.
ATTRIBUTE_WORDS: Mapping[str, str] = {
    "sdoh": "Use of social determinants of health",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: a cell for each input column, then what it says and rests on."""

    rule: Rule
    cells: tuple[str, ...]
    effect: str
    outputs: tuple[str, ...]
    citations: tuple[Citation, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class TableView:
    """A decision table with its columns explained."""

    table: DecisionTable
    kind: str
    inputs: tuple[Fact, ...]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]


def ruleset_page(ruleset: Ruleset) -> dict[str, Any]:
    """A ruleset's page: its metadata, source attributes, and tables by kind."""
    attributes = ruleset.metadata.get("source_attributes") or {}
    groups = ((title, ruleset.tables_of(kind)) for kind, title in KINDS.items())
    return {
        "metadata": ruleset.metadata,
        "attributes": [
            (ATTRIBUTE_WORDS.get(key) or key.replace("_", " ").capitalize(), value)
            for key, value in attributes.items()
        ],
        "groups": [(title, tables) for title, tables in groups if tables],
        "rungs": [
            (rung, [t for t in ruleset.treatments.values() if t.rung == rung.code])
            for rung in ruleset.rungs
        ],
        "invariants": ruleset.invariants,
        "last_resort": ruleset.selection.last_resort,
        "rule_count": sum(len(table.rules) for table in ruleset.tables.values()),
        "source_count": len(ruleset.sources),
    }


def table_page(table: DecisionTable, ruleset: Ruleset) -> TableView:
    reader = Reader(ruleset, timezone.localdate())
    # The effect has a column of its own, with its sign.
    outputs = tuple(name for name in table.outputs if name != "effect")
    return TableView(
        table=table,
        kind=KINDS[table.kind],
        inputs=tuple(ruleset.facts[name] for name in table.inputs),
        outputs=outputs,
        rows=tuple(_row(rule, table, outputs, reader) for rule in table.rules),
    )


def _row(
    rule: Rule, table: DecisionTable, outputs: tuple[str, ...], reader: Reader
) -> Row:
    return Row(
        rule=rule,
        cells=tuple(
            rule.cells[name].text if name in rule.cells else "" for name in table.inputs
        ),
        effect=str(rule.outputs.get("effect", "")),
        outputs=tuple(_words(rule.outputs.get(name)) for name in outputs),
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
