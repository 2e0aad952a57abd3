"""Each settings module in a process of its own, since settings are read once."""

import json
import tempfile
from pathlib import Path

from django.test import SimpleTestCase, tag

from .support.processes import Place

PRINT = """
import json, django
from django.conf import settings
django.setup()
names = {names!r}
print(json.dumps({{name: getattr(settings, name, None) for name in names}}, default=str))
"""


@tag("processes")
class SettingsTest(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.place = Place()
        cls.addClassCleanup(cls.place.close)

    def settings(self, *names: str, **environment: str) -> list[object]:
        output = self.place.run("-c", PRINT.format(names=names), **environment)
        found = json.loads(output.splitlines()[-1])
        return [found[name] for name in names]

    def test_production_enforces_https_unless_told_not_to(self) -> None:
        names = ["DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
        self.assertEqual(self.settings(*names, HTTPS_ONLY=""), [False, True, True, True, 31_536_000])
        self.assertEqual(self.settings(*names, HTTPS_ONLY="false"), [False, False, False, False, 0])

    def test_staging_is_production_that_tells_a_little_more(self) -> None:
        names = ["DEBUG", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SERVER_TIMING", "NO_INDEX"]
        staging = "project_root.settings.staging"
        self.assertEqual(
            self.settings(*names, DJANGO_SETTINGS_MODULE=staging, HTTPS_ONLY="true"), [False, True, 3600, True, True]
        )

    def test_local_debugs_and_needs_nothing(self) -> None:
        names = ["DEBUG", "SESSION_ENGINE", "DEBUG_TOOLBAR"]
        found = self.settings(
            *names,
            DJANGO_SETTINGS_MODULE="project_root.settings.local",
            DJANGO_SECRET_KEY="",
            ALLOWED_HOSTS="",
            LOG_FILE=str(self.place.folder / "local.log"),
        )
        self.assertEqual(found, [True, "django.contrib.sessions.backends.db", True])

    def test_the_toolbar_is_in_local_only(self) -> None:
        [apps] = self.settings("INSTALLED_APPS", DEBUG_TOOLBAR="on")
        self.assertNotIn("debug_toolbar", str(apps))

    def test_all_faults_are_told_at_once_without_a_stack(self) -> None:
        output = self.place.run(
            "manage.py",
            "check",
            code=1,
            DJANGO_SECRET_KEY="short",
            ALLOWED_HOSTS="",
            DATABASE_URL="mysql://me:secret@h/n",
            CACHE_URL="redis://h/1",
            QUEUE_URL="redis://h:6379/1",
            LOG_LEVEL="loud",
        )
        for name in ("DJANGO_SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "QUEUE_URL", "LOG_LEVEL"):
            self.assertIn(f"  {name}: ", output)
        self.assertIn("5 variables are wrong", output)
        self.assertNotIn("Traceback", output)
        self.assertNotIn("secret@", output)

    def test_gunicorn_ends_at_once_and_says_which_variable(self) -> None:
        web = self.place.start("-m", "gunicorn", "project_root.wsgi", "--bind", "127.0.0.1:0", DJANGO_SECRET_KEY="")
        self.assertNotEqual(web.wait(20), 0)
        self.assertIn("  DJANGO_SECRET_KEY: is required", self.place.said())

    def test_what_a_start_needs_none_of_is_not_imported(self) -> None:
        code = "import sys, project_root.wsgi; print([m for m in {} if m in sys.modules])"
        heavy = ["celery", "kombu", "redis", "sentry_sdk", "opentelemetry", "boto3", "storages", "debug_toolbar"]
        self.assertEqual(self.place.run("-c", code.format(heavy)).strip(), "[]")

    def test_deployment_check(self) -> None:
        self.place.run("manage.py", "check", "--deploy", "--fail-level", "WARNING", HTTPS_ONLY="true")

    def test_static_names_change_with_their_contents(self) -> None:
        with tempfile.TemporaryDirectory(prefix="cw-static-") as folder:
            code = (
                "import django; from django.conf import settings; "
                f"settings.STATIC_ROOT = {folder!r}; django.setup(); "
                "from django.core.management import call_command; call_command('collectstatic', verbosity=0); "
                "from django.templatetags.static import static; print(static('app.css'))"
            )
            url = self.place.run("-c", code, STATIC_URL="https://cdn.example/s/").strip()
            self.assertRegex(url, r"^https://cdn\.example/s/app\.[0-9a-f]{12}\.css$")
            style = (Path(folder) / url.rsplit("/", 1)[-1]).read_text()
            self.assertRegex(style, r'url\("chevron\.[0-9a-f]{12}\.svg"\)')
