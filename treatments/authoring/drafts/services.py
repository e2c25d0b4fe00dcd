"""Every write of a draft: each is atomic, audited, and loses nobody's work."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from spine_cds.accounts.models import Signature, SignatureQuerySet, User
from spine_cds.accounts.services import signature_record, signed_sha256
from spine_cds.audit.services import record
from treatments.authoring.document.edits import EditError
from treatments.authoring.document.parts import (
    PartChange,
    Parts,
    apply,
    difference,
    join,
    merged_order,
    same_order,
    split,
)
from treatments.engine import document_hash
from treatments.models import (
    AcceptedFinding,
    DesignatedSigner,
    DraftChange,
    RulesetDraft,
    RulesetVersion,
)

Edit = Callable[[Parts], Parts]
State = RulesetDraft.State
Kind = DraftChange.Kind
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
    """Somebody else changed the same part; nothing was written, both are at hand."""

    def __init__(self, clashes: Iterable[Clash], revision: int) -> None:
        self.clashes = tuple(clashes)
        self.revision = revision
        names = ", ".join(sorted({clash.by for clash in self.clashes}))
        super().__init__(f"{names} changed this meanwhile.")


# --- The draft ----------------------------------------------------------------------


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

    Raises:
        UnsplittableError: the document has no parts that could be edited.
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
    _record(draft, actor, "draft.create", base=of, imported=document is not None)
    return draft


@transaction.atomic
def draft_describe(
    *, draft: RulesetDraft, title: str, note: str, actor: User
) -> RulesetDraft:
    """Change the title and the note, which say what the draft is for."""
    locked = held(draft)
    before = {"title": locked.title, "note": locked.note}
    locked.title, locked.note = title, note
    locked.save(update_fields=["title", "note", "changed_at"])
    after = {"title": title, "note": note}
    _record(locked, actor, "draft.describe", before=before, after=after)
    return locked


@transaction.atomic
def draft_edit(
    *, draft: RulesetDraft, seen: int, edit: Edit, summary: str, actor: User
) -> DraftChange | None:
    """Make one edit; None where it changes nothing.

    ``seen`` is the revision that was on the editor's screen. The edit is applied to
    the draft as it is now, so two people who edit different rules never meet.

    Raises:
        DraftClosedError: the draft is not being edited any more.
        DraftConflictError: somebody else changed the same rule or row since ``seen``.
        EditError: the edit cannot be made.
    """
    locked = held(draft)
    parts = split(locked.document)
    after = edit(parts)
    changes = difference(parts, after)
    if not changes:
        return None
    _refuse_clashes(locked, seen, changes, actor)
    return _write(locked, after, changes, Kind.EDIT, summary, actor)


@transaction.atomic
def draft_undo(*, draft: RulesetDraft, actor: User) -> DraftChange | None:
    """Take back the actor's newest edit; None where there is none.

    Raises:
        DraftClosedError, DraftConflictError: as for :func:`draft_edit`.
    """
    return _reverse(draft, actor, Kind.UNDO, undone=False)


@transaction.atomic
def draft_redo(*, draft: RulesetDraft, actor: User) -> DraftChange | None:
    """Make the edit again that the actor took back last."""
    return _reverse(draft, actor, Kind.REDO, undone=True)


def can_undo(draft: RulesetDraft, actor: User) -> bool:
    return _done(draft, actor).exists()


def can_redo(draft: RulesetDraft, actor: User) -> bool:
    return _taken_back(draft, actor).exists()


# --- Findings, review, signature ----------------------------------------------------


@transaction.atomic
def finding_accept(
    *, draft: RulesetDraft, fingerprint: str, message: str, reason: str, actor: User
) -> AcceptedFinding:
    """Let a finding stand, with a reason that everybody sees.

    Raises:
        DraftClosedError: the draft is published or abandoned.
        EditError: no reason was given.
    """
    draft = held(draft, *RulesetDraft.OPEN)
    if not reason.strip():
        raise EditError("Say why the finding may stand.")
    accepted, created = AcceptedFinding.objects.get_or_create(
        draft=draft,
        fingerprint=fingerprint,
        defaults={"message": message, "reason": reason.strip(), "made_by": actor},
    )
    if created:
        _record(draft, actor, "draft.accept_finding", finding=message, reason=reason)
    return accepted


@transaction.atomic
def draft_submit(*, draft: RulesetDraft, version: str, actor: User) -> RulesetDraft:
    """Hand a draft to review: its content stands still, under a version number.

    Raises:
        DraftClosedError: it is not a draft any more.
        EditError: the number is taken.
    """
    locked = held(draft)
    document = dict(locked.document)
    metadata = dict(document["metadata"])
    taken = RulesetVersion.objects.filter(
        ruleset_id=metadata.get("id", ""), version=version
    )
    if taken.exists():
        raise EditError(f"There is a version {version} already. Choose another number.")
    metadata |= {
        "version": version,
        "updated": timezone.now().date().isoformat(),
        "sign_off": {"state": "unsigned", "by": None, "on": None},
    }
    edited = {**document, "metadata": metadata}
    write(locked, split(edited), f"Version {version}", actor)
    _move(locked, State.IN_REVIEW, actor, sha256=content_sha256(locked.document))
    return locked


@transaction.atomic
def draft_return(*, draft: RulesetDraft, actor: User, reason: str) -> RulesetDraft:
    """Give a draft back for more work; signatures under its content stay on record."""
    locked = held(draft, State.IN_REVIEW)
    _move(locked, State.DRAFT, actor, reason=reason)
    return locked


@transaction.atomic
def draft_abandon(*, draft: RulesetDraft, actor: User) -> RulesetDraft:
    """Close a draft without publishing it; it can still be read and copied."""
    locked = held(draft, *RulesetDraft.OPEN)
    _move(locked, State.ABANDONED, actor)
    return locked


@transaction.atomic
def draft_sign(
    *, draft: RulesetDraft, content: str, meaning: str, actor: User
) -> Signature:
    """Sign the content that was on the signer's screen, named by its hash.

    The view has asked for the signer's password again.

    Raises:
        DraftClosedError: the draft is not in review.
        EditError: the content is another one by now, or the signer wrote in it.
    """
    locked = held(draft, State.IN_REVIEW)
    if content != content_sha256(locked.document):
        raise EditError("The draft changed since you read it. Read it again first.")
    if actor.pk in author_ids(locked):
        raise EditError("Nobody signs what they wrote themselves: ask a second person.")
    known = signatures(locked).filter(signer=actor).first()
    return known or signature_record(
        signer=actor, entity=locked, meaning=meaning, content=signed_content(locked)
    )


def signatures(draft: RulesetDraft) -> SignatureQuerySet:
    """The signatures under the draft's content as it is now."""
    return Signature.objects.of(draft).filter(
        sha256=signed_sha256(signed_content(draft))
    )


def signed_content(draft: RulesetDraft) -> dict[str, str]:
    """What a signature is put under: the hash of all that the rules say."""
    return {"ruleset_content_sha256": content_sha256(draft.document)}


def author_ids(draft: RulesetDraft) -> set[int]:
    """Who wrote in a draft: who made it, and who made any change."""
    return {
        draft.made_by_id,
        *draft.changes.values_list("made_by_id", flat=True).distinct(),
    }


def content_sha256(document: Mapping[str, Any]) -> str:
    """The hash that is signed: of all but the record of the signature itself."""
    metadata = {k: v for k, v in document["metadata"].items() if k != "sign_off"}
    return document_hash({**document, "metadata": metadata})


@transaction.atomic
def signer_designate(*, user: User, actor: User) -> DesignatedSigner:
    signer, _ = DesignatedSigner.objects.update_or_create(
        user=user, defaults={"made_by": actor, "withdrawn_at": None}
    )
    record(actor=actor, action="signer.designate", entity=user)
    return signer


@transaction.atomic
def signer_withdraw(*, user: User, actor: User) -> None:
    DesignatedSigner.objects.filter(user=user, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    record(actor=actor, action="signer.withdraw", entity=user)


# --- Within a transaction -----------------------------------------------------------


def held(draft: RulesetDraft, *states: str) -> RulesetDraft:
    """The draft as it is now, held: two writers come one after the other.

    Raises:
        DraftClosedError: it is in none of ``states`` (without any: not a draft).
    """
    locked = RulesetDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if locked.state not in (states or (State.DRAFT,)):
        raise DraftClosedError(f"This draft is {locked.get_state_display().lower()}.")
    return locked


def write(
    locked: RulesetDraft, after: Parts, summary: str, actor: User
) -> DraftChange | None:
    """Write these parts into a draft that is held; None where nothing differs."""
    changes = difference(split(locked.document), after)
    if not changes:
        return None
    return _write(locked, after, changes, Kind.EDIT, summary, actor)


def _write(
    locked: RulesetDraft,
    after: Parts,
    changes: list[PartChange],
    kind: str,
    summary: str,
    actor: User,
    of: DraftChange | None = None,
) -> DraftChange:
    locked.document = join(after)
    locked.revision += 1
    locked.save(update_fields=["document", "revision", "changed_at"])
    change = DraftChange.objects.create(
        draft=locked,
        number=locked.revision,
        kind=kind,
        summary=summary[:SUMMARY_LENGTH],
        parts=[one.to_document() for one in changes],
        of=of,
        made_by=actor,
    )
    # What stood there before and after is kept with the change, for good.
    detail = {"number": change.number, "parts": [one.address for one in changes]}
    _record(locked, actor, f"draft.{kind}", summary=summary, **detail)
    return change


def _refuse_clashes(
    locked: RulesetDraft, seen: int, changes: list[PartChange], actor: User
) -> None:
    """Stop where others changed the same rule or row after ``seen``.

    The order of a list is no clash: the edit was made on the list as it is now.
    """
    mine = {c.address: c for c in changes if not isinstance(c.after or c.before, list)}
    since = locked.changes.filter(number__gt=seen).exclude(made_by=actor)
    clashes = {
        address: Clash(address, mine[address].before, mine[address].after, by, at)
        for other in since.select_related("made_by")
        for by, at in [(str(other.made_by), other.made_at)]
        for address in other.addresses & mine.keys()
    }
    if clashes:
        raise DraftConflictError(clashes.values(), locked.revision)


def _done(draft: RulesetDraft, actor: User) -> QuerySet[DraftChange]:
    """The actor's edits that stand, the one to take back first."""
    own = draft.changes.filter(kind=Kind.EDIT, made_by=actor)
    return own.filter(undone=False).order_by("-number")


def _taken_back(draft: RulesetDraft, actor: User) -> QuerySet[DraftChange]:
    """The actor's edits that can be made again: a newer edit ends that."""
    newest = _done(draft, actor).first()
    own = draft.changes.filter(kind=Kind.EDIT, made_by=actor, undone=True)
    return own.filter(number__gt=newest.number if newest else 0).order_by("number")


def _reverse(
    draft: RulesetDraft, actor: User, kind: str, *, undone: bool
) -> DraftChange | None:
    locked = held(draft)
    edit = (_taken_back if undone else _done)(locked, actor).first()
    if edit is None:
        return None
    changes = [PartChange(p["address"], p["before"], p["after"]) for p in edit.parts]
    if not undone:
        changes = [change.reversed for change in changes]
    parts = split(locked.document)
    _refuse_stale(locked, parts, changes, edit)
    edit.undone = not undone
    edit.save(update_fields=["undone"])
    after = apply(parts, [_on_the_list(change, parts) for change in changes])
    changed = difference(parts, after)
    return _write(locked, after, changed, kind, edit.summary, actor, of=edit)


def _on_the_list(change: PartChange, parts: Parts) -> PartChange:
    """A change of an order, made on the order as it is now: others may add to it."""
    now = parts.get(change.address)
    if not all(isinstance(one, list) for one in (change.before, change.after, now)):
        return change
    order = merged_order(change.before, change.after, now or ())
    return PartChange(change.address, now, order)


def _refuse_stale(
    locked: RulesetDraft, parts: Parts, changes: list[PartChange], edit: DraftChange
) -> None:
    """An edit is taken back only while its parts are as it left them."""
    clashes = [
        Clash(c.address, parts.get(c.address), c.after, str(last.made_by), last.made_at)
        for c in changes
        if not _stands(c, parts.get(c.address))
        for last in [_last_change_of(locked, c.address) or edit]
    ]
    if clashes:
        raise DraftConflictError(clashes, locked.revision)


def _stands(change: PartChange, now: Any) -> bool:
    """Whether a part is as an edit left it: of an order, whether nobody moved it."""
    before, after = change.before, change.after
    if all(isinstance(one, list) for one in (before, after, now)):
        return same_order(before, after) or same_order(before, now)
    return bool(now == before)


def _last_change_of(locked: RulesetDraft, address: str) -> DraftChange | None:
    newest = locked.changes.select_related("made_by").order_by("-number")
    return next((c for c in newest.iterator() if address in c.addresses), None)


def _move(locked: RulesetDraft, state: str, actor: User, **detail: Any) -> None:
    before = locked.state
    locked.state = state
    locked.save(update_fields=["state", "changed_at"])
    _record(locked, actor, "draft.move", before=before, after=state, **detail)


def _record(draft: RulesetDraft, actor: User, action: str, **detail: Any) -> None:
    record(actor=actor, action=action, entity=draft, detail=detail)
