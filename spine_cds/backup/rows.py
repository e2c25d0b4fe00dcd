"""Rows as lines of JSON, exactly: what is read back is what was there.

A line is the list of a row's columns. Django's own serializer would cut the
microseconds of each time off, and with them the hashes of the audit trail.
"""

import base64
import datetime
import json
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db import models

# A report's PDF is some hundred kilobytes.
CHUNK = 100

Model = type[models.Model]


def columns(model: Model) -> list[str]:
    """By name: a model and the migrations that made it may order them differently."""
    return sorted(field.attname for field in model._meta.concrete_fields)


def lines(model: Model) -> Iterator[str]:
    """Every row by primary key, a chunk at a time."""
    rows = model._base_manager.order_by("pk").values_list(*columns(model))
    for row in rows.iterator(chunk_size=CHUNK):
        yield _dumped(row, sort_keys=False) + "\n"


def settled(line: str) -> str:
    """The line as any database gives it back: jsonb has an order of its own for keys,
    and one way to write a number."""
    return _dumped(json.loads(line, parse_float=_number), sort_keys=True)


def insert(model: Model, texts: Iterable[str]) -> None:
    """Write rows as they stand; the times of their creation stay, too."""
    fields = sorted(model._meta.concrete_fields, key=lambda field: field.attname)
    for field in fields:
        for name in {"auto_now", "auto_now_add"} & vars(field).keys():
            setattr(field, name, False)
    batch: list[models.Model] = []
    for text in texts:
        values = zip(fields, json.loads(text), strict=True)
        batch.append(model(**{f.attname: _value(f, value) for f, value in values}))
        if len(batch) == CHUNK:
            model._base_manager.bulk_create(batch)
            batch = []
    model._base_manager.bulk_create(batch)


def _value(field: "models.Field[Any, Any]", value: Any) -> Any:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return target.to_python(value)


def _dumped(row: Any, *, sort_keys: bool) -> str:
    return json.dumps(
        row,
        default=_plain,
        sort_keys=sort_keys,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a backup")


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number
