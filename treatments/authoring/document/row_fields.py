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
class RowField:
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
class RowSection:
    """One list: its title, what one row is called, the fields, which come first."""

    title: str
    row: str
    key: str
    fields: tuple[RowField, ...]
    columns: tuple[str, ...]


_SOURCES = RowField(
    "sources", "Sources", "words", "Ids of sources, with spaces between."
)
_TREATMENT = (
    RowField("title", "Name"),
    RowField("rung", "Rung", "text", "The code of the rung it stands on."),
    RowField("summary", "What it is", "area"),
    RowField("advantages", "Advantages", "lines", "One on each line."),
    RowField("disadvantages", "Disadvantages", "lines", "One on each line."),
    _SOURCES,
)
_FACT = (
    RowField("label", "Label"),
    RowField(
        "meaning", "Meaning", "area", "Shown where it is asked, and over columns."
    ),
    RowField(
        "presumed", "Presumed while unknown", "value", "yes, no, a value, or none."
    ),
    RowField("scope", "Of what", "choice", "", SCOPES),
    RowField("group", "Group"),
    RowField("type", "Type", "choice", "", TYPES),
    RowField("values", "Values", "lines", "Of an enumeration, one on each line."),
    RowField("minimum", "Least", "number"),
    RowField("maximum", "Greatest", "number"),
    RowField("unit", "Unit", "text", "UCUM."),
    RowField("plausible_min", "Plausible from", "number"),
    RowField("plausible_max", "Plausible to", "number"),
    RowField("essential", "Essential", "text", "yes, no, or when it is."),
    RowField("modifiable", "Can change", "flag", "By time, tests, treatment or wish."),
)
_INVARIANT = (
    RowField("title", "What must hold"),
    RowField("when", "When", "conditions", "One on each line, as “pregnant: true”."),
    RowField("then", "Then", "conditions", 'As “recommended: not("FUSION")”.'),
    _SOURCES,
)
_SOURCE = (
    RowField("topic", "Topic"),
    RowField("citation", "Citation", "area"),
    RowField("confidence", "Verified", "text", "V verified, R still to be verified."),
    RowField("certainty", "Certainty", "text"),
    RowField("note", "Note", "area"),
)
_TABLE = (
    RowField("title", "Title"),
    RowField("description", "Description", "area"),
    RowField("kind", "Kind", "choice", "", KINDS),
    RowField("hit_policy", "Hit policy", "choice", "", HIT_POLICIES),
    RowField(
        "output",
        "Gives the fact",
        "text",
        "Of derived, computed and presumption tables.",
    ),
)

SECTIONS: Mapping[str, RowSection] = {
    "treatments": RowSection(
        "Treatments and their texts", "treatment", "code", _TREATMENT, ("title", "rung")
    ),
    "rungs": RowSection(
        "Rungs of the ladder",
        "rung",
        "code",
        (RowField("title", "Name"), RowField("description", "Description", "area")),
        ("title",),
    ),
    "facts": RowSection(
        "Facts and presumptions", "fact", "name", _FACT, ("label", "type", "presumed")
    ),
    "invariants": RowSection("Invariants", "invariant", "id", _INVARIANT, ("title",)),
    "sources": RowSection("Sources", "source", "id", _SOURCE, ("topic", "certainty")),
    "tables": RowSection(
        "Tables", "table", "id", _TABLE, ("title", "kind", "hit_policy")
    ),
}


def _grounds(part: str, name: str) -> tuple[RowField, ...]:
    """The grounds of a rule that stands in no table."""
    return (
        RowField(f"{part}.rationale", f"{name}: rationale", "area"),
        RowField(f"{part}.sources", f"{name}: sources", "words"),
        RowField(f"{part}.strength", f"{name}: strength", "choice", "", STRENGTHS),
        RowField(f"{part}.certainty", f"{name}: certainty", "choice", "", CERTAINTIES),
        RowField(f"{part}.owner", f"{name}: owner"),
        RowField(f"{part}.review_by", f"{name}: review by", "text", "YYYY-MM-DD"),
    )


#: What stands alone: the order of preference, and the texts about the ruleset.
SINGLES: Mapping[str, tuple[str, tuple[RowField, ...]]] = {
    "selection": (
        "Order of preference, referral and last resort",
        (
            RowField(
                "order", "Order", "lines", "Codes, the first preferred; one a line."
            ),
            RowField("last_resort.id", "Last resort: rule id"),
            RowField("last_resort.treatment", "Last resort: treatment"),
            *_grounds("last_resort", "Last resort"),
            RowField(
                "bridge",
                "Bridge",
                "text",
                "The code of an option that only bridges time, or nothing.",
            ),
            RowField(
                "refer.id",
                "Referral: rule id",
                "text",
                "With all fields of the referral empty nobody is referred.",
            ),
            RowField("refer.text", "Referral: text", "area"),
            RowField("refer.urgent_text", "Referral: text when urgent", "area"),
            *_grounds("refer", "Referral"),
        ),
    ),
    "metadata": (
        "About the ruleset",
        (
            RowField("title", "Title"),
            RowField("description", "Description", "area"),
            RowField("authors", "Authors", "lines", "One on each line."),
            RowField("license", "Licence"),
        ),
    ),
}
#: Parts of them that a ruleset may be without: emptied, they are gone.
_OPTIONAL = ("bridge", "refer")
#: What each list, and what stands alone, is called.
TITLES: Mapping[str, str] = {
    **{name: title for name, (title, _) in SINGLES.items()},
    **{code: section.title for code, section in SECTIONS.items()},
}


def texts(fields: tuple[RowField, ...], row: Mapping[str, Any]) -> dict[str, str]:
    """A row's fields as the texts that a form shows."""
    return {field.name: shown(field, _got(row, field.name)) for field in fields}


def blank(fields: tuple[RowField, ...]) -> dict[str, Any]:
    """A new row, in which nothing is written yet: it has the shape of one."""
    return {field.name: stored(field, "") for field in fields}


def written(
    fields: tuple[RowField, ...], row: Mapping[str, Any], form_data: Mapping[str, str]
) -> dict[str, Any]:
    """``row`` with the texts of a form written into it; what has no field stays."""
    found = dict(row)
    is_enum = form_data.get("type", row.get("type")) == "enum"
    for field in fields:
        value = stored(field, form_data.get(field.name, ""))
        if is_enum and isinstance(value, bool) and field.kind == "value":
            value = "yes" if value else "no"  # A value of an enumeration.
        if field.name in form_data and (
            value not in ("", []) or _got(row, field.name) is not None
        ):
            _put(found, field.name, value)
    for name in _OPTIONAL:
        if name in found and not _has_words(found[name]):
            del found[name]
    return found


def _has_words(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else bool(value)


def shown(field: RowField, value: Any) -> str:
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


def stored(field: RowField, text: str) -> Any:
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
