"""How CozyWish writes times, days and prices. Built into every template."""

from datetime import date

from django import template
from django.core.files.storage import default_storage

register = template.Library()


@register.filter
def clock(minute: int) -> str:
    """`570` is `9:30`."""
    return f"{minute // 60}:{minute % 60:02}"


@register.filter
def long_day(day: date) -> str:
    """`Saturday 14 March`"""
    return f"{day:%A} {day.day} {day:%B}"


@register.filter
def weekday(day: date) -> str:
    """`Sat`"""
    return f"{day:%a}"


@register.filter
def short_day(day: date) -> str:
    """`14 Mar`"""
    return f"{day.day} {day:%b}"


@register.filter
def price(cents: int) -> str:
    """`€45`, or `€42.50` where there are cents."""
    return f"€{cents // 100:,}" if cents % 100 == 0 else f"€{cents / 100:,.2f}"


@register.simple_tag
def picture_url(name: str) -> str:
    """Where a page finds a picture: a path of ours, or the bucket's address."""
    return default_storage.url(name)
