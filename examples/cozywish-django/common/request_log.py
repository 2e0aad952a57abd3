import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from .client import client_address
from .log_context import request_id

log = logging.getLogger("cozywish.requests")

# Asked every second or so by whoever watches over us, and only of interest when the answer is bad.
ROUTINE = {"/healthz", "/readyz"}


class RequestLogMiddleware:
    """One line a request, with its id: the proxy's, where it sent one. What was searched for is left out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.server_timing = getattr(settings, "SERVER_TIMING", False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if re.fullmatch(r"[\w.:-]{1,100}", given, re.ASCII) else uuid4().hex
        token = request_id.set(request.id)
        try:
            return self._answer(request)
        finally:
            request_id.reset(token)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        queries = QueryClock()
        started = time.perf_counter()
        if self.server_timing:
            with connection.execute_wrapper(queries):
                response = self.get_response(request)
        else:
            response = self.get_response(request)
        ms = (time.perf_counter() - started) * 1000
        if self.server_timing:
            response["Server-Timing"] = f'app;dur={ms:.1f}, db;dur={queries.ms:.1f};desc="{queries.count} queries"'
        response["X-Request-Id"] = request.id
        level = logging.INFO
        if response.status_code >= 500:
            level = logging.ERROR
        elif request.path in ROUTINE:
            level = logging.DEBUG
        log.log(
            level,
            "%s %s %d %.1fms address=%s",
            request.method,
            request.path,
            response.status_code,
            ms,
            client_address(request),
        )
        return response


class QueryClock:
    """Counts the queries that are made while it wraps a connection."""

    def __init__(self) -> None:
        self.count = 0
        self.ms = 0.0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.ms += (time.perf_counter() - started) * 1000
