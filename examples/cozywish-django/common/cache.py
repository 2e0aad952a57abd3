"""Redis as a cache: quick to notice that it is gone, and able to do without it."""

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, ReadOnlyError, TimeoutError
from redis.retry import Retry

log = logging.getLogger("cozywish.cache")

GONE = (ConnectionError, TimeoutError, ReadOnlyError)
# One request pays for finding out; for these seconds after it the others don't.
PAUSE_SECONDS = 2.0

_gone_until = 0.0


class QuickRedisCache(RedisCache):
    """Django's own, with a deadline: a page can't wait for Redis to come back."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 1,
            # Once more and at once: a connection that was kept while Redis was started anew is dead, a new one isn't.
            "retry": Retry(NoBackoff(), 1),
            # Django would pickle, and so let whoever can write to Redis run code here.
            "serializer": "django.core.signing.JSONSerializer",
        }
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})


def _forgiving(name: str, answer: Any) -> Any:
    plain = getattr(RedisCache, name)

    def method(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        global _gone_until
        if time.monotonic() < _gone_until:
            return answer(*args, **kwargs)
        try:
            return plain(self, *args, **kwargs)
        except GONE as error:
            _gone_until = time.monotonic() + PAUSE_SECONDS
            log.warning("cache.gone %s", type(error).__name__)
            return answer(*args, **kwargs)

    return method


class ForgivingRedisCache(QuickRedisCache):
    """Whatever Redis would have answered, a cache that has nothing and keeps nothing is never wrong."""

    get = _forgiving("get", lambda key, default=None, version=None: default)
    get_many = _forgiving("get_many", lambda keys, version=None: {})
    has_key = _forgiving("has_key", lambda key, version=None: False)
    add = _forgiving("add", lambda *_, **__: True)
    set = _forgiving("set", lambda *_, **__: None)
    set_many = _forgiving("set_many", lambda data, *_, **__: list(data))
    touch = _forgiving("touch", lambda *_, **__: False)
    delete = _forgiving("delete", lambda *_, **__: False)
    delete_many = _forgiving("delete_many", lambda *_, **__: None)
    # As if it had just begun to count.
    incr = _forgiving("incr", lambda key, delta=1, version=None: delta)
    clear = _forgiving("clear", lambda: False)
