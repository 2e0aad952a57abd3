"""
As production, told a little more: how long an answer took and how many queries it needed, in a `Server-Timing` header
that a browser's tools show. No stack, no setting, no query is ever shown. Search engines are sent away.
"""

from .production import *  # noqa: F403
from .production import HTTPS_ONLY, env

SERVER_TIMING = True
NO_INDEX = True
# A mistake with HSTS is over in an hour here, not in a year.
SECURE_HSTS_SECONDS = 3600 if HTTPS_ONLY else 0

env.check()
