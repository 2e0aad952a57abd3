import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.text import slugify

from venues.models import Picture, Service, Venue
from venues.search import search_text

from .artwork import description, draw


@dataclass
class Seeded:
    venues: int = 0
    services: int = 0
    pictures: int = 0


def add_venues() -> Seeded:
    """Adds the venues that aren't there yet, each with its services and pictures, and counts what was new."""
    seeded = Seeded()
    for place in json.loads(Path(__file__).with_name("places.json").read_text(encoding="utf-8")):
        venue = _add_venue(place, seeded)
        for service in place["services"]:
            _add_service(venue, service, seeded)
        _add_pictures(venue, place, seeded)
        text = search_text(venue, venue.services.all())
        Venue.objects.filter(pk=venue.pk).exclude(search_text=text).update(search_text=text)
    return seeded


def _add_venue(place: dict[str, Any], seeded: Seeded) -> Venue:
    opens, closes = place["open"]
    venue, new = Venue.objects.get_or_create(
        slug=slugify(place["name"]),
        defaults={
            **{name: place[name] for name in ("name", "city", "address", "description", "rooms", "rating")},
            "review_count": place["reviews"],
            "time_zone": place["timeZone"],
            "opens_at": opens * 60,
            "closes_at": closes * 60,
        },
    )
    seeded.venues += new
    return venue


def _add_service(venue: Venue, service: dict[str, Any], seeded: Seeded) -> None:
    percent, starts, ends = service.get("offPeak", (None, None, None))
    _, new = Service.objects.get_or_create(
        slug=f"{venue.slug}-{slugify(service['name'])}",
        defaults={
            "venue": venue,
            "name": service["name"],
            "category": service["category"],
            "description": service["about"],
            "duration_minutes": service["minutes"],
            "price_cents": service["euros"] * 100,
            "off_peak_percent": percent,
            "off_peak_from": starts and starts * 60,
            "off_peak_until": ends and ends * 60,
        },
    )
    seeded.services += new


def _add_pictures(venue: Venue, place: dict[str, Any], seeded: Seeded) -> None:
    for position, scene in enumerate(place["scenes"]):
        file = f"venues/{venue.slug}-{position + 1}.svg"
        if not default_storage.exists(file):
            default_storage.save(file, ContentFile(draw(scene, place["palette"], venue.slug).encode()))
            seeded.pictures += 1
        Picture.objects.get_or_create(
            venue=venue,
            position=position,
            defaults={"file": file, "description": f"{description(scene)}, drawn"},
        )
