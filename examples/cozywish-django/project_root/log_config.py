"""
Where log lines go: in a short form to the console, in a detailed one to the file.

Each line is written once: the loggers named here have handlers of their own and hand nothing on to the root, which is
there for libraries that nobody has named.
"""

from pathlib import Path
from typing import Any

DETAILED = (
    "{asctime} {levelname} {name} {module} pid={process:d} thread={thread:d} "
    "release={release} instance={instance} request={request_id} {message}"
)
SHORT = "{levelname} {name} {message}"


def log_config(level: str, file: str, rotate: bool = False) -> dict[str, Any]:
    """
    A file that we rotate ourselves suits one process only: two of them would rename it under each other. So that is
    for a developer's machine. Elsewhere something outside (logrotate, cozy) renames the file, and each process
    notices and opens a new one.
    """
    handlers: dict[str, Any] = {"console": {"class": "logging.StreamHandler", "formatter": "short"}}
    if file:
        Path(file).absolute().parent.mkdir(parents=True, exist_ok=True)
        kind = (
            {"class": "logging.handlers.RotatingFileHandler", "maxBytes": 5_000_000, "backupCount": 3}
            if rotate
            else {"class": "logging.handlers.WatchedFileHandler"}
        )
        handlers["file"] = {**kind, "filename": file, "delay": True, "encoding": "utf-8", "formatter": "detailed"}
    for handler in handlers.values():
        handler["filters"] = ["who"]

    def logger(at: str) -> dict[str, Any]:
        return {"handlers": list(handlers), "level": at, "propagate": False}

    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"who": {"()": "common.log_context.WhoFilter"}},
        "formatters": {
            "detailed": {"format": DETAILED, "style": "{"},
            "short": {"format": SHORT, "style": "{"},
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "WARNING"},
        "loggers": {
            # Django's own debug lines are every query that it makes: DEBUG is for ours.
            "django": logger("INFO" if level == "DEBUG" else level),
            "cozywish": logger(level),
            "celery": logger("INFO" if level == "DEBUG" else level),
            # The line of common/request_log.py and the one of common/views.py say it already.
            "django.request": {"level": "CRITICAL" if level == "CRITICAL" else "ERROR"},
            "django.security.csrf": {"level": "CRITICAL"},
            "django.server": {"level": "CRITICAL"},
        },
    }
