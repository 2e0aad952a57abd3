"""Real servers for the tests: each in a temporary folder of its own, ended by whoever started it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

STARTS_WITHIN_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def missing(what: str) -> None:
    """Skips, and says so; in CI it is a failure, since nobody would see a skip there."""
    if os.environ.get("CI"):
        raise AssertionError(f"{what} is not installed, and in CI it must be")
    print(f"Skipped what needs {what}: it is not installed.", file=sys.stderr)
    raise unittest.SkipTest(f"{what} is not installed")


class RedisServer:
    """Forgets everything when it ends, as a Redis that is lost does."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            missing("redis-server")
        self.program = str(program)
        self.folder = tempfile.mkdtemp(prefix="cw-redis-")
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def url(self, database: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def client(self, database: int) -> Any:
        import redis

        return redis.Redis.from_url(self.url(database))

    def start(self) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": "", "appendonly": "no"}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.process = subprocess.Popen([self.program, *arguments], stdout=subprocess.DEVNULL)
        wait_until(lambda: self.client(0).ping(), "redis-server answers")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_postgres() -> Path | None:
    """The newest installed one's programs; PostgreSQL doesn't put `initdb` on the path."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


class PostgresServer:
    """On a unix socket only, and as fast as one that may forget everything can be."""

    def __init__(self, programs: Path) -> None:
        # The folder's name becomes part of the socket's, which has room for about a hundred characters.
        self.folder = Path(tempfile.mkdtemp(prefix="cw-pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root.
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            who = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(self.folder, "postgres", "postgres")
        data = str(self.folder / "data")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder, **who}
        subprocess.run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"], check=True, **quiet
        )
        settings = ["listen_addresses=", "fsync=off", "max_connections=120"]
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = subprocess.Popen([programs / "postgres", "-D", data, "-k", str(self.folder), *options], **quiet)
        wait_until(self._answers, "postgres answers")

    @property
    def url(self) -> str:
        return f"postgres://postgres@/postgres?host={self.folder}"

    def _answers(self) -> bool:
        import psycopg

        psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres").close()
        return True

    def close(self) -> None:
        # SIGINT is its fast shutdown: connections are ended, nothing is waited for.
        self.process.send_signal(2)
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_until(check: Any, what: str, seconds: float = STARTS_WITHIN_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if check():
                return
            error: Exception | None = None
        except Exception as fault:
            error = fault
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s until {what}") from error
        time.sleep(0.02)
