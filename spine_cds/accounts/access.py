"""Which role may open a view. Which *rows* a user may see is the querysets' matter."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from spine_cds.accounts.models import Role, User

View = Callable[..., HttpResponseBase]


class SignedInRequest(HttpRequest):
    """What a view behind the sign-in gets; a type for annotations, never made."""

    user: User
    htmx: HtmxDetails


def require_role(*roles: Role) -> Callable[[View], View]:
    """Answer 403 to a signed-in user whose role is not one of ``roles``.

    A visitor who has not signed in never gets here: LoginRequiredMiddleware sends
    them to the sign-in page first.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not isinstance(request.user, User) or request.user.role not in roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
