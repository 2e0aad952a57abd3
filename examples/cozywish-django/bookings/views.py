import logging
import re
from datetime import date
from math import ceil
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.required import account_required
from accounts.views import see_other
from venues.models import Picture, Service

from . import taking
from .models import Booking
from .slots import SlotRequest, bookable_days, is_past, slots_of_day

log = logging.getLogger("cozywish.bookings")

#: What an address may say has just been done; anything else says nothing.
NOTICES = {
    "booked": "It's booked. Have a lovely time.",
    "cancelled": "The booking is cancelled.",
    "too-late": "That one has begun already, so it can't be cancelled any more.",
}
PARTS_OF_DAY = [("Morning", 0, 12 * 60), ("Afternoon", 12 * 60, 17 * 60), ("Evening", 17 * 60, 24 * 60)]


@require_safe
def slots(request: HttpRequest, venue: str, service: str) -> HttpResponse:
    return _slots_page(request, _offer(venue, service), _day(request.GET.get("day")))


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def book(request: HttpRequest, venue: str, service: str) -> HttpResponse:
    """The link to it chooses a slot, which holds it; the form on it books."""
    chosen = request.POST if request.method == "POST" else request.GET
    day, start = _day(chosen.get("day")), _minute(chosen.get("start"))
    if day is None or start is None:
        raise Http404
    slot = SlotRequest(request.user, _offer(venue, service), day, start)
    try:
        if request.method != "POST":
            held = taking.hold(slot, timezone.now())
            return _confirm_page(request, slot, held)
        booking = taking.book(slot, timezone.now())
    except taking.Refused as refusal:
        log.info("booking.refused account=%s service=%s day=%s start=%d", request.user.pk, service, day, start)
        return _slots_page(request, slot.service, day, notice=str(refusal))
    log.info("booking.made account=%s booking=%s service=%s", request.user.pk, booking.pk, service)
    return see_other("/bookings?done=booked")


@require_safe
@account_required
def bookings(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    mine = list(request.user.bookings.select_related("venue", "service")[:100])
    pictures = dict(
        Picture.objects.filter(position=0, venue__in={booking.venue_id for booking in mine}).values_list(
            "venue", "file"
        )
    )
    ahead, behind = [], []
    for booking in mine:
        booking.picture = pictures.get(booking.venue_id)
        gone = booking.cancelled_at or is_past(booking.day, booking.start_minute, booking.venue.local(now))
        (behind if gone else ahead).append(booking)
    context = {"ahead": ahead[::-1], "behind": behind, "notice": NOTICES.get(request.GET.get("done", ""))}
    return render(request, "bookings/bookings.html", context)


@require_POST
@account_required
def cancel(request: HttpRequest, booking: UUID) -> HttpResponse:
    mine = get_object_or_404(Booking.objects.select_related("venue"), pk=booking, account=request.user)
    outcome = "cancelled" if taking.cancel(mine, timezone.now()) else "too-late"
    log.info("booking.cancel account=%s booking=%s outcome=%s", request.user.pk, booking, outcome)
    return see_other(f"/bookings?done={outcome}")


def _slots_page(request: HttpRequest, service: Service, asked: date | None, notice: str = "") -> HttpResponse:
    now = timezone.now()
    days = bookable_days(service, now)
    day = asked if asked in days else days[0]
    # Asked for only where it matters: whoever isn't signed in holds nothing.
    me = request.user if request.user.is_authenticated else None
    times = slots_of_day(service, day, taking.taken_units(service.venue, day, now, but_held_by=me), now)
    parts = [(name, [s for s in times if start <= s.start_minute < end]) for name, start, end in PARTS_OF_DAY]
    context = {
        "service": service,
        "venue": service.venue,
        "days": days,
        "day": day,
        "parts": [part for part in parts if part[1]],
        "notice": notice,
    }
    return render(request, "bookings/slots.html", context, status=409 if notice else 200)


def _confirm_page(request: HttpRequest, slot: SlotRequest, held: taking.Hold) -> HttpResponse:
    context = {
        "slot": slot,
        "service": slot.service,
        "venue": slot.venue,
        "price": slot.service.price_at(slot.day, slot.start_minute),
        "end_minute": slot.start_minute + slot.service.duration_minutes,
        "minutes_left": max(1, ceil((held.expires_at - timezone.now()).total_seconds() / 60)),
    }
    return render(request, "bookings/confirm.html", context)


def _offer(venue: str, service: str) -> Service:
    return get_object_or_404(Service.objects.select_related("venue"), slug=service, venue__slug=venue)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def _minute(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,4}", text) else None
