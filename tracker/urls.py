"""Addresses."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

# English is bare, other languages stand under their code.
urlpatterns = i18n_patterns(
    path("admin/", admin.site.urls),
    path("account/", include("tracker.admin.account")),
    path("account/invitation/", include("tracker.admin.joining")),
    path("", include("tracker.web.urls")),
    prefix_default_language=False,
)
