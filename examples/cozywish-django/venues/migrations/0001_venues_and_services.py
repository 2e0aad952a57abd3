import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Venue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("city", models.CharField(db_index=True, max_length=80)),
                ("address", models.CharField(max_length=200)),
                ("description", models.TextField()),
                ("time_zone", models.CharField(max_length=60)),
                ("opens_at", models.PositiveSmallIntegerField()),
                ("closes_at", models.PositiveSmallIntegerField()),
                ("rooms", models.PositiveSmallIntegerField()),
                ("rating", models.FloatField()),
                ("review_count", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "venues",
                "ordering": ["-rating", "name"],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=160, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("massage", "Massage"),
                            ("sauna", "Sauna & bath"),
                            ("facial", "Facial"),
                            ("ritual", "Body ritual"),
                            ("movement", "Yoga & breath"),
                            ("hands", "Hands & feet"),
                        ],
                        max_length=20,
                    ),
                ),
                ("description", models.TextField()),
                ("duration_minutes", models.PositiveSmallIntegerField()),
                ("price_cents", models.PositiveIntegerField()),
                ("off_peak_percent", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("off_peak_from", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("off_peak_until", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="services", to="venues.venue"
                    ),
                ),
            ],
            options={
                "db_table": "services",
                "ordering": ["price_cents", "slug"],
                "indexes": [models.Index(fields=["venue", "category"], name="services_by_venue")],
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("file", models.FileField(max_length=200, upload_to="venues")),
                ("description", models.CharField(max_length=200)),
                (
                    "venue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pictures", to="venues.venue"
                    ),
                ),
            ],
            options={
                "db_table": "pictures",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("venue", "position"), name="pictures_one_per_position")
                ],
            },
        ),
    ]
