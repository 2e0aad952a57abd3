from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from common.session_guard import require_sessions

from .views import see_other

View = Callable[..., HttpResponse]


def account_required(view: View) -> View:
    """For those who are signed in; sends everybody else to do so, and back again afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        require_sessions(request)
        return see_other(f"{reverse('sign-in')}?next={quote(_way_back(request), safe='')}")

    return guarded


def _way_back(request: HttpRequest) -> str:
    if request.method != "POST":
        return request.get_full_path()
    # What was posted is gone by then, so a post leads back to the page that its form was on.
    return reverse("bookings") if request.path.endswith("/cancel") else request.path.removesuffix("/book")
