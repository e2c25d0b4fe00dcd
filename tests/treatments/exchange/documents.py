"""Random ruleset documents: any shape that can be shown, with the worst of texts."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from treatments.engine.ruleset.decision_tables import HIT_POLICIES, KINDS, OUTPUTS

#: What spreadsheets run, split, trim or number, and what the formats use as marks.
NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1+1"),
    *("a;=1+1;b", "a\n=1+1\nb", "- first\n- second", "'", "''", "'=1", "-", "- ", ""),
    *(" lead", "trail ", "\n", "\r\n", "a\rb", "a,b", 'say "so"', "a | b", "a|b"),
    *("x: y; z: w", "TRUE", "true", "null", "1", "1.0", "1e5", "2026-01-02", "#N/A"),
    *("_x000D_", "&amp;", "]]>", "<b>", "\\", '\\"', "[1..2]", ">= 4", "-5"),
    *(
        "\x0b",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "é≥≤",
        "日本",
        "🦴",
    ),
    *("name.with.dots", "", "exact", "{}", "[]", "A B"),
)
PLAIN = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
texts = st.one_of(st.sampled_from(NASTY), st.text(PLAIN, max_size=12))
numbers = st.one_of(
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 0.0, -0.0, 1, 1.0, 1e300, 1e-9, 10**300 - 1, -5]),
)
lists = st.lists(texts, max_size=3)
scalars = st.one_of(numbers, texts, st.booleans())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)
grounds = {
    "rationale": texts,
    "sources": lists,
    "strength": texts,
    "certainty": texts,
    "owner": texts,
    "review_by": texts,
}


def rows(
    key: str, required: dict[str, Any], optional: dict[str, Any] | None = None
) -> st.SearchStrategy[list[dict[str, Any]]]:
    row = st.fixed_dictionaries(
        {key: texts, **required}, optional={**(optional or {}), "other": values}
    )
    return st.lists(row, max_size=4, unique_by=lambda r: r[key])


def texted(*names: str) -> dict[str, st.SearchStrategy[str]]:
    return dict.fromkeys(names, texts)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = draw(
        rows(
            "id",
            {
                "kind": st.one_of(st.sampled_from(KINDS), texts),
                "title": texts,
                "hit_policy": st.one_of(st.sampled_from(HIT_POLICIES), texts),
                "inputs": st.lists(texts, max_size=4, unique=True),
            },
            texted("description", "output"),
        )
    )
    ids = iter(draw(st.lists(texts, min_size=16, max_size=16, unique=True)))
    for table in found:
        count = draw(st.integers(0, 4))
        table["rules"] = [draw(rule(table, next(ids))) for _ in range(count)]
    return found


@st.composite
def rule(draw: st.DrawFn, table: dict[str, Any], name: str) -> dict[str, Any]:
    tested = table["inputs"] or ["stray"]
    names = OUTPUTS.get(table["kind"], ())
    says = {n: lists if n == "treatments" else texts for n in names}
    return {
        "id": name,
        "cells": draw(st.dictionaries(st.sampled_from(tested), texts, max_size=4)),
        "outputs": draw(st.fixed_dictionaries(says)),
        **draw(st.fixed_dictionaries(grounds, optional={"disabled": texts})),
    }


PARTS = {
    "metadata": st.fixed_dictionaries(
        texted("id", "version", "title"),
        optional={
            "authors": lists,
            "sign_off": st.none() | st.fixed_dictionaries({"by": scalars}),
            "tables": values,
            "selection": values,
            "exact": values,
            "a.b": values,
            "a": values,
        },
    ),
    "facts": rows(
        "name",
        {
            **texted("scope", "group", "type", "unit", "essential", "label", "meaning"),
            "values": lists,
            **dict.fromkeys(("minimum", "maximum"), numbers),
            **dict.fromkeys(("plausible_min", "plausible_max", "presumed"), scalars),
            "modifiable": st.booleans(),
        },
    ),
    "rungs": rows("code", texted("title"), texted("description")),
    "treatments": rows(
        "code",
        {
            **texted("rung", "title", "summary"),
            **dict.fromkeys(("advantages", "disadvantages", "sources"), lists),
        },
    ),
    "sources": rows(
        "id", texted("topic", "citation", "confidence", "certainty"), texted("note")
    ),
    "tables": tables(),
    "invariants": rows(
        "id",
        {
            "title": texts,
            "when": st.dictionaries(texts, texts, max_size=3),
            "then": st.dictionaries(texts, texts, max_size=3),
            "sources": lists,
        },
    ),
    "selection": st.fixed_dictionaries(
        {
            "order": lists,
            "last_resort": st.fixed_dictionaries(
                {"id": st.just("LAST RESORT"), "treatment": texts, **grounds}
            ),
        }
    ),
}


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Any document that can be shown, sound or not."""
    return st.fixed_dictionaries({"format": st.just(1), **PARTS})
