import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .checks import NotReady, cache, database, sessions, storage

log = logging.getLogger("cozywish.health")

# What CozyWish can't serve without, and what it is only slower or poorer without.
NEEDED: dict[str, Callable[[], None]] = {"database": database, "storage": storage}
REPORTED: dict[str, Callable[[], None]] = {"cache": cache, "sessions": sessions}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process is alive."""
    return JsonResponse({"status": "ok", "release": settings.RELEASE or None})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """It can serve people, with everything that it needs."""
    needed = {name: _outcome(name, check) for name, check in NEEDED.items()}
    reported = {name: _outcome(name, check) for name, check in REPORTED.items()}
    ready = all(outcome["status"] == "ok" for outcome in needed.values())
    return JsonResponse(
        {
            "status": "ok" if ready else "fault",
            "release": settings.RELEASE or None,
            "checks": {**needed, **reported},
        },
        status=200 if ready else 503,
    )


def _outcome(name: str, check: Callable[[], None]) -> dict[str, str]:
    started = time.monotonic()
    try:
        check()
    except NotReady as reason:
        fault = str(reason)
    except Exception as error:
        # Whatever it was: an address or a user's name in it is for the log, not for everybody.
        log.error("readiness.fault check=%s after=%.1fs %r", name, time.monotonic() - started, error)
        fault = "not reachable"
    else:
        return {"status": "ok"}
    return {"status": "fault", "fault": fault}
