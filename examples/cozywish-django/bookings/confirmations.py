"""
The confirmation of a booking: a job for a worker, and never lost.

The booking and the note that its confirmation is outstanding are written in one transaction; the job goes into the
queue after it. Where that fails, or the queue loses it, the sweep finds the note and tries again. So a job may be done
more than once, and `send` sees to it that only the first time counts.
"""

import logging
import os
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import Booking, Confirmation, ConfirmationRun, OutstandingConfirmation

log = logging.getLogger("cozywish.confirmations")

#: A job that hasn't been done after that is taken for lost; each time again for twice as long, up to the second.
LOST_AFTER = timedelta(minutes=2)
LOST_AFTER_AT_MOST = timedelta(hours=1)
MOST_AT_ONCE = 500


def confirm_after_commit(booking: Booking, now: datetime) -> None:
    OutstandingConfirmation.objects.create(booking=booking, created_at=now, next_try_at=now + LOST_AFTER)
    booking_id = booking.pk
    transaction.on_commit(lambda: _enqueue_outstanding(booking_id))


def sweep(now: datetime) -> int:
    """Puts the confirmations that should have been sent by now into the queue again; counts them."""
    due = OutstandingConfirmation.objects.filter(next_try_at__lte=now).order_by("next_try_at")[:MOST_AT_ONCE]
    count = 0
    for outstanding in due:
        wait = min(LOST_AFTER * 2**outstanding.tries, LOST_AFTER_AT_MOST)
        # Another worker may sweep at the same time: who moves the row has it.
        mine = OutstandingConfirmation.objects.filter(pk=outstanding.pk, next_try_at=outstanding.next_try_at)
        if not mine.update(tries=outstanding.tries + 1, next_try_at=now + wait):
            continue
        if not _enqueue(outstanding.pk):
            break
        count += 1
    if count:
        log.warning("confirmation.again count=%d", count)
    return count


def send(booking_id: UUID) -> ConfirmationRun.Outcome:
    """The job. Each time leaves a row that it has begun, and how it ended; only one of them sends."""
    booking = Booking.objects.select_related("account").get(pk=booking_id)
    attempt = booking.confirmation_runs.count() + 1
    run = booking.confirmation_runs.create(attempt=attempt, run_by=_who(), started_at=timezone.now())
    # Stands for a mail server that takes its time.
    time.sleep(settings.CONFIRMATION_MS / 1000)
    with transaction.atomic():
        run.outcome = _send_once(booking, attempt)
        run.save(update_fields=["outcome"])
    log.info("confirmation.%s booking=%s attempt=%d", run.outcome, booking.pk, attempt)
    return run.outcome


def _send_once(booking: Booking, attempt: int) -> ConfirmationRun.Outcome:
    # The lock makes a second one wait here, and then find nothing outstanding.
    outstanding = OutstandingConfirmation.objects.select_for_update().filter(pk=booking.pk).first()
    if outstanding is None:
        return ConfirmationRun.Outcome.SENT_BEFORE
    outstanding.delete()
    booking.refresh_from_db(fields=["cancelled_at"])
    if booking.cancelled_at:
        return ConfirmationRun.Outcome.NOT_NEEDED
    Confirmation.objects.create(
        booking=booking,
        recipient=booking.account.email,
        sent_at=timezone.now(),
        sent_by=_who(),
        attempt=attempt,
    )
    return ConfirmationRun.Outcome.SENT


def _enqueue_outstanding(booking_id: UUID) -> None:
    """A booking that was made and unmade in one transaction is nobody's job."""
    if OutstandingConfirmation.objects.filter(pk=booking_id).exists():
        _enqueue(booking_id)


def _enqueue(booking_id: UUID) -> bool:
    """Returns whether it worked. The booking is made by now, and stays so if the queue is away."""
    try:
        # Here, since a process that never books should not pay for importing Celery.
        from .tasks import confirm_booking

        confirm_booking.delay(str(booking_id))
    except Exception as error:
        log.warning("confirmation.not-enqueued booking=%s %s", booking_id, type(error).__name__)
        OutstandingConfirmation.objects.filter(pk=booking_id).update(next_try_at=timezone.now())
        return False
    return True


def _who() -> str:
    return settings.INSTANCE or f"pid-{os.getpid()}"
