"""Serving people: no debugging, and HTTPS only. Everything comes from environment variables."""

from project_root.env import boolean, hosts

from .base import *  # noqa: F403
from .base import env

SECRET_KEY = env.required("DJANGO_SECRET_KEY", " (openssl rand -hex 32 makes one)")
if SECRET_KEY and len(SECRET_KEY) < 32:
    env.fault("DJANGO_SECRET_KEY", "must have at least 32 characters (openssl rand -hex 32 makes one)")

env.required("ALLOWED_HOSTS", ": the names that people reach CozyWish by, such as example.com,.example.org")
ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", hosts, "")

# False is for a release on one's own machine, which is served over plain HTTP: on HTTPS_ONLY hangs all of the below.
HTTPS_ONLY = env.read("HTTPS_ONLY", boolean, "true")
# TLS ends at the proxy, which says what the guest's side of it was, and lets nobody else say so.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS_ONLY
# Asked from inside, where no TLS is.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
# To be on the browsers' preload list is for the owner of the domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY

env.check()
