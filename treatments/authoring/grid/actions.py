"""What a button of the grid does: a pure edit of the draft, and how it is called."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from treatments.authoring.checks.badges import box_of
from treatments.authoring.document import edits
from treatments.authoring.document.edits import Edit, EditError
from treatments.authoring.grid.sheet import Sheet
from treatments.engine import Fact
from treatments.engine.analysis import Finding

#: What the browser sent.
FormData = Mapping[str, str]
Entries = Sequence[tuple[str, str, Any]]


@dataclass(frozen=True, slots=True)
class Action:
    """An edit that can be written, with its name in the list of changes."""

    edit: Edit
    summary: str


def entries_action(sheet: Sheet, entries: Entries, called: str = "") -> Action:
    """Write these places of the table; ``called`` names the edit in other words.

    Raises:
        KeyError: the table has no such column.
    """
    edit = partial(edits.set_entries, table=sheet.id, entries=list(entries))
    return Action(edit, called or _summary(sheet, entries))


def _summary(sheet: Sheet, entries: Entries) -> str:
    placed = ((rule, sheet.column(key), value) for rule, key, value in entries)
    return "; ".join(
        f"{rule} {column.label}: {column.words(value) or 'any'}"
        for rule, column, value in placed
    )


def row_action(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    """One of the buttons about a rule.

    Raises:
        EditError: there is no such button, or it lacks what it needs.
    """
    known: dict[str, Callable[[Sheet, FormData, str], Action]] = {
        "add": _add,
        "copy": _copy,
        "up": partial(_move, by=-1),
        "down": partial(_move, by=1),
        "move": _move_to,
        "disable": _disable,
        "enable": _enable,
        "remove": _remove,
    }
    action = known.get(form_data.get("action", ""))
    if action is None:
        raise EditError("Choose what to do with the rule.")
    return action(sheet, form_data, owner)


def _add(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    rule_id = form_data.get("new_id", "").strip()
    after = form_data.get("rule", "")
    edit = partial(
        edits.add_rule, table=sheet.id, rule_id=rule_id, owner=owner, after=after
    )
    return Action(edit, f"New rule {rule_id}".strip())


def _copy(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    rule = _named(sheet, form_data)
    new_id = form_data.get("new_id", "").strip()
    edit = partial(edits.copy_rule, table=sheet.id, rule_id=rule, new_id=new_id)
    return Action(edit, f"Copy of {rule}")


def _move(sheet: Sheet, form_data: FormData, owner: str, *, by: int) -> Action:
    rule = _named(sheet, form_data)
    return _moved(sheet, rule, sheet.rule_ids.index(rule) + by)


def _move_to(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    try:
        to = int(form_data.get("to", "")) - 1
    except ValueError:
        raise EditError("Say to which row: a number from 1 on.") from None
    return _moved(sheet, _named(sheet, form_data), to)


def _moved(sheet: Sheet, rule: str, to: int) -> Action:
    to = max(0, min(to, len(sheet.rule_ids) - 1))
    edit = partial(edits.move_rule, table=sheet.id, rule_id=rule, to=to)
    return Action(edit, f"{rule} moved to row {to + 1}")


def _disable(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    rule = _named(sheet, form_data)
    reason = form_data.get("reason", "")
    edit = partial(edits.disable_rule, table=sheet.id, rule_id=rule, reason=reason)
    return Action(edit, f"{rule} disabled: {reason}")


def _enable(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    rule = _named(sheet, form_data)
    edit = partial(edits.enable_rule, table=sheet.id, rule_id=rule)
    return Action(edit, f"{rule} in force again")


def _remove(sheet: Sheet, form_data: FormData, owner: str) -> Action:
    rule = _named(sheet, form_data)
    if rule in sheet.published:
        raise EditError(f"{rule} was published: disable it, so that its id is kept.")
    edit = partial(edits.remove_rule, table=sheet.id, rule_id=rule)
    return Action(edit, f"{rule} removed")


def _named(sheet: Sheet, form_data: FormData) -> str:
    rule = form_data.get("rule", "")
    if rule not in sheet.rule_ids:
        raise EditError(f"There is no rule {rule} in this table any more.")
    return rule


def gap_action(
    finding: Finding | None, sheet: Sheet, form_data: FormData, owner: str
) -> Action:
    """A new rule with the cells of a gap, or of the part of it that is named.

    Raises:
        EditError: the finding, or the part of it, does not stand any more.
    """
    box = box_of(finding, form_data.get("box", "")) if finding else None
    if box is None:
        raise EditError("This gap is closed by now.")
    cells = dict(box.cells)
    edit = partial(edits.add_rule, table=sheet.id, cells=cells, owner=owner)
    return Action(edit, "New rule from a gap")


def column_action(sheet: Sheet, form_data: FormData) -> Action:
    """Add a column, named as a fact or by its label; or remove an empty one.

    Raises:
        EditError: there is no such fact.
    """
    wanted = form_data.get("fact", "").strip()
    if form_data.get("action") == "remove":
        edit: Edit = partial(edits.remove_column, table=sheet.id, fact=wanted)
        return Action(edit, f"Column {wanted} removed")
    name = _fact_named(sheet.document.facts, wanted)
    edit = partial(edits.add_column, table=sheet.id, fact=name)
    return Action(edit, f"Column {name} added")


def _fact_named(facts: Mapping[str, Fact], wanted: str) -> str:
    if wanted in facts:
        return wanted
    labelled = [n for n, f in facts.items() if f.label.lower() == wanted.lower()]
    if len(labelled) == 1:
        return labelled[0]
    raise EditError(
        f"There is no one fact called “{wanted[:60]}”: choose from the list."
    )
