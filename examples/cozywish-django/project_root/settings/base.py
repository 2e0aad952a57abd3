"""What all environments have in common. Each of the others starts with this and ends with `env.check()`."""

import os
from pathlib import Path

from project_root import addresses
from project_root.env import Env, choice, number, static_url
from project_root.log_config import log_config

BASE_DIR = Path(__file__).resolve().parents[2]

env = Env(os.environ)

# Who runs: cozy says so. In every log line, and in what Sentry and OpenTelemetry are told.
RELEASE = env.text("COZY_RELEASE")
ENVIRONMENT = env.text("COZY_ENVIRONMENT")
INSTANCE = env.text("COZY_INSTANCE")

DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "project_root.urls"
WSGI_APPLICATION = "project_root.wsgi.application"
ASGI_APPLICATION = "project_root.asgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "common.apps.CommonConfig",
    "health",
    "accounts.apps.AccountsConfig",
    "venues",
    "bookings",
]

# What a request goes through, from top to bottom.
MIDDLEWARE = [
    "common.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "common.headers.HeadersMiddleware",
    "common.session_guard.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "common.context.site",
            ],
            "builtins": ["common.templatetags.cozy"],
        },
    }
]

# Times are kept in UTC; what a guest is shown is the time on the wall of the venue.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": env.read("DATABASE_URL", addresses.database(BASE_DIR), "sqlite:///data/cozywish.sqlite"),
}

# The cache may be emptied at any time: `cache.clear()` empties its whole Redis database. So nothing else lives there.
_cache = env.read("CACHE_URL", addresses.store, "memory:")
_sessions = env.read("SESSIONS_URL", addresses.store, "memory:")
_queue = env.read("QUEUE_URL", addresses.store, "memory:")
for _name, _other in (("SESSIONS_URL", _sessions), ("QUEUE_URL", _queue)):
    if _cache.same_database(_other):
        env.fault(
            _name, "is the same Redis database as CACHE_URL, which a flush of the cache empties; use another number"
        )


def _cache_config(store: addresses.Store, backend: str) -> dict[str, object]:
    if not store.redis:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": backend}
    return {"BACKEND": backend, "LOCATION": store.url}


CACHES = {
    # Redis gone is a cache that finds nothing, and no error.
    "default": _cache_config(_cache, "common.cache.ForgivingRedisCache"),
    # A session that can't be read is not one that isn't there.
    "sessions": _cache_config(_sessions, "common.cache.QuickRedisCache"),
}
SESSION_CACHE_ALIAS = "sessions"
if _sessions.redis:
    SESSION_ENGINE = "common.redis_sessions"
elif env.text("SESSIONS_URL"):
    SESSION_ENGINE = "django.contrib.sessions.backends.cache"
else:
    SESSION_ENGINE = "django.contrib.sessions.backends.db"

SESSION_COOKIE_NAME = "cozywish_session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "common.views.csrf_failure"

# Accounts

AUTH_USER_MODEL = "accounts.Account"
LOGIN_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Files

STATIC_URL = env.read("STATIC_URL", static_url, "/static/")
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# The variable says where pictures are kept, Django's setting of the same name under which path they are shown.
MEDIA = env.read("MEDIA_URL", addresses.media, (BASE_DIR / "media").as_uri())
MEDIA_URL = "/media/"
MEDIA_ROOT = MEDIA.folder or ""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if MEDIA.folder
    else {
        # Addresses are signed for an hour, unless a CDN shows the bucket to everybody.
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA.bucket,
            "location": MEDIA.prefix,
            "region_name": MEDIA.region,
            "endpoint_url": MEDIA.endpoint,
            "custom_domain": MEDIA.public and MEDIA.public.partition("://")[2],
            "url_protocol": MEDIA.public.partition("//")[0] if MEDIA.public else "https:",
            "querystring_auth": MEDIA.public is None,
            "object_parameters": {"CacheControl": "public, max-age=2592000"},
        },
    },
    # Names that change with the contents, so that a file may be cached for good.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Jobs: see project_root/celery.py. In memory, whoever has a job does it at once.

CELERY_BROKER_URL = _queue.url or "memory://localhost/"
CELERY_TASK_ALWAYS_EAGER = not _queue.redis
CONFIRMATION_MS = env.read("CONFIRMATION_MS", number, "0")

# Logs

LOG_LEVEL = env.read("LOG_LEVEL", choice("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"), "INFO")
LOG_FILE = env.text("LOG_FILE")
LOGGING = log_config(LOG_LEVEL, LOG_FILE)
