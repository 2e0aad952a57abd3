from django.urls import path

from . import views

urlpatterns = [
    path("venues/<slug:venue>/services/<slug:service>", views.slots, name="slots"),
    path("venues/<slug:venue>/services/<slug:service>/book", views.book, name="book"),
    path("bookings", views.bookings, name="bookings"),
    path("bookings/<uuid:booking>/cancel", views.cancel, name="cancel"),
]
