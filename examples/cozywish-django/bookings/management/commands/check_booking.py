import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.checking import check_booking


class Command(BaseCommand):
    help = "Books an hour and gives it back, as a guest would. For a release that is about to be seen."

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("CHECK_PASSWORD")
        if not password:
            raise CommandError("CHECK_PASSWORD is not set: the account that checks needs a password.")
        booked = check_booking(password, timezone.now())
        self.stdout.write("There is no place to book." if booked is None else f"Booked and gave back: {booked}.")
