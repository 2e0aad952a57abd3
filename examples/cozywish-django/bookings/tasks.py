from uuid import UUID

from django.utils import timezone

from project_root.celery import app

from . import confirmations


@app.task(name="bookings.confirm")
def confirm_booking(booking_id: str) -> None:
    confirmations.send(UUID(booking_id))


@app.task(name="bookings.sweep")
def sweep_confirmations() -> None:
    confirmations.sweep(timezone.now())
