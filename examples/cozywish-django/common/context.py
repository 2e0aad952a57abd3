from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """What the layout shows on every page."""
    return {"release": settings.RELEASE}
