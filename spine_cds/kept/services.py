"""Writes of what was typed and not sent: kept, thrown away, sent after all.

As with the entries of a case, the audit trail says once that somebody began and what
became of it, and never what it held.
"""

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.kept.models import KeptWords
from spine_cds.kept.page import FIELD, Page

#: What a person may have unsent; beyond it the oldest go.
AT_MOST = 100
LONGEST_ADDRESS = 500
#: Of all fields of a form together; the largest form stays far below.
LARGEST = 200_000
PART = "kept_part"
_NEVER_KEPT = {"csrfmiddlewaretoken", FIELD, "kept_action", "kept_step"}

Words = list[tuple[str, str]]


def words_of(posted: QueryDict) -> Words:
    """The fields of a form that may be kept: no token, and nothing that is secret.

    PostgreSQL stores no NUL, and no field has one for it.
    """
    return [
        (name, value.replace("\0", ""))
        for name, values in posted.lists()
        if name not in _NEVER_KEPT and "password" not in name
        for value in values
        if isinstance(value, str)
    ]


@transaction.atomic
def words_keep(
    *,
    page: Page,
    action: str,
    words: Words,
    actor: User | None,
    step: int | None = None,
) -> bool:
    """Keep what stands in a form, for whose page it is; False where it is too large.

    `actor` is who is signed in, if anybody: the trail names nobody else. An older step
    than the one kept changes nothing; without a step it is newer than all before.
    """
    part = dict(words).get(PART, "")[:200]
    size = sum(len(name) + len(value) for name, value in words)
    is_long = max(len(action), len(page.path)) > LONGEST_ADDRESS
    author = User.objects.filter(pk=page.owner, is_active=True).first()
    if size > LARGEST or is_long or not words or author is None:
        return False
    kept, is_new = KeptWords.objects.get_or_create(
        page=page.key,
        action=action,
        part=part,
        defaults={
            "author": author,
            "path": page.path,
            "words": words,
            "step": step or 1,
        },
    )
    if is_new:
        _record(AuditAction.WORDS_KEEP, kept, actor)
        _forget_oldest(author)
        return True
    # Requests of one page may overtake each other: the step says which is newer.
    step = kept.step + 1 if step is None else step
    KeptWords.objects.filter(pk=kept.pk, step__lt=step).update(
        words=words, step=step, updated_at=timezone.now()
    )
    return True


@transaction.atomic
def words_discard(*, kept: KeptWords) -> None:
    """Throw them away, as their author asked; twice is once."""
    if KeptWords.objects.filter(pk=kept.pk).delete()[0]:
        _record(AuditAction.WORDS_DISCARD, kept, kept.author)


def words_sent(*, page: Page, action: str, part: str) -> None:
    """What was kept of a form has arrived: it is a record of its own now."""
    KeptWords.objects.filter(
        author_id=page.owner, page=page.key, action=action, part=part[:200]
    ).delete()


def _forget_oldest(author: User) -> None:
    for kept in KeptWords.objects.of(author)[AT_MOST:]:
        kept.delete()


def _record(action: AuditAction, kept: KeptWords, actor: User | None) -> None:
    detail = {} if actor == kept.author else {"page_of": kept.author_id}
    record(actor=actor, action=action, entity=kept, detail=detail)
