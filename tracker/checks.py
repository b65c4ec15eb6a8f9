"""System checks of our own: the history must be append-only before anything starts."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError, connection

from tracker.errors import GuardsMissing
from tracker.models import Alliance, guards
from tracker.queries.continuity import why_read_only
from tracker.web.closed import is_open

log = logging.getLogger(__name__)

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


@register()
def history_goes_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where the record opens read-only, and where the public pages stay closed: another database was put back."""
    if len(sys.argv) > 1 and sys.argv[1] in _BEFORE_GUARDS:
        return []
    try:
        why, closed = why_read_only(), not is_open()
    except DatabaseError:
        return []
    found: list[CheckMessage] = []
    if why:
        hint = (
            "docs/operating.md, “After a restore”: manage.py record_restore tells the gap and opens the record again."
        )
        found.append(Warning(f"The record is read-only. {why}", hint=hint, id="tracker.W002"))
    if closed:
        hint = "manage.py record_restore carries them out again."
        found.append(
            Warning("The public pages are closed: redactions are not carried out here.", hint=hint, id="tracker.W003")
        )
    return found


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


@register(deploy=True)
def site_does_not_own_the_history(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where the login that runs the site may switch the guards off."""
    try:
        owns = guards.are_ours(connection)
    except DatabaseError:
        return []
    if not owns:
        return []
    return [
        Warning(
            "The site connects to PostgreSQL as the owner of the history, who may switch its guards off.",
            hint="Run the site as a login of its own: docs/postgresql.md.",
            id="tracker.W004",
        )
    ]


def require_guards() -> None:
    """Raise GuardsMissing unless every trigger is in place. Called before a web process serves its first page."""
    missing = guards.missing(connection)
    if missing is None:
        raise GuardsMissing("The database has no tables yet: run `manage.py migrate`.")
    if missing:
        raise GuardsMissing(f"The history is not append-only: {', '.join(missing)} missing. See `manage.py check`.")


def log_state() -> None:
    """Write into the log why a web process serves less than usual, if it does: see `history_goes_on`."""
    for found in history_goes_on(None):
        log.warning("%s %s", found.msg, found.hint)
