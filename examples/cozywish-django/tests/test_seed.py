import tempfile
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import TestCase, override_settings

from accounts.models import Account
from bookings.models import BookedUnit, Booking
from venues.models import Category, Service, Venue
from venues.seeding.artwork import SCENES, draw
from venues.seeding.palettes import PALETTES

from .support.fixtures import add_venue


class SeedTest(TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="cw-media-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def seed(self, **changes: object) -> str:
        output = StringIO()
        with override_settings(MEDIA_ROOT=self.folder, **changes):
            call_command("seed", stdout=output)
        return output.getvalue()

    def test_twice_is_the_same_as_once(self) -> None:
        first = self.seed(DEBUG=True)
        self.assertIn("Added 12 venues, 50 services and 36 pictures.", first)
        self.assertIn("password slow-sunday-42", first)
        counts = [model.objects.count() for model in (Venue, Service, Account, Booking, BookedUnit)]
        again = self.seed(DEBUG=True)
        self.assertIn("Added 0 venues, 0 services and 0 pictures.", again)
        self.assertIn("was there already", again)
        self.assertEqual(counts, [model.objects.count() for model in (Venue, Service, Account, Booking, BookedUnit)])
        self.assertEqual(len(list(self.folder.glob("venues/*.svg"))), 36)

    def test_leaves_alone_what_is_there(self) -> None:
        add_venue()
        self.seed()
        self.assertEqual(Venue.objects.count(), 13)

    def test_where_people_are_served_the_password_is_nobodys(self) -> None:
        self.assertNotIn("slow-sunday-42", self.seed(DEBUG=False))

    def test_everything_can_be_found_and_booked(self) -> None:
        self.seed()
        self.assertEqual(set(Service.objects.values_list("category", flat=True)), set(Category.values))
        self.assertContains(self.client.get("/venues?q=massage&city=Vienna"), "3 places")
        for venue in Venue.objects.all():
            self.assertEqual(self.client.get(f"/venues/{venue.slug}").status_code, 200)

    def test_the_same_seed_draws_the_same_picture(self) -> None:
        for scene in SCENES:
            for palette in PALETTES:
                self.assertEqual(draw(scene, palette, "a"), draw(scene, palette, "a"))
            self.assertFalse(draw(scene, "dawn", "a") == draw(scene, "dawn", "b"), scene)
