from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .models import Category, Venue
from .search import VenueSearch, cities, search_venues


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    venues = list(search_venues(VenueSearch()))
    discounted = [venue for venue in venues[6:] if venue.off_peak_percent]
    context = {
        "loved": venues[:6],
        "quiet": sorted(discounted, key=lambda venue: -venue.off_peak_percent)[:3],
        **_search_form(VenueSearch()),
    }
    return render(request, "venues/home.html", context)


@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    search = VenueSearch.read(request.GET)
    context = {"venues": list(search_venues(search)), **_search_form(search)}
    return render(request, "venues/list.html", context)


@require_safe
def venue_detail(request: HttpRequest, venue: str) -> HttpResponse:
    everything = Venue.objects.prefetch_related("pictures", "services")
    return render(request, "venues/detail.html", {"venue": get_object_or_404(everything, slug=venue)})


def _search_form(search: VenueSearch) -> dict[str, object]:
    return {"search": search, "cities": cities(), "categories": Category.choices}
