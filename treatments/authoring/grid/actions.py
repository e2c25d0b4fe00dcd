"""What a button of the grid does: a pure edit of the draft, and how it is called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from treatments.authoring.checks.badges import box_of
from treatments.authoring.document import edits
from treatments.authoring.document.columns import facts_of
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import Parts
from treatments.authoring.drafts.services import Edit
from treatments.authoring.grid.sheet import Sheet, published_rules
from treatments.engine.analysis import Finding

Said = Mapping[str, str]
Entries = Sequence[tuple[str, str, Any]]


@dataclass(frozen=True, slots=True)
class Action:
    """An edit that can be written, with its name in the list of changes."""

    edit: Edit
    summary: str


def entries_action(sheet: Sheet, entries: Entries, called: str = "") -> Action:
    """Write these places of the table."""
    edit = partial(edits.set_entries, table=sheet.id, entries=list(entries))
    return Action(edit, called or _entries_said(sheet, entries))


def _entries_said(sheet: Sheet, entries: Entries) -> str:
    said = []
    for rule, key, value in entries:
        column = sheet.column(key)
        said.append(f"{rule} {column.label}: {column.words(value) or 'any'}")
    return "; ".join(said)


def row_action(sheet: Sheet, said: Said, owner: str) -> Action:
    """One of the buttons about a rule.

    Raises:
        EditError: there is no such button, or it lacks what it needs.
    """
    known: dict[str, Callable[[Sheet, Said, str], Action]] = {
        "add": _add,
        "copy": _copy,
        "up": partial(_move, by=-1),
        "down": partial(_move, by=1),
        "move": _move_to,
        "disable": _disable,
        "enable": _enable,
        "remove": _remove,
    }
    action = known.get(said.get("action", ""))
    if action is None:
        raise EditError("Choose what to do with the rule.")
    return action(sheet, said, owner)


def _add(sheet: Sheet, said: Said, owner: str) -> Action:
    rule_id = said.get("new_id", "").strip()
    after = said.get("rule", "")
    edit = partial(
        edits.add_rule, table=sheet.id, rule_id=rule_id, owner=owner, after=after
    )
    return Action(edit, f"New rule {rule_id}".strip())


def _copy(sheet: Sheet, said: Said, owner: str) -> Action:
    rule = _named(sheet, said)
    new_id = said.get("new_id", "").strip()
    edit = partial(edits.copy_rule, table=sheet.id, rule_id=rule, new_id=new_id)
    return Action(edit, f"Copy of {rule}")


def _move(sheet: Sheet, said: Said, owner: str, *, by: int) -> Action:
    rule = _named(sheet, said)
    return _moved(sheet, rule, sheet.rule_ids.index(rule) + by)


def _move_to(sheet: Sheet, said: Said, owner: str) -> Action:
    try:
        to = int(said.get("to", "")) - 1
    except ValueError:
        raise EditError("Say to which row: a number from 1 on.") from None
    return _moved(sheet, _named(sheet, said), to)


def _moved(sheet: Sheet, rule: str, to: int) -> Action:
    to = max(0, min(to, len(sheet.rule_ids) - 1))
    edit = partial(edits.move_rule, table=sheet.id, rule_id=rule, to=to)
    return Action(edit, f"{rule} moved to row {to + 1}")


def _disable(sheet: Sheet, said: Said, owner: str) -> Action:
    rule = _named(sheet, said)
    reason = said.get("reason", "")
    edit = partial(edits.disable_rule, table=sheet.id, rule_id=rule, reason=reason)
    return Action(edit, f"{rule} disabled: {reason}")


def _enable(sheet: Sheet, said: Said, owner: str) -> Action:
    rule = _named(sheet, said)
    edit = partial(edits.enable_rule, table=sheet.id, rule_id=rule)
    return Action(edit, f"{rule} in force again")


def _remove(sheet: Sheet, said: Said, owner: str) -> Action:
    rule = _named(sheet, said)
    if rule in published_rules(str(sheet.parts["metadata"].get("id", ""))):
        raise EditError(f"{rule} was published: disable it, so that its id is kept.")
    edit = partial(edits.remove_rule, table=sheet.id, rule_id=rule)
    return Action(edit, f"{rule} removed")


def _named(sheet: Sheet, said: Said) -> str:
    rule = said.get("rule", "")
    if rule not in sheet.rule_ids:
        raise EditError(f"There is no rule {rule} in this table any more.")
    return rule


def gap_action(finding: Finding | None, sheet: Sheet, said: Said, owner: str) -> Action:
    """A new rule with the cells of a gap, or of the part of it that is named."""
    box = box_of(finding, said.get("box", "")) if finding else None
    if box is None:
        raise EditError("This gap is closed by now.")
    cells = dict(box.cells)
    edit = partial(edits.add_rule, table=sheet.id, cells=cells, owner=owner)
    return Action(edit, "New rule from a gap")


def column_action(sheet: Sheet, said: Said) -> Action:
    """Add a column, named as a fact or by its label; or remove an empty one.

    Raises:
        EditError: there is no such fact.
    """
    wanted = said.get("fact", "").strip()
    if said.get("action") == "remove":
        edit: Edit = partial(edits.remove_column, table=sheet.id, fact=wanted)
        return Action(edit, f"Column {wanted} removed")
    name = _fact_named(sheet.parts, wanted)
    edit = partial(edits.add_column, table=sheet.id, fact=name)
    return Action(edit, f"Column {name} added")


def _fact_named(parts: Parts, wanted: str) -> str:
    facts = facts_of(parts)
    if wanted in facts:
        return wanted
    labelled = [n for n, f in facts.items() if f.label.lower() == wanted.lower()]
    if len(labelled) == 1:
        return labelled[0]
    raise EditError(
        f"There is no one fact called “{wanted[:60]}”: choose from the list."
    )
