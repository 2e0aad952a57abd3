from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from venues.models import Service, Venue


class Appointment(models.Model):
    """What a hold and a booking have in common: somebody, a service, a room and a time."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="+")
    room = models.PositiveSmallIntegerField()
    day = models.DateField()
    start_minute = models.PositiveSmallIntegerField()
    duration_minutes = models.PositiveSmallIntegerField()
    #: What it costs, fixed when it was chosen.
    price_cents = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Booking(Appointment):
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "bookings"
        ordering = ["-day", "-start_minute"]
        constraints = [
            # A form that is sent twice books once: nobody is in two places at one time.
            models.UniqueConstraint(
                fields=["account", "day", "start_minute"],
                condition=Q(cancelled_at=None),
                name="bookings_one_at_a_time",
            )
        ]


class Hold(Appointment):
    """A slot that somebody has chosen and may still confirm. Once it has run out it is as good as gone."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hold")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "holds"


class BookedUnit(models.Model):
    """
    One half hour of one room, taken by a booking or by a hold. That there can only be one is what makes a double
    booking impossible.
    """

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="+", db_index=False)
    room = models.PositiveSmallIntegerField()
    day = models.DateField()
    unit = models.PositiveSmallIntegerField()
    booking = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="units")
    hold = models.ForeignKey(Hold, null=True, on_delete=models.CASCADE, related_name="units")

    class Meta:
        db_table = "booked_units"
        constraints = [
            models.UniqueConstraint(fields=["venue", "day", "room", "unit"], name="booked_units_once"),
            models.CheckConstraint(
                condition=Q(booking=None, hold__isnull=False) | Q(booking__isnull=False, hold=None),
                name="booked_units_of_one",
            ),
        ]


class OutstandingConfirmation(models.Model):
    """A booking whose confirmation has yet to be sent: made and unmade in one transaction with what it is about."""

    booking = models.OneToOneField(Booking, primary_key=True, on_delete=models.CASCADE, related_name="outstanding")
    created_at = models.DateTimeField()
    #: How often it has been put into the queue again.
    tries = models.PositiveSmallIntegerField(default=0)
    #: When to take it for lost.
    next_try_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "outstanding_confirmations"


class Confirmation(models.Model):
    """Stands for the mail. At most one a booking, whatever happens."""

    booking = models.OneToOneField(Booking, primary_key=True, on_delete=models.CASCADE, related_name="confirmation")
    recipient = models.EmailField(max_length=200)
    sent_at = models.DateTimeField()
    #: The instance that did it.
    sent_by = models.CharField(max_length=120)
    attempt = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "confirmations"


class ConfirmationRun(models.Model):
    """Each time that a confirmation was worked at: what there is to see of one that was begun and never ended."""

    class Outcome(models.TextChoices):
        SENT = "sent"
        SENT_BEFORE = "sent-before"
        NOT_NEEDED = "not-needed"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="confirmation_runs")
    #: Counts from 1.
    attempt = models.PositiveSmallIntegerField()
    run_by = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    #: Null while it runs, and for good where its process was killed.
    outcome = models.CharField(max_length=20, choices=Outcome.choices, null=True)

    class Meta:
        db_table = "confirmation_runs"
