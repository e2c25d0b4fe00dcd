"""The rows beside the tables: treatments, rungs, facts, invariants, sources, and the
texts about the ruleset; each as fields that a form can show and read back.

Pure. What is typed is kept, right or wrong: the checks say what is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from treatments.engine.ruleset.decision_tables import (
    CERTAINTIES,
    HIT_POLICIES,
    KINDS,
    STRENGTHS,
)
from treatments.engine.ruleset.vocabulary import SCOPES, TYPES


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row. ``kind`` says how its value is written as text:

    text and area as it is; lines a list, one a line; words a list, by spaces; number
    a number or nothing; value a number, yes, no, a text, or nothing; flag yes or no;
    choice one of ``choices``; conditions a fact and its test on each line.
    """

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One list: its title, what one row is called, the fields, which come first."""

    title: str
    row: str
    key: str
    fields: tuple[Field, ...]
    columns: tuple[str, ...]


_SOURCES = Field("sources", "Sources", "words", "Ids of sources, with spaces between.")
_TREATMENT = (
    Field("title", "Name"),
    Field("rung", "Rung", "text", "The code of the rung it stands on."),
    Field("summary", "What it is", "area"),
    Field("advantages", "Advantages", "lines", "One on each line."),
    Field("disadvantages", "Disadvantages", "lines", "One on each line."),
    _SOURCES,
)
_FACT = (
    Field("label", "Label"),
    Field("meaning", "Meaning", "area", "Shown where it is asked, and over columns."),
    Field("presumed", "Presumed while unknown", "value", "yes, no, a value, or none."),
    Field("scope", "Of what", "choice", "", SCOPES),
    Field("group", "Group"),
    Field("type", "Type", "choice", "", TYPES),
    Field("values", "Values", "lines", "Of an enumeration, one on each line."),
    Field("minimum", "Least", "number"),
    Field("maximum", "Greatest", "number"),
    Field("unit", "Unit", "text", "UCUM."),
    Field("plausible_min", "Plausible from", "number"),
    Field("plausible_max", "Plausible to", "number"),
    Field("essential", "Essential", "text", "yes, no, or when it is."),
    Field("modifiable", "Can change", "flag", "By time, tests, treatment or wish."),
)
_INVARIANT = (
    Field("title", "What must hold"),
    Field("when", "When", "conditions", "One on each line, as “pregnant: true”."),
    Field("then", "Then", "conditions", 'As “recommended: not("FUSION")”.'),
    _SOURCES,
)
_SOURCE = (
    Field("topic", "Topic"),
    Field("citation", "Citation", "area"),
    Field("confidence", "Verified", "text", "V verified, R still to be verified."),
    Field("certainty", "Certainty", "text"),
    Field("note", "Note", "area"),
)
_TABLE = (
    Field("title", "Title"),
    Field("description", "Description", "area"),
    Field("kind", "Kind", "choice", "", KINDS),
    Field("hit_policy", "Hit policy", "choice", "", HIT_POLICIES),
    Field("output", "Gives the fact", "text", "Of derived and presumption tables."),
)

SECTIONS: Mapping[str, Section] = {
    "treatments": Section(
        "Treatments and their texts", "treatment", "code", _TREATMENT, ("title", "rung")
    ),
    "rungs": Section(
        "Rungs of the ladder",
        "rung",
        "code",
        (Field("title", "Name"), Field("description", "Description", "area")),
        ("title",),
    ),
    "facts": Section(
        "Facts and presumptions", "fact", "name", _FACT, ("label", "type", "presumed")
    ),
    "invariants": Section("Invariants", "invariant", "id", _INVARIANT, ("title",)),
    "sources": Section("Sources", "source", "id", _SOURCE, ("topic", "certainty")),
    "tables": Section("Tables", "table", "id", _TABLE, ("title", "kind", "hit_policy")),
}
#: What stands alone: the order of preference, and the texts about the ruleset.
SINGLES: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "selection": (
        "Order of preference and last resort",
        (
            Field("order", "Order", "lines", "Codes, the first preferred; one a line."),
            Field("last_resort.id", "Last resort: rule id"),
            Field("last_resort.treatment", "Last resort: treatment"),
            Field("last_resort.rationale", "Last resort: rationale", "area"),
            Field("last_resort.sources", "Last resort: sources", "words"),
            Field("last_resort.strength", "Strength", "choice", "", STRENGTHS),
            Field("last_resort.certainty", "Certainty", "choice", "", CERTAINTIES),
            Field("last_resort.owner", "Owner"),
            Field("last_resort.review_by", "Review by", "text", "YYYY-MM-DD"),
        ),
    ),
    "metadata": (
        "About the ruleset",
        (
            Field("title", "Title"),
            Field("description", "Description", "area"),
            Field("authors", "Authors", "lines", "One on each line."),
            Field("license", "Licence"),
        ),
    ),
}


def texts(fields: tuple[Field, ...], row: Mapping[str, Any]) -> dict[str, str]:
    """A row's fields as the texts that a form shows."""
    return {field.name: shown(field, _got(row, field.name)) for field in fields}


def written(
    fields: tuple[Field, ...], row: Mapping[str, Any], said: Mapping[str, str]
) -> dict[str, Any]:
    """``row`` with the texts of a form written into it; what has no field stays."""
    found = dict(row)
    for field in fields:
        value = stored(field, said.get(field.name, ""))
        if field.name in said and (value != "" or _got(row, field.name) is not None):
            _put(found, field.name, value)
    return found


def shown(field: Field, value: Any) -> str:
    """A field's value as text; :func:`stored` is the way back."""
    if value is None:
        return ""
    if field.kind == "lines":
        return "\n".join(value)
    if field.kind == "words":
        return " ".join(value)
    if field.kind == "conditions":
        return "\n".join(f"{name}: {cell}" for name, cell in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def stored(field: Field, text: str) -> Any:
    """The value of a field that was written as this text."""
    text = text.replace("\r\n", "\n").strip()
    if field.kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if field.kind == "words":
        return text.split()
    if field.kind == "conditions":
        pairs = [line.partition(":") for line in text.split("\n") if line.strip()]
        return {name.strip(): cell.strip() for name, _, cell in pairs}
    if field.kind == "flag":
        return text == "yes"
    if field.kind in ("number", "value"):
        return _value(text, words=field.kind == "value")
    return text


def _value(text: str, *, words: bool) -> Any:
    if not text:
        return None
    if words and text in ("yes", "no"):
        return text == "yes"
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _got(row: Mapping[str, Any], name: str) -> Any:
    outer, _, inner = name.partition(".")
    value = row.get(outer)
    return (value or {}).get(inner) if inner else value


def _put(row: dict[str, Any], name: str, value: Any) -> None:
    outer, _, inner = name.partition(".")
    row[outer] = {**row.get(outer, {}), inner: value} if inner else value
