"""DMN XML to a ruleset document: our own exports, edited or not; others as drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from treatments.engine.ruleset.decision_tables import OUTPUTS
from treatments.engine.ruleset.errors import Code
from treatments.engine.ruleset.text_patch import restored
from treatments.exchange import safe_xml, strict_json
from treatments.exchange.errors import refusal

from . import foreign, tables
from .names import ANY_DMN, GROUND_ATTRIBUTES, OURS, PARTS


def read(data: bytes, filename: str, base: Mapping[str, Any] | None = None) -> Any:
    """The document of a decision model, of whatever shape.

    A model without our extension is read into a copy of ``base``.

    Raises:
        ImportRefusedError: the XML is unsafe or broken, or no decision model; or it is
            of another tool and ``base`` lacks what its tables name.
    """
    root = safe_xml.parse(data, filename)
    for element in root.iter():
        # DMN's own elements have their bare names from here on, whatever the version.
        element.tag = ANY_DMN.sub("", element.tag)
    if root.tag != "definitions":
        raise refusal(
            Code.UNSUPPORTED,
            filename,
            "is no decision model: DMN starts with <definitions>",
        )
    ours = root.find(f"extensionElements/{{{OURS}}}ruleset")
    if ours is not None:
        return _OwnModel(root, ours, filename).document()
    if base is None:
        message = (
            "holds tables of another tool and no ruleset: "
            "import it into the ruleset whose facts it names"
        )
        raise refusal(Code.UNSUPPORTED, filename, message)
    return foreign.read(root, filename, base)


class _OwnModel:
    """A model with our extension: what DMN cannot tell is read from there."""

    def __init__(self, root: Element, ours: Element, filename: str) -> None:
        self.root = root
        self.ours = ours
        self.filename = filename

    def document(self) -> Any:
        document: dict[str, Any] = {"format": 1}
        document |= {part: self._json(self.ours, part) for part in PARTS}
        document["tables"] = [self._table(d) for d in self.root.iterfind("decision")]
        exact = self._json(self.ours, "exact", [])
        try:
            return restored(document, exact)
        except (TypeError, ValueError) as error:
            raise refusal(
                Code.WRONG_SHAPE, self.filename, "has no list of differences"
            ) from error

    def _json(self, held: Element, name: str, missing: Any = ...) -> Any:
        found = held.find(f"{{{OURS}}}{name}")
        place = f"{self.filename}, <spine:{name}>"
        if found is None:
            if missing is ...:
                raise refusal(
                    Code.MISSING, place, "is missing: export the ruleset anew"
                )
            return missing
        try:
            return strict_json.parse(found.text or "")
        except strict_json.JSONRefusedError as error:
            raise refusal(Code.UNREADABLE, place, str(error)) from error

    def _table(self, decision: Element) -> dict[str, Any]:
        place = f"{self.filename}, decision {decision.get('name', '?')!r}"
        extension = decision.find(f"extensionElements/{{{OURS}}}table")
        held = decision.find("decisionTable")
        if extension is None or held is None:
            message = (
                "was added in another tool, or is no table any more: "
                "add the table to the ruleset first, and its rows there"
            )
            raise refusal(Code.UNSUPPORTED, place, message)
        head = self._json(extension, "head")
        if not isinstance(head, dict) or not isinstance(head.get("kind"), str):
            raise refusal(Code.WRONG_SHAPE, place, "has no head of a table")
        tables.refuse_unknown_parts(held, place)
        table = {"title": decision.get("label", ""), **head}
        if decision.find("description") is not None:
            table["description"] = tables.text_of(decision, "description")
        table["hit_policy"] = held.get("hitPolicy", "UNIQUE")
        table["inputs"] = tables.inputs(held)
        outputs = OUTPUTS.get(head["kind"], ())
        rules = [
            _rule(rule, table["inputs"], outputs, f"{place}, rule {number}")
            for number, rule in enumerate(held.iterfind("rule"), start=1)
        ]
        table["rules"] = self._with_disabled(rules, extension, place)
        return table

    def _with_disabled(
        self, rules: list[Any], extension: Element, place: str
    ) -> list[Any]:
        disabled = self._json(extension, "disabled", [])
        for entry in disabled if isinstance(disabled, list) else [None]:
            if not isinstance(entry, dict) or not isinstance(entry.get("at"), int):
                raise refusal(Code.WRONG_SHAPE, place, "has no list of disabled rules")
            rules.insert(max(entry["at"], 0), entry.get("rule"))
        return rules


def _rule(
    rule: Element, inputs: list[str], outputs: tuple[str, ...], place: str
) -> dict[str, Any]:
    extension = rule.find(f"extensionElements/{{{OURS}}}rule")
    attributes = {} if extension is None else extension.attrib
    return {
        # A row that was added in a modeler has the name that the modeler gave it.
        "id": attributes.get("ref") or rule.get("id", ""),
        "cells": tables.cells(rule, inputs, place),
        "outputs": tables.outputs(rule, outputs, place),
        "rationale": tables.text_of(rule, "description"),
        "sources": attributes.get("sources", "").split(),
        **{key: attributes.get(key, "") for key in GROUND_ATTRIBUTES},
    }
