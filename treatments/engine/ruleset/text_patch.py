"""What a table of text cannot say, told beside it.

A cell cannot tell a missing text from an empty one, or hold a bar inside a list that
is split at bars. Whoever writes a ruleset as text reads it back, and keeps the
:func:`differences`; whoever reads the text later has them :func:`restored`. Where the
text was edited meanwhile, the edit counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

#: ``{"at": path, "said": what the text says, "meant": what was meant}``; without
#: ``said`` there is nothing in the text, without ``meant`` there is to be nothing.
Difference: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[Any, ...]

ROW_KEYS = ("id", "code", "name")


def differences(said: Any, meant: Any, at: Path = ()) -> Iterator[Difference]:
    """Each place where a document read from text is not the one that was written.

    A path's steps are keys, positions, or ``{"id": "R-01"}`` for the row so named.
    """
    if isinstance(said, dict) and isinstance(meant, dict):
        for key in {**said, **meant}:
            yield from _of_key(said, meant, key, (*at, key))
    elif _rows_match(said, meant):
        steps = _steps(meant)
        for step, left, right in zip(steps, said, meant, strict=True):
            yield from differences(left, right, (*at, step))
    elif not same(said, meant):
        yield {"at": list(at), "said": said, "meant": meant}


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are written alike: 1, 1.0 and true are not the same."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            same(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return repr(left) == repr(right)


def restored(document: Any, found: Sequence[Difference]) -> Any:
    """The document with each difference put back where the text still says the same.

    ``document`` is changed in place where it can be.

    Raises:
        ValueError: an entry is no difference.
    """
    whole = {"document": document}
    rows = _Rows()
    for entry in found:
        at = entry.get("at") if isinstance(entry, dict) else None
        if not isinstance(at, list):
            raise ValueError("is not a list of differences")
        _restore(whole, ["document", *at], entry, rows)
    return whole["document"]


def _of_key(
    said: Mapping[str, Any], meant: Mapping[str, Any], key: str, at: Path
) -> Iterator[Difference]:
    if key not in meant:
        yield {"at": list(at), "said": said[key]}
    elif key not in said:
        yield {"at": list(at), "meant": meant[key]}
    else:
        yield from differences(said[key], meant[key], at)


def _rows_match(said: Any, meant: Any) -> bool:
    return (
        isinstance(said, list)
        and isinstance(meant, list)
        and len(said) == len(meant)
        and all(isinstance(row, dict) for row in (*said, *meant))
        and [_named(row) for row in said] == [_named(row) for row in meant]
    )


def _named(row: Mapping[str, Any]) -> tuple[str, str] | None:
    for key in ROW_KEYS:
        if isinstance(row.get(key), str):
            return key, row[key]
    return None


def _steps(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    names = [_named(row) for row in rows]
    count = Counter(names)
    return [
        dict([name]) if name and count[name] == 1 else position
        for position, name in enumerate(names)
    ]


class _Rows:
    """The rows of each list by their name, found once a list."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, dict[Any, int]]] = {}

    def position(self, rows: list[Any], step: Any) -> int | None:
        if isinstance(step, int) and not isinstance(step, bool):
            return step if 0 <= step < len(rows) else None
        if not isinstance(step, dict) or len(step) != 1:
            return None
        # The list is kept with its index, so that its id cannot become another's.
        _, index = self.known.setdefault(id(rows), (rows, {}))
        if not index:
            index.update(
                (_named(row), at)
                for at, row in enumerate(rows)
                if isinstance(row, dict)
            )
        key, name = next(iter(step.items()))
        return index.get((key, name)) if isinstance(name, str) else None


def _restore(whole: Any, at: list[Any], entry: Difference, rows: _Rows) -> None:
    holder = whole
    for step in at[:-1]:
        place = _place(holder, step, rows)
        if place is None or (isinstance(holder, dict) and place not in holder):
            return
        holder = holder[place]
    place = _place(holder, at[-1], rows)
    if place is None:
        return
    present = not isinstance(holder, dict) or place in holder
    if present != ("said" in entry) or (
        present and not same(holder[place], entry["said"])
    ):
        return
    if "meant" in entry:
        holder[place] = entry["meant"]
    elif isinstance(holder, dict):
        del holder[place]


def _place(holder: Any, step: Any, rows: _Rows) -> Any:
    """The key or position in ``holder`` that a step names; None where there is none."""
    if isinstance(holder, dict):
        return step if isinstance(step, str) else None
    return rows.position(holder, step) if isinstance(holder, list) else None
