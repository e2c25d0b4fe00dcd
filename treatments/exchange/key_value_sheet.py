"""An object as a table of keys and values, for a sheet: lists take a line an item."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from treatments.engine.ruleset.csv_folder import Line
from treatments.engine.ruleset.errors import Code
from treatments.exchange import strict_json
from treatments.exchange.errors import refusal
from treatments.exchange.grids import MAX_TEXT, Grid

HEADER = ["key", "value", "as"]


def write(found: Mapping[str, Any]) -> Grid:
    """One line a value; ``as`` says how it is read: text, item (of a list), json.

    A long JSON value goes on in the next lines, as ``more``. A key with a dot or
    another mark in it is left out.
    """
    return [HEADER, *_lines(found, "")]


def read(lines: Iterable[Line]) -> dict[str, Any]:
    """The object that the lines stand for.

    Raises:
        ImportRefusedError: a line is not read as it says, or puts a key in a text.
    """
    header, *rest = lines
    if header.cells[:3] != HEADER:
        raise refusal(
            Code.WRONG_SHAPE, header.place, f"must be the columns {', '.join(HEADER)}"
        )
    found: dict[str, Any] = {}
    for line, text in _joined(rest):
        key, _, kind = line.cells[:3]
        _put(found, key.split("."), _value(line, kind, text), line)
    return found


def _lines(found: Mapping[str, Any], before: str) -> Iterator[list[str]]:
    for key, value in found.items():
        # Another key would be read as two, or not as itself.
        if not re.fullmatch(r"[\w -]{0,99}\w", key) or key[0] == " ":
            continue
        name = f"{before}{key}"
        if isinstance(value, str):
            yield [name, value[:MAX_TEXT], "text"]
        elif isinstance(value, dict) and value:
            yield from _lines(value, f"{name}.")
        elif _is_plain_list(value):
            yield from ([name, item[:MAX_TEXT], "item"] for item in value)
        else:
            value_json = json.dumps(value)
            if len(value_json) > MAX_TEXT:
                # The ends of a cell are trimmed, and these cells end anywhere.
                value_json = json.dumps(value, separators=(",", ":"))
                value_json = value_json.replace(" ", r"\u0020")
            yield [name, value_json[:MAX_TEXT], "json"]
            for start in range(MAX_TEXT, len(value_json), MAX_TEXT):
                yield [name, value_json[start : start + MAX_TEXT], "more"]


def _is_plain_list(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, str) and item.strip() for item in value)
    )


def _joined(lines: Iterable[Line]) -> Iterator[tuple[Line, str]]:
    held: tuple[Line, list[str]] | None = None
    for line in lines:
        if held and line.cells[2] == "more":
            held[1].append(line.cells[1])
            continue
        if held:
            yield held[0], "".join(held[1])
        held = line, [line.cells[1]]
    if held:
        yield held[0], "".join(held[1])


def _value(line: Line, kind: str, text: str) -> Any:
    if kind == "text":
        return text
    if kind == "item":
        return [text]
    if kind != "json":
        raise refusal(
            Code.NOT_ALLOWED,
            line.place,
            "must be read as text, item or json",
            repr(kind),
        )
    try:
        return strict_json.parse(text)
    except strict_json.JSONRefusedError as error:
        raise refusal(Code.UNREADABLE, line.place, str(error)) from error


def _put(found: dict[str, Any], path: list[str], value: Any, line: Line) -> None:
    holder: Any = found
    for step in path[:-1]:
        holder = holder.setdefault(step, {})
        if not isinstance(holder, dict):
            raise refusal(
                Code.WRONG_SHAPE,
                line.place,
                "puts a key into a value",
                repr(line.cells[0]),
            )
    last = path[-1]
    if line.cells[2] == "item" and isinstance(holder.get(last), list):
        holder[last].extend(value)
    elif last in holder:
        raise refusal(
            Code.NOT_UNIQUE, line.place, "says a key twice", repr(line.cells[0])
        )
    else:
        holder[last] = value
