"""A draft's document while somebody works on it: split once and read once.

A view makes one for its request and hands it on. The grid reads from it; a service
writes an edit into it and gives back the document after the edit, whose parts are
known already. So nobody on the way takes the document apart again.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from treatments.authoring.document.columns import facts_of
from treatments.authoring.document.draft_reader import (
    DraftProblem,
    DraftReading,
    read_draft,
)
from treatments.authoring.document.parts import (
    Document,
    Parts,
    address,
    join,
    split,
)
from treatments.engine import Fact
from treatments.models import RulesetDraft


class DraftDocument:
    """The content of one draft at one revision. An edit makes the next one.

    Raises:
        UnsplittableError: from ``parts`` and what rests on them, where the content
            has no parts. A draft that a service made always has them.
    """

    def __init__(
        self,
        draft_id: UUID,
        revision: int,
        content: Document,
        parts: Parts | None = None,
    ) -> None:
        self.draft_id = draft_id
        self.revision = revision
        self.content = content
        self._known_parts = parts

    @classmethod
    def of(cls, draft: RulesetDraft) -> "DraftDocument":
        """The document of a draft, as its row was read."""
        return cls(draft.pk, draft.revision, draft.document)

    def is_of(self, draft: RulesetDraft) -> bool:
        """Whether this is what stands in the row: each write counts the revision."""
        return (self.draft_id, self.revision) == (draft.pk, draft.revision)

    def next(self, parts: Parts) -> "DraftDocument":
        """The document of these parts, one revision later."""
        return DraftDocument(self.draft_id, self.revision + 1, join(parts), parts)

    @cached_property
    def parts(self) -> Parts:
        """The parts by their addresses; whoever edits them makes a copy first."""
        return split(self.content) if self._known_parts is None else self._known_parts

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The vocabulary: those facts that can be read as such."""
        return facts_of(self.parts)

    @cached_property
    def reading(self) -> DraftReading:
        """What of the document can be evaluated."""
        return read_draft(self.content)

    @property
    def problems(self) -> tuple[DraftProblem, ...]:
        """What is wrong in the document, each with its place."""
        return self.reading.problems

    @property
    def ruleset_id(self) -> str:
        """The id of the ruleset that is drafted; "" where it has none yet."""
        return str(self.parts["metadata"].get("id", ""))

    def rules_of(self, table: str) -> dict[str, Mapping[str, Any]]:
        """The rules of a table by their ids, in their order.

        Raises:
            KeyError: there is no such table.
        """
        place = address("tables", table, "rules")
        return {
            rule: self.parts[f"{place}/{address(rule)}"] for rule in self.parts[place]
        }
