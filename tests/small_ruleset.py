"""Two treatments of the first shipped rules, for tests of what is done with rules.

Its facts, sources and rules are shipped ones, so few that it is checked in a thirtieth
of the time; its id is its own, and so it has no golden cases.
"""

from copy import deepcopy
from functools import cache
from typing import Any

from treatments.engine import Ruleset, load_ruleset
from treatments.engine.ruleset.model import DEFAULT_RULESET

TREATMENTS = ("CONS", "MED")
TABLES = ("triage", "urgency", "cons", "med")
INVARIANTS = ("INV-1", "INV-8")
#: Rows of these tables that stay; of the others all do.
ROWS = {
    "triage": ("TRIAGE-01", "TRIAGE-07"),
    "urgency": ("URGENCY-05",),
    "symptom_severity": ("SEVERITY-07",),
    "med": ("MED-01", "MED-02", "MED-03"),
}
FIRST_RULESET = DEFAULT_RULESET.parent / "lumbar_disc_herniation_1"
Document = dict[str, Any]


@cache
def small_ruleset() -> Ruleset:
    whole: Document = deepcopy(dict(load_ruleset(FIRST_RULESET).document))
    whole["metadata"]["id"] = "small"
    whole["rungs"] = [r for r in whole["rungs"] if r["code"] in TREATMENTS]
    whole["treatments"] = [t for t in whole["treatments"] if t["code"] in TREATMENTS]
    whole["selection"]["order"] = list(TREATMENTS)
    whole["tables"] = _tables(whole)
    for table in whole["tables"]:
        kept = ROWS.get(table["id"])
        table["rules"] = [r for r in table["rules"] if not kept or r["id"] in kept]
    made = {table.get("output") for table in whole["tables"]}
    whole["facts"] = [
        f for f in whole["facts"] if f["scope"] != "derived" or f["name"] in made
    ]
    whole["invariants"] = [
        {
            **row,
            "then": {**row["then"], "recommended": _cut(row["then"]["recommended"])},
        }
        for row in whole["invariants"]
        if row["id"] in INVARIANTS
    ]
    return Ruleset.from_document(whole)


def _tables(whole: Document) -> list[Document]:
    """The tables named, and those that make what these ask for."""
    makers = {t["output"]: t for t in whole["tables"] if t["kind"] == "derived"}
    kept = set(TABLES)
    waiting = [t for t in whole["tables"] if t["id"] in kept]
    while waiting:
        new = [makers[name] for name in waiting.pop()["inputs"] if name in makers]
        waiting += [table for table in new if table["id"] not in kept]
        kept |= {table["id"] for table in new}
    return [table for table in whole["tables"] if table["id"] in kept]


def _cut(cell: str) -> str:
    """The cell without the treatments that are not here."""
    quoted = ",".join(f'"{code}"' for code in TREATMENTS)
    return f"not({quoted})" if cell.startswith("not(") else quoted
