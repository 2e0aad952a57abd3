"""What happens while sessions are out of reach: see common/redis_sessions.py."""

from django.contrib.sessions import middleware
from django.http import HttpRequest, HttpResponse

from .messages import SESSIONS_AWAY, message_page


class SessionsUnavailable(Exception):
    """There is no telling who is signed in."""


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's own, with an answer for when sessions are needed and gone."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionsUnavailable:
            return _unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _unavailable(request) if isinstance(exception, SessionsUnavailable) else None


def require_sessions(request: HttpRequest) -> None:
    """Raises SessionsUnavailable where nobody seems to be signed in only because that can't be read."""
    if getattr(request.session, "unavailable", False):
        raise SessionsUnavailable


def _unavailable(request: HttpRequest) -> HttpResponse:
    response = message_page(request, 503, SESSIONS_AWAY)
    response["Retry-After"] = "30"
    return response
