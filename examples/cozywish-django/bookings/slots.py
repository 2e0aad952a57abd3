"""Which times there are, and which of them are free. Nothing here asks the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Account
from venues.models import Service, Venue
from venues.prices import Price

#: Rooms are let in half hours: everything starts on one, and lasts a whole number of them.
UNIT_MINUTES = 30
#: How far ahead a booking can be made.
BOOKABLE_DAYS = 14

Taken = Iterable[tuple[int, int]]


@dataclass(frozen=True)
class SlotRequest:
    """Somebody asks for a slot: to hold it, or to book it."""

    account: Account
    service: Service
    day: date
    start_minute: int

    @property
    def venue(self) -> Venue:
        return self.service.venue

    @property
    def units(self) -> list[int]:
        return units_of(self.start_minute, self.service.duration_minutes)

    def is_offered(self, now: datetime) -> bool:
        """Whether the page offers that time, free or not: a form can send any."""
        venue, here = self.venue, self.venue.local(now)
        opens_then = venue.opens_at <= self.start_minute <= venue.closes_at - self.service.duration_minutes
        on_grid = (self.start_minute - venue.opens_at) % UNIT_MINUTES == 0
        in_time = self.day < here.date() + timedelta(days=BOOKABLE_DAYS)
        return opens_then and on_grid and in_time and not is_past(self.day, self.start_minute, here)


@dataclass(frozen=True)
class Slot:
    """A time that a service could start at."""

    start_minute: int
    price: Price
    free: bool


def slots_of_day(service: Service, day: date, taken: Taken, now: datetime) -> list[Slot]:
    """All starts of a day that end before the venue closes; those that have passed are left out."""
    venue, taken = service.venue, list(taken)
    here = venue.local(now)
    starts = range(venue.opens_at, venue.closes_at - service.duration_minutes + 1, UNIT_MINUTES)
    return [
        Slot(
            start_minute=start,
            price=service.price_at(day, start),
            free=bool(free_rooms(venue.rooms, taken, units_of(start, service.duration_minutes))),
        )
        for start in starts
        if not is_past(day, start, here)
    ]


def bookable_days(service: Service, now: datetime) -> list[date]:
    """From today on, or from tomorrow once the last start of today has passed: that is what people come for."""
    here = service.venue.local(now)
    minute = here.hour * 60 + here.minute
    first = 0 if minute < service.venue.closes_at - service.duration_minutes else 1
    return [here.date() + timedelta(days=ahead) for ahead in range(first, BOOKABLE_DAYS)]


def units_of(start_minute: int, duration_minutes: int) -> list[int]:
    first = start_minute // UNIT_MINUTES
    return list(range(first, first - (-duration_minutes // UNIT_MINUTES)))


def free_rooms(rooms: int, taken: Taken, units: Iterable[int]) -> list[int]:
    """The rooms, counted from 1, in which none of the units is taken. `taken` has pairs of room and unit."""
    wanted = set(units)
    busy = {room for room, unit in taken if unit in wanted}
    return [room for room in range(1, rooms + 1) if room not in busy]


def is_past(day: date, start_minute: int, here: datetime) -> bool:
    """`here` is the time at the venue."""
    return (day, start_minute) <= (here.date(), here.hour * 60 + here.minute)
