import os
from datetime import timedelta
from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command
from django.test import TransactionTestCase

from accounts.models import Account
from bookings.checking import CHECK_EMAIL, check_booking
from bookings.models import BookedUnit, Booking, Confirmation, Hold, OutstandingConfirmation
from bookings.slots import SlotRequest
from bookings.taking import TAKEN, Refused, book

from .support.fixtures import NOW, add_account, add_venue


class CheckTest(TransactionTestCase):
    def test_books_an_hour_and_leaves_nothing_of_it_however_often(self) -> None:
        add_venue()
        for _ in range(3):
            self.assertEqual(check_booking("a password for checks", NOW), "Massage at Still Water")
        for model in (Booking, BookedUnit, Hold, OutstandingConfirmation, Confirmation):
            self.assertEqual(model.objects.count(), 0, model)
        self.assertEqual(Account.objects.count(), 1)

    def test_signs_in_with_the_password_that_it_is_given_now(self) -> None:
        check_booking("another one before", NOW)
        check_booking("a password for checks", NOW)
        self.assertTrue(Account.objects.get(email=CHECK_EMAIL).check_password("a password for checks"))

    def test_takes_the_next_time_where_one_is_taken(self) -> None:
        venue = add_venue(rooms=1)
        day = venue.local(NOW).date() + timedelta(days=13)
        service = venue.services.select_related("venue").order_by("slug")[0]
        book(SlotRequest(add_account(), service, day, venue.opens_at), NOW)
        self.assertEqual(check_booking("a password for checks", NOW), "Massage at Still Water")

    def test_fails_where_nothing_can_be_booked(self) -> None:
        add_venue()
        with mock.patch("bookings.checking.book", side_effect=Refused(TAKEN)):
            with self.assertRaisesRegex(RuntimeError, "none of 15 times"):
                check_booking("a password for checks", NOW)

    def test_the_command_says_what_it_did_and_what_it_lacks(self) -> None:
        with mock.patch.dict(os.environ, {"CHECK_PASSWORD": ""}), self.assertRaises(CommandError):
            call_command("check_booking")
        output = StringIO()
        with mock.patch.dict(os.environ, {"CHECK_PASSWORD": "a password for checks"}):
            call_command("check_booking", stdout=output)
        self.assertIn("There is no place to book.", output.getvalue())
