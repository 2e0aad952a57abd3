import logging

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.templatetags.static import static
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from .client import client_address
from .messages import FAILED, NOT_FOUND, REFUSED, STALE_FORM, message_page

security = logging.getLogger("cozywish.security")

ONE_MONTH = "public, max-age=2592000"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return message_page(request, 404, NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    return message_page(request, 500, FAILED)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return message_page(request, 400, REFUSED)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    security.warning("security.csrf-refused path=%s address=%s", request.path, client_address(request))
    return message_page(request, 403, STALE_FORM)


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponse:
    """A picture on disk, for where no proxy before us serves it. One in S3 has an address of its own."""
    if not settings.MEDIA.folder:
        return not_found(request)
    try:
        changed = int(default_storage.get_modified_time(name).timestamp())
        if parse_http_date_safe(request.headers.get("If-Modified-Since", "")) == changed:
            return HttpResponseNotModified()
        response = FileResponse(default_storage.open(name))
    # A folder, nothing at all, or a name that leads out of ours.
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, SuspiciousFileOperation, ValueError):
        return not_found(request)
    response["Cache-Control"] = ONE_MONTH
    response["Last-Modified"] = http_date(changed)
    # A picture that is opened by itself is a document of our site: it may not run anything.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=301, headers={"Location": static("favicon.svg")})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /bookings", "Disallow: /sign-in", "Disallow: /sign-up", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
