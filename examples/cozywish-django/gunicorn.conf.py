"""
Read by gunicorn from the folder that it starts in. Workers and address come with the command:
`gunicorn project_root.wsgi --workers 3 --bind unix:/run/cozywish.sock`.
"""

import os
from pathlib import Path

# CozyWish is imported once, before the workers are forked from it: a start takes a third of the work, a fault in the
# settings ends it at once, and the workers share their memory. Not so with OpenTelemetry, which gives a process that is
# forked a random name in place of the instance's.
preload_app = not os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")

# On SIGTERM the workers answer what is in flight, for at most this long.
graceful_timeout = 20

# It would be one file in the home folder for all gunicorns of a user: two releases side by side would have to share
# it. Nobody asks it anything, and closing it takes two seconds of every stop.
control_socket_disable = True

# Workers say here that they are alive. On a slow disk that could take so long that gunicorn takes them for dead.
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"
