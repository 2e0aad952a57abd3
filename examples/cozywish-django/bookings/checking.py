"""What a release must be able to do before guests see it: what a guest does, by an account of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Account
from venues.models import Venue

from .slots import BOOKABLE_DAYS, SlotRequest
from .taking import Refused, book, cancel, hold

CHECK_EMAIL = "check@cozywish.example"


def check_booking(password: str, now: datetime) -> str | None:
    """
    Books an hour, gives it back and leaves nothing of it. Returns what it has booked, or None where there is no place
    to book yet.
    """
    slots = list(_latest_slots(_account(password), now))
    for slot in slots:
        try:
            hold(slot, now)
            # In one transaction, so that nobody is told of a booking that is gone.
            with transaction.atomic():
                booking = book(slot, now)
                cancelled = cancel(booking, now)
                booking.delete()
        except Refused:
            continue
        if not cancelled:
            raise RuntimeError("the booking could not be cancelled")
        return f"{slot.service.name} at {slot.venue.name}"
    if slots:
        # A fault of the database is told to guests as a slot that is taken.
        raise RuntimeError(f"none of {len(slots)} times of a whole day could be booked")
    return None


def _account(password: str) -> Account:
    # Several servers check at once, and one of them is the first.
    account, _ = Account.objects.get_or_create(email=CHECK_EMAIL, defaults={"name": "Check"})
    account.set_password(password)
    account.save(update_fields=["password"])
    return account


def _latest_slots(account: Account, now: datetime) -> Iterator[SlotRequest]:
    """Of one place, as far ahead as can be, where the fewest guests look."""
    venue = Venue.objects.order_by("slug").first()
    service = venue and venue.services.select_related("venue").order_by("slug").first()
    if not venue or not service:
        return
    day = venue.local(now).date() + timedelta(days=BOOKABLE_DAYS - 1)
    for start in range(venue.opens_at, venue.closes_at - service.duration_minutes + 1, 30):
        yield SlotRequest(account, service, day, start)
