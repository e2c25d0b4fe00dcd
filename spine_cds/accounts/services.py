"""Writes of the accounts app; each leaves its line in the audit trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from spine_cds.accounts import lockout
from spine_cds.accounts.models import Signature, Team, User
from spine_cds.accounts.user_names import refuse_look_alikes
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.canonical import canonical_sha256
from spine_cds.audit.services import record

Actor = AbstractBaseUser | AnonymousUser | None

# What a session was allowed must not outlive: a change of these ends the sessions.
_PRIVILEGES = frozenset({"role", "teams", "is_active"})


@transaction.atomic
def user_create(
    *,
    actor: Actor,
    password: str,
    temporary: bool = False,
    teams: Iterable[Team] = (),
    **fields: Any,
) -> User:
    """``fields`` are those of the User row (username, role, first_name, ...).

    A ``temporary`` password opens nothing but the page where the user chooses their
    own, and that for a few days only.

    Raises:
        ValidationError: the user name could be read as another one.
    """
    user = User(**fields)
    refuse_look_alikes(user.username)
    user.set_password(password)
    user.temporary_password_until = _temporary() if temporary else None
    user.save()
    user.teams.set(teams)
    detail = {"role": user.role, "teams": _team_ids(user)}
    record(actor=actor, action=AuditAction.USER_CREATE, entity=user, detail=detail)
    return user


@transaction.atomic
def user_update(
    *,
    user: User,
    actor: Actor,
    password: str = "",
    teams: Iterable[Team],
    **fields: Any,
) -> User:
    """An empty ``password`` leaves the old one; another one is a temporary one.

    A new password, role or team, and the end of the right to sign in, each end the
    sessions of the user.
    """
    # Read before anything is set: the trail tells both sides of the change.
    before = {**_row(user.pk), "teams": _team_ids(user)}
    for name, value in fields.items():
        setattr(user, name, value)
    if password:
        user.set_password(password)
        user.temporary_password_until = _temporary()
    user.save()
    user.teams.set(teams)
    after = {**_row(user.pk), "teams": _team_ids(user)}
    changed = sorted(name for name in after if after[name] != before[name])
    if _PRIVILEGES.intersection(changed):
        _end_sessions(user)
    detail = {
        "changed": changed,
        "before": {name: before[name] for name in sorted(_PRIVILEGES)},
        "after": {name: after[name] for name in sorted(_PRIVILEGES)},
    }
    record(actor=actor, action=AuditAction.USER_UPDATE, entity=user, detail=detail)
    return user


@transaction.atomic
def password_change(*, user: User, password: str) -> User:
    """One's own choice; the other sessions end."""
    user.set_password(password)
    user.temporary_password_until = None
    user.save(update_fields=["password", "temporary_password_until"])
    record(actor=user, action=AuditAction.USER_PASSWORD_CHANGE, entity=user)
    return user


@transaction.atomic
def sessions_end(*, user: User, actor: Actor) -> None:
    """Sign a user out everywhere, this session included."""
    _end_sessions(user)
    record(actor=actor, action=AuditAction.USER_SESSIONS_END, entity=user)


@transaction.atomic
def user_unlock(*, user: User, actor: Actor) -> None:
    """Let somebody try again who is locked out after too many wrong passwords."""
    lockout.unlock(user)
    record(actor=actor, action=AuditAction.USER_UNLOCK, entity=user)


@transaction.atomic
def second_factor_remove(*, user: User, actor: Actor) -> None:
    """For somebody who lost phone, key and recovery codes; ends their sessions."""
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    record(actor=actor, action=AuditAction.USER_SECOND_FACTOR_REMOVE, entity=user)


@transaction.atomic
def signature_record(
    *,
    signer: User,
    entity: models.Model,
    meaning: str,
    content: Mapping[str, Any],
    patient_id: object = "",
    case_uid: object = "",
) -> Signature:
    """Sign a row: call it in the transaction that writes the row, after the password
    was asked again (``accounts.reauthentication``).

    ``content`` is what is signed, as JSON values; its canonical form is hashed.
    """
    signature = Signature.objects.create(
        signer=signer,
        signer_name=str(signer),
        signer_role=signer.role,
        meaning=meaning,
        entity_type=entity._meta.label_lower,
        entity_id=str(entity.pk),
        sha256=signed_sha256(content),
    )
    record(
        actor=signer,
        action=AuditAction.SIGNATURE_RECORD,
        entity=entity,
        patient_id=patient_id,
        case_uid=case_uid,
        detail={"signature": signature.pk, "sha256": signature.sha256},
    )
    return signature


def signed_sha256(content: Mapping[str, Any]) -> str:
    """The hash that a signature under this content has."""
    return canonical_sha256(content, default=str)


@transaction.atomic
def team_create(*, actor: Actor, name: str) -> Team:
    """Make a team of this name."""
    team = Team.objects.create(name=name)
    record(actor=actor, action=AuditAction.TEAM_CREATE, entity=team)
    return team


@transaction.atomic
def team_update(*, team: Team, actor: Actor, name: str) -> Team:
    """Give a team another name."""
    team.name = name
    team.save(update_fields=["name"])
    record(actor=actor, action=AuditAction.TEAM_UPDATE, entity=team)
    return team


def _temporary() -> datetime:
    return timezone.now() + settings.TEMPORARY_PASSWORD_AGE


def _end_sessions(user: User) -> None:
    """The hash in each session no longer fits the row: see User.session_generation."""
    # Counted in the database: of two changes at once, each ends the sessions.
    next_one = models.F("session_generation") + 1
    User.objects.filter(pk=user.pk).update(session_generation=next_one)
    user.refresh_from_db(fields=["session_generation"])


def _row(pk: int) -> dict[str, Any]:
    """The row as stored: a bound form has already changed the object in hand."""
    row = User.objects.values().get(pk=pk)
    beside = {"last_login", "session_generation", "temporary_password_until"}
    return {name: value for name, value in row.items() if name not in beside}


def _team_ids(user: User) -> list[int]:
    return sorted(user.teams.values_list("pk", flat=True))
