"""Which request a log line belongs to, and which release and instance wrote it."""

import logging
from contextvars import ContextVar

from django.conf import settings

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class WhoFilter(logging.Filter):
    """Lets everything through, and adds to each line what the detailed format shows."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        record.release = settings.RELEASE or "-"
        record.instance = settings.INSTANCE or "-"
        return True
