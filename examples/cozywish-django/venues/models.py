from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models

from .prices import Price, discounted, is_off_peak


class Venue(models.Model):
    """A place with services. Times of day are minutes since midnight on its own wall clock."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    city = models.CharField(max_length=80, db_index=True)
    address = models.CharField(max_length=200)
    description = models.TextField()
    time_zone = models.CharField(max_length=60)
    opens_at = models.PositiveSmallIntegerField()
    closes_at = models.PositiveSmallIntegerField()
    #: Treatment rooms: how many bookings fit at one time.
    rooms = models.PositiveSmallIntegerField()
    rating = models.FloatField()
    review_count = models.PositiveIntegerField()
    #: Everything that a search finds it by, folded (venues/search.py). The default is the database's own, so that a
    #: release that knows nothing of the column can go on adding venues.
    search_text = models.TextField(blank=True, db_default="")

    class Meta:
        db_table = "venues"
        ordering = ["-rating", "name"]

    def __str__(self) -> str:
        return self.name

    def local(self, now: datetime) -> datetime:
        """What the clock on its wall shows."""
        return now.astimezone(ZoneInfo(self.time_zone))


class Picture(models.Model):
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="pictures")
    #: 0 is the one on the venue's card.
    position = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="venues", max_length=200)
    description = models.CharField(max_length=200)

    class Meta:
        db_table = "pictures"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["venue", "position"], name="pictures_one_per_position")]


class Category(models.TextChoices):
    """The kinds of service, in the order they are offered. The value is in the database and in addresses."""

    MASSAGE = "massage", "Massage"
    SAUNA = "sauna", "Sauna & bath"
    FACIAL = "facial", "Facial"
    RITUAL = "ritual", "Body ritual"
    MOVEMENT = "movement", "Yoga & breath"
    HANDS = "hands", "Hands & feet"


class Service(models.Model):
    """Something that can be booked."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="services")
    slug = models.SlugField(max_length=160, unique=True)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=20, choices=Category.choices)
    description = models.TextField()
    duration_minutes = models.PositiveSmallIntegerField()
    price_cents = models.PositiveIntegerField()
    #: The discount for starts between two times of day, Monday to Friday. The three are set together, or none is.
    off_peak_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    off_peak_from = models.PositiveSmallIntegerField(null=True, blank=True)
    off_peak_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        db_table = "services"
        ordering = ["price_cents", "slug"]
        indexes = [models.Index(fields=["venue", "category"], name="services_by_venue")]

    def __str__(self) -> str:
        return self.name

    @property
    def off_peak_cents(self) -> int | None:
        """What it costs in the off-peak hours, if it has any."""
        if self.off_peak_percent is None:
            return None
        return discounted(self.price_cents, self.off_peak_percent)

    def price_at(self, day: date, start_minute: int) -> Price:
        """What it costs when it starts at that minute of that day."""
        cents = self.off_peak_cents
        if cents is None or not is_off_peak(day, start_minute, self.off_peak_from, self.off_peak_until):
            return Price(self.price_cents)
        return Price(cents, off_peak=True)
