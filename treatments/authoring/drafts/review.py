"""A draft from its findings to its signatures, and who may sign at all."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from spine_cds.accounts.models import Signature, SignatureQuerySet, User
from spine_cds.accounts.services import signature_record, signed_sha256
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from treatments.authoring.document.edits import EditError, set_single
from treatments.authoring.document.working_copy import DraftDocument
from treatments.authoring.drafts.writing import hold, move, record_of, write
from treatments.engine import document_hash
from treatments.models import (
    AcceptedFinding,
    DesignatedSigner,
    RulesetDraft,
    RulesetVersion,
)

State = RulesetDraft.State


@transaction.atomic
def finding_accept(
    *, draft: RulesetDraft, fingerprint: str, message: str, reason: str, actor: User
) -> AcceptedFinding:
    """Let a finding stand, with a reason that everybody sees.

    Raises:
        DraftClosedError: the draft is published or abandoned.
        EditError: no reason was given.
    """
    held = hold(draft, *RulesetDraft.OPEN)
    if not reason.strip():
        raise EditError("Say why the finding may stand.")
    accepted, created = AcceptedFinding.objects.get_or_create(
        draft=held,
        fingerprint=fingerprint,
        defaults={"message": message, "reason": reason.strip(), "made_by": actor},
    )
    if created:
        record_of(
            held,
            actor,
            AuditAction.DRAFT_ACCEPT_FINDING,
            finding=message,
            reason=reason,
        )
    return accepted


@transaction.atomic
def draft_submit(*, draft: RulesetDraft, version: str, actor: User) -> RulesetDraft:
    """Hand a draft to review: its content stands still, under a version number.

    Raises:
        DraftClosedError: it is not a draft any more.
        EditError: the number is taken.
    """
    held = hold(draft)
    document = DraftDocument.of(held)
    taken = RulesetVersion.objects.filter(
        ruleset_id=document.ruleset_id, version=version
    )
    if taken.exists():
        raise EditError(f"There is a version {version} already. Choose another number.")
    metadata = {
        **document.parts["metadata"],
        "version": version,
        "updated": timezone.localdate().isoformat(),
        "sign_off": {"state": "unsigned", "by": None, "on": None},
    }
    after = set_single(document.parts, "metadata", metadata)
    write(held, document, after, summary=f"Version {version}", actor=actor)
    move(held, State.IN_REVIEW, actor, sha256=content_sha256(held.document))
    return held


@transaction.atomic
def draft_return(*, draft: RulesetDraft, actor: User, reason: str) -> RulesetDraft:
    """Give a draft back for more work; signatures under its content stay on record.

    Raises:
        DraftClosedError: it is not in review.
    """
    held = hold(draft, State.IN_REVIEW)
    move(held, State.DRAFT, actor, reason=reason)
    return held


@transaction.atomic
def draft_abandon(*, draft: RulesetDraft, actor: User) -> RulesetDraft:
    """Close a draft without publishing it; it can still be read and copied.

    Raises:
        DraftClosedError: it is published or abandoned already.
    """
    held = hold(draft, *RulesetDraft.OPEN)
    move(held, State.ABANDONED, actor)
    return held


# --- Signatures ---------------------------------------------------------------------


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
    held = hold(draft, State.IN_REVIEW)
    if content != content_sha256(held.document):
        raise EditError("The draft changed since you read it. Read it again first.")
    if actor.pk in author_ids(held):
        raise EditError("Nobody signs what they wrote themselves: ask a second person.")
    known = signatures(held).filter(signer=actor).first()
    return known or signature_record(
        signer=actor, entity=held, meaning=meaning, content=signed_content(held)
    )


def signatures(draft: RulesetDraft) -> SignatureQuerySet:
    """The signatures under the draft's content as it is now."""
    return Signature.objects.of(draft).filter(
        sha256=signed_sha256(signed_content(draft))
    )


def signed_content(draft: RulesetDraft) -> dict[str, str]:
    """What a signature is put under: the hash of all that the rules say."""
    return {"ruleset_content_sha256": content_sha256(draft.document)}


def content_sha256(document: Mapping[str, Any]) -> str:
    """The hash that is signed: of all but the record of the signature itself."""
    metadata = {k: v for k, v in document["metadata"].items() if k != "sign_off"}
    return document_hash({**document, "metadata": metadata})


def author_ids(draft: RulesetDraft) -> set[int]:
    """The keys of the users who wrote in a draft: who made it, or changed it."""
    return {
        draft.made_by_id,
        *draft.changes.values_list("made_by_id", flat=True).distinct(),
    }


@transaction.atomic
def signer_designate(*, user: User, actor: User) -> DesignatedSigner:
    """Let a surgeon sign rulesets; whom it was withdrawn from may again."""
    signer, _ = DesignatedSigner.objects.update_or_create(
        user=user, defaults={"made_by": actor, "withdrawn_at": None}
    )
    record(actor=actor, action=AuditAction.SIGNER_DESIGNATE, entity=user)
    return signer


@transaction.atomic
def signer_withdraw(*, user: User, actor: User) -> None:
    """Let a surgeon sign no more; what they signed stays signed."""
    DesignatedSigner.objects.filter(user=user, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    record(actor=actor, action=AuditAction.SIGNER_WITHDRAW, entity=user)
