import unicodedata

from django.db import migrations


def fill(apps, schema_editor):
    """
    Fills the text that a search looks in, for the venues that are there already. Those that already have one keep it,
    so that it can be run again, also while the releases before and after this one are at work.
    """
    Venue = apps.get_model("venues", "Venue")
    for venue in Venue.objects.filter(search_text="").prefetch_related("services").iterator(chunk_size=500):
        words = [venue.name, venue.city, venue.description]
        for service in venue.services.all():
            words += [service.name, service.category]
        Venue.objects.filter(pk=venue.pk, search_text="").update(search_text=fold(" ".join(words)))


def fold(text):
    """A copy on purpose: a migration does the same for ever, whatever becomes of venues/search.py."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


class Migration(migrations.Migration):
    # Row by row and each for itself: nothing is locked for longer than one update takes.
    atomic = False

    dependencies = [("venues", "0002_search_text")]

    # Nothing to undo: the column goes with the migration before.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
