from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class HeadersMiddleware:
    """The pages have no script and no inline style, so nothing of the kind that gets into one can run."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = None if getattr(settings, "DEBUG_TOOLBAR", False) else content_policy()
        self.no_index = getattr(settings, "NO_INDEX", False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # The toolbar of a developer's machine is made of scripts.
        if self.policy:
            response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if response.get("Content-Type", "").startswith("text/html"):
            # A page may show who is signed in, so nobody else's cache may keep it.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        if self.no_index:
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response


def content_policy() -> str:
    statics = _origin(settings.STATIC_URL)
    pictures = " ".join(filter(None, [statics, _pictures_origin()]))
    return "; ".join(
        [
            "default-src 'none'",
            f"img-src 'self' {pictures}".rstrip(),
            f"style-src 'self' {statics}".rstrip(),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _pictures_origin() -> str:
    media = settings.MEDIA
    if media.folder:
        return ""
    if media.public:
        return _origin(media.public)
    return _origin(media.endpoint) if media.endpoint else "https://*.amazonaws.com"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
