"""How any write of a draft goes: the row is held, and nobody's work is written over.

For the services of this app alone: all of it runs within their transactions.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.authoring.document.parts import PartChange, Parts, difference
from treatments.authoring.document.working_copy import DraftDocument
from treatments.models import DraftChange, RulesetDraft

SUMMARY_LENGTH = 200


class DraftClosedError(ValueError):
    """The draft is in review, published or abandoned; nothing was written."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A part that somebody else changed meanwhile: what they made of it, what you."""

    address: str
    theirs: Any
    yours: Any
    by: str
    at: datetime.datetime


class DraftConflictError(ValueError):
    """Somebody else changed the same part; nothing was written, both are at hand.

    ``revision`` is the draft's newest: who has seen it may send the edit again.
    An undo cannot be sent again (``is_undo``): what it would take back is gone.
    """

    def __init__(
        self, clashes: Iterable[Clash], revision: int, *, is_undo: bool = False
    ) -> None:
        self.clashes = tuple(clashes)
        self.revision = revision
        self.is_undo = is_undo
        names = ", ".join(sorted({clash.by for clash in self.clashes}))
        super().__init__(f"{names} changed this meanwhile.")


@dataclass(frozen=True, slots=True)
class DraftWrite:
    """What a write came to: the document as it is now, and the change of it.

    ``change`` is None where nothing was to be changed.
    """

    document: DraftDocument
    change: DraftChange | None


def hold(draft: RulesetDraft, *states: str) -> RulesetDraft:
    """The draft as it is now, held: two writers come one after the other.

    Its document is read once it is asked for: who has it at hand need not wait.

    Raises:
        DraftClosedError: it is in none of ``states`` (without any: not a draft).
    """
    rows = RulesetDraft.objects.without_document().select_for_update(of=("self",))
    held = rows.get(pk=draft.pk)
    if held.state not in (states or (RulesetDraft.State.DRAFT,)):
        raise DraftClosedError(f"This draft is {held.get_state_display().lower()}.")
    return held


def document_of(
    held: RulesetDraft, known: DraftDocument | None = None
) -> DraftDocument:
    """The document of a draft that is held.

    It is the one that the caller has at hand, unless somebody wrote since.
    """
    return known if known and known.is_of(held) else DraftDocument.of(held)


def write(
    held: RulesetDraft,
    document: DraftDocument,
    after: Parts,
    *,
    summary: str,
    actor: User,
    seen: int | None = None,
    kind: str = DraftChange.Kind.EDIT,
    of: DraftChange | None = None,
) -> DraftWrite:
    """Write these parts into a draft that is held, and put it on record.

    ``document`` is what stands in the draft. ``seen`` is the revision that the actor
    saw; without it nobody's newer changes are looked at. ``of`` is the edit that an
    undo or a redo is about.

    Raises:
        DraftConflictError: somebody else changed the same rule or row since ``seen``.
    """
    changes = difference(document.parts, after)
    if not changes:
        return DraftWrite(document, None)
    if seen is not None:
        _refuse_clashes(held, seen, changes, actor)
    written = document.next(after)
    held.document, held.revision = written.content, written.revision
    held.save(update_fields=["document", "revision", "changed_at"])
    change = DraftChange.objects.create(
        draft=held,
        number=held.revision,
        kind=kind,
        summary=summary[:SUMMARY_LENGTH],
        parts=[one.to_document() for one in changes],
        of=of,
        made_by=actor,
    )
    # What stood there before and after is kept with the change, for good.
    detail = {"number": change.number, "parts": [one.address for one in changes]}
    action = AuditAction(f"draft.{kind}")
    record_of(held, actor, action, summary=summary, **detail)
    return DraftWrite(written, change)


def _refuse_clashes(
    held: RulesetDraft, seen: int, changes: Iterable[PartChange], actor: User
) -> None:
    """Stop where others changed the same rule or row after the revision ``seen``.

    The order of a list is no clash: the edit was made on the list as it is now.
    """
    mine = {c.address: c for c in changes if not isinstance(c.after or c.before, list)}
    since = held.changes.filter(number__gt=seen).exclude(made_by=actor)
    clashes = {
        address: Clash(address, mine[address].before, mine[address].after, by, at)
        for other in since.select_related("made_by")
        for by, at in [(str(other.made_by), other.made_at)]
        for address in other.addresses & mine.keys()
    }
    if clashes:
        raise DraftConflictError(clashes.values(), held.revision)


def move(held: RulesetDraft, state: str, actor: User, **detail: Any) -> None:
    """Take a draft that is held to another state, and put it on record."""
    before = held.state
    held.state = state
    held.save(update_fields=["state", "changed_at"])
    record_of(held, actor, AuditAction.DRAFT_MOVE, before=before, after=state, **detail)


def record_of(
    draft: RulesetDraft, actor: User, action: AuditAction, **detail: Any
) -> None:
    """An audit line about a draft."""
    record(actor=actor, action=action, entity=draft, detail=detail)
