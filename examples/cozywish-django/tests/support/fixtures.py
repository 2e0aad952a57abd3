"""Data that the tests start from."""

from datetime import UTC, date, datetime, timedelta

from accounts.models import Account
from bookings.slots import SlotRequest
from venues.models import Service, Venue

#: A Wednesday, at nine in the morning at the venue.
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 11)
TOMORROW = TODAY + timedelta(days=1)
PASSWORD = "a-quiet-evening-7"


def add_venue(rooms: int = 2) -> Venue:
    """Open from nine to five; massages take an hour, saunas an hour and a half."""
    venue = Venue.objects.create(
        slug="still-water",
        name="Still Water",
        city="Dublin",
        address="1 Quiet Lane",
        description="Søren's café of calm",
        time_zone="Europe/Dublin",
        opens_at=540,
        closes_at=1020,
        rooms=rooms,
        rating=4.5,
        review_count=12,
        search_text="still water dublin søren's cafe of calm massage",
    )
    add_service(venue, "massage", minutes=60)
    add_service(venue, "sauna", minutes=90, off_peak_percent=20, off_peak_from=600, off_peak_until=720)
    return venue


def add_service(venue: Venue, category: str, minutes: int, **off_peak: int) -> Service:
    return Service.objects.create(
        venue=venue,
        slug=f"{venue.slug}-{category}",
        name=category.title(),
        category=category,
        description=f"A {category}",
        duration_minutes=minutes,
        price_cents=5000,
        **off_peak,
    )


def add_account(number: int = 0) -> Account:
    return Account.objects.create_account(f"guest-{number}@cozywish.example", f"Guest {number}", PASSWORD)


def slot(account: Account, category: str = "massage", start: int = 600, day: date = TOMORROW) -> SlotRequest:
    service = Service.objects.select_related("venue").get(slug=f"still-water-{category}")
    return SlotRequest(account, service, day, start)
