"""A developer's machine: debugging, SQLite, a cache in memory, files in folders. Reads `.env`; nobody else does."""

import importlib.util
import os
import sys
from pathlib import Path

from dotenv import load_dotenv

from project_root.env import boolean, hosts
from project_root.log_config import log_config

# Before the settings are read. What is set for one command counts more than what is in the file.
load_dotenv(Path(__file__).resolve().parents[2] / ".env")

from .base import *  # noqa: E402, F403
from .base import BASE_DIR, DATABASES, INSTALLED_APPS, LOG_FILE, LOG_LEVEL, MIDDLEWARE, STORAGES, env  # noqa: E402

TESTING = sys.argv[1:2] == ["test"]

DEBUG = True
SECRET_KEY = env.text("DJANGO_SECRET_KEY", "not-a-secret-and-for-development-only")
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", hosts, "localhost,127.0.0.1,[::1]")
ENVIRONMENT = env.text("COZY_ENVIRONMENT", "local")

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    _folder = Path(DATABASES["default"]["NAME"]).parent
    _folder.mkdir(parents=True, exist_ok=True)
    # Tests have threads book at the same time, which Django's usual test database in memory can't take.
    DATABASES["default"]["TEST"] = {"NAME": _folder / f"test-{os.getpid()}.sqlite"}

# The originals, so that a changed file is seen at the next load.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Here is one process that writes much, so it can rotate its file itself.
LOGGING = log_config(LOG_LEVEL, LOG_FILE or str(BASE_DIR / "logs" / "django.log"), rotate=not LOG_FILE)

DEBUG_TOOLBAR = (
    env.read("DEBUG_TOOLBAR", boolean, "on") and not TESTING and importlib.util.find_spec("debug_toolbar") is not None
)
if DEBUG_TOOLBAR:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(1, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1", "::1"]

if TESTING:
    LOGGING = log_config("CRITICAL", file="")
    # Being slow on purpose is for passwords that are worth something.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

env.check()
