"""System checks of our own: the history must be append-only before anything starts."""

import sys
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connection

from tracker.errors import GuardsMissing
from tracker.models import guards

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


def require_guards() -> None:
    """Raise GuardsMissing unless every trigger is in place. Called before a web process serves its first page."""
    missing = guards.missing(connection)
    if missing is None:
        raise GuardsMissing("The database has no tables yet: run `manage.py migrate`.")
    if missing:
        raise GuardsMissing(f"The history is not append-only: {', '.join(missing)} missing. See `manage.py check`.")
