"""The same application for an ASGI server. Nothing in it needs one; it is here for whoever prefers one."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_root.settings.production")

application = get_asgi_application()
