"""Other engines, if they are installed: the same table, and the same answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from treatments.engine.ruleset.unary_tests import UnaryTests
from treatments.engine.ruleset.vocabulary import Fact

Decide = Callable[[Mapping[str, Any]], int | None]


def zen(
    facts: Sequence[Fact], rules: Sequence[Mapping[str, UnaryTests]]
) -> Decide | None:
    """The number of the first rule that holds, by zen-engine; None: not installed.

    Its fastest way in: the decision is loaded once and called by its key.
    """
    if importlib.util.find_spec("zen") is None:
        return None
    from zen import ZenEngine

    content = {"static": _jdm(facts, rules)}
    engine = ZenEngine({"loader": {"type": "static", "content": content}})

    def decide(case: Mapping[str, Any]) -> int | None:
        found: int | None = engine.evaluate("static", case)["result"].get("rule")
        return found

    return decide


def _jdm(
    facts: Sequence[Fact], rules: Sequence[Mapping[str, UnaryTests]]
) -> dict[str, Any]:
    """The table as a JSON Decision Model."""
    by_name = {fact.name: fact for fact in facts}
    rows = [
        {
            "_id": f"r{number}",
            **{name: _cell(by_name[name], cell) for name, cell in row.items()},
            **{name: "" for name in by_name if name not in row},
            "rule": str(number),
        }
        for number, row in enumerate(rules)
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": n, "name": n, "field": n} for n in by_name],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "i", "name": "i", "type": "inputNode"},
        {"id": "t", "name": "t", "type": "decisionTableNode", "content": table},
        {"id": "o", "name": "o", "type": "outputNode"},
    ]
    edges = [
        {"id": "it", "sourceId": "i", "targetId": "t", "type": "edge"},
        {"id": "to", "sourceId": "t", "targetId": "o", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def _cell(fact: Fact, cell: UnaryTests) -> str:
    """A cell in zen's words: it has no ``not`` over a list."""
    if not cell.negated:
        return cell.text
    return ",".join(f'"{value}"' for value in fact.values if cell.accepts(value))
