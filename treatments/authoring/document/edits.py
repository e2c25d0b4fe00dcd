"""The edits of a draft: each takes its parts and gives the parts after it.

Pure: no database, no request. What an edit says may be clinically wrong (a bad cell
is kept as typed, and marked by the checks); what it does never breaks the shape of
the document, or it is refused with an EditError in plain words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from treatments.authoring.document.parts import LISTS, Parts, address
from treatments.engine.ruleset.csv_folder import GROUNDS
from treatments.engine.ruleset.decision_tables import OUTPUTS

#: An edit as a service takes it: the parts before, the parts after.
Edit = Callable[[Parts], Parts]
MAX_TEXT = 4000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")
_NUMBERED = re.compile(r"(.*?)(\d+)\Z")


class EditError(ValueError):
    """The edit cannot be made; the message says why, and what to do."""


def rule_place(table: str, rule: str) -> str:
    """The address of a rule."""
    return address("tables", table, "rules", rule)


# --- Cells and fields of a rule -----------------------------------------------------


def set_cells(parts: Parts, table: str, cells: Iterable[tuple[str, str, str]]) -> Parts:
    """Write cells, each a rule's id, a fact's name and an S-FEEL text; "-" is any.

    Raises:
        EditError: there is no such table, rule or column, or a text is too long.
    """
    found = dict(parts)
    columns = parts[_table(parts, table) + "/inputs"]
    for rule_id, fact, text in cells:
        if fact not in columns:
            raise EditError(f"The table has no column {fact}. Add the column first.")
        rule = _rule(found, table, rule_id)
        written = {**rule["cells"], fact: _text(text).strip()}
        if written[fact] in ("", "-"):
            del written[fact]
        found[rule_place(table, rule_id)] = {**rule, "cells": written}
    return found


def set_field(parts: Parts, table: str, rule_id: str, field: str, value: Any) -> Parts:
    """Write one of a rule's grounds, or one of its outputs as ``outputs.<name>``.

    Sources, treatments and the like are lists of texts; all else is a text.

    Raises:
        EditError: there is no such rule or field, or a text is too long.
    """
    rule = _rule(parts, table, rule_id)
    name = field.removeprefix("outputs.")
    kind = parts[_table(parts, table)].get("kind", "")
    value = _listed(value) if name in ("sources", "treatments") else _text(value)
    if field in GROUNDS:
        changed = {**rule, field: value}
    elif field.startswith("outputs.") and name in OUTPUTS.get(kind, ()):
        changed = {**rule, "outputs": {**rule["outputs"], name: value}}
    else:
        raise EditError(f"A rule of this table has no {name}.")
    return {**parts, rule_place(table, rule_id): changed}


def set_entries(
    parts: Parts, table: str, entries: Iterable[tuple[str, str, Any]]
) -> Parts:
    """Write many places of a table at once, each a rule's id, a key and a value.

    A key is ``cells.<fact>``, ``outputs.<name>`` or the name of one of the grounds.
    Entries of the rule "+1" make a new rule at the end of the table, those of "+2"
    one more, and so on.

    Raises:
        EditError: as for :func:`set_cells` and :func:`set_field`.
    """
    found, made = parts, dict[str, str]()
    for named, key, value in entries:
        if named.startswith("+") and named not in made:
            made[named] = _new_rule_id(found, table, "")
            found = add_rule(found, table, rule_id=made[named])
        rule_id = made.get(named, named)
        if key.startswith("cells."):
            cell = (rule_id, key.removeprefix("cells."), value)
            found = set_cells(found, table, [cell])
        else:
            found = set_field(found, table, rule_id, key, value)
    return found


# --- Rules of a table ---------------------------------------------------------------


def add_rule(
    parts: Parts,
    table: str,
    *,
    rule_id: str = "",
    cells: Mapping[str, str] | None = None,
    outputs: Mapping[str, Any] | None = None,
    owner: str = "",
    after: str = "",
) -> Parts:
    """A new rule, after the one named or at the end; without an id it gets one.

    Facts of ``cells`` that are no columns yet become columns.

    Raises:
        EditError: there is no such table, or the id is bad or taken.
    """
    place = _table(parts, table)
    kind = parts[place].get("kind", "")
    blank = {n: [] if n == "treatments" else "" for n in OUTPUTS.get(kind, ())}
    rule = {
        "id": _new_rule_id(parts, table, rule_id),
        "cells": dict(cells or {}),
        "outputs": {**blank, **(outputs or {})},
        "rationale": "",
        "strength": "conditional",
        "certainty": "very low",
        "owner": owner,
        "review_by": "",
        "sources": [],
    }
    columns = parts[f"{place}/inputs"]
    missing = [fact for fact in rule["cells"] if fact not in columns]
    found = _with_rule(parts, table, rule, after)
    return {**found, f"{place}/inputs": [*columns, *missing]}


def copy_rule(parts: Parts, table: str, rule_id: str, new_id: str = "") -> Parts:
    """A copy below the rule, with an id of its own.

    Raises:
        EditError: there is no such rule, or the new id is bad or taken.
    """
    rule = _rule(parts, table, rule_id)
    copy = {**rule, "id": _new_rule_id(parts, table, new_id, like=rule_id)}
    return _with_rule(parts, table, copy, rule_id)


def move_rule(parts: Parts, table: str, rule_id: str, to: int) -> Parts:
    """Put a rule at another place of its table, counted from 0.

    Raises:
        EditError: there is no such rule.
    """
    _rule(parts, table, rule_id)
    place = f"{_table(parts, table)}/rules"
    return {**parts, place: _moved(parts[place], rule_id, to)}


def disable_rule(parts: Parts, table: str, rule_id: str, reason: str) -> Parts:
    """Take a rule out of force and keep it, with the reason.

    Raises:
        EditError: there is no such rule, or no reason.
    """
    if not reason.strip():
        raise EditError("Say why the rule is disabled.")
    rule = _rule(parts, table, rule_id)
    disabled = {**rule, "disabled": _text(reason).strip()}
    return {**parts, rule_place(table, rule_id): disabled}


def enable_rule(parts: Parts, table: str, rule_id: str) -> Parts:
    """Put a disabled rule in force again.

    Raises:
        EditError: there is no such rule.
    """
    rule = _rule(parts, table, rule_id)
    enabled = {key: value for key, value in rule.items() if key != "disabled"}
    return {**parts, rule_place(table, rule_id): enabled}


def remove_rule(parts: Parts, table: str, rule_id: str) -> Parts:
    """Remove a rule of a draft; the caller disables one that was ever published.

    Raises:
        EditError: there is no such rule.
    """
    _rule(parts, table, rule_id)
    place = f"{_table(parts, table)}/rules"
    found = {**parts, place: [name for name in parts[place] if name != rule_id]}
    del found[rule_place(table, rule_id)]
    return found


# --- Columns ------------------------------------------------------------------------


def add_column(parts: Parts, table: str, fact: str, at: int | None = None) -> Parts:
    """A column for a fact, before the column numbered ``at`` or as the last.

    Raises:
        EditError: the fact has a column already, or is not in the vocabulary.
    """
    place = f"{_table(parts, table)}/inputs"
    columns = list(parts[place])
    if fact in columns:
        raise EditError(f"The table has a column {fact} already.")
    if address("facts", fact) not in parts:
        raise EditError(f"{fact} is not a fact of the vocabulary.")
    columns.insert(len(columns) if at is None else max(0, at), fact)
    return {**parts, place: columns}


def remove_column(parts: Parts, table: str, fact: str) -> Parts:
    """Remove a column in which every cell is empty.

    Raises:
        EditError: some rule has a cell in it.
    """
    place = _table(parts, table)
    using = [
        rule
        for rule in parts[f"{place}/rules"]
        if fact in parts[rule_place(table, rule)]["cells"]
    ]
    if using:
        named = ", ".join(using[:5]) + ("…" if len(using) > 5 else "")
        raise EditError(f"{fact} is used by {named}. Empty those cells first.")
    kept = [name for name in parts[f"{place}/inputs"] if name != fact]
    return {**parts, f"{place}/inputs": kept}


# --- Rows of the other lists, and what stands alone ---------------------------------


def set_item(parts: Parts, section: str, name: str, value: Mapping[str, Any]) -> Parts:
    """Replace a treatment, source, invariant, rung, fact, or a table's head.

    Raises:
        EditError: there is no such row any more, or its id would change.
    """
    key = _key(section)
    place = address(section, name)
    if place not in parts:
        raise EditError(f"There is no {name} in {section} any more.")
    if value.get(key) != name:
        raise EditError(f"The {key} of {name} stays as it is: other rows name it.")
    return {**parts, place: dict(value)}


def add_item(parts: Parts, section: str, value: Mapping[str, Any]) -> Parts:
    """A new row at the end of a list; a treatment is also the last preferred.

    Raises:
        EditError: its id is bad or taken.
    """
    key = _key(section)
    name = str(value.get(key, ""))
    _check_id(name)
    if name in parts[section]:
        raise EditError(f"{name} is there already. Choose another {key}.")
    place = address(section, name)
    found = {**parts, section: [*parts[section], name], place: dict(value)}
    if section == "tables":
        found |= {f"{place}/inputs": [], f"{place}/rules": []}
    if section == "treatments":
        selection = parts["selection"]
        found["selection"] = {**selection, "order": [*selection["order"], name]}
    return found


def move_item(parts: Parts, section: str, name: str, to: int) -> Parts:
    """Put a row at another place of its list, counted from 0.

    Raises:
        EditError: there is no such row or list.
    """
    _key(section)
    return {**parts, section: _moved(parts[section], name, to)}


def remove_item(parts: Parts, section: str, name: str) -> Parts:
    """Remove a row from its list; a treatment also from the order of preference.

    Raises:
        EditError: there is no such row or list.
    """
    _key(section)
    if name not in parts[section]:
        raise EditError(f"There is no {name} in {section} any more.")
    place = address(section, name)
    found = {
        key: value
        for key, value in parts.items()
        if key != place and not key.startswith(f"{place}/")
    }
    found[section] = [other for other in parts[section] if other != name]
    if section == "treatments":
        selection = parts["selection"]
        order = [code for code in selection["order"] if code != name]
        found["selection"] = {**selection, "order": order}
    return found


def set_single(parts: Parts, name: str, value: Mapping[str, Any]) -> Parts:
    """Replace the metadata or the selection policy.

    Raises:
        EditError: it is neither.
    """
    if name not in ("metadata", "selection"):
        raise EditError(f"{name} cannot be edited.")
    return {**parts, name: dict(value)}


# --- Within ------------------------------------------------------------------------


def _table(parts: Parts, table: str) -> str:
    place = address("tables", table)
    if place not in parts:
        raise EditError(f"There is no table {table} any more.")
    return place


def _rule(parts: Parts, table: str, rule_id: str) -> dict[str, Any]:
    rule = parts.get(rule_place(table, rule_id))
    if rule is None:
        raise EditError(f"There is no rule {rule_id} in this table any more.")
    return dict(rule)


def _key(section: str) -> str:
    if section not in LISTS:
        raise EditError(f"{section} is no list of a ruleset.")
    return LISTS[section]


def _with_rule(parts: Parts, table: str, rule: dict[str, Any], after: str) -> Parts:
    place = f"{_table(parts, table)}/rules"
    order = list(parts[place])
    order.insert(order.index(after) + 1 if after in order else len(order), rule["id"])
    return {**parts, place: order, rule_place(table, rule["id"]): rule}


def _new_rule_id(parts: Parts, table: str, wanted: str, like: str = "") -> str:
    """The id wanted, or the next free number in the manner of the table's ids."""
    taken = {
        name
        for place, names in parts.items()
        if place.startswith("tables/") and place.endswith("/rules")
        for name in names
    }
    if wanted:
        _check_id(wanted)
        if wanted in taken:
            raise EditError(f"There is a rule {wanted} already. Choose another id.")
        return wanted
    names = parts[f"{_table(parts, table)}/rules"]
    model = like or (names[-1] if names else f"{table.upper().replace('_', '-')}-00")
    match = _NUMBERED.match(model)
    stem, width = (match[1], len(match[2])) if match else (f"{model}-", 2)
    number = 1
    while f"{stem}{number:0{width}}" in taken:
        number += 1
    return f"{stem}{number:0{width}}"


def _check_id(name: str) -> None:
    if not _ID.match(name):
        raise EditError(
            "An id starts with a letter or digit and has up to 60 letters, digits, "
            "dots, dashes and underscores."
        )


def _moved(names: list[str], name: str, to: int) -> list[str]:
    if name not in names:
        raise EditError(f"There is no {name} any more.")
    kept = [other for other in names if other != name]
    kept.insert(max(0, min(to, len(kept))), name)
    return kept


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > MAX_TEXT:
        raise EditError(f"The text is longer than {MAX_TEXT} characters.")
    return text


def _listed(value: Any) -> list[str]:
    items = value.split() if isinstance(value, str) else value
    return [_text(item) for item in items]
