"""A ruleset document to the rows of a ruleset, with every problem named at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

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
    Referral,
    Rule,
    Rung,
    Selection,
    Source,
    Treatment,
)
from .document_checks import DocumentChecks, amiss_in
from .enums import (
    DISPOSITIONS,
    EFFECTS,
    FROM_URGENCY_TABLES,
    INDICATORS,
    URGENCIES,
    Disposition,
    Effect,
)
from .errors import Code, Place, shown
from .unary_tests import UNKNOWN, UnaryTests, Value
from .vocabulary import SCOPES, TYPES, Fact

Document = Mapping[str, Any]

#: The outcomes that an invariant may name beside the facts, and their values.
OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "disposition": (
            *DISPOSITIONS,
            Disposition.REFER,
            Disposition.INSUFFICIENT_DATA,
        ),
        "urgency": URGENCIES,
        "recommended": (),
        "offered": (),
        "alert": INDICATORS,
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


class DocumentReader(DocumentChecks):
    """Reads one ruleset document; ``problems`` fills while it reads."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.treatments: dict[str, Treatment] = {}
        self.rule_ids: set[str] = set()

    def read(self) -> dict[str, Any] | None:
        """The parts of a :class:`.ruleset.Ruleset`; None where the shape is wrong."""
        try:
            return self._parts()
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            message = "does not have a ruleset's shape"
            self._problem(Code.WRONG_SHAPE, (), message, shown(error))
            return None

    def _parts(self) -> dict[str, Any]:
        metadata = self.document["metadata"]
        for key in ("id", "version", "title"):
            if not isinstance(metadata.get(key), str) or not metadata[key]:
                self._problem(Code.MISSING, ("metadata", key), "is missing", key)
        self.sources = self._keyed("sources", "id", self._source)
        self.facts = self._keyed("facts", "name", self._fact)
        rungs = self._keyed("rungs", "code", self._rung)
        self.treatments = self._keyed("treatments", "code", self._treatment)
        for treatment in self.treatments.values():
            if treatment.rung not in rungs:
                at = ("treatments", treatment.code, "rung")
                self._problem(Code.UNKNOWN_NAME, at, "is not a rung", treatment.rung)
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
                self._not_a_name((part,), f"{key} {name}", is_empty=not name)
            for text in TEXTS.get(part, ()):
                if not isinstance(row[text], str):
                    at, place = (part, name, text), f"{part} {name}"
                    message = "is not a text"
                    self._problem(Code.WRONG_TYPE, at, message, text, place)
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
        self._check_fact(("facts", fact.name), fact)
        return fact

    def _check_fact(self, at: Place, fact: Fact) -> None:
        self._one_of((*at, "scope"), fact.scope, SCOPES)
        self._one_of((*at, "type"), fact.type, TYPES)
        if fact.type == "enum" and not fact.values:
            self._problem(Code.EMPTY, (*at, "values"), "is empty", "values")
        if fact.scope == "derived" and fact.type != "enum":
            message = "is no type for a derived fact: use enum"
            self._problem(Code.NOT_ALLOWED, (*at, "type"), message, fact.type)
        if fact.type in ("int", "decimal") and not self._has_range(fact):
            message, value = "are not a range", "minimum, maximum"
            self._problem(Code.BAD_RANGE, (*at, "minimum"), message, value)
        elif fact.presumed is not None and fact.read(fact.presumed) is None:
            message = f"cannot be presumed: it takes {fact.allowed}"
            value = shown(fact.presumed)
            self._problem(Code.NOT_ALLOWED, (*at, "presumed"), message, value)

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
        sources = self._cited(("treatments", row["code"]), row["sources"])
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
        at = ("tables", table.id)
        self._one_of((*at, "kind"), table.kind, KINDS)
        self._one_of((*at, "hit_policy"), table.hit_policy, HIT_POLICIES)
        multiple = table.kind in ("eligibility", "alert")
        if table.hit_policy not in (MULTIPLE_HIT if multiple else SINGLE_HIT):
            message = f"is no hit policy for a table of kind {table.kind}"
            where = (*at, "hit_policy")
            self._problem(Code.BAD_HIT_POLICY, where, message, table.hit_policy)
        self._check_columns(at, table)
        return table

    def _check_columns(self, at: Place, table: DecisionTable) -> None:
        for name in table.inputs:
            if name not in self.facts:
                self._no_fact((*at, "inputs", name), name)
        fact = self.facts.get(table.output)
        given = ("case", "disc")
        scopes = {"derived": ("derived",), "presumption": given, "computed": given}
        if table.kind in scopes and (
            fact is None or fact.scope not in scopes[table.kind]
        ):
            message = f"is not a fact that a {table.kind} table can give"
            value = table.output or "output"
            self._problem(Code.NOT_ALLOWED, (*at, "output"), message, value)

    def _rules(self, table: Document) -> Iterator[Rule]:
        """The rules in force; a disabled one keeps its id, and is not looked into."""
        for row in table["rules"]:
            at = ("tables", table["id"], "rules", row["id"])
            if not row["id"] or row["id"] in self.rule_ids:
                self._not_a_name((*at, "id"), "id", is_empty=not row["id"])
            self.rule_ids.add(row["id"])
            if not row.get("disabled"):
                yield self._rule(at, table, row)

    def _rule(self, at: Place, table: Document, row: Document) -> Rule:
        cells = {
            name: UNKNOWN
            if text == UNKNOWN.text and table["kind"] == "presumption"
            else self._cell((*at, "cells", name), name, text)
            for name, text in row["cells"].items()
        }
        return Rule(
            id=row["id"],
            table=table["id"],
            cells=MappingProxyType({n: c for n, c in cells.items() if not c.is_any}),
            outputs=MappingProxyType(self._outputs(at, table, row["outputs"])),
            **self._grounds(at, row),
        )

    def _grounds(self, at: Place, row: Document) -> dict[str, Any]:
        if not row["rationale"]:
            self._problem(Code.EMPTY, (*at, "rationale"), "is empty", "rationale")
        if not row["sources"]:
            message = "are missing: cite at least one"
            self._problem(Code.MISSING, (*at, "sources"), message, "sources")
        self._one_of((*at, "strength"), row["strength"], STRENGTHS)
        self._one_of((*at, "certainty"), row["certainty"], CERTAINTIES)
        review_by = None
        try:
            review_by = datetime.date.fromisoformat(row["review_by"])
        except ValueError:
            message, value = "is no date (YYYY-MM-DD)", shown(row["review_by"])
            self._problem(Code.BAD_DATE, (*at, "review_by"), message, value)
        return {
            "rationale": row["rationale"],
            "sources": self._cited(at, row["sources"]),
            "strength": row["strength"],
            "certainty": row["certainty"],
            "owner": row["owner"],
            "review_by": review_by,
        }

    def _outputs(self, at: Place, table: Document, says: Document) -> dict[str, Any]:
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
            where = (*at, "outputs", name)
            found[name] = self._member(where, found[name], allowed[name])
        for code in found.get("treatments", ()):
            where = (*at, "outputs", "treatments")
            self._one_of(where, code, tuple(self.treatments))
        if "treatments" in found:
            found["treatments"] = tuple(found["treatments"])
        if "value" in found:
            partial = table["kind"] == "presumption"
            output = table.get("output", "")
            found["value"] = self._value(at, output, found["value"], partial=partial)
        return found

    def _value(
        self, at: Place, name: str, text: Any, *, partial: bool
    ) -> Value | UnaryTests | None:
        """A value of a fact; where ``partial`` a test of the values that are left."""
        fact = self.facts.get(name)
        if fact is None:
            return None
        numeric = fact.type in ("int", "decimal")
        if partial and numeric and isinstance(text, str) and text == _number(text):
            return self._cell((*at, "outputs", "value"), name, text)
        value: Any = text
        if isinstance(text, str) and fact.type != "enum":
            value = {"true": True, "false": False}.get(text, _number(text))
        read = fact.read(value)
        if read is None:
            message = f"is not a value of {name}: it takes {fact.allowed}"
            where = (*at, "outputs", "value")
            self._problem(Code.NOT_ALLOWED, where, message, shown(text))
        return read

    def _invariant(self, row: Document) -> Invariant:
        at = ("invariants", row["id"])
        when, then = (
            MappingProxyType(
                {
                    name: self._condition((*at, part, name), name, text)
                    for name, text in row[part].items()
                }
            )
            for part in ("when", "then")
        )
        if not when or not then:
            message = "must each name a fact or an outcome"
            self._problem(Code.MISSING, at, message, "when, then")
        self._check_sides(at, when, then)
        sources = self._cited(at, row["sources"])
        return Invariant(row["id"], row["title"], when, then, sources)

    def _condition(self, at: Place, name: str, text: str) -> UnaryTests:
        if name not in OUTCOMES:
            return self._cell(at, name, text)
        cell = self._parsed(at, text)
        allowed = OUTCOMES[name] or tuple(self.treatments)
        for test in cell.tests:
            if getattr(test, "value", None) not in allowed:
                message = "is not one of " + ", ".join(allowed)
                self._problem(Code.NOT_ALLOWED, at, message, text)
        return cell

    def _selection(self, row: Document) -> Selection:
        order = tuple(row["order"])
        if sorted(order) != sorted(self.treatments):
            amiss = amiss_in(order, self.treatments)
            message = f"must name every treatment once: {amiss}"
            self._problem(Code.WRONG_SHAPE, ("selection", "order"), message, "order")
        last = row["last_resort"]
        at = ("selection", "last_resort", last["id"])
        if last["id"] in self.rule_ids:
            self._not_a_name((*at, "id"), "id", is_empty=False)
        self._one_of((*at, "treatment"), last["treatment"], tuple(self.treatments))
        rule = Rule(
            id=last["id"],
            table="selection",
            cells=MappingProxyType({}),
            outputs=MappingProxyType(
                {"treatments": (last["treatment"],), "effect": Effect.INDICATED}
            ),
            **self._grounds(at, last),
        )
        bridge = row.get("bridge", "")
        if bridge:
            self._one_of(("selection", "bridge"), bridge, tuple(self.treatments))
        referral = self._referral(row)
        if bridge and referral is None:
            message = "needs refer: without it every option is chosen by its rank"
            self._problem(Code.MISSING, ("selection", "bridge"), message, bridge)
        return Selection(order, rule, last["treatment"], bridge, referral)

    def _referral(self, selection: Document) -> Referral | None:
        """What is said of a case that this hospital cannot treat, where it is said."""
        row = selection.get("refer")
        if row is None:
            return None
        at = ("selection", "rules", row["id"])
        if row["id"] in self.rule_ids:
            self._not_a_name((*at, "id"), "id", is_empty=False)
        for text in ("text", "urgent_text"):
            if not isinstance(row[text], str) or not row[text]:
                self._problem(Code.EMPTY, (*at, text), "is empty", text)
        rule = Rule(
            id=row["id"],
            table="selection",
            cells=MappingProxyType({}),
            outputs=MappingProxyType({}),
            **self._grounds(at, row),
        )
        return Referral(rule, row["text"], row["urgent_text"])

    # -- the whole ------------------------------------------------------------------

    def _check_order_of(self, tables: Mapping[str, DecisionTable]) -> None:
        """Each derived fact has one table, and none rests on itself."""
        makers: dict[str, DecisionTable] = {}
        for table in tables.values():
            if table.kind == "derived":
                if table.output in makers:
                    message = f"is given by {makers[table.output].id} already"
                    at: Place = ("tables", table.id, "output")
                    self._problem(Code.NOT_UNIQUE, at, message, table.output)
                makers[table.output] = table
        for fact in self.facts.values():
            if fact.scope == "derived" and fact.name not in makers:
                at = ("facts", fact.name)
                self._problem(Code.MISSING, at, "has no table that gives it")
        graph = {
            name: [i for i in table.inputs if i in makers]
            for name, table in makers.items()
        }
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = " → ".join(error.args[1])
            message = "is a circle of derived facts"
            self._problem(Code.CIRCULAR, ("tables",), message, circle)


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text
