"""The request's id and user in every line of the log that it causes."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """A search stands in a query, and may name a patient: the path alone is logged."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Method and path: a query may hold what somebody searched for."""
        return f"{request.method} {request.path}"
