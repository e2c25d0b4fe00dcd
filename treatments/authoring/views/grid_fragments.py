"""What the pages and fragments of a grid show, gathered; nothing is written here."""

from collections.abc import Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from spine_cds.accounts.models import User
from treatments.authoring.checks import badges as checks
from treatments.authoring.checks.badges import Badges
from treatments.authoring.checks.validation import checked, golden_cases
from treatments.authoring.drafts import services
from treatments.authoring.drafts.access import may_write
from treatments.authoring.grid.row_filter import FilteredRows, RowFilter, filtered
from treatments.authoring.grid.sheet import Sheet
from treatments.engine import Ruleset
from treatments.engine.analysis import Finding

NOTHING = Badges({}, (), {})


def quick_badges(sheet: Sheet) -> Badges:
    """What can be said at once, while somebody types."""
    ruleset = sheet.document.reading.ruleset
    if ruleset is None:
        return NOTHING
    return checks.quick_badges(
        sheet.draft.pk, ruleset, sheet.id, sheet.rule_ids, _base_of(sheet)
    )


def full_badges(sheet: Sheet) -> Badges:
    """What the whole analysis says; it takes as long as it takes."""
    found = checked(sheet.document.content, timezone.localdate())
    ruleset = sheet.document.reading.ruleset
    if ruleset is None or found.analysis is None:
        return NOTHING
    checks.keep(sheet.draft.pk, found.analysis)
    return checks.badges_of(
        found.analysis, ruleset, sheet.id, sheet.rule_ids, _base_of(sheet)
    )


def _base_of(sheet: Sheet) -> Ruleset | None:
    """The ruleset that the draft began with."""
    return sheet.draft.base.ruleset if sheet.draft.base else None


def finding_of(sheet: Sheet, fingerprint: str) -> Finding | None:
    """The finding behind a badge, as long as it stands."""
    found = quick_badges(sheet).findings.get(fingerprint)
    return found or full_badges(sheet).findings.get(fingerprint)


def grid_page(sheet: Sheet, user: User, wanted: RowFilter) -> dict[str, Any]:
    """The whole page of a table."""
    return {
        **table_part(sheet, user, filtered(sheet, wanted), quick_badges(sheet)),
        **bar_part(sheet, user),
        "goldens": golden_cases(sheet.document.ruleset_id),
        "sources": sheet.sources,
        "trial_url": trial_url(sheet),
        "filter": wanted,
    }


def table_part(
    sheet: Sheet, user: User, found: FilteredRows, badges: Badges
) -> dict[str, Any]:
    """The rows of the grid with their badges, and what is said of the whole table."""
    return {
        "draft": sheet.draft,
        "sheet": sheet,
        "columns": sheet.shown,
        "rows": [(row, badges.of(row.id)) for row in found.rows],
        "found": found,
        "badges": badges,
        "elsewhere": sheet.document.reading.elsewhere,
        "may_write": writable(sheet, user),
    }


def bar_part(sheet: Sheet, user: User) -> dict[str, Any]:
    """The buttons above the grid, and the revision that is on the screen."""
    writes = writable(sheet, user)
    return {
        "draft": sheet.draft,
        "sheet": sheet,
        "seen": sheet.document.revision,
        "may_write": writes,
        "can_undo": writes and services.can_undo(sheet.draft, user),
        "can_redo": writes and services.can_redo(sheet.draft, user),
    }


def rule_page(sheet: Sheet, user: User, rule: str) -> dict[str, Any]:
    """The page of one rule, but for its form."""
    return {
        **bar_part(sheet, user),
        "rule": sheet.rule(rule),
        "row": sheet.rows([rule])[0],
        "badges": quick_badges(sheet).of(rule),
    }


def answer_part(
    sheet: Sheet, user: User, seen: int, wanted: RowFilter, message: str
) -> dict[str, Any]:
    """What changed on a screen that shows the revision ``seen``."""
    change = sheet.changed_since(seen)
    named = frozenset(change.rules)
    badges = quick_badges(sheet)
    is_whole = change.is_whole or wanted.is_active
    found = filtered(sheet, wanted, also=named) if is_whole else FilteredRows([], 0)
    return {
        **table_part(sheet, user, found, badges),
        **bar_part(sheet, user),
        "is_whole": is_whole,
        "changed": [(row, badges.of(row.id)) for row in sheet.rows(named)],
        "unchanged": unchanged(sheet, named, badges),
        "message": message,
    }


def unchanged(
    sheet: Sheet, named: Iterable[str], badges: Badges
) -> list[tuple[str, Any]]:
    """The other rules with their badges: an edit of one rule may change those."""
    left = [rule for rule in sheet.rule_ids if rule not in set(named)]
    return [(rule, badges.of(rule)) for rule in left]


def finding_part(sheet: Sheet, user: User, fingerprint: str) -> dict[str, Any]:
    """The panel of one finding: what it is, and the patient who shows it."""
    finding = finding_of(sheet, fingerprint)
    facts = sheet.document.facts
    return {
        "draft": sheet.draft,
        "sheet": sheet,
        "seen": sheet.document.revision,
        "finding": finding,
        "fingerprint": fingerprint,
        "facts": checks.example_facts(finding.example, facts) if finding else (),
        "gaps": [
            (box, checks.example_facts(box.example, facts))
            for box in (finding.boxes if finding else ())
        ],
        "trial_url": trial_url(sheet),
        "may_write": writable(sheet, user),
    }


def writable(sheet: Sheet, user: User) -> bool:
    """Whether this user may write in this draft now."""
    return may_write(user) and sheet.draft.is_editable


def trial_url(sheet: Sheet) -> str:
    """Where a case is tried beside the grid, where there is such a page."""
    try:
        return reverse("treatments:trial-panel", args=[sheet.draft.pk, sheet.id])
    except NoReverseMatch:
        return ""
