from datetime import date

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import TransactionTestCase

VENUE = {
    "slug": "old", "name": "Café Søren", "city": "Wien", "address": "1 Lane", "description": "Quiet",
    "time_zone": "Europe/Vienna", "opens_at": 540, "closes_at": 1020, "rooms": 1, "rating": 4, "review_count": 1,
}  # fmt: skip


class MigrationTest(TransactionTestCase):
    def setUp(self) -> None:
        self.addCleanup(self.migrate, None)

    def migrate(self, *targets: tuple[str, str] | None):  # type: ignore[no-untyped-def]
        """Returns the models as they are at that point."""
        executor = MigrationExecutor(connection)
        to = executor.loader.graph.leaf_nodes() if targets == (None,) else list(targets)
        executor.migrate(to)
        return MigrationExecutor(connection).loader.project_state(to).apps

    def test_models_and_migrations_agree(self) -> None:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)

    def test_the_text_that_a_search_looks_in(self) -> None:
        old = self.migrate(("bookings", "0001_bookings"), ("venues", "0001_venues_and_services"))
        OldVenue, OldService = old.get_model("venues", "Venue"), old.get_model("venues", "Service")
        venue = OldVenue.objects.create(**VENUE)
        OldService.objects.create(
            venue=venue, slug="m", name="Massage", category="massage", description="", duration_minutes=60,
            price_cents=1,
        )  # fmt: skip
        middle = self.migrate(("venues", "0002_search_text"))
        # The release before this one still adds venues, by code that knows no such column.
        OldVenue.objects.create(**{**VENUE, "slug": "meanwhile", "name": "Meanwhile"})
        self.assertEqual(middle.get_model("venues", "Venue").objects.get(slug="meanwhile").search_text, "")
        new = self.migrate(("venues", "0003_fill_search_text")).get_model("venues", "Venue")
        self.assertEqual(new.objects.get(slug="old").search_text, "cafe søren wien quiet massage massage")
        self.assertEqual(new.objects.get(slug="meanwhile").search_text, "meanwhile wien quiet")
        self.assertEqual(OldVenue.objects.count(), 2)
        back = self.migrate(("venues", "0001_venues_and_services")).get_model("venues", "Venue")
        self.assertEqual(back.objects.count(), 2)

    def test_an_old_release_reads_and_writes_beside_holds_and_the_way_back_is_open(self) -> None:
        old = self.migrate(("bookings", "0001_bookings"))
        new = self.migrate(("bookings", "0002_holds_and_confirmations"))
        venue = new.get_model("venues", "Venue").objects.create(**VENUE)
        service = new.get_model("venues", "Service").objects.create(
            venue=venue, slug="m", name="M", category="massage", description="", duration_minutes=30, price_cents=1
        )
        account = new.get_model("accounts", "Account").objects.create(email="a@cozywish.example", name="A")
        when = {
            "account_id": account.pk, "service_id": service.pk, "venue_id": venue.pk, "room": 1,
            "day": date(2026, 3, 12), "start_minute": 600, "duration_minutes": 30, "price_cents": 1,
            "created_at": "2026-03-11T09:00Z",
        }  # fmt: skip
        hold = new.get_model("bookings", "Hold").objects.create(**when, expires_at="2026-03-11T09:10Z")
        unit = {"venue_id": venue.pk, "room": 1, "day": date(2026, 3, 12)}
        new.get_model("bookings", "BookedUnit").objects.create(**unit, unit=20, hold=hold)
        OldUnit = old.get_model("bookings", "BookedUnit")
        self.assertEqual(list(OldUnit.objects.values_list("room", "unit")), [(1, 20)])
        booking = old.get_model("bookings", "Booking").objects.create(**{**when, "start_minute": 630})
        OldUnit.objects.create(**unit, unit=21, booking=booking)
        back = self.migrate(("bookings", "0001_bookings")).get_model("bookings", "BookedUnit")
        self.assertEqual(list(back.objects.values_list("unit", flat=True)), [21])
