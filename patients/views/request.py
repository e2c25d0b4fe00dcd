"""The request as the views of this app know it; a type, never made here."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from spine_cds.accounts.models import User


class Request(HttpRequest):
    """Of somebody signed in: LoginRequiredMiddleware and require_role see to it."""

    user: User
    htmx: HtmxDetails
