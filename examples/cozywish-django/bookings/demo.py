"""The demo's accounts, and bookings that make the places look as if people went there."""

import secrets
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction

from accounts.models import Account
from venues.models import Service, Venue

from .models import BookedUnit, Booking
from .slots import SlotRequest, free_rooms
from .taking import taken_units

DEMO_EMAIL = "demo@cozywish.example"
DEVELOPMENT_PASSWORD = "slow-sunday-42"


def add_demo_account(now: datetime) -> str | None:
    """Returns the account's password, or None where the account was there before."""
    if Account.objects.filter(email=DEMO_EMAIL).exists():
        return None
    # Where people are served everybody can read this file, so the password is one that isn't in it.
    password = DEVELOPMENT_PASSWORD if settings.DEBUG else secrets.token_urlsafe(12)
    with transaction.atomic():
        demo = Account.objects.create_account(DEMO_EMAIL, "Demo", password)
        guests = Account.objects.create_account("guests@cozywish.example", "Guests", secrets.token_urlsafe(24))
        for index, venue in enumerate(Venue.objects.order_by("slug")):
            _fill(venue, guests, now)
            if index % 4 == 0:
                day = venue.local(now).date() + timedelta(days=2 + index)
                _put(SlotRequest(demo, _first_service(venue), day, venue.opens_at + 120), now)
    return password


def _fill(venue: Venue, guests: Account, now: datetime) -> None:
    random = Random(f"bookings:{venue.slug}")
    services = list(venue.services.select_related("venue"))
    for ahead in range(6):
        day = venue.local(now).date() + timedelta(days=ahead)
        for _ in range(venue.rooms * 3):
            start = random.randrange(venue.opens_at, venue.closes_at, 30)
            _put(SlotRequest(guests, random.choice(services), day, start), now)


def _first_service(venue: Venue) -> Service:
    return venue.services.select_related("venue")[0]


def _put(slot: SlotRequest, now: datetime) -> None:
    """Books without a confirmation, since nobody waits for one. What doesn't fit is left out."""
    at_that_time = Booking.objects.filter(account=slot.account, day=slot.day, start_minute=slot.start_minute)
    rooms = free_rooms(slot.venue.rooms, taken_units(slot.venue, slot.day, now), slot.units)
    if not rooms or not slot.is_offered(now) or at_that_time.exists():
        return
    booking = Booking.objects.create(
        account=slot.account,
        service=slot.service,
        venue=slot.venue,
        room=rooms[0],
        day=slot.day,
        start_minute=slot.start_minute,
        duration_minutes=slot.service.duration_minutes,
        price_cents=slot.service.price_at(slot.day, slot.start_minute).cents,
        created_at=now,
    )
    BookedUnit.objects.bulk_create(
        BookedUnit(venue=slot.venue, room=rooms[0], day=slot.day, unit=unit, booking=booking) for unit in slot.units
    )
