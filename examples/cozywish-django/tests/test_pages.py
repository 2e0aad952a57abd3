from datetime import timedelta

from django.test import Client, TestCase, override_settings
from django.utils import timezone

from bookings.models import Booking, Confirmation, Hold
from venues.models import Venue

from .support.fixtures import add_account, add_venue


class VenuePagesTest(TestCase):
    def setUp(self) -> None:
        self.venue = add_venue()

    def test_home(self) -> None:
        page = self.client.get("/")
        self.assertContains(page, "An hour that is only yours")
        self.assertContains(page, 'href="/venues/still-water"')
        self.assertContains(page, "from <b>€50</b>")
        self.assertContains(page, "Off-peak −20 %")

    def test_search_finds_every_word_without_accents_and_capitals(self) -> None:
        for query, found in (
            ("q=CAF%C3%89+massage", True),
            ("q=sØren", True),
            ("q=cafe+yoga", False),
            ("q=%25", False),
            ("city=Dublin&category=sauna", True),
            ("city=Vienna", False),
            ("category=facial", False),
            ("category=nonsense", True),
        ):
            page = self.client.get(f"/venues?{query}")
            self.assertContains(page, "1 place<" if found else "Nothing like that yet", msg_prefix=query)

    def test_the_heading_says_what_was_looked_for(self) -> None:
        self.assertContains(self.client.get("/venues?q=<b>&city=Dublin"), "“&lt;b&gt;” in Dublin")
        self.assertContains(self.client.get("/venues?category=sauna"), "<h1>Sauna &amp; bath</h1>")

    def test_a_venue(self) -> None:
        page = self.client.get("/venues/still-water")
        self.assertContains(page, 'aria-label="Choose a time for Massage"')
        self.assertContains(page, "every day, 9:00 to 17:00")
        self.assertContains(page, "<b>€40</b> off-peak <span>Mon–Fri, 10:00–12:00</span>")

    def test_few_queries_however_many_there_are(self) -> None:
        for number in range(5):
            Venue.objects.create(
                slug=f"more-{number}", name="More", city="Dublin", address="", description="", time_zone="UTC",
                opens_at=0, closes_at=60, rooms=1, rating=4, review_count=1,
            )  # fmt: skip
        self.client.get("/")
        with self.assertNumQueries(1):
            self.client.get("/")
        with self.assertNumQueries(3):
            self.client.get("/venues/still-water")

    def test_pages_that_are_not_there(self) -> None:
        for path in ("/nowhere", "/venues/nowhere", "/venues/still-water/services/nothing", "/venues/"):
            self.assertContains(self.client.get(path), "Nothing here but calm", status_code=404, msg_prefix=path)

    def test_headers(self) -> None:
        page = self.client.get("/", headers={"X-Request-Id": "from-the-proxy-1"})
        self.assertEqual(page["X-Request-Id"], "from-the-proxy-1")
        self.assertIn("default-src 'none'", page["Content-Security-Policy"])
        self.assertEqual(page["X-Frame-Options"], "DENY")
        self.assertEqual(page["Cache-Control"], "private, no-cache")
        self.assertNotEqual(self.client.get("/", headers={"X-Request-Id": "a b"})["X-Request-Id"], "a b")

    @override_settings(RELEASE="20260311-abc1234")
    def test_the_release_is_named(self) -> None:
        self.assertContains(self.client.get("/"), '<meta name="release" content="20260311-abc1234">')


class BookingPagesTest(TestCase):
    ADDRESS = "/venues/still-water/services/still-water-massage"

    def setUp(self) -> None:
        self.venue = add_venue(rooms=1)
        self.ann, self.ben = add_account(1), add_account(2)
        self.client.force_login(self.ann)
        self.day = timezone.now().date() + timedelta(days=3)
        self.slot = {"day": self.day.isoformat(), "start": 600}

    def test_from_a_time_to_a_booking(self) -> None:
        slots = self.client.get(f"{self.ADDRESS}?day={self.day}")
        link = f"{self.ADDRESS}/book?day={self.day}&amp;start=600"
        self.assertContains(slots, f'<a class="slot" href="{link}" rel="nofollow"><b>10:00</b> <small>€50</small></a>')
        confirm = self.client.get(f"{self.ADDRESS}/book", self.slot)
        self.assertContains(confirm, "Shall we book it?")
        self.assertContains(confirm, "We keep it for you for 10 minutes.")
        self.assertEqual(Hold.objects.get().account, self.ann)
        with self.captureOnCommitCallbacks(execute=True):
            done = self.client.post(f"{self.ADDRESS}/book", self.slot)
        self.assertRedirects(done, "/bookings?done=booked", status_code=303)
        mine = self.client.get("/bookings?done=booked")
        self.assertContains(mine, "It&#x27;s booked. Have a lovely time.")
        self.assertContains(mine, "60 min · €50")
        self.assertEqual(Confirmation.objects.get().recipient, self.ann.email)

    def test_what_somebody_holds_is_taken_to_others(self) -> None:
        self.client.get(f"{self.ADDRESS}/book", self.slot)
        other = Client()
        other.force_login(self.ben)
        self.assertContains(other.get(f"{self.ADDRESS}?day={self.day}"), "<b>10:00</b> <small>taken</small>")
        refused = other.get(f"{self.ADDRESS}/book", self.slot)
        self.assertContains(refused, "Somebody was a moment faster. Please choose another time.", status_code=409)
        self.assertContains(self.client.get(f"{self.ADDRESS}?day={self.day}"), "<b>10:00</b> <small>€50</small>")

    def test_whoever_is_not_signed_in_is_sent_to_do_so_and_back(self) -> None:
        visitor = Client()
        way = f"{self.ADDRESS}/book?day={self.day}&start=600"
        page = visitor.get(way)
        self.assertEqual(page.status_code, 303)
        self.assertEqual(
            page["Location"],
            "/sign-in?next=" + way.replace("/", "%2F").replace("?", "%3F").replace("=", "%3D").replace("&", "%26"),
        )
        self.assertEqual(visitor.post(f"{self.ADDRESS}/book", self.slot)["Location"].count("book"), 0)
        self.assertEqual(visitor.get("/bookings")["Location"], "/sign-in?next=%2Fbookings")

    def test_cancelling(self) -> None:
        self.client.post(f"{self.ADDRESS}/book", self.slot)
        booking = Booking.objects.get()
        other = Client()
        other.force_login(self.ben)
        self.assertEqual(other.post(f"/bookings/{booking.pk}/cancel").status_code, 404)
        done = self.client.post(f"/bookings/{booking.pk}/cancel")
        self.assertRedirects(done, "/bookings?done=cancelled", status_code=303)
        self.assertContains(self.client.get("/bookings"), "<h2>Before</h2>")

    def test_times_that_are_none(self) -> None:
        for query in ("", "day=2026-02-30&start=600", "day=2026-03-12&start=-30", "day=tomorrow&start=600"):
            self.assertEqual(self.client.get(f"{self.ADDRESS}/book?{query}").status_code, 404, query)
        refused = self.client.get(f"{self.ADDRESS}/book", {**self.slot, "start": 601})
        self.assertContains(refused, "That time can&#x27;t be booked.", status_code=409)

    def test_a_form_from_elsewhere_is_refused_and_told(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.ann)
        with self.assertLogs("cozywish.security", "WARNING") as logs:
            page = strict.post(f"{self.ADDRESS}/book", self.slot, headers={"X-Forwarded-For": "203.0.113.9"})
        self.assertContains(page, "That form has gone stale", status_code=403)
        self.assertIn("security.csrf-refused", logs.output[0])
        self.assertIn("address=203.0.113.9", logs.output[0])
        self.assertEqual(Booking.objects.count(), 0)
