"""The addresses in DATABASE_URL, MEDIA_URL, CACHE_URL, SESSIONS_URL and QUEUE_URL, as Django wants to have them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import url2pathname

import dj_database_url

from .env import Fault

DATABASE_FORMS = (
    "sqlite:///relative/file, sqlite:////absolute/file, postgres://user:password@host/name, "
    "or postgres://user@/name?host=/folder for a unix socket"
)


def database(base: Path) -> Any:
    """A parser of DATABASE_URL; what is relative is so to `base`. Its messages never repeat the address."""

    def parse(text: str) -> dict[str, Any]:
        scheme = urlsplit(text).scheme
        if scheme not in ("sqlite", "postgres", "postgresql"):
            raise Fault(f"its scheme is not known; use {DATABASE_FORMS}")
        try:
            config: dict[str, Any] = dict(dj_database_url.parse(text))
        except ValueError:
            raise Fault(f"is not of the form {DATABASE_FORMS}") from None
        name = str(config["NAME"])
        if not name or name == ":memory:":
            raise Fault(f"names no database; use {DATABASE_FORMS}")
        return _sqlite(base / name) if scheme == "sqlite" else _postgres(config)

    return parse


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            # Whoever writes takes its turn at BEGIN: a transaction that reads first and then finds the data changed
            # would fail at once, without waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # With a write-ahead log others read while one writes.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def _postgres(config: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"connect_timeout": 3, **config.get("OPTIONS", {})}
    socket_folder = options.pop("host", "")
    return {
        **config,
        # Where Django's own tools (dbshell, the tests) look for it.
        "HOST": config["HOST"] or socket_folder,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


@dataclass(frozen=True)
class Media:
    """Where pictures are: a folder of this machine, or a bucket."""

    folder: Path | None = None
    bucket: str = ""
    prefix: str = ""
    region: str | None = None
    endpoint: str | None = None
    #: The address of a CDN before the bucket, without a slash at its end.
    public: str | None = None


def media(text: str) -> Media:
    url = urlsplit(text)
    if url.scheme == "file" and not url.netloc and url.path not in ("", "/"):
        return Media(folder=Path(url2pathname(url.path)))
    if url.scheme == "s3" and url.netloc:
        options = {name: values[-1] for name, values in parse_qs(url.query).items()}
        unknown = options.keys() - {"region", "endpoint", "public"}
        if unknown:
            raise Fault(f'"{min(unknown)}" is not known; use region, endpoint and public')
        for name in options.keys() & {"endpoint", "public"}:
            options[name] = options[name].rstrip("/")
            if urlsplit(options[name]).scheme not in ("http", "https"):
                raise Fault(f"its {name} is not an http(s) address")
        return Media(bucket=url.netloc, prefix=unquote(url.path).strip("/"), **options)
    raise Fault("is not of the form file:///absolute/folder or s3://bucket/prefix?region=…&endpoint=…&public=…")


@dataclass(frozen=True)
class Store:
    """Something that is kept in memory or in Redis. The address may hold a password: never log it."""

    url: str = ""

    @property
    def redis(self) -> bool:
        return self.url != ""

    def same_database(self, other: "Store") -> bool:
        return self.redis and other.redis and _place(self.url) == _place(other.url)


def store(text: str) -> Store:
    if text == "memory:":
        return Store()
    url = urlsplit(text)
    try:
        well_formed = url.scheme in ("redis", "rediss") and url.hostname is not None and url.port != 0
    except ValueError:
        well_formed = False
    database = url.path.strip("/")
    if not well_formed or not (database == "" or database.isdigit()):
        raise Fault("is not of the form memory: or redis://host:port/number")
    return Store(url=text)


def _place(address: str) -> tuple[str, int, int]:
    url = urlsplit(address)
    return (url.hostname or "", url.port or 6379, int(url.path.strip("/") or 0))
