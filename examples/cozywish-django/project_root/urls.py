from django.conf import settings
from django.urls import include, path

from common import views as common

urlpatterns = [
    path("", include("health.urls")),
    path("", include("venues.urls")),
    path("", include("bookings.urls")),
    path("", include("accounts.urls")),
    path("media/<path:name>", common.media),
    path("favicon.ico", common.favicon),
    path("robots.txt", common.robots),
]

if getattr(settings, "DEBUG_TOOLBAR", False):
    from debug_toolbar.toolbar import debug_toolbar_urls

    urlpatterns += debug_toolbar_urls()

handler400 = common.bad_request
handler404 = common.not_found
handler500 = common.failed
