import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.http import QueryDict

from .models import Category, Picture, Service, Venue

MOST_RESULTS = 60
MOST_WORDS = 8


@dataclass(frozen=True)
class VenueSearch:
    text: str = ""
    city: str = ""
    category: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "VenueSearch":
        category = query.get("category", "")
        return cls(
            text=query.get("q", "").strip()[:100],
            city=query.get("city", "")[:80],
            category=category if category in Category.values else "",
        )

    @property
    def heading(self) -> str:
        what = f"“{self.text}”" if self.text else Category(self.category).label if self.category else "All places"
        return f"{what} in {self.city}" if self.city else what


def search_venues(search: VenueSearch) -> QuerySet[Venue]:
    """The venues that have every word of the text, best rated first, with what their cards show."""
    services = Service.objects.filter(venue=OuterRef("pk")).order_by().values("venue")
    found = Venue.objects.annotate(
        picture=Subquery(Picture.objects.filter(venue=OuterRef("pk"), position=0).values("file")[:1]),
        from_cents=Subquery(services.annotate(least=Min("price_cents")).values("least")),
        off_peak_percent=Subquery(services.annotate(most=Max("off_peak_percent")).values("most")),
    )
    if search.city:
        found = found.filter(city=search.city)
    if search.category:
        found = found.filter(pk__in=Service.objects.filter(category=search.category).values("venue"))
    for word in fold(search.text).split()[:MOST_WORDS]:
        found = found.filter(search_text__contains=word)
    return found[:MOST_RESULTS]


def cities() -> list[str]:
    """Where there are venues. Everybody asks, and it hardly ever changes."""
    names = Venue.objects.order_by("city").values_list("city", flat=True).distinct()
    return cache.get_or_set("cities", lambda: list(names), 30)


def fold(text: str) -> str:
    """Without accents and capitals: `Søren Café` is found by `cafe`."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def search_text(venue: Venue, services: Iterable[Service]) -> str:
    words = [venue.name, venue.city, venue.description]
    for service in services:
        words += [service.name, service.category]
    return fold(" ".join(words))
