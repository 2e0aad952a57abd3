import tempfile
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase, override_settings

from project_root.addresses import Media


@override_settings(RELEASE="r7")
class HealthTest(TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="cw-media-")
        self.addCleanup(self.folder.cleanup)
        self.media = override_settings(MEDIA=Media(folder=Path(self.folder.name) / "pictures"))
        self.media.enable()
        self.addCleanup(self.media.disable)

    def test_alive(self) -> None:
        self.assertEqual(self.client.get("/healthz").json(), {"status": "ok", "release": "r7"})

    def test_ready(self) -> None:
        answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["checks"]["database"], {"status": "ok"})
        self.assertIn("no-store", answer["Cache-Control"])
        self.assertEqual(list(settings.MEDIA.folder.iterdir()), [])

    def test_a_missing_migration_is_named(self) -> None:
        MigrationRecorder(connection).record_unapplied("venues", "0003_fill_search_text")
        with self.assertNoLogs("cozywish.health", "ERROR"):
            answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(
            answer.json()["checks"]["database"]["fault"], "not migrated, missing: venues.0003_fill_search_text"
        )

    def test_a_migration_of_newer_code_is_no_fault(self) -> None:
        MigrationRecorder(connection).record_applied("venues", "0099_of_tomorrow")
        self.assertEqual(self.client.get("/readyz").status_code, 200)

    def test_a_folder_that_cannot_be_written_to(self) -> None:
        file = Path(self.folder.name) / "file"
        file.touch()
        elsewhere = override_settings(MEDIA=replace(settings.MEDIA, folder=file / "below"))
        with elsewhere, self.assertLogs("cozywish.health", "ERROR"):
            answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["checks"]["storage"], {"status": "fault", "fault": "not reachable"})
