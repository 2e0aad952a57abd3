"""CozyWish as its own processes, with a database, a folder for pictures and settings of their own."""

import atexit
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

from .servers import wait_until

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-of-the-tests-that-is-long-enough-to-be-one"


@cache
def migrated_database() -> Path:
    """Made once, and copied for each test. Static files are collected too, as for any release."""
    file = Path(tempfile.mkdtemp(prefix="cw-migrated-")) / "migrated.sqlite"
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    environment = {**clean_environment(), "DATABASE_URL": f"sqlite:///{file}"}
    for command in ("migrate", "collectstatic"):
        arguments = [sys.executable, "manage.py", command, "--no-input", "--verbosity", "0"]
        subprocess.run(arguments, cwd=ROOT, env=environment, check=True)
    return file


def clean_environment() -> dict[str, str]:
    """Nothing that somebody has set for a CozyWish of their own."""
    kept = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR")
    production = {
        "DJANGO_SETTINGS_MODULE": "project_root.settings.production",
        "DJANGO_SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "HTTPS_ONLY": "false",
    }
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **production}


class Place:
    """A folder with a migrated database. `run` does a command to its end, `start` leaves it running until `close`."""

    def __init__(self, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cw-"))
        self.database = self.folder / "data.sqlite"
        shutil.copy(migrated_database(), self.database)
        self.output = self.folder / "output.txt"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **clean_environment(),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_URL": (self.folder / "media").as_uri(),
            **environment,
        }

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, f"ended with {done.returncode}, not {code}:\n{done.stdout}"
        return done.stdout

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def start_web(self, workers: int = 2, **environment: str) -> "subprocess.Popen[bytes]":
        web = self.start(
            "-m", "gunicorn", "project_root.wsgi", "--workers", str(workers), "--bind", f"unix:{self.socket}",
            **environment,
        )  # fmt: skip
        wait_until(lambda: "200" in self.get("/healthz").splitlines()[0], "gunicorn answers")
        return web

    def start_worker(self, **environment: str) -> "subprocess.Popen[bytes]":
        before = self.said().count(" ready.")
        worker = self.start(
            "-m", "celery", "-A", "project_root", "worker", "--loglevel", "info", "--concurrency", "2",
            **environment,
        )  # fmt: skip
        wait_until(lambda: self.said().count(" ready.") > before, "the worker is ready")
        return worker

    @property
    def socket(self) -> Path:
        return self.folder / "web.sock"

    def get(self, path: str) -> str:
        """The whole answer, with its headers."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(self.socket))
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := client.recv(65_536):
                answer += part
        return answer.decode()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What a statement finds in the database; what it changes is kept."""
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def count(self, table: str) -> int:
        return int(str(self.rows(f"select count(*) from {table}")[0][0]))

    def said(self) -> str:
        return self.output.read_text() if self.output.exists() else ""

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def stop(process: "subprocess.Popen[bytes]", seconds: float = 30) -> tuple[int, float]:
    """Asks a process to end. Returns its exit code, and how long it took."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return process.wait(seconds), time.monotonic() - started
