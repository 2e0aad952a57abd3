from datetime import UTC, date, datetime, timedelta

from django.test import SimpleTestCase

from bookings.slots import bookable_days, free_rooms, slots_of_day, units_of
from common.templatetags.cozy import clock, long_day, price, short_day, weekday
from venues.models import Service, Venue

WEDNESDAY, SATURDAY = date(2026, 3, 11), date(2026, 3, 14)
EARLY = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)


def massage(rooms: int = 1, zone: str = "Europe/Dublin", **more: int) -> Service:
    venue = Venue(time_zone=zone, opens_at=540, closes_at=720, rooms=rooms)
    return Service(venue=venue, duration_minutes=60, price_cents=4999, **more)


class SlotsTest(SimpleTestCase):
    def test_units(self) -> None:
        self.assertEqual(units_of(540, 60), [18, 19])
        self.assertEqual(units_of(540, 45), [18, 19])
        self.assertEqual(units_of(570, 30), [19])

    def test_free_rooms(self) -> None:
        self.assertEqual(free_rooms(3, [(1, 18), (2, 20)], [18, 19]), [2, 3])
        self.assertEqual(free_rooms(1, [(1, 19)], [18, 19]), [])

    def test_starts_end_before_the_venue_closes(self) -> None:
        starts = [slot.start_minute for slot in slots_of_day(massage(), WEDNESDAY, [], EARLY)]
        self.assertEqual(starts, [540, 570, 600, 630, 660])

    def test_taken_and_past(self) -> None:
        now = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
        slots = slots_of_day(massage(), WEDNESDAY, [(1, 21)], now)
        self.assertEqual([(slot.start_minute, slot.free) for slot in slots], [(600, False), (630, False), (660, True)])

    def test_the_clock_is_the_venues(self) -> None:
        # Half past nine in Helsinki, which is half past seven in UTC.
        now = datetime(2026, 3, 11, 7, 30, tzinfo=UTC)
        starts = [slot.start_minute for slot in slots_of_day(massage(zone="Europe/Helsinki"), WEDNESDAY, [], now)]
        self.assertEqual(starts, [600, 630, 660])

    def test_off_peak(self) -> None:
        service = massage(off_peak_percent=15, off_peak_from=540, off_peak_until=600)
        self.assertEqual(service.price_at(WEDNESDAY, 570).cents, 4249)
        self.assertEqual(service.price_at(WEDNESDAY, 600).cents, 4999)
        self.assertEqual(service.price_at(SATURDAY, 570).cents, 4999)

    def test_days_begin_with_tomorrow_once_the_last_start_has_passed(self) -> None:
        self.assertEqual(bookable_days(massage(), EARLY)[0], WEDNESDAY)
        late = datetime(2026, 3, 11, 11, 0, tzinfo=UTC)
        self.assertEqual(bookable_days(massage(), late)[0], WEDNESDAY + timedelta(days=1))
        self.assertEqual(len(bookable_days(massage(), late)), 13)


class FormatsTest(SimpleTestCase):
    def test_as_people_write_them(self) -> None:
        self.assertEqual([price(4500), price(4250), price(120000)], ["€45", "€42.50", "€1,200"])
        self.assertEqual([clock(570), clock(1200)], ["9:30", "20:00"])
        self.assertEqual(long_day(SATURDAY), "Saturday 14 March")
        self.assertEqual([weekday(SATURDAY), short_day(SATURDAY)], ["Sat", "14 Mar"])
