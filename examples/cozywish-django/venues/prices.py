"""Off-peak, in a few lines."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Price:
    cents: int
    off_peak: bool = False


def is_off_peak(day: date, start_minute: int, opens: int | None, ends: int | None) -> bool:
    """The end of the off-peak hours is full price again."""
    if opens is None or ends is None:
        return False
    is_weekend = day.weekday() >= 5
    return not is_weekend and opens <= start_minute < ends


def discounted(cents: int, percent: int) -> int:
    """Rounded down to whole cents: a rounding never costs the guest."""
    return cents * (100 - percent) // 100
