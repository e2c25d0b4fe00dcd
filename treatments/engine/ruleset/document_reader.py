"""A ruleset document to the rows of a ruleset, with every problem named at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

from . import unary_tests
from .decision_tables import (
    CERTAINTIES,
    HIT_POLICIES,
    KINDS,
    MULTIPLE_HIT,
    OUTPUTS,
    SINGLE_HIT,
    STRENGTHS,
    DecisionTable,
    Invariant,
    Rule,
    Rung,
    Selection,
    Source,
    Treatment,
)
from .enums import (
    DISPOSITIONS,
    EFFECTS,
    FROM_URGENCY_TABLES,
    INDICATORS,
    URGENCIES,
    Disposition,
    Effect,
)
from .errors import Problem, shown
from .unary_tests import CellError, UnaryTests, Value
from .vocabulary import SCOPES, TYPES, Fact

Document = Mapping[str, Any]

#: The outcomes that an invariant may name beside the facts, and their values.
OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "disposition": (*DISPOSITIONS, Disposition.INSUFFICIENT_DATA),
        "urgency": URGENCIES,
        "recommended": (),
    }
)
#: The disposition and urgency of a triage row that leaves the urgency to tables.
_TO_URGENCY_TABLES = (Disposition.LADDER, FROM_URGENCY_TABLES)
#: What has to be a text in each row of a part; the rest is checked where it is read.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "facts": ("name", "scope", "group", "type", "unit", "label", "meaning"),
    "rungs": ("code", "title"),
    "sources": ("id", "topic", "citation", "confidence", "certainty"),
    "tables": ("id", "kind", "title", "hit_policy"),
    "treatments": ("code", "rung", "title", "summary"),
}


class DocumentReader:
    """Reads one ruleset document; ``problems`` fills while it reads."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.facts: dict[str, Fact] = {}
        self.sources: dict[str, Source] = {}
        self.treatments: dict[str, Treatment] = {}
        self.rule_ids: set[str] = set()

    def read(self) -> dict[str, Any] | None:
        """The parts of a :class:`.ruleset.Ruleset`; None where the shape is wrong."""
        try:
            return self._parts()
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self._problem("document", shown(error), "does not have a ruleset's shape")
            return None

    def _parts(self) -> dict[str, Any]:
        metadata = self.document["metadata"]
        for key in ("id", "version", "title"):
            if not isinstance(metadata.get(key), str) or not metadata[key]:
                self._problem("metadata", key, "is missing")
        self.sources = self._keyed("sources", "id", self._source)
        self.facts = self._keyed("facts", "name", self._fact)
        rungs = self._keyed("rungs", "code", self._rung)
        self.treatments = self._keyed("treatments", "code", self._treatment)
        for treatment in self.treatments.values():
            if treatment.rung not in rungs:
                path = f"treatments {treatment.code}"
                self._problem(path, treatment.rung, "is not a rung")
        tables = self._keyed("tables", "id", self._table)
        self._check_order_of(tables)
        return {
            "id": metadata.get("id", ""),
            "version": metadata.get("version", ""),
            "title": metadata.get("title", ""),
            "metadata": metadata,
            "facts": MappingProxyType(self.facts),
            "rungs": tuple(rungs.values()),
            "treatments": MappingProxyType(self.treatments),
            "sources": MappingProxyType(self.sources),
            "tables": MappingProxyType(tables),
            "invariants": tuple(
                self._keyed("invariants", "id", self._invariant).values()
            ),
            "selection": self._selection(self.document["selection"]),
        }

    # -- rows -----------------------------------------------------------------------

    def _keyed(self, part: str, key: str, read: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in self.document[part]:
            name = row[key]
            if not name or name in found:
                what = "stands twice" if name else "is empty"
                self._problem(part, f"{key} {name}", what)
            for text in TEXTS.get(part, ()):
                if not isinstance(row[text], str):
                    self._problem(f"{part} {name}", text, "is not a text")
            found[name] = read(row)
        return found

    def _fact(self, row: Document) -> Fact:
        fact = Fact(
            name=row["name"],
            scope=row["scope"],
            group=row["group"],
            type=row["type"],
            values=tuple(row["values"]),
            minimum=row["minimum"],
            maximum=row["maximum"],
            unit=row["unit"],
            essential=row["essential"],
            presumed=row["presumed"],
            modifiable=row["modifiable"],
            plausible_minimum=row["plausible_min"],
            plausible_maximum=row["plausible_max"],
            label=row["label"],
            meaning=row["meaning"],
        )
        path = f"facts {fact.name}"
        self._one_of(path, fact.scope, SCOPES)
        self._one_of(path, fact.type, TYPES)
        if fact.type == "enum" and not fact.values:
            self._problem(path, "values", "is empty")
        if fact.scope == "derived" and fact.type != "enum":
            self._problem(path, fact.type, "is no type for a derived fact: use enum")
        if fact.type in ("int", "decimal") and not self._has_range(fact):
            self._problem(path, "minimum, maximum", "are not a range")
        elif fact.presumed is not None and fact.read(fact.presumed) is None:
            message = f"cannot be presumed: it takes {fact.allowed}"
            self._problem(path, shown(fact.presumed), message)
        return fact

    @staticmethod
    def _has_range(fact: Fact) -> bool:
        low, high = fact.minimum, fact.maximum
        numbers = isinstance(low, (int, float)) and isinstance(high, (int, float))
        return numbers and low is not None and high is not None and low <= high

    @staticmethod
    def _rung(row: Document) -> Rung:
        return Rung(row["code"], row["title"], row.get("description", ""))

    @staticmethod
    def _source(row: Document) -> Source:
        return Source(
            row["id"],
            row["topic"],
            row["citation"],
            row["confidence"],
            row["certainty"],
            row.get("note", ""),
        )

    def _treatment(self, row: Document) -> Treatment:
        sources = self._cited(f"treatments {row['code']}", row["sources"])
        return Treatment(
            row["code"],
            row["rung"],
            row["title"],
            row["summary"],
            tuple(row["advantages"]),
            tuple(row["disadvantages"]),
            sources,
        )

    def _table(self, row: Document) -> DecisionTable:
        table = DecisionTable(
            id=row["id"],
            kind=row["kind"],
            title=row["title"],
            description=row.get("description", ""),
            hit_policy=row["hit_policy"],
            inputs=tuple(row["inputs"]),
            output=row.get("output", ""),
            rules=tuple(self._rules(row)),
        )
        path = f"table {table.id}"
        self._one_of(path, table.kind, KINDS)
        self._one_of(path, table.hit_policy, HIT_POLICIES)
        multiple = table.kind in ("eligibility", "alert")
        if table.hit_policy not in (MULTIPLE_HIT if multiple else SINGLE_HIT):
            message = f"is no hit policy for a table of kind {table.kind}"
            self._problem(path, table.hit_policy, message)
        self._check_columns(path, table)
        return table

    def _check_columns(self, path: str, table: DecisionTable) -> None:
        for name in table.inputs:
            if name not in self.facts:
                self._problem(path, name, "is not a fact of the vocabulary")
        fact = self.facts.get(table.output)
        scopes = {"derived": ("derived",), "presumption": ("case", "disc")}
        if table.kind in scopes and (
            fact is None or fact.scope not in scopes[table.kind]
        ):
            message = f"is not a fact that a {table.kind} table can give"
            self._problem(path, table.output or "output", message)

    def _rules(self, table: Document) -> Iterator[Rule]:
        """The rules in force; a disabled one keeps its id, and is not looked into."""
        for row in table["rules"]:
            path = f"table {table['id']}, rule {row['id']}"
            if not row["id"] or row["id"] in self.rule_ids:
                self._problem(path, "id", "stands twice" if row["id"] else "is empty")
            self.rule_ids.add(row["id"])
            if not row.get("disabled"):
                yield self._rule(path, table, row)

    def _rule(self, path: str, table: Document, row: Document) -> Rule:
        cells = {
            name: self._cell(f"{path}, cell {name}", name, text)
            for name, text in row["cells"].items()
        }
        return Rule(
            id=row["id"],
            table=table["id"],
            cells=MappingProxyType({n: c for n, c in cells.items() if not c.is_any}),
            outputs=MappingProxyType(self._outputs(path, table, row["outputs"])),
            **self._grounds(path, row),
        )

    def _grounds(self, path: str, row: Document) -> dict[str, Any]:
        if not row["rationale"]:
            self._problem(path, "rationale", "is empty")
        if not row["sources"]:
            self._problem(path, "sources", "are missing: cite at least one")
        self._one_of(path, row["strength"], STRENGTHS)
        self._one_of(path, row["certainty"], CERTAINTIES)
        review_by = None
        try:
            review_by = datetime.date.fromisoformat(row["review_by"])
        except ValueError:
            self._problem(path, shown(row["review_by"]), "is no date (YYYY-MM-DD)")
        return {
            "rationale": row["rationale"],
            "sources": self._cited(path, row["sources"]),
            "strength": row["strength"],
            "certainty": row["certainty"],
            "owner": row["owner"],
            "review_by": review_by,
        }

    def _outputs(self, path: str, table: Document, says: Document) -> dict[str, Any]:
        found = {name: says[name] for name in OUTPUTS.get(table["kind"], ())}
        allowed: dict[str, tuple[str, ...]] = {
            "disposition": DISPOSITIONS,
            "urgency": URGENCIES,
            "effect": EFFECTS,
            "indicator": INDICATORS,
        }
        if (found.get("disposition"), found.get("urgency")) == _TO_URGENCY_TABLES:
            del allowed["urgency"]
        for name in [name for name in found if name in allowed]:
            found[name] = self._member(f"{path}, {name}", found[name], allowed[name])
        for code in found.get("treatments", ()):
            self._one_of(f"{path}, treatments", code, tuple(self.treatments))
        if "treatments" in found:
            found["treatments"] = tuple(found["treatments"])
        if "value" in found:
            found["value"] = self._value(path, table.get("output", ""), found["value"])
        return found

    def _value(self, path: str, name: str, text: Any) -> Value | None:
        fact = self.facts.get(name)
        if fact is None:
            return None
        value: Any = text
        if isinstance(text, str) and fact.type != "enum":
            value = {"true": True, "false": False}.get(text, _number(text))
        read = fact.read(value)
        if read is None:
            message = f"is not a value of {name}: it takes {fact.allowed}"
            self._problem(f"{path}, value", shown(text), message)
        return read

    def _invariant(self, row: Document) -> Invariant:
        path = f"invariant {row['id']}"
        when, then = (
            MappingProxyType(
                {
                    name: self._condition(f"{path}, {part} {name}", name, text)
                    for name, text in row[part].items()
                }
            )
            for part in ("when", "then")
        )
        if not when or not then:
            self._problem(path, "when, then", "must each name a fact or an outcome")
        sources = self._cited(path, row["sources"])
        return Invariant(row["id"], row["title"], when, then, sources)

    def _condition(self, path: str, name: str, text: str) -> UnaryTests:
        if name not in OUTCOMES:
            return self._cell(path, name, text)
        cell = self._parsed(path, text)
        allowed = OUTCOMES[name] or tuple(self.treatments)
        for test in cell.tests:
            if getattr(test, "value", None) not in allowed:
                self._problem(path, text, "is not one of " + ", ".join(allowed))
        return cell

    def _selection(self, row: Document) -> Selection:
        order = tuple(row["order"])
        if sorted(order) != sorted(self.treatments):
            message = "must name every treatment once"
            self._problem("selection", "order", message)
        last = row["last_resort"]
        path = f"selection, rule {last['id']}"
        if last["id"] in self.rule_ids:
            self._problem(path, "id", "stands twice")
        self._one_of(path, last["treatment"], tuple(self.treatments))
        rule = Rule(
            id=last["id"],
            table="selection",
            cells=MappingProxyType({}),
            outputs=MappingProxyType(
                {"treatments": (last["treatment"],), "effect": Effect.INDICATED}
            ),
            **self._grounds(path, last),
        )
        return Selection(order, rule, last["treatment"])

    # -- cells and checks -----------------------------------------------------------

    def _cell(self, path: str, name: str, text: str) -> UnaryTests:
        cell = self._parsed(path, text)
        fact = self.facts.get(name)
        if fact is None:
            self._problem(path, name, "is not a fact of the vocabulary")
        else:
            misfit = fact.misfit(cell)
            if misfit:
                self._problem(path, text, misfit)
        return cell

    def _parsed(self, path: str, text: str) -> UnaryTests:
        try:
            return unary_tests.parse(text)
        except CellError as error:
            self._problem(path, shown(text), str(error))
            return UnaryTests("-")

    def _check_order_of(self, tables: Mapping[str, DecisionTable]) -> None:
        """Each derived fact has one table, and none rests on itself."""
        makers: dict[str, DecisionTable] = {}
        for table in tables.values():
            if table.kind == "derived":
                if table.output in makers:
                    message = f"is given by {makers[table.output].id} already"
                    self._problem(f"table {table.id}", table.output, message)
                makers[table.output] = table
        for fact in self.facts.values():
            if fact.scope == "derived" and fact.name not in makers:
                self._problem(f"facts {fact.name}", "", "has no table that gives it")
        graph = {
            name: [i for i in table.inputs if i in makers]
            for name, table in makers.items()
        }
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = " → ".join(error.args[1])
            self._problem("tables", circle, "is a circle of derived facts")

    def _cited(self, path: str, sources: Iterable[str]) -> tuple[str, ...]:
        cited = tuple(sources)
        for source in cited:
            if source not in self.sources:
                self._problem(path, source, "is not in the list of sources")
        return cited

    def _one_of(self, path: str, value: Any, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self._problem(path, shown(value), "is not one of " + ", ".join(allowed))

    def _member(self, path: str, value: Any, allowed: tuple[str, ...]) -> Any:
        """The one of ``allowed`` that a text names; a problem, where it names none."""
        self._one_of(path, value, allowed)
        return next((member for member in allowed if member == value), value)

    def _problem(self, path: str, value: str, message: str) -> None:
        self.problems.append(Problem(path, value, message))


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
