"""System checks of our own: the history must be append-only before anything starts."""

import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError, connection

from tracker.errors import GuardsMissing
from tracker.models import Alliance, guards

# These make or describe the tables, and may run before there are any guards.
_BEFORE_GUARDS = {"migrate", "makemigrations", "makemessages", "compilemessages", "collectstatic", "help"}


@register()
def history_is_guarded(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start where a trigger of the history is missing or switched off."""
    if len(sys.argv) > 1 and sys.argv[1] in _BEFORE_GUARDS:
        return []
    try:
        missing = guards.missing(connection)
    except DatabaseError:
        # No database to look into, as on a build machine: whoever serves pages looks again.
        return []
    if not missing:
        return []
    return [
        Error(
            f"The history is not append-only: {', '.join(missing)} missing or switched off.",
            hint="Find out who removed them, run `manage.py verify_history`, then `manage.py migrate` puts them back.",
            id="tracker.E001",
        )
    ]


@register()
def demo_is_at_home(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where an invented alliance stands in a database that is not served as a demo."""
    if settings.DEMO or (len(sys.argv) > 1 and sys.argv[1] in _BEFORE_GUARDS):
        return []
    try:
        invented = [alliance.slug for alliance in Alliance.objects.filter(is_demo=True)]
    except DatabaseError:
        return []
    if not invented:
        return []
    return [
        Warning(
            f"This database holds an invented alliance ({', '.join(invented)}), and DEMO is off: its pages are public, "
            "and its people, whose passwords are known to all, cannot sign in.",
            hint="Begin a real site with a database of its own: set DATABASE_URL, then run `manage.py migrate`.",
            id="tracker.W001",
        )
    ]


@register(deploy=True)
def second_factor_is_asked_for(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a site on which people write with a password alone: our settings do so too, but may be replaced."""
    if settings.SECOND_FACTOR or settings.DEMO:
        return []
    return [
        Error(
            "SECOND_FACTOR is off, and this is no demo: a stolen password is enough to write the record.",
            hint="Remove SECOND_FACTOR from the environment.",
            id="tracker.E002",
        )
    ]


def require_guards() -> None:
    """Raise GuardsMissing unless every trigger is in place. Called before a web process serves its first page."""
    missing = guards.missing(connection)
    if missing is None:
        raise GuardsMissing("The database has no tables yet: run `manage.py migrate`.")
    if missing:
        raise GuardsMissing(f"The history is not append-only: {', '.join(missing)} missing. See `manage.py check`.")
