from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

from django.core.management import call_command
from django.db import connection
from django.test import TestCase, TransactionTestCase

from bookings import taking
from bookings.models import BookedUnit, Booking, Hold
from bookings.slots import SlotRequest
from bookings.taking import NOT_OFFERED, SAME_TIME, TAKEN, Refused, book, cancel, clean_up_holds, hold, taken_units

from .support.fixtures import NOW, TODAY, TOMORROW, add_account, add_venue, slot

LATER = NOW + taking.HOLD_FOR


class HoldTest(TestCase):
    def setUp(self) -> None:
        self.venue = add_venue(rooms=1)
        self.ann, self.ben = add_account(1), add_account(2)

    def test_keeps_the_slot_from_others_and_not_from_oneself(self) -> None:
        hold(slot(self.ann), NOW)
        with self.assertRaisesMessage(Refused, TAKEN):
            hold(slot(self.ben, start=630), NOW)
        with self.assertRaisesMessage(Refused, TAKEN):
            book(slot(self.ben), NOW)
        self.assertEqual(len(taken_units(self.venue, TOMORROW, NOW)), 2)
        self.assertEqual(len(taken_units(self.venue, TOMORROW, NOW, but_held_by=self.ann)), 0)

    def test_choosing_again_changes_nothing(self) -> None:
        first = hold(slot(self.ann), NOW)
        again = hold(slot(self.ann), NOW + timedelta(minutes=5))
        self.assertEqual((again.pk, again.expires_at), (first.pk, first.expires_at))

    def test_choosing_another_gives_up_the_one_before(self) -> None:
        hold(slot(self.ann), NOW)
        # Overlaps with what she holds, in the only room.
        moved = hold(slot(self.ann, start=630), NOW)
        self.assertEqual(Hold.objects.get(), moved)
        self.assertTrue(hold(slot(self.ben, start=570 - 30), NOW))

    def test_blocks_nobody_once_it_has_run_out_even_before_the_clean_up(self) -> None:
        hold(slot(self.ann), NOW)
        self.assertEqual(len(taken_units(self.venue, TOMORROW, LATER)), 0)
        book(slot(self.ben), LATER)
        self.assertEqual(Hold.objects.count(), 0)

    def test_becomes_a_booking_at_the_price_that_was_shown(self) -> None:
        held = hold(slot(self.ann, "sauna"), NOW)
        self.assertEqual(held.price_cents, 4000)
        held.service.price_cents = 9000
        held.service.save()
        booking = book(slot(self.ann, "sauna"), NOW)
        self.assertEqual((booking.price_cents, booking.room), (4000, held.room))
        self.assertEqual(Hold.objects.count(), 0)
        self.assertEqual(booking.units.count(), 3)

    def test_one_that_has_run_out_is_booked_if_it_is_still_free(self) -> None:
        hold(slot(self.ann), NOW)
        self.assertTrue(book(slot(self.ann), LATER))
        hold(slot(self.ann, start=720), NOW)
        book(slot(self.ben, start=720), LATER)
        with self.assertRaisesMessage(Refused, TAKEN):
            book(slot(self.ann, start=720), LATER)

    def test_clean_up(self) -> None:
        hold(slot(self.ann), NOW)
        hold(slot(self.ben, start=720), NOW + timedelta(minutes=5))
        self.assertEqual(clean_up_holds(LATER), 1)
        self.assertEqual(Hold.objects.get().account, self.ben)
        self.assertEqual(BookedUnit.objects.count(), 2)
        call_command("cleanup_holds", stdout=mock.Mock())
        self.assertEqual((Hold.objects.count(), BookedUnit.objects.count()), (0, 0))


class BookTest(TestCase):
    def setUp(self) -> None:
        self.venue = add_venue(rooms=2)
        self.ann, self.ben, self.cem = add_account(1), add_account(2), add_account(3)

    def test_gives_each_the_next_free_room(self) -> None:
        rooms = [book(slot(account), NOW).room for account in (self.ann, self.ben)]
        self.assertEqual(rooms, [1, 2])
        with self.assertRaisesMessage(Refused, TAKEN):
            book(slot(self.cem, start=630), NOW)

    def test_nobody_is_in_two_places_at_one_time(self) -> None:
        book(slot(self.ann), NOW)
        for ask in (hold, book):
            with self.assertRaisesMessage(Refused, SAME_TIME):
                ask(slot(self.ann, "sauna"), NOW)

    def test_the_constraint_says_so_too(self) -> None:
        book(slot(self.ann), NOW)
        with mock.patch.object(taking, "_check_not_booked_then"), self.assertRaisesMessage(Refused, SAME_TIME):
            book(slot(self.ann, "sauna"), NOW)
        self.assertEqual(Booking.objects.count(), 1)

    def test_refuses_times_that_nobody_offers(self) -> None:
        for start in (510, 545, 990, 3000):
            with self.assertRaisesMessage(Refused, NOT_OFFERED):
                book(slot(self.ann, start=start), NOW)
        for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=14)):
            with self.assertRaisesMessage(Refused, NOT_OFFERED):
                book(slot(self.ann, day=day), NOW)
        with self.assertRaisesMessage(Refused, NOT_OFFERED):
            book(slot(self.ann, start=540, day=TODAY), NOW)

    def test_cancelling_gives_the_room_back_and_twice_is_once(self) -> None:
        booking = book(slot(self.ann), NOW)
        book(slot(self.ben), NOW)
        self.assertEqual([cancel(booking, NOW), cancel(booking, NOW)], [True, True])
        self.assertEqual(book(slot(self.cem), NOW).room, 1)
        self.assertTrue(book(slot(self.ann, start=720), NOW))

    def test_what_has_begun_is_not_cancelled(self) -> None:
        booking = book(slot(self.ann), NOW)
        self.assertFalse(cancel(booking, NOW + timedelta(days=1, hours=1)))
        self.assertEqual(booking.units.count(), 2)


class AtTheSameTimeTest(TransactionTestCase):
    """Real transactions on connections of their own, which is where double bookings come from."""

    GUESTS = 48

    def setUp(self) -> None:
        self.venue = add_venue(rooms=3)
        self.guests = [add_account(number) for number in range(self.GUESTS)]

    def test_only_as_many_get_a_slot_as_there_are_rooms(self) -> None:
        outcomes = self._all_at_once([slot(guest) for guest in self.guests])
        self.assertEqual(outcomes.count("booked"), 3)
        self.assertEqual(outcomes.count(TAKEN), self.GUESTS - 3)
        self.assertEqual(Hold.objects.count(), 0)

    def test_bookings_of_different_lengths_never_overlap_in_a_room(self) -> None:
        wishes = [
            slot(guest, "massage" if index % 2 else "sauna", start=540 + 30 * (index % 9))
            for index, guest in enumerate(self.guests)
        ]
        outcomes = self._all_at_once(wishes)
        self.assertGreaterEqual(outcomes.count("booked"), 6)
        self.assertEqual(outcomes.count("booked"), Booking.objects.count())
        ends: dict[int, int] = {}
        for booking in Booking.objects.order_by("start_minute"):
            self.assertGreaterEqual(booking.start_minute, ends.get(booking.room, 0))
            ends[booking.room] = booking.start_minute + booking.duration_minutes

    def test_a_form_that_is_sent_many_times_books_once(self) -> None:
        outcomes = self._all_at_once([slot(self.guests[0])] * 12)
        self.assertEqual(outcomes.count("booked"), 1)
        self.assertEqual(outcomes.count(SAME_TIME), 11)

    def _all_at_once(self, wishes: list[SlotRequest]) -> list[str]:
        with ThreadPoolExecutor(len(wishes)) as threads:
            return list(threads.map(self._hold_and_book, wishes))

    @staticmethod
    def _hold_and_book(wish: SlotRequest) -> str:
        try:
            hold(wish, NOW)
            book(wish, NOW)
            return "booked"
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
