"""Fields of their own: a document that keeps its order, and ids of rules."""

import json
from typing import Any

from django.db import models


class DocumentField(models.JSONField):
    """For rulesets: the order of facts and cells decides the order of the answers.

    PostgreSQL's jsonb orders keys by their length. So the document is stored as one
    JSON text inside the column; a row from before, stored as an object, is read as
    it is. The document's keys cannot be looked up in queries.
    """

    def get_prep_value(self, value: Any) -> Any:
        """The document as one JSON text."""
        prepared = super().get_prep_value(value)
        if isinstance(prepared, dict | list):
            return json.dumps(prepared, ensure_ascii=False, separators=(",", ":"))
        return prepared

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """The document again, its keys in the order they had."""
        stored = super().from_db_value(value, expression, connection)
        return json.loads(stored) if isinstance(stored, str) else stored


def rule_ids_field() -> "models.Field[Any, Any]":
    """A list of ids of rules; empty in what the release before inserts."""
    return models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        editable=False,
    )
