"""The ruleset: one document from file to database to engine, with one hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .csv_folder import document_from_folder
from .decision_tables import (
    DecisionTable,
    Invariant,
    Rule,
    Rung,
    Selection,
    Source,
    Treatment,
)
from .document_reader import DocumentReader
from .errors import Code, Problem, RulesetError
from .vocabulary import Fact

DEFAULT_RULESET = Path(__file__).parents[2] / "rulesets" / "lumbar_disc_herniation"


@dataclass(frozen=True, eq=False, repr=False)
class Ruleset:
    """Everything an evaluation rests on."""

    id: str
    version: str
    title: str
    sha256: str
    metadata: Mapping[str, Any]
    facts: Mapping[str, Fact]
    rungs: tuple[Rung, ...]
    treatments: Mapping[str, Treatment]
    sources: Mapping[str, Source]
    tables: Mapping[str, DecisionTable]
    invariants: tuple[Invariant, ...]
    selection: Selection
    document: Mapping[str, Any]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Ruleset:
        """Check a ruleset document and make the ruleset of it.

        Raises:
            RulesetError: with every problem, each with table, rule and cell.
        """
        reader = DocumentReader(document)
        parts = reader.read()
        if reader.problems or parts is None:
            raise RulesetError(reader.problems)
        try:
            sha256 = document_hash(document)
        except (TypeError, ValueError) as error:  # half a character, a set, a cycle
            value = type(error).__name__
            problem = Problem(Code.WRONG_SHAPE, (), "is no JSON text", value)
            raise RulesetError([problem]) from None
        return cls(
            sha256=sha256,
            document=document,
            **parts,
        )

    def __repr__(self) -> str:
        return f"<Ruleset {self.id} {self.version} {self.sha256[:8]}>"

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by its id, the last resort among them."""
        found = {r.id: r for table in self.tables.values() for r in table.rules}
        found[self.selection.last_resort.id] = self.selection.last_resort
        return MappingProxyType(found)

    def tables_of(self, kind: str) -> tuple[DecisionTable, ...]:
        """The tables of one of the :data:`KINDS`, in the order of the document."""
        return tuple(t for t in self.tables.values() if t.kind == kind)


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON form (sorted keys, no white space, UTF-8)."""
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def load_ruleset(path: str | Path | None = None) -> Ruleset:
    """Load the ruleset that ships with the project, or the one at ``path``.

    ``path`` is a ruleset folder (a table a file) or one JSON document.

    Raises:
        RulesetError: the ruleset was refused; every problem is named.
    """
    if path is None:
        return _default_ruleset()
    return _load(Path(path))


@lru_cache(maxsize=1)
def _default_ruleset() -> Ruleset:
    return _load(DEFAULT_RULESET)


def _load(path: Path) -> Ruleset:
    return Ruleset.from_document(document_from_folder(path))
