import tempfile
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase, override_settings, tag

from project_root.addresses import Media

from .support.processes import Place
from .support.receiver import Receiver


class MediaOnDiskTest(SimpleTestCase):
    def setUp(self) -> None:
        outer = tempfile.TemporaryDirectory(prefix="cw-media-")
        self.addCleanup(outer.cleanup)
        self.folder = Path(outer.name) / "media"
        (self.folder / "venues").mkdir(parents=True)
        (self.folder / "venues" / "a.svg").write_text("<svg/>")
        (self.folder.parent / "secret.txt").write_text("secret")
        changed = override_settings(MEDIA=Media(folder=self.folder), MEDIA_ROOT=self.folder)
        changed.enable()
        self.addCleanup(changed.disable)

    def test_a_picture(self) -> None:
        answer = self.client.get("/media/venues/a.svg")
        self.assertEqual(b"".join(answer.streaming_content), b"<svg/>")
        self.assertEqual(answer["Content-Type"], "image/svg+xml")
        self.assertIn("sandbox", answer["Content-Security-Policy"])
        self.assertEqual(answer["Cache-Control"], "public, max-age=2592000")
        again = self.client.get("/media/venues/a.svg", headers={"If-Modified-Since": answer["Last-Modified"]})
        self.assertEqual(again.status_code, 304)

    def test_nothing_else(self) -> None:
        for name in (
            "venues/b.svg",
            "venues",
            "venues/a.svg/x",
            "../secret.txt",
            "..%2Fsecret.txt",
            "/etc/passwd",
            "%00",
        ):
            answer = self.client.get(f"/media/{name}")
            self.assertEqual(answer.status_code, 404, name)

    def test_settings_say_the_same_twice(self) -> None:
        self.assertEqual(settings.MEDIA_URL, "/media/")


@tag("processes")
class MediaInS3Test(SimpleTestCase):
    def setUp(self) -> None:
        self.bucket = Receiver()
        self.addCleanup(self.bucket.close)
        self.place = Place(
            MEDIA_URL=f"s3://pictures/prod?region=eu-west-1&endpoint=http://{self.bucket.address}",
            AWS_ACCESS_KEY_ID="key",
            AWS_SECRET_ACCESS_KEY="secret",
        )
        self.addCleanup(self.place.close)

    def test_pictures_are_put_there_and_pages_lead_there(self) -> None:
        self.assertIn("36 pictures", self.place.run("manage.py", "seed"))
        self.assertEqual(len(self.bucket.objects), 36)
        self.assertIn(b"<svg", self.bucket.objects["/pictures/prod/venues/moss-ember-1.svg"])
        self.assertIn("0 pictures", self.place.run("manage.py", "seed"))
        self.place.start_web(workers=1)
        page = self.place.get("/venues")
        self.assertIn(f'src="http://{self.bucket.address}/pictures/prod/venues/moss-ember-1.svg?', page)
        self.assertIn("Signature=", page)
        self.assertIn(f"img-src 'self' http://{self.bucket.address};", page)
        self.assertIn('"storage": {"status": "ok"}', self.place.get("/readyz"))

    def test_a_cdn_shows_them_without_a_signature(self) -> None:
        cdn = f"{self.place.environment['MEDIA_URL']}&public=https://pictures.cdn.example/"
        self.place.run("manage.py", "seed")
        self.place.start_web(workers=1, MEDIA_URL=cdn)
        page = self.place.get("/venues")
        self.assertIn('src="https://pictures.cdn.example/prod/venues/moss-ember-1.svg"', page)
        self.assertIn("img-src 'self' https://pictures.cdn.example;", page)
