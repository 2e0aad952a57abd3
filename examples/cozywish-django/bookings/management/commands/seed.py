from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.demo import DEMO_EMAIL, add_demo_account
from venues.seeding.seed_venues import add_venues


class Command(BaseCommand):
    help = "Adds the demo's places, their pictures and an account. Twice is the same as once."

    def handle(self, *args: Any, **options: Any) -> None:
        seeded = add_venues()
        self.stdout.write(f"Added {seeded.venues} venues, {seeded.services} services and {seeded.pictures} pictures.")
        password = add_demo_account(timezone.now())
        if password is None:
            self.stdout.write(f"The demo account {DEMO_EMAIL} was there already.")
        else:
            self.stdout.write(f"Demo account: {DEMO_EMAIL}, password {password}")
