"""Every write of a draft's content: atomic, audited, and it loses nobody's work.

Each takes the draft's working copy where the caller has one, so that the document is
not taken apart twice, and gives back the working copy after the write.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from treatments.authoring.document.edits import Edit
from treatments.authoring.document.parts import (
    PartChange,
    Parts,
    apply,
    merged_order,
    same_order,
    split,
)
from treatments.authoring.document.working_copy import DraftDocument
from treatments.authoring.drafts.writing import (
    Clash,
    DraftConflictError,
    DraftWrite,
    document_of,
    hold,
    record_of,
    write,
)
from treatments.models import DraftChange, RulesetDraft, RulesetVersion

Kind = DraftChange.Kind


@transaction.atomic
def draft_create(
    *,
    title: str,
    actor: User,
    base: RulesetVersion | None = None,
    document: Mapping[str, Any] | None = None,
    note: str = "",
    submission_key: uuid.UUID | None = None,
) -> RulesetDraft:
    """A new draft of a version, or of an imported document to compare with it.

    Sent twice under one ``submission_key``, it is the draft made at first.

    Raises:
        UnsplittableError: the document has no parts that could be edited.
        ValueError: neither a base nor a document was given.
    """
    if document is None and base is None:
        raise ValueError("a draft starts from a version or from a document")
    content = base.document if document is None and base else dict(document or {})
    split(content)
    if submission_key is not None:
        known = RulesetDraft.objects.filter(submission_key=submission_key).first()
        if known is not None:
            return known
    draft = RulesetDraft.objects.create(
        title=title,
        note=note,
        base=base,
        document=content,
        made_by=actor,
        submission_key=submission_key,
    )
    of = base.version if base else ""
    record_of(
        draft, actor, AuditAction.DRAFT_CREATE, base=of, imported=document is not None
    )
    return draft


@transaction.atomic
def draft_describe(
    *, draft: RulesetDraft, title: str, note: str, actor: User
) -> RulesetDraft:
    """Change the title and the note, which say what the draft is for.

    Raises:
        DraftClosedError: the draft is not being edited any more.
    """
    held = hold(draft)
    before = {"title": held.title, "note": held.note}
    held.title, held.note = title, note
    held.save(update_fields=["title", "note", "changed_at"])
    after = {"title": title, "note": note}
    record_of(held, actor, AuditAction.DRAFT_DESCRIBE, before=before, after=after)
    return held


@transaction.atomic
def draft_edit(
    *,
    draft: RulesetDraft,
    seen: int,
    edit: Edit,
    summary: str,
    actor: User,
    known: DraftDocument | None = None,
) -> DraftWrite:
    """Make one edit; its change is None where it changes nothing.

    ``seen`` is the revision that was on the editor's screen. The edit is applied to
    the draft as it is now, so two people who edit different rules never meet.
    ``known`` is the working copy that the caller read, if there is one.

    Raises:
        DraftClosedError: the draft is not being edited any more.
        DraftConflictError: somebody else changed the same rule or row since ``seen``.
        EditError: the edit cannot be made.
    """
    held = hold(draft)
    document = document_of(held, known)
    after = edit(document.parts)
    return write(held, document, after, summary=summary, actor=actor, seen=seen)


@transaction.atomic
def draft_undo(
    *, draft: RulesetDraft, actor: User, known: DraftDocument | None = None
) -> DraftWrite:
    """Take back the actor's newest edit; the change is None where there is none.

    Raises:
        DraftClosedError: the draft is not being edited any more.
        DraftConflictError: somebody else built upon the edit.
    """
    held = hold(draft)
    edit = _done(held, actor).first()
    return _step(held, document_of(held, known), edit, Kind.UNDO, actor)


@transaction.atomic
def draft_redo(
    *, draft: RulesetDraft, actor: User, known: DraftDocument | None = None
) -> DraftWrite:
    """Make the edit again that the actor took back last.

    Raises:
        DraftClosedError, DraftConflictError: as for :func:`draft_undo`.
    """
    held = hold(draft)
    edit = _taken_back(held, actor).first()
    return _step(held, document_of(held, known), edit, Kind.REDO, actor)


def can_undo(draft: RulesetDraft, actor: User) -> bool:
    """Whether the actor has an edit that stands."""
    return _done(draft, actor).exists()


def can_redo(draft: RulesetDraft, actor: User) -> bool:
    """Whether the actor took back an edit, and made none since."""
    return _taken_back(draft, actor).exists()


# --- Undo and redo ------------------------------------------------------------------


def _done(draft: RulesetDraft, actor: User) -> QuerySet[DraftChange]:
    """The actor's edits that stand, the one to take back first."""
    own = draft.changes.filter(kind=Kind.EDIT, made_by=actor)
    return own.filter(undone=False).order_by("-number")


def _taken_back(draft: RulesetDraft, actor: User) -> QuerySet[DraftChange]:
    """The actor's edits that can be made again: a newer edit ends that."""
    newest = _done(draft, actor).first()
    own = draft.changes.filter(kind=Kind.EDIT, made_by=actor, undone=True)
    return own.filter(number__gt=newest.number if newest else 0).order_by("number")


def _step(
    held: RulesetDraft,
    document: DraftDocument,
    edit: DraftChange | None,
    kind: str,
    actor: User,
) -> DraftWrite:
    """Take one edit back, or make it again, on the draft as it is now."""
    if edit is None:
        return DraftWrite(document, None)
    changes = [PartChange(p["address"], p["before"], p["after"]) for p in edit.parts]
    if kind == Kind.UNDO:
        changes = [change.reversed for change in changes]
    parts = document.parts
    _refuse_stale(held, parts, changes, edit)
    edit.undone = kind == Kind.UNDO
    edit.save(update_fields=["undone"])
    after = apply(parts, [_on_the_list(change, parts) for change in changes])
    return write(
        held, document, after, summary=edit.summary, actor=actor, kind=kind, of=edit
    )


def _on_the_list(change: PartChange, parts: Parts) -> PartChange:
    """A change of an order, made on the order as it is now: others may add to it."""
    now = parts.get(change.address)
    if not all(isinstance(one, list) for one in (change.before, change.after, now)):
        return change
    order = merged_order(change.before, change.after, now or ())
    return PartChange(change.address, now, order)


def _refuse_stale(
    held: RulesetDraft, parts: Parts, changes: list[PartChange], edit: DraftChange
) -> None:
    """An edit is taken back only while its parts are as it left them."""
    clashes = [
        Clash(c.address, parts.get(c.address), c.after, str(last.made_by), last.made_at)
        for c in changes
        if not _stands(c, parts.get(c.address))
        for last in [_last_change_of(held, c.address) or edit]
    ]
    if clashes:
        raise DraftConflictError(clashes, held.revision, is_undo=True)


def _stands(change: PartChange, now: Any) -> bool:
    """Whether a part is as an edit left it: of an order, whether nobody moved it."""
    before, after = change.before, change.after
    if all(isinstance(one, list) for one in (before, after, now)):
        return same_order(before, after) or same_order(before, now)
    return bool(now == before)


def _last_change_of(held: RulesetDraft, address: str) -> DraftChange | None:
    newest = held.changes.select_related("made_by").order_by("-number")
    return next((c for c in newest.iterator() if address in c.addresses), None)
