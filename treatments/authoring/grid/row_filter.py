"""Which rows of a grid are shown: by text, by source, by value, by a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from treatments.authoring.checks.case_matching import (
    CaseNotFoundError,
    rules_that_can_match,
)
from treatments.authoring.grid.sheet import GridRow, Sheet


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What the reader of a grid asks for; all of it must hold of a row."""

    text: str = ""
    cites: str = ""
    column: str = ""
    value: str = ""
    case: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "RowFilter":
        """As the query of a page says it; what it does not name is not asked for."""
        return cls(**{f.name: query.get(f.name, "").strip() for f in fields(cls)})

    @classmethod
    def of_url(cls, url: str | None) -> "RowFilter":
        """As it stands in the address of the page that asks."""
        return cls.of(dict(parse_qsl(urlsplit(url or "").query)))

    @property
    def is_active(self) -> bool:
        """Whether anything is asked for: a column alone, or a value alone, is not."""
        return bool(
            self.text or self.cites or self.case or (self.column and self.value)
        )

    @property
    def stored_case(self) -> str:
        """The id of the stored case that is asked about, if it is one."""
        try:
            return str(UUID(self.case))
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class FilteredRows:
    """The rows that are shown, of so many; ``problem`` is why a part was not asked."""

    rows: list[GridRow]
    total: int
    problem: str = ""
    filter: RowFilter = field(default_factory=RowFilter)

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


def filtered(
    sheet: Sheet, wanted: RowFilter, also: frozenset[str] = frozenset()
) -> FilteredRows:
    """The rows of a sheet that hold what is wanted, and those named in ``also``."""
    rows = sheet.rows()
    if not wanted.is_active:
        return FilteredRows(rows, len(rows))
    matching, problem = _matching(sheet, wanted)
    kept = [
        row
        for row in rows
        if row.id in also
        or ((matching is None or row.id in matching) and _holds(sheet, row.id, wanted))
    ]
    return FilteredRows(kept, len(rows), problem, wanted)


def _matching(sheet: Sheet, wanted: RowFilter) -> tuple[frozenset[str] | None, str]:
    if not wanted.case:
        return None, ""
    ruleset = sheet.document.reading.ruleset
    if ruleset is None:
        return None, "No case can be tried before the draft can be read."
    try:
        return rules_that_can_match(ruleset, sheet.document.facts, wanted.case), ""
    except CaseNotFoundError as problem:
        return None, str(problem)


def _holds(sheet: Sheet, rule_id: str, wanted: RowFilter) -> bool:
    """Whether a rule cites, has in a column, and says what is wanted."""
    rule = sheet.rule(rule_id)
    cited = {source.upper() for source in rule["sources"]}
    if wanted.cites and wanted.cites.upper() not in cited:
        return False
    words = {c.key: c.words(c.value_in(rule)) for c in sheet.columns}
    if wanted.column and wanted.value:
        text = words.get(wanted.column, "") or "any"
        if wanted.value.casefold() not in text.casefold():
            return False
    everything = " ".join([rule_id, *words.values()]).casefold()
    return wanted.text.casefold() in everything
