"""Remember, for the length of a request, the address it came from."""

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

remote_addr: ContextVar[str | None] = ContextVar("remote_addr", default=None)


class RemoteAddressMiddleware:
    """Hands the address of the caller to the audit trail."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = remote_addr.set(client_address(request))
        try:
            return self.get_response(request)
        finally:
            remote_addr.reset(token)


def client_address(request: HttpRequest) -> str | None:
    """The caller's IP address, or None where it is not one (a unix socket).

    Behind a trusted proxy it is the last entry of X-Forwarded-For, the only one that
    the proxy itself wrote; without one the header is the caller's own claim.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXY:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2]
    try:
        return str(ip_address(address.strip()))
    except ValueError:
        return None
