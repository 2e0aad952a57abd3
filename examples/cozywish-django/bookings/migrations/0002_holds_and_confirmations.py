import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forget_holds(apps, schema_editor):
    """Only on the way back: the release before knows no unit without a booking."""
    apps.get_model("bookings", "BookedUnit").objects.filter(booking=None).delete()


class Migration(migrations.Migration):
    """
    Only adds, and allows what was not allowed: the release before this one goes on reading and writing as it did. What
    somebody holds is a taken unit to it.
    """

    dependencies = [
        ("bookings", "0001_bookings"),
        ("venues", "0002_search_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="confirmation",
                        serialize=False,
                        to="bookings.booking",
                    ),
                ),
                ("recipient", models.EmailField(max_length=200)),
                ("sent_at", models.DateTimeField()),
                ("sent_by", models.CharField(max_length=120)),
                ("attempt", models.PositiveSmallIntegerField()),
            ],
            options={
                "db_table": "confirmations",
            },
        ),
        migrations.CreateModel(
            name="OutstandingConfirmation",
            fields=[
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outstanding",
                        serialize=False,
                        to="bookings.booking",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "outstanding_confirmations",
            },
        ),
        migrations.AlterField(
            model_name="bookedunit",
            name="booking",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="units", to="bookings.booking"
            ),
        ),
        migrations.CreateModel(
            name="ConfirmationRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("attempt", models.PositiveSmallIntegerField()),
                ("run_by", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("sent", "Sent"), ("sent-before", "Sent Before"), ("not-needed", "Not Needed")],
                        max_length=20,
                        null=True,
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmation_runs",
                        to="bookings.booking",
                    ),
                ),
            ],
            options={
                "db_table": "confirmation_runs",
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("room", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                ("start_minute", models.PositiveSmallIntegerField()),
                ("duration_minutes", models.PositiveSmallIntegerField()),
                ("price_cents", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hold", to=settings.AUTH_USER_MODEL
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
                "db_table": "holds",
            },
        ),
        migrations.AddField(
            model_name="bookedunit",
            name="hold",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="units", to="bookings.hold"
            ),
        ),
        migrations.AddConstraint(
            model_name="bookedunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("booking", None), ("hold__isnull", False)),
                    models.Q(("booking__isnull", False), ("hold", None)),
                    _connector="OR",
                ),
                name="booked_units_of_one",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_holds),
    ]
