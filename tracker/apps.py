"""The app, its guards and its admin site."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    """The recommendation tracker."""

    name = "tracker"
    verbose_name = _("Recommendation tracker")

    def ready(self) -> None:
        from tracker import checks  # noqa: F401  (registers the checks)

        post_migrate.connect(restore_guards, sender=self)


class TrackerAdminConfig(AdminConfig):
    """Django's admin with our own site in its place."""

    default_site = "tracker.admin.site.TrackerAdminSite"
    default = False


def restore_guards(using: str, **kwargs: Any) -> None:
    """Put the triggers of the history back after every migration: SQLite drops them when it rebuilds a table, and those
    of the search with them.

    The one signal receiver of this project.
    """
    from tracker.models import guards, search

    guards.restore(connections[using])
    search.install(connections[using])
