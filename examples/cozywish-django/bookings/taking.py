"""
How a slot is held, booked and given back, so that nobody gets a room that somebody else has.

Whoever changes what is taken at a venue holds the lock on its row, so that each sees what the one before has done.
Should somebody come without it (an older release), the constraint on `booked_units` still has the last word.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import Account
from venues.models import Venue

from .confirmations import confirm_after_commit
from .models import BookedUnit, Booking, Hold
from .slots import SlotRequest, free_rooms, is_past

HOLD_FOR = timedelta(minutes=10)


class Refused(Exception):
    """The slot can't be had; the text is for the guest."""


TAKEN = "Somebody was a moment faster. Please choose another time."
NOT_OFFERED = "That time can't be booked. Please choose one of these."
SAME_TIME = "You have a booking at that time already."


def hold(slot: SlotRequest, now: datetime) -> Hold:
    """
    Keeps the slot for the account while it makes up its mind. Choosing it again changes nothing, choosing another
    gives up the one before.
    """
    _check_offered(slot, now)
    _release_others(slot)
    with _refusals(slot), _venue_locked(slot.venue):
        _check_not_booked_then(slot)
        if held := _held(slot, now):
            return held
        room = _free_room(slot, now)
        held = Hold.objects.create(**_appointment(slot, room, now), expires_at=now + HOLD_FOR)
        _take(slot, room, hold=held)
        return held


def book(slot: SlotRequest, now: datetime) -> Booking:
    """Makes a booking of what the account holds; where that has run out, of any room that is still free."""
    _check_offered(slot, now)
    with _refusals(slot), _venue_locked(slot.venue):
        _check_not_booked_then(slot)
        held = _held(slot, now)
        room = held.room if held else _free_room(slot, now)
        appointment = _appointment(slot, room, now)
        if held:
            appointment["price_cents"] = held.price_cents
        booking = Booking.objects.create(**appointment)
        if held:
            held.units.update(booking=booking, hold=None)
            held.delete()
        else:
            _take(slot, room, booking=booking)
        confirm_after_commit(booking, now)
        return booking


def cancel(booking: Booking, now: datetime) -> bool:
    """Gives the room back. Cancelling twice is the same as once. Returns False where it has begun already."""
    with _venue_locked(booking.venue):
        booking.refresh_from_db(fields=["cancelled_at"])
        if booking.cancelled_at:
            return True
        if is_past(booking.day, booking.start_minute, booking.venue.local(now)):
            return False
        booking.units.all().delete()
        booking.cancelled_at = now
        booking.save(update_fields=["cancelled_at"])
        return True


def clean_up_holds(now: datetime) -> int:
    """Removes the holds that have run out. They block nobody before that; this only keeps the tables small."""
    count = 0
    expired = Hold.objects.filter(expires_at__lte=now)
    for venue in Venue.objects.filter(pk__in=expired.values("venue")):
        with _venue_locked(venue):
            _, removed = expired.filter(venue=venue).delete()
            count += removed.get("bookings.Hold", 0)
    return count


def taken_units(venue: Venue, day: object, now: datetime, but_held_by: Account | None = None) -> QuerySet:
    """Pairs of room and unit that can't be had. What somebody holds is free to themselves."""
    holds = Q(hold__expires_at__gt=now)
    if but_held_by:
        holds &= ~Q(hold__account=but_held_by)
    taken = BookedUnit.objects.filter(Q(booking__isnull=False) | holds, venue=venue, day=day)
    return taken.values_list("room", "unit")


def _check_offered(slot: SlotRequest, now: datetime) -> None:
    if not slot.is_offered(now):
        raise Refused(NOT_OFFERED)


def _check_not_booked_then(slot: SlotRequest) -> None:
    if _is_booked_then(slot):
        raise Refused(SAME_TIME)


def _is_booked_then(slot: SlotRequest) -> bool:
    at_that_time = Booking.objects.filter(account=slot.account, day=slot.day, start_minute=slot.start_minute)
    return at_that_time.filter(cancelled_at=None).exists()


def _held(slot: SlotRequest, now: datetime) -> Hold | None:
    return Hold.objects.filter(**_of(slot), account=slot.account, expires_at__gt=now).first()


def _release_others(slot: SlotRequest) -> None:
    """In a transaction of its own: two accounts that change places would wait for each other's venue for ever."""
    others = Hold.objects.filter(account=slot.account).exclude(**_of(slot)).select_related("venue")
    for held in others:
        with _venue_locked(held.venue):
            held.delete()


def _of(slot: SlotRequest) -> dict[str, object]:
    return {"service": slot.service, "day": slot.day, "start_minute": slot.start_minute}


def _free_room(slot: SlotRequest, now: datetime) -> int:
    Hold.objects.filter(venue=slot.venue, day=slot.day, expires_at__lte=now).delete()
    rooms = free_rooms(slot.venue.rooms, taken_units(slot.venue, slot.day, now), slot.units)
    if not rooms:
        raise Refused(TAKEN)
    return rooms[0]


def _appointment(slot: SlotRequest, room: int, now: datetime) -> dict[str, object]:
    return {
        "account": slot.account,
        "service": slot.service,
        "venue": slot.venue,
        "room": room,
        "day": slot.day,
        "start_minute": slot.start_minute,
        "duration_minutes": slot.service.duration_minutes,
        "price_cents": slot.service.price_at(slot.day, slot.start_minute).cents,
        "created_at": now,
    }


def _take(slot: SlotRequest, room: int, booking: Booking | None = None, hold: Hold | None = None) -> None:
    BookedUnit.objects.bulk_create(
        BookedUnit(venue=slot.venue, room=room, day=slot.day, unit=unit, booking=booking, hold=hold)
        for unit in slot.units
    )


@contextmanager
def _venue_locked(venue: Venue) -> Iterator[None]:
    """A transaction that others of the same venue wait for. On SQLite every transaction is one."""
    with transaction.atomic():
        Venue.objects.select_for_update(no_key=True).filter(pk=venue.pk).values_list("pk").first()
        yield


@contextmanager
def _refusals(slot: SlotRequest) -> Iterator[None]:
    """Says what a constraint has prevented. It goes around the transaction, which is over by then."""
    try:
        yield
    except IntegrityError as error:
        raise Refused(SAME_TIME if _is_booked_then(slot) else TAKEN) from error
