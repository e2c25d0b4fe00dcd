"""Writes of the accounts app; each leaves its line in the audit trail."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from spine_cds.accounts.models import Team, User
from spine_cds.audit.services import record

Actor = AbstractBaseUser | AnonymousUser | None


@transaction.atomic
def user_create(
    *, actor: Actor, password: str, teams: Iterable[Team] = (), **fields: Any
) -> User:
    """``fields`` are those of the User row (username, role, first_name, ...)."""
    user = User(**fields)
    user.set_password(password)
    user.save()
    user.teams.set(teams)
    detail = {"role": user.role, "teams": _team_ids(user)}
    record(actor=actor, action="user.create", entity=user, detail=detail)
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
    """An empty ``password`` leaves the old one; a new one ends the user's sessions."""
    before = {**_row(user.pk), "teams": _team_ids(user)}
    for name, value in fields.items():
        setattr(user, name, value)
    if password:
        user.set_password(password)
    user.save()
    user.teams.set(teams)
    after = {**_row(user.pk), "teams": _team_ids(user)}
    changed = sorted(name for name in after if after[name] != before[name])
    detail = {
        "changed": changed,
        "role": user.role,
        "active": user.is_active,
        "teams": after["teams"],
    }
    record(actor=actor, action="user.update", entity=user, detail=detail)
    return user


@transaction.atomic
def password_change(*, user: User, password: str) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    record(actor=user, action="user.password_change", entity=user)
    return user


@transaction.atomic
def team_create(*, actor: Actor, name: str) -> Team:
    team = Team.objects.create(name=name)
    record(actor=actor, action="team.create", entity=team)
    return team


@transaction.atomic
def team_update(*, team: Team, actor: Actor, name: str) -> Team:
    team.name = name
    team.save(update_fields=["name"])
    record(actor=actor, action="team.update", entity=team)
    return team


def _row(pk: int) -> dict[str, Any]:
    """The row as stored: a bound form has already changed the object in hand."""
    row = User.objects.values().get(pk=pk)
    return {name: value for name, value in row.items() if name != "last_login"}


def _team_ids(user: User) -> list[int]:
    return sorted(user.teams.values_list("pk", flat=True))
