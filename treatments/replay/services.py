"""Asking for a replay, stopping it, trying it again, reading it: all on record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.jobs.lifecycle import cancel, retry
from treatments.engine import Ruleset
from treatments.models import Replay, RulesetVersion
from treatments.replay.tasks import run_replay


def replay_request(
    *,
    old: RulesetVersion,
    new_document: Mapping[str, Any],
    new_title: str,
    actor: User,
    submission_key: UUID,
) -> Replay:
    """Queue the comparison of two rulesets over every case stored until now.

    Never waits for the broker: the row alone is enough, and a sweep rings for it.
    The same key gives the same row.

    Raises:
        RulesetError: the new document is no ruleset yet; nothing was written.
        IntegrityError: the key belongs to another comparison.
    """
    # Read here, where a person can be told, and not first in the worker.
    ruleset = Ruleset.from_document(new_document)
    asked = {"old": old, "new_sha256": ruleset.sha256}
    known = Replay.objects.filter(request_key=submission_key, **asked).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _replay_create(
                **asked,
                new_document=dict(new_document),
                new_title=new_title,
                requested_by=actor,
                request_key=submission_key,
            )
    except IntegrityError:
        # The same form came twice at the same moment; the first one made the row.
        known = Replay.objects.filter(request_key=submission_key, **asked).first()
        if known is None:
            raise
        return known


def _replay_create(**values: Any) -> Replay:
    owner: User = values["requested_by"]
    replay = Replay.objects.create(
        **values, until=timezone.now(), turn=Replay.objects.next_turn(owner.pk)
    )
    versions = {"old": replay.old.sha256, "new": replay.new_sha256}
    record(
        actor=owner, action=AuditAction.REPLAY_REQUEST, entity=replay, detail=versions
    )
    run_replay.delay_on_commit()
    return replay


def replay_cancel(*, replay: Replay, actor: User) -> bool:
    """Stop it; the chunks that are done stay. False when it was finished already."""
    return cancel(replay, actor=actor)


def replay_retry(*, replay: Replay, actor: User) -> bool:
    """Go on with a failed or cancelled one; False when it is neither."""
    with transaction.atomic():
        again = retry(replay, actor=actor)
        if again:
            run_replay.delay_on_commit()
    return again


@transaction.atomic
def replay_read(*, replay: Replay, actor: User) -> None:
    """Put on record that someone had its page, and that its result was looked at."""
    record(
        actor=actor,
        action=AuditAction.REPLAY_READ,
        entity=replay,
        detail={"state": replay.state},
    )
    if replay.state == Replay.State.DONE:
        Replay.objects.filter(pk=replay.pk, seen_at=None).update(seen_at=Now())
