"""The shipped rules with questions that an administrator has added, of every kind."""

from copy import deepcopy
from functools import cache
from typing import Any

from treatments.engine import Ruleset, load_ruleset


def fact(name: str, label: str, type_: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "scope": "case",
        "group": "history",
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
        "label": label,
        "meaning": f"{label.lower()}, as entered",
        **changes,
    }


DIABETES = fact("diabetes", "Diabetes", "bool", meaning="known, of either type")
HBA1C = fact(
    "hba1c_percent",
    "HbA1c",
    "decimal",
    minimum=3,
    maximum=20,
    unit="%",
    plausible_min=4,
    plausible_max=14,
)
FALLS = fact(
    "falls_a_year",
    "Falls",
    "int",
    group="presentation",
    minimum=0,
    maximum=50,
    unit="1",
)
WALKING = fact(
    "walking_aid",
    "Walking aid",
    "enum",
    group="presentation",
    values=["none", "stick", "walking_frame"],
    presumed="none",
)
INTENSITY = fact(
    "high_intensity_zone",
    "High-intensity zone",
    "bool",
    scope="disc",
    group="degeneration",
)
ADDED = (DIABETES, HBA1C, FALLS, WALKING, INTENSITY)
#: What each alert asks, and what it says.
ALERTS = {
    ("diabetes", "true"): "Diabetes: plan the wound care.",
    ("hba1c_percent", ">= 8"): "The sugar is not under control.",
    ("falls_a_year", ">= 3"): "Falls: look at the gait.",
    ("walking_aid", '"walking_frame"'): "Walks on a frame.",
    ("high_intensity_zone", "true"): "A high-intensity zone is seen.",
    ("pain_pattern", '"neuropathic"'): "The pain is neuropathic.",
    ("herniation_type", '"calcified_shell"'): "A calcified shell.",
}


def added_document(facts: tuple[dict[str, Any], ...] = ADDED) -> dict[str, Any]:
    """With an alert on every fact that is added, and on two values."""
    document = deepcopy(dict(load_ruleset().document))
    document["metadata"] |= {"version": "2.1.0"}
    document["facts"] += deepcopy(list(facts))
    new_values = {"pain_pattern": "neuropathic", "herniation_type": "calcified_shell"}
    for row in document["facts"]:
        if row["name"] in new_values:
            row["values"] = [*row["values"], new_values[row["name"]]]
    alerts = next(t for t in document["tables"] if t["id"] == "alerts")
    known = {row["name"] for row in document["facts"]}
    for number, ((name, cell), text) in enumerate(ALERTS.items(), start=1):
        if name in known:
            alerts["inputs"] = list(dict.fromkeys([*alerts["inputs"], name]))
            rule = {**deepcopy(alerts["rules"][0]), "id": f"ADDED-{number:02}"}
            rule["cells"] = {name: cell}
            rule["outputs"] = {"indicator": "warning", "text": text}
            alerts["rules"].append(rule)
    return document


@cache
def added_rules() -> Ruleset:
    return Ruleset.from_document(added_document())
