from datetime import timedelta
from unittest import mock

from django.test import TestCase
from django.utils import timezone
from kombu.exceptions import OperationalError

from bookings import confirmations, tasks
from bookings.models import Booking, Confirmation, ConfirmationRun, OutstandingConfirmation
from bookings.taking import book, cancel

from .support.fixtures import NOW, add_account, add_venue, slot

SOON = NOW + confirmations.LOST_AFTER


class ConfirmationTest(TestCase):
    def setUp(self) -> None:
        add_venue()
        self.ann = add_account(1)

    def book(self, queue_is_away: bool = False) -> Booking:
        away = mock.patch.object(tasks.confirm_booking, "apply_async", side_effect=OperationalError("gone"))
        with self.captureOnCommitCallbacks(execute=True):
            booking = book(slot(self.ann), NOW)
            if queue_is_away:
                away.start()
                self.addCleanup(mock.patch.stopall)
        return booking

    def test_is_sent_after_the_booking_is_made(self) -> None:
        booking = self.book()
        sent = Confirmation.objects.get()
        self.assertEqual((sent.booking_id, sent.recipient, sent.attempt), (booking.pk, self.ann.email, 1))
        self.assertEqual(ConfirmationRun.objects.get().outcome, "sent")
        self.assertEqual(OutstandingConfirmation.objects.count(), 0)

    def test_a_second_run_sends_nothing_and_leaves_a_trace(self) -> None:
        booking = self.book()
        self.assertEqual(confirmations.send(booking.pk), "sent-before")
        self.assertEqual(Confirmation.objects.count(), 1)
        outcomes = booking.confirmation_runs.order_by("attempt").values_list("attempt", "outcome")
        self.assertEqual(list(outcomes), [(1, "sent"), (2, "sent-before")])

    def test_nothing_is_sent_for_what_has_been_cancelled(self) -> None:
        with mock.patch.object(confirmations, "_enqueue"):
            booking = self.book()
        cancel(booking, NOW)
        self.assertEqual(confirmations.send(booking.pk), "not-needed")
        self.assertEqual((Confirmation.objects.count(), OutstandingConfirmation.objects.count()), (0, 0))

    def test_a_booking_stands_when_the_queue_is_away_and_the_sweep_makes_up_for_it(self) -> None:
        with self.assertLogs("cozywish.confirmations", "WARNING") as logs:
            booking = self.book(queue_is_away=True)
        self.assertIn("confirmation.not-enqueued", logs.output[0])
        self.assertEqual(Confirmation.objects.count(), 0)
        later = timezone.now()
        with self.assertLogs("cozywish.confirmations", "WARNING"):
            self.assertEqual(confirmations.sweep(later), 0)
        mock.patch.stopall()
        self.assertEqual(confirmations.sweep(timezone.now()), 1)
        self.assertEqual(Confirmation.objects.get().booking, booking)
        self.assertEqual(confirmations.sweep(timezone.now()), 0)

    def test_one_that_the_queue_has_lost_is_tried_again_and_ever_more_rarely(self) -> None:
        with mock.patch.object(confirmations, "_enqueue", return_value=True) as enqueue:
            self.book()
            self.assertEqual(confirmations.sweep(SOON - timedelta(seconds=1)), 0)
            self.assertEqual(confirmations.sweep(SOON), 1)
            self.assertEqual(confirmations.sweep(SOON + timedelta(seconds=119)), 0)
            self.assertEqual(confirmations.sweep(SOON + timedelta(minutes=2)), 1)
            self.assertEqual(confirmations.sweep(SOON + timedelta(minutes=5)), 0)
            self.assertEqual(confirmations.sweep(SOON + timedelta(minutes=6)), 1)
            self.assertEqual(enqueue.call_count, 4)

    def test_two_sweeps_at_once_enqueue_once(self) -> None:
        with mock.patch.object(confirmations, "_enqueue", return_value=True):
            self.book()

        def sweep_too(*_: object) -> bool:
            with mock.patch.object(confirmations, "_enqueue", return_value=True):
                self.assertEqual(confirmations.sweep(SOON), 0)
            return True

        with mock.patch.object(confirmations, "_enqueue", side_effect=sweep_too):
            self.assertEqual(confirmations.sweep(SOON), 1)
