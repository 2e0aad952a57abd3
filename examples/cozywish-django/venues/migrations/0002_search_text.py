from django.db import migrations, models


class Migration(migrations.Migration):
    """The default is the database's, so that the release before this one can go on adding venues."""

    dependencies = [
        ("venues", "0001_venues_and_services"),
    ]

    operations = [
        migrations.AddField(
            model_name="venue",
            name="search_text",
            field=models.TextField(blank=True, db_default=""),
        ),
    ]
