"""Random small rulesets whose derived facts hang on the same few flags.

Kleene's logic alone leaves too much open in them, two states of a search often have
the same open rules, and what a derived fact falls back to may be all that differs.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import strategies as st

from tests.treatments.engine.small import (
    FACTS,
    LADDER,
    document,
    eligibility,
    fact,
    rule,
    table,
)
from treatments.engine import Ruleset

FLAGS = "aghxy"
DERIVED = ("even", "side")
VALUES = ("p", "q", "r")
EFFECTS = ("indicated", "indicated", "caution", "unsuitable", "contraindicated")
Cells = dict[str, str]

_degrees = st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True).map(
    lambda values: ",".join(f'"{value}"' for value in values)
)


def cells(derived: tuple[str, ...]) -> st.SearchStrategy[Cells]:
    """At most two flags, and some of these derived facts."""
    flags = st.dictionaries(
        st.sampled_from(FLAGS), st.sampled_from(["true", "false"]), max_size=2
    )
    others = st.fixed_dictionaries({}, optional=dict.fromkeys(derived, _degrees))
    return st.builds(lambda one, other: {**one, **other}, flags, others)


@st.composite
def _derived(draw: st.DrawFn, name: str, rests_on: tuple[str, ...]) -> dict[str, Any]:
    found = draw(st.lists(cells(rests_on), min_size=3, max_size=8))
    if draw(st.integers(0, 4)):
        found.append({})
    value = st.sampled_from(VALUES)
    rows = [
        rule(f"{name[0].upper()}-{number}", row, value=draw(value))
        for number, row in enumerate(found)
    ]
    return table(name, "derived", rows, output=name)


@st.composite
def _triage(draw: st.DrawFn) -> dict[str, Any]:
    ladder = {"disposition": "ladder", "urgency": "elective", "text": ""}
    stop = {"disposition": "emergency", "urgency": "emergency", "text": ""}
    first = draw(st.lists(cells(DERIVED), max_size=2))
    rows = [
        rule(f"T-{number}", row, **draw(st.sampled_from([ladder, stop])))
        for number, row in enumerate(first)
    ]
    return table("triage", "triage", [*rows, rule("T-9", {}, **ladder)])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    options = st.tuples(
        cells(DERIVED), st.sampled_from(LADDER), st.sampled_from(EFFECTS)
    )
    even, side = DERIVED
    made = document(
        [
            draw(_derived(even, ())),
            draw(_derived(side, (even,))),
            draw(_triage()),
            eligibility(*draw(st.lists(options, min_size=1, max_size=6))),
        ]
    )
    made["facts"] = vocabulary(FLAGS)
    return made


def vocabulary(flags: str) -> list[dict[str, Any]]:
    values = list(VALUES)
    return [
        *(one for one in FACTS if one["name"] == "level"),
        *(fact(name, "bool") for name in flags),
        *(fact(name, "enum", scope="derived", values=values) for name in DERIVED),
    ]


rulesets = documents().map(Ruleset.from_document)


def flags_of(*answers: bool | None) -> list[dict[str, bool]]:
    """Every case of these answers to the flags; None: it is not known."""
    return [
        {name: told for name, told in zip(FLAGS, said, strict=True) if told is not None}
        for said in product(answers, repeat=len(FLAGS))
    ]
