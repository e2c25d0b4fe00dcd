"""A small ruleset as a document, and an oracle that knows nothing of the engine."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.ruleset import unary_tests

_parsed = lru_cache(unary_tests.parse)

GROUNDS = {
    "rationale": "Because the test says so.",
    "sources": ["B01"],
    "strength": "strong",
    "certainty": "low",
    "owner": "tests",
    "review_by": "2030-01-01",
}
LADDER = ("CONS", "ENDO", "OPEN", "FUSION")


def fact(name: str, type_: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "scope": "case",
        "group": "disc" if changes.get("scope") == "disc" else "patient",
        "type": type_,
        "values": [],
        "minimum": None,
        "maximum": None,
        "unit": "",
        "essential": "no",
        "presumed": None,
        "modifiable": True,
        "plausible_min": None,
        "plausible_max": None,
        "label": name,
        "meaning": name,
        **changes,
    }


def rule(id_: str, cells: Mapping[str, str], **outputs: Any) -> dict[str, Any]:
    return {"id": id_, "cells": dict(cells), "outputs": outputs, **GROUNDS}


def table(
    id_: str, kind: str, rules: list[dict[str, Any]], **changes: Any
) -> dict[str, Any]:
    inputs = {name: None for r in rules for name in r["cells"]}
    multiple = {"eligibility": "COLLECT", "alert": "RULE ORDER"}
    return {
        "id": id_,
        "kind": kind,
        "title": id_,
        "hit_policy": multiple.get(kind, "FIRST"),
        "output": "",
        "inputs": list(inputs),
        "rules": rules,
        **changes,
    }


FACTS = [
    fact("flag", "bool"),
    fact("weak", "bool", presumed=False),
    fact("late", "bool"),
    fact("kind", "enum", values=["bulge", "extrusion", "free"]),
    fact("zone", "enum", values=["central", "lateral"], presumed="central"),
    fact("weeks", "int", minimum=0, maximum=20),
    fact("shift", "decimal", minimum=0, maximum=10),
    fact("level", "enum", scope="disc", values=["L4-5", "L5-S1"]),
    fact("loose", "enum", scope="derived", values=["no", "perhaps", "yes"]),
    fact("ripe", "enum", scope="derived", values=["no", "yes"]),
]


def document(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """A ruleset of four treatments over :data:`FACTS`."""
    return copy.deepcopy(
        {
            "format": 1,
            "metadata": {"id": "small", "version": "0.0.1", "title": "Small"},
            "facts": FACTS,
            "rungs": [{"code": code, "title": code} for code in LADDER],
            "treatments": [
                {
                    "code": code,
                    "rung": code,
                    "title": code,
                    "summary": "",
                    "advantages": [],
                    "disadvantages": [],
                    "sources": [],
                }
                for code in LADDER
            ],
            "sources": [
                {
                    "id": "B01",
                    "topic": "",
                    "citation": "A source",
                    "confidence": "V",
                    "certainty": "low",
                }
            ],
            "tables": tables,
            "invariants": [],
            "selection": {
                "order": list(LADDER),
                "last_resort": {"id": "LAST-01", "treatment": "CONS", **GROUNDS},
            },
        }
    )


DERIVED = [
    table(
        "loose",
        "derived",
        [
            rule("LOOSE-01", {"shift": ">= 4"}, value="yes"),
            rule("LOOSE-02", {"shift": "[3..4)", "flag": "true"}, value="perhaps"),
            rule("LOOSE-03", {}, value="no"),
        ],
        output="loose",
    ),
    table(
        "ripe",
        "derived",
        [
            rule("RIPE-01", {"loose": '"yes"'}, value="yes"),
            rule("RIPE-02", {"weeks": "< 6", "late": "false"}, value="no"),
            rule("RIPE-03", {"weeks": ">= 6"}, value="yes"),
            rule("RIPE-04", {}, value="no"),
        ],
        output="ripe",
    ),
]
TRIAGE = table(
    "triage",
    "triage",
    [
        rule(
            "TRIAGE-01",
            {"flag": "true", "weak": "true"},
            disposition="emergency",
            urgency="emergency",
            text="Stop",
        ),
        rule("TRIAGE-02", {}, disposition="ladder", urgency="-", text=""),
    ],
)
URGENCY = table(
    "urgency",
    "urgency",
    [
        rule("URGENCY-01", {"weak": "true"}, urgency="urgent", text=""),
        rule("URGENCY-02", {"weeks": "> 12"}, urgency="early", text=""),
        rule("URGENCY-03", {}, urgency="elective", text=""),
    ],
)


def eligibility(*rules: tuple[dict[str, str], str, str]) -> dict[str, Any]:
    """A COLLECT table of (cells, treatments, effect)."""
    return table(
        "options",
        "eligibility",
        [
            rule(f"R-{n:02}", cells, treatments=codes.split(), effect=effect)
            for n, (cells, codes, effect) in enumerate(rules, start=1)
        ],
    )


class Oracle:
    """Two-valued evaluation by the book: every fact known, one rule after another."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.document = ruleset.document

    def outcome(
        self, facts: Mapping[str, Any]
    ) -> tuple[str, str, str | None, dict[str, str]]:
        known = dict(facts)
        for derived in self._tables("derived"):
            hit = self._first(derived, known)
            if hit:
                known[derived["output"]] = hit["outputs"]["value"]
        statuses = {code: self.status(code, known) for code in LADDER}
        triage = self._first(next(self._tables("triage")), known)["outputs"]
        if triage["disposition"] != "ladder":
            return triage["disposition"], triage["urgency"], None, statuses
        urgency = self._first(next(self._tables("urgency")), known)["outputs"]
        return "ladder", urgency["urgency"], self.choice(statuses), statuses

    @staticmethod
    def choice(statuses: Mapping[str, str]) -> str:
        for wanted in ("suitable", "caution"):
            for code in LADDER:
                if statuses[code] == wanted:
                    return code
        return "CONS"

    def status(self, code: str, known: Mapping[str, Any]) -> str:
        effects = {
            r["outputs"]["effect"]
            for t in self._tables("eligibility")
            for r in t["rules"]
            if code in r["outputs"]["treatments"] and self.fires(r, known)
        }
        for effect in ("contraindicated", "unsuitable"):
            if effect in effects:
                return effect
        if "indicated" not in effects:
            return "not_indicated"
        return "caution" if "caution" in effects else "suitable"

    @staticmethod
    def fires(row: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
        return all(
            name in known and _parsed(text).accepts(known[name])
            for name, text in row["cells"].items()
        )

    def _first(self, rows: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
        return next((r for r in rows["rules"] if self.fires(r, known)), None)

    def _tables(self, kind: str) -> Iterator[Any]:
        return (t for t in self.document["tables"] if t["kind"] == kind)


#: Values of each fact on both sides of every threshold that the tests use.
VALUES: dict[str, list[Any]] = {
    "flag": [False, True],
    "weak": [False, True],
    "late": [False, True],
    "kind": ["bulge", "extrusion", "free"],
    "zone": ["central", "lateral"],
    "weeks": [0, 5, 6, 12, 13, 20],
    "shift": [0, 2.9, 3, 3.5, 4, 10],
}


#: What the vocabulary presumes of them.
PRESUMED = {"weak": False, "zone": "central"}


def completions(known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every way of filling in what is not known."""
    free = [name for name in VALUES if name not in known]
    for values in product(*(VALUES[name] for name in free)):
        yield {**known, **dict(zip(free, values, strict=True))}


def case(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "contract": 1,
        "case_id": "t",
        "responsible_level": "L4-5",
        "facts": dict(facts),
    }
