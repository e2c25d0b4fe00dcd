"""A ruleset document to DMN XML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from treatments.engine.ruleset.csv_folder import DISABLED
from treatments.engine.ruleset.decision_tables import HIT_POLICIES, OUTPUTS
from treatments.engine.ruleset.text_patch import Difference
from treatments.engine.ruleset.unary_tests import UNKNOWN
from treatments.exchange.safe_xml import UNPRINTABLE

from . import literals, tables
from .diagram import diagram
from .names import DC, DI, DMN_1_3, DMN_1_5, GROUND_ATTRIBUTES, OURS, PARTS, Ids

FEEL_TYPES = {"int": "number", "decimal": "number", "bool": "boolean", "enum": "string"}
#: What a reader of the model has to know before trusting what an engine makes of it.
CAUTION = (
    "The decision tables of a ruleset. They do not advise by themselves: how options "
    "are chosen, and the presumptions' place, stand in the extension elements. A DMN "
    "engine may take a fact that is not known for one that does not hold; Spine CDS "
    "never does."
)
#: What the table's own elements say; the rest is told in our extension.
TOLD_BY_DMN = ("title", "description", "hit_policy", "inputs", "rules")


def write(document: Mapping[str, Any], exact: Sequence[Difference]) -> bytes:
    """The document as DMN 1.5, in bytes of UTF-8.

    ``exact`` is what neither DMN nor our extension tells; see :func:`.formats.export`.
    """
    return _ModelWriter(document, exact).xml(DMN_1_5)


def write_for_modeler(
    document: Mapping[str, Any], exact: Sequence[Difference]
) -> bytes:
    """The same model in the name space of DMN 1.3, the one that dmn-js opens."""
    return _ModelWriter(document, exact).xml(DMN_1_3)


def under(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """A new last child; characters that XML cannot hold are replaced."""
    clean = {key: UNPRINTABLE.sub("\ufffd", v) for key, v in attributes.items()}
    element = SubElement(parent, tag, clean)
    element.text = UNPRINTABLE.sub("\ufffd", text) or None
    return element


class _ModelWriter:
    """One document written: ids first, so that decisions can refer to inputs."""

    def __init__(
        self, document: Mapping[str, Any], exact: Sequence[Difference]
    ) -> None:
        self.document = document
        self.exact = exact
        self.ids = Ids()
        self.facts = {fact["name"]: fact for fact in document["facts"]}
        tables = document["tables"]
        self.table_ids = [self.ids.make("decision", table["id"]) for table in tables]
        self.derived = {
            table.get("output", ""): identifier
            for identifier, table in zip(self.table_ids, tables, strict=True)
            if table["kind"] == "derived"
        }
        inputs = {name: None for table in tables for name in table["inputs"]}
        self.inputs = {
            name: self.ids.make("input", name)
            for name in inputs
            if name not in self.derived
        }
        self.given = frozenset(self.inputs.values())
        self.needs = [self._needs(*pair) for pair in self._decisions]

    @property
    def _decisions(self) -> list[tuple[str, Mapping[str, Any]]]:
        return list(zip(self.table_ids, self.document["tables"], strict=True))

    def _needs(self, own: str, table: Mapping[str, Any]) -> dict[str, str]:
        """What a decision needs: the element, and the id of the requirement."""
        found = {**self.inputs, **self.derived}
        needed = [found[name] for name in dict.fromkeys(table["inputs"])]
        return {need: self.ids.make("needs", f"{own}_{need}") for need in needed}

    def xml(self, version: str) -> bytes:
        base = f"https://www.omg.org/spec/DMN/{version}"
        metadata = self.document["metadata"]
        root = Element("definitions")
        for key, value in {
            "xmlns": f"{base}/MODEL/",
            "xmlns:dmndi": f"{base}/DMNDI/",
            "xmlns:dc": DC,
            "xmlns:di": DI,
            "xmlns:spine": OURS,
            "id": self.ids.make("ruleset", metadata["id"]),
            "name": metadata["title"] or metadata["id"],
            "namespace": "urn:spine-cds:ruleset",
            "exporter": "Spine CDS",
        }.items():
            root.set(key, UNPRINTABLE.sub("\ufffd", value))
        under(root, "description", CAUTION)
        self._extension(root)
        for name, identifier in self.inputs.items():
            self._input_data(root, name, identifier)
        for (own, table), needs in zip(self._decisions, self.needs, strict=True):
            self._decision(root, own, table, needs)
        drawn = dict(zip(self.table_ids, self.needs, strict=True))
        diagram(root, list(self.inputs.values()), drawn, self.ids)
        indent(root)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(
            root, encoding="unicode"
        ).encode("utf-8", "replace")

    def _extension(self, root: Element) -> None:
        held = under(under(root, "extensionElements"), "spine:ruleset")
        held.set("format", str(self.document["format"]))
        for part in PARTS:
            text = json.dumps(self.document[part], ensure_ascii=False)
            under(held, f"spine:{part}", text)
        if self.exact:
            under(held, "spine:exact", json.dumps(list(self.exact)))

    def _input_data(self, root: Element, name: str, identifier: str) -> None:
        fact = self.facts.get(name, {})
        held = under(root, "inputData", id=identifier, name=name)
        if fact:
            held.set("label", UNPRINTABLE.sub("\ufffd", fact["label"]))
        variable = under(held, "variable", id=self.ids.make("variable", name))
        variable.set("name", held.get("name", ""))
        _typed(variable, fact)

    def _decision(
        self,
        root: Element,
        own: str,
        table: Mapping[str, Any],
        needs: Mapping[str, str],
    ) -> None:
        derived = table["kind"] == "derived" and table.get("output")
        name = table["output"] if derived else table["id"]
        held = under(root, "decision", id=own, name=name, label=table["title"])
        if "description" in table:
            under(held, "description", table["description"])
        extension = under(under(held, "extensionElements"), "spine:table")
        rest = {key: v for key, v in table.items() if key not in TOLD_BY_DMN}
        disabled = [
            {"at": at, "rule": rule}
            for at, rule in enumerate(table["rules"])
            if rule.get(DISABLED)
        ]
        under(extension, "spine:head", json.dumps(rest, ensure_ascii=False))
        # Another tool would run a disabled rule: there is no such thing in DMN.
        if disabled:
            under(extension, "spine:disabled", json.dumps(disabled, ensure_ascii=False))
        variable = under(held, "variable", id=self.ids.make("variable", own), name=name)
        if derived:
            _typed(variable, self.facts.get(name, {}))
        for need, ref in needs.items():
            given = need in self.given
            kind = "requiredInput" if given else "requiredDecision"
            requirement = under(held, "informationRequirement", id=ref)
            under(requirement, kind, href=f"#{need}")
        self._table(held, table)

    def _table(self, decision: Element, table: Mapping[str, Any]) -> None:
        held = under(decision, "decisionTable", id=self.ids.make("table", table["id"]))
        if table["hit_policy"] in HIT_POLICIES:
            held.set("hitPolicy", table["hit_policy"])
        for name in table["inputs"]:
            fact = self.facts.get(name, {})
            clause = under(held, "input", id=self.ids.make("in", name))
            clause.set("label", UNPRINTABLE.sub("\ufffd", fact.get("label", name)))
            expression = under(
                clause, "inputExpression", id=self.ids.make("said", name)
            )
            _typed(expression, fact)
            under(expression, "text", name)
            if fact.get("values"):
                values = self.ids.make("values", name)
                limits = under(clause, "inputValues", id=values)
                under(limits, "text", literals.allowed(fact))
        outputs = OUTPUTS.get(table["kind"], ())
        for name in outputs:
            self._output(held, name, table)
        for rule in table["rules"]:
            if not rule.get(DISABLED):
                self._rule(held, rule, table["inputs"], outputs)

    def _output(self, table: Element, name: str, head: Mapping[str, Any]) -> None:
        value = name == "value"
        output = head.get("output", "") if value else name
        fact = self.facts.get(output, {}) if value else {}
        clause = under(table, "output", id=self.ids.make("out", name), label=output)
        clause.set("name", clause.get("label", ""))
        clause.set("typeRef", "Any" if name == "treatments" else "string")
        _typed(clause, fact)
        if fact.get("values"):
            limits = under(clause, "outputValues", id=self.ids.make("values", output))
            under(limits, "text", literals.allowed(fact))

    def _rule(
        self,
        table: Element,
        rule: Mapping[str, Any],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        own = self.ids.make("rule", rule["id"])
        held = under(table, "rule", id=own)
        under(held, "description", rule["rationale"])
        grounds = {key: rule[key] for key in GROUND_ATTRIBUTES}
        sources = " ".join(rule["sources"])
        under(
            under(held, "extensionElements"),
            "spine:rule",
            ref=rule["id"],
            sources=sources,
            **grounds,
        )
        for position, name in enumerate(inputs, start=1):
            entry = under(held, "inputEntry", id=self.ids.make(own, f"in_{position}"))
            cell = rule["cells"].get(name, "-")
            under(entry, "text", tables.NULL if cell == UNKNOWN.text else cell)
        for name in outputs:
            entry = under(held, "outputEntry", id=self.ids.make(own, name))
            bare = name == "value" and self._is_bare(rule, table)
            under(entry, "text", literals.written(rule["outputs"][name], bare=bare))

    @staticmethod
    def _is_bare(_rule: Mapping[str, Any], table: Element) -> bool:
        clause = table.find("output")
        return clause is not None and clause.get("typeRef") in ("number", "boolean")


def _typed(element: Element, fact: Mapping[str, Any]) -> None:
    if fact.get("type") in FEEL_TYPES:
        element.set("typeRef", FEEL_TYPES[fact["type"]])
