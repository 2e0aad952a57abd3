from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.taking import clean_up_holds


class Command(BaseCommand):
    help = "Removes the holds that have run out. Meant for a schedule; every hour is often enough."

    def handle(self, *args: Any, **options: Any) -> None:
        count = clean_up_holds(timezone.now())
        self.stdout.write(f"Removed {count} {'hold' if count == 1 else 'holds'}.")
