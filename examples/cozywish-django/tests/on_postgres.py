"""The same tests on PostgreSQL, in a cluster of their own: `python -m tests.on_postgres`. The Makefile does it."""

import os
import subprocess
import sys
import unittest

from .support.servers import PostgresServer, find_postgres, missing


def main() -> int:
    programs = find_postgres()
    if programs is None:
        try:
            missing("PostgreSQL in /usr/lib/postgresql")
        except unittest.SkipTest:
            return 0
    server = PostgresServer(programs)
    try:
        command = [sys.executable, "manage.py", "test", *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}).returncode
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
