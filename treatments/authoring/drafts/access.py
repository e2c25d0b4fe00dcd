"""Who may see drafts, and who may write in them."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from spine_cds.accounts.models import Role, User
from treatments.models import RulesetDraft
from treatments.models.drafts import acts_for_rules

View = Callable[..., HttpResponseBase]


def for_rule_makers(view: View) -> View:
    """403 for all but administrators and the surgeons whom they let sign."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(request.user, User) or not acts_for_rules(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def may_write(user: User) -> bool:
    """Whether a user may write in drafts: administrators may."""
    return user.role == Role.ADMIN


def draft_of(pk: UUID) -> RulesetDraft:
    """The draft that a URL names, with who made it and what it builds on; or 404."""
    drafts = RulesetDraft.objects.select_related("made_by", "base", "published_as")
    return get_object_or_404(
        drafts.defer("base__document", "published_as__document"), pk=pk
    )
