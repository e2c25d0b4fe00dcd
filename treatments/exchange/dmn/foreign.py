"""Decision tables of other tools, put into a ruleset whose facts they name.

Their rows have no grounds, so the draft says what is to be added before it can be
published. What has no place in our tables is refused, each with where it stands.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from treatments.engine.ruleset import unary_tests
from treatments.engine.ruleset.decision_tables import MULTIPLE_HIT, OUTPUTS, SINGLE_HIT
from treatments.engine.ruleset.errors import Code, Problem, shown
from treatments.exchange.errors import ImportRefusedError, refusal

from . import tables

_KINDS = {
    frozenset(names): kind
    for kind, names in OUTPUTS.items()
    if kind not in ("derived", "presumption", "computed")
}
_NO_ID = re.compile(r"[^-a-zA-Z0-9_]+")
_UNGROUNDED = {"sources": [], "strength": "", "certainty": "", "owner": ""}


def read(root: Element, filename: str, base: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``base`` with the tables of a model in it, in place of its own.

    A table that gives a fact that ``base`` derives takes the place of that table;
    other tables take the place of the one with their name, or come last.

    Raises:
        ImportRefusedError: with everything that the tables name and ``base`` lacks.
    """
    model = _ForeignModel(filename, base)
    found = [model.table(decision) for decision in root.iterfind("decision")]
    if not found:
        raise refusal(Code.EMPTY, filename, "holds no decision")
    if model.problems:
        raise ImportRefusedError(model.problems)
    document: dict[str, Any] = copy.deepcopy(dict(base))
    for table in found:
        _put(document["tables"], table)
    return document


def _put(own: list[dict[str, Any]], table: dict[str, Any]) -> None:
    for position, known in enumerate(own):
        same_fact = table["output"] and known.get("output") == table["output"]
        if known["id"] == table["id"] or (same_fact and known["kind"] == "derived"):
            own[position] = {**known, **table, "id": known["id"]}
            return
    own.append(table)


class _ForeignModel:
    """The tables of another tool's model; the problems gather."""

    def __init__(self, filename: str, base: Mapping[str, Any]) -> None:
        self.filename = filename
        self.facts = {fact["name"]: fact for fact in base["facts"]}
        self.problems: list[Problem] = []
        self.ids: list[str] = []

    def table(self, decision: Element) -> dict[str, Any]:
        name = decision.get("name") or decision.get("id") or "?"
        place = f"{self.filename}, decision {name!r}"
        held = decision.find("decisionTable")
        if held is None:
            message = "is no decision table: only tables are read"
            self._problem(Code.UNSUPPORTED, place, message)
            return {}
        try:
            tables.refuse_unknown_parts(held, place)
            return self._read(name, place, decision, held)
        except ImportRefusedError as error:
            self.problems.extend(error.problems)
            return {}

    def _read(
        self, name: str, place: str, decision: Element, held: Element
    ) -> dict[str, Any]:
        inputs = tables.inputs(held)
        for fact in inputs:
            if fact not in self.facts:
                message = "is no fact of the ruleset: add it, or rename the input"
                where = f"{place}, input"
                self._problem(Code.UNKNOWN_NAME, where, message, shown(fact))
        outputs = self._outputs(name, held)
        kind, output = self._kind(place, outputs)
        policy = held.get("hitPolicy", "UNIQUE")
        allowed = MULTIPLE_HIT if kind in ("eligibility", "alert") else SINGLE_HIT
        if policy not in allowed:
            message = f"is no hit policy for it: use {' or '.join(allowed)}"
            self._problem(Code.BAD_HIT_POLICY, place, message, policy)
        names = ("value",) if output else outputs
        table = self._id_of(name)
        rules = [
            self._rule(f"{table}-{number:02}", rule, inputs, names, place)
            for number, rule in enumerate(held.iterfind("rule"), start=1)
        ]
        return {
            "id": table,
            "kind": kind,
            "title": decision.get("label") or name,
            "description": tables.text_of(decision, "description"),
            "hit_policy": policy,
            "output": output,
            "inputs": inputs,
            "rules": rules,
        }

    def _id_of(self, name: str) -> str:
        """What a table is called in addresses: names of decisions may be sentences."""
        bare = _NO_ID.sub("_", name).strip("_")[:60] or "table"
        taken = sum(1 for other in self.ids if other == bare)
        self.ids.append(bare)
        return f"{bare}_{taken + 1}" if taken else bare

    @staticmethod
    def _outputs(name: str, held: Element) -> tuple[str, ...]:
        named = [clause.get("name") or "" for clause in held.iterfind("output")]
        # The only output of a table may go without a name: it is the decision's.
        return (named[0] or name,) if len(named) == 1 else tuple(named)

    def _kind(self, place: str, outputs: tuple[str, ...]) -> tuple[str, str]:
        """The kind of table, and the fact that it gives, where it gives one."""
        fact = self.facts.get(outputs[0]) if len(outputs) == 1 else None
        if fact and fact["scope"] == "derived":
            return "derived", outputs[0]
        kind = _KINDS.get(frozenset(outputs), "")
        if not kind:
            wanted = "; ".join(", ".join(OUTPUTS[k]) for k in _KINDS.values())
            message = f"must be a derived fact of the ruleset, or all of: {wanted}"
            where = f"{place}, output"
            self._problem(Code.UNKNOWN_NAME, where, message, ", ".join(outputs))
        return kind, ""

    def _rule(
        self,
        name: str,
        rule: Element,
        inputs: list[str],
        outputs: tuple[str, ...],
        table: str,
    ) -> dict[str, Any]:
        place = f"{table}, rule {name}"
        found = tables.cells(rule, inputs, place)
        for fact, text in found.items():
            try:
                unary_tests.parse(text)
            except unary_tests.CellError as error:
                where = f"{place}, input {fact}"
                self._problem(Code.BAD_CELL, where, str(error), shown(text))
        rationale = tables.text_of(rule, "description")
        return {
            "id": name,
            "cells": found,
            "outputs": tables.outputs(rule, outputs, place),
            "rationale": rationale or tables.text_of(rule, "annotationEntry/text"),
            **copy.deepcopy(_UNGROUNDED),
            "review_by": "",
        }

    def _problem(self, code: Code, place: str, message: str, value: str = "") -> None:
        self.problems.append(Problem(code, (place,), message, value))
