"""Each check raises where what it looks for isn't there."""

import time
from functools import cache as once
from uuid import uuid4

from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# Asking a bucket takes a while and costs money, and readiness asks all the time.
BUCKET_GOOD_FOR_SECONDS = 30.0


class NotReady(Exception):
    """What is wrong, in words that anybody may read: no addresses, no names of users."""


def database() -> None:
    missing = known_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(missing))
        raise NotReady(f"not migrated, missing: {names}")


@once
def known_migrations() -> frozenset[tuple[str, str]]:
    """Those that this code comes with. Newer ones in the database are no fault: a release may be taken back."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.disk_migrations)


def storage() -> None:
    if settings.MEDIA.folder:
        settings.MEDIA.folder.mkdir(parents=True, exist_ok=True)
        probe = settings.MEDIA.folder / f".probe-{uuid4().hex}"
        probe.touch()
        probe.unlink()
        return
    global _bucket_good_until
    if time.monotonic() >= _bucket_good_until:
        default_storage.connection.meta.client.head_bucket(Bucket=settings.MEDIA.bucket)
        _bucket_good_until = time.monotonic() + BUCKET_GOOD_FOR_SECONDS


_bucket_good_until = 0.0


def cache() -> None:
    caches["default"].set("readiness", "kept", 5)
    if caches["default"].get("readiness") != "kept":
        raise NotReady("a value was not kept")


def sessions() -> None:
    if settings.SESSION_ENGINE == "common.redis_sessions":
        caches["sessions"].get("readiness")
