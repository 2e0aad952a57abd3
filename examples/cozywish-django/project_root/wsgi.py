"""What gunicorn serves: `gunicorn project_root.wsgi --workers 3`."""

import os

from django.core.wsgi import get_wsgi_application

# Whoever serves people must say what else it is, if it isn't production.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_root.settings.production")

application = get_wsgi_application()
