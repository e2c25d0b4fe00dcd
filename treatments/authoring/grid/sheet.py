"""A table of a draft as a grid: facts as columns, rules as rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max

from spine_cds.accounts.models import User
from treatments.authoring.document.columns import GridColumn, columns_of
from treatments.authoring.document.draft_reader import DraftProblem
from treatments.authoring.document.parts import address, steps
from treatments.authoring.document.working_copy import DraftDocument
from treatments.engine import Fact
from treatments.engine.ruleset.csv_folder import GROUNDS
from treatments.engine.ruleset.words_reader import WordsError
from treatments.models import RulesetDraft, RulesetVersion

#: Lists beside the tables whose rows are seen in every table.
_SHOWN_WITH_TABLES = ("facts", "sources", "treatments")


@dataclass(frozen=True, slots=True)
class GridCell:
    """One place of the grid: what stands in it, in words, and what is wrong with it."""

    key: str
    text: str
    words: str
    problem: str = ""
    is_text: bool = False

    @property
    def tone(self) -> str:
        """The class that colours the cell."""
        if self.problem:
            return "is-bad"
        if not self.words:
            return "is-any"
        return "is-text" if self.is_text else ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One rule as it is seen. ``lacks`` are the grounds it cannot be published
    without; ``disabled`` is the reason why it is out of force."""

    id: str
    cells: tuple[GridCell, ...]
    disabled: str
    lacks: tuple[str, ...]
    bad: tuple[str, ...]
    is_new: bool
    kind: str = ""

    @property
    def classes(self) -> str:
        """The classes that colour the row."""
        tones = [f"effect-{self.kind}"] if self.kind else []
        return " ".join([*tones, *(["is-disabled"] if self.disabled else [])])


@dataclass(frozen=True, slots=True)
class ScreenChange:
    """What the changes of a draft mean for the grid on a screen: the rules whose rows
    are old, and whether the whole table is."""

    rules: tuple[str, ...]
    is_whole: bool


class Sheet:
    """One table of a draft, for reading: the draft's row and its working copy.

    ``hidden`` are the columns, by their names, that the reader does not want to see.

    Raises:
        KeyError: the draft has no such table.
    """

    def __init__(
        self,
        draft: RulesetDraft,
        table: str,
        hidden: Iterable[str] = (),
        document: DraftDocument | None = None,
    ) -> None:
        self.draft = draft
        self.document = document or DraftDocument.of(draft)
        self.id = table
        self.head: Mapping[str, Any] = self.document.parts[address("tables", table)]
        self.hidden = frozenset(hidden)

    def after(self, document: DraftDocument) -> "Sheet":
        """The same table in the document that an edit came to."""
        return Sheet(self.draft, self.id, self.hidden, document)

    def showing_all(self) -> "Sheet":
        """The same table with no column hidden."""
        return Sheet(self.draft, self.id, (), self.document)

    @property
    def title(self) -> str:
        """What the table is called; its id where it has no title."""
        return str(self.head.get("title") or self.id)

    @cached_property
    def _rules(self) -> dict[str, Mapping[str, Any]]:
        return self.document.rules_of(self.id)

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules, in the order of the table."""
        return list(self._rules)

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The rules, in the order of the table."""
        return list(self._rules.values())

    def rule(self, rule_id: str) -> Mapping[str, Any]:
        """One rule, as the document has it.

        Raises:
            KeyError: the table has no such rule.
        """
        return self._rules[rule_id]

    @property
    def inputs(self) -> list[str]:
        """The facts that are columns, by their names."""
        return list(self.document.parts[address("tables", self.id, "inputs")])

    @cached_property
    def columns(self) -> tuple[GridColumn, ...]:
        """Every column, the hidden ones too."""
        used = {fact for rule in self.rules for fact in rule["cells"]}
        return columns_of(
            self.document.parts, self.head, self.inputs, used, self.hidden
        )

    @cached_property
    def shown(self) -> list[GridColumn]:
        """The columns that are not hidden."""
        return [column for column in self.columns if column.is_shown]

    def column(self, key: str) -> GridColumn:
        """The column of this key.

        Raises:
            KeyError: the table has no such column.
        """
        return self._columns[key]

    @cached_property
    def _columns(self) -> dict[str, GridColumn]:
        return {column.key: column for column in self.columns}

    @property
    def addable(self) -> list[Fact]:
        """The facts of the vocabulary that are no column yet."""
        facts = self.document.facts
        return [fact for name, fact in facts.items() if name not in self.inputs]

    @property
    def sources(self) -> list[Mapping[str, Any]]:
        """The sources that a rule can cite."""
        parts = self.document.parts
        return [parts[address("sources", source)] for source in parts["sources"]]

    def rows(self, wanted: Iterable[str] | None = None) -> list[GridRow]:
        """The rows of these rules, or of all, in the order of the table."""
        names = self._rules if wanted is None else set(wanted)
        return [self._row(name) for name in self._rules if name in names]

    def _row(self, rule_id: str) -> GridRow:
        rule = self.rule(rule_id)
        problems = {} if rule.get("disabled") else self._problems[rule_id]
        bad = tuple(key for key in problems if key not in GROUNDS)
        grounds = tuple(name for name in GROUNDS if name in problems)
        return GridRow(
            id=rule_id,
            cells=tuple(self._cell(column, rule, problems) for column in self.shown),
            disabled=str(rule.get("disabled") or ""),
            lacks=grounds,
            bad=bad,
            is_new=rule_id not in self.published,
            kind=str(rule.get("outputs", {}).get("effect", "")),
        )

    @staticmethod
    def _cell(
        column: GridColumn, rule: Mapping[str, Any], problems: Mapping[str, str]
    ) -> GridCell:
        value = column.value_in(rule)
        problem = problems.get(column.key, "")
        if problem:
            problem = _explained(column, column.text(value)) or problem
        text, words = column.text(value), column.words(value)
        return GridCell(column.key, text, words, problem, column.kind == "text")

    @cached_property
    def _problems(self) -> Mapping[str, dict[str, str]]:
        """What is wrong, by rule and by the key of the column."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        outputs = {column.name for column in self.columns if column.is_output}
        for problem in self.document.problems:
            if problem.table == self.id and problem.rule:
                key = _key_of(problem, outputs)
                found[problem.rule].setdefault(key, str(problem))
        return found

    @cached_property
    def published(self) -> frozenset[str]:
        """The ids of rules that were published once, in whatever table."""
        return _published_rules(self.document.ruleset_id)

    def changed_since(self, seen: int) -> ScreenChange:
        """What of this table others and oneself changed after the revision seen."""
        changes = self.draft.changes.filter(
            number__gt=seen, number__lte=self.document.revision
        )
        places = {steps(place) for change in changes for place in change.addresses}
        own = [place for place in places if place[:2] == ("tables", self.id)]
        rules = tuple(place[3] for place in own if len(place) == 4)
        is_of_shape = any(len(place) != 4 for place in own)
        is_of_words = any(place[0] in _SHOWN_WITH_TABLES for place in places)
        return ScreenChange(rules, is_whole=is_of_shape or is_of_words)

    def changed_by_others(self, seen: str, user: User) -> bool:
        """Whether somebody else changed the draft after the revision seen."""
        since = self.draft.changes.filter(number__gt=int(seen) if seen.isdigit() else 0)
        return since.exclude(made_by=user).exists()


def _explained(column: GridColumn, text: str) -> str:
    """Why a text cannot stand in a column, in plainer words than the engine's."""
    try:
        column.read(text)
    except WordsError as problem:
        return str(problem)
    return ""


def _key_of(problem: DraftProblem, outputs: Iterable[str]) -> str:
    if problem.is_of_grounds:
        return problem.field
    if problem.field in outputs:
        return f"outputs.{problem.field}"
    return f"cells.{problem.field}" if problem.field else ""


def _published_rules(ruleset: str) -> frozenset[str]:
    """The ids of all rules that any version of a ruleset ever had."""
    versions = RulesetVersion.objects.filter(ruleset_id=ruleset)
    standing = versions.aggregate(Max("sha256"), Max("pk"), Count("pk"))
    key = "published-rules:" + ":".join(str(part) for part in standing.values())
    known: frozenset[str] | None = cache.get(key)
    if known is None:
        documents = versions.values_list("document", flat=True)
        known = frozenset(
            rule["id"]
            for document in documents.iterator()
            for table in document["tables"]
            for rule in table["rules"]
        )
        cache.set(key, known)
    return known


def clash_rows(
    sheet: Sheet, theirs: Mapping[str, Any], yours: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """What differs between two versions of a rule: the column, theirs, yours."""
    found = [
        (column.label, column.words(theirs_is), column.words(yours_is))
        for column in sheet.columns
        for theirs_is, yours_is in [(column.value_in(theirs), column.value_in(yours))]
        if theirs_is != yours_is
    ]
    mine, other = (str(r.get("disabled") or "in force") for r in (yours, theirs))
    if mine != other:
        found.append(("Disabled", other, mine))
    return found
