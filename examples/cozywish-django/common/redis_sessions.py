"""
Sessions in Redis. Django's store takes a session that can't be read for one that isn't there, which would sign
everybody out while Redis is away. This one tells the two apart: pages for everybody go on without the session, and
what needs one answers 503 (common/session_guard.py).
"""

import logging
from typing import Any

from django.contrib.sessions.backends import cache
from redis.exceptions import ConnectionError, TimeoutError

from .session_guard import SessionsUnavailable

log = logging.getLogger("cozywish.sessions")

GONE = (ConnectionError, TimeoutError)


class SessionStore(cache.SessionStore):
    #: Whether it could not be read; it is then empty, without having ended.
    unavailable = False

    def load(self) -> dict[str, Any]:
        try:
            data = self._cache.get(self.cache_key)
        except GONE as error:
            log.error("sessions.gone %s", type(error).__name__)
            self.unavailable = True
            return {}
        if data is None:
            self._session_key = None
            return {}
        return data

    def save(self, must_create: bool = False) -> None:
        if self.unavailable:
            raise SessionsUnavailable
        try:
            super().save(must_create)
        except GONE as error:
            raise SessionsUnavailable from error

    def exists(self, session_key: str) -> bool:
        try:
            return super().exists(session_key)
        except GONE as error:
            raise SessionsUnavailable from error

    def delete(self, session_key: str | None = None) -> None:
        try:
            super().delete(session_key)
        except GONE as error:
            raise SessionsUnavailable from error
