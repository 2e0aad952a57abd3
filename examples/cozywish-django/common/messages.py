"""Pages that say one thing, and lead back to the start."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Message:
    title: str
    text: str
    #: Whether to show the request's id, for whoever is asked about it.
    reference: bool = False


NOT_FOUND = Message("Nothing here but calm", "This page doesn't exist, or not any more.")
FAILED = Message(
    "That didn't work",
    "The fault is ours, and it has been noted. Please try again in a moment.",
    reference=True,
)
STALE_FORM = Message(
    "That form has gone stale",
    "Please go back, load the page again and send it once more. Nothing was changed.",
)
REFUSED = Message("Not this way", "That request was none that we can answer.")
SESSIONS_AWAY = Message(
    "Back in a minute",
    "We can't see who is signed in right now. Nothing is lost: please try again in a moment.",
    reference=True,
)


def message_page(request: HttpRequest, status: int, message: Message) -> HttpResponse:
    """Asks neither the session nor the database: what goes wrong may be just those."""
    context = {
        "message": message,
        "request_id": getattr(request, "id", ""),
    }
    return HttpResponse(render_to_string("message.html", context), status=status)
