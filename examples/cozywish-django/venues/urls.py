from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("venues", views.venue_list, name="venues"),
    path("venues/<slug:venue>", views.venue_detail, name="venue"),
]
