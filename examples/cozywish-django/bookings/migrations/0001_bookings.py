import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("venues", "0001_venues_and_services"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("room", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("start_minute", models.PositiveSmallIntegerField()),
                ("duration_minutes", models.PositiveSmallIntegerField()),
                ("price_cents", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="venues.service"
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="venues.venue"),
                ),
            ],
            options={
                "db_table": "bookings",
                "ordering": ["-day", "-start_minute"],
            },
        ),
        migrations.CreateModel(
            name="BookedUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("room", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("unit", models.PositiveSmallIntegerField()),
                (
                    "venue",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="venues.venue"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="units", to="bookings.booking"
                    ),
                ),
            ],
            options={
                "db_table": "booked_units",
            },
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("account", "day", "start_minute"),
                name="bookings_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="bookedunit",
            constraint=models.UniqueConstraint(fields=("venue", "day", "room", "unit"), name="booked_units_once"),
        ),
    ]
