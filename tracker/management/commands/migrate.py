"""Django's migrate, which alone may change tables: on SQLite the app's own connection refuses to."""

from contextlib import suppress
from typing import Any

from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from tracker.lib.sqlite import as_owner
from tracker.models import guards


class Command(migrate.Command):
    """Run the migrations as the owner of the tables, and put the history's guards back after them."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. A migration that breaks off leaves the guards in place too."""
        self.database = connections[options["database"]]
        with as_owner(self.database):
            try:
                super().handle(*args, **options)
            except (Exception, KeyboardInterrupt):
                # What broke is told, whether or not the database still answers.
                with suppress(DatabaseError):
                    guards.restore(self.database)
                raise

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Make way for a migration that is about to change tables; then say so as Django does."""
        if action in ("apply_start", "unapply_start") and not fake:
            guards.stand_alone(self.database)
        super().migration_progress_callback(action, migration, fake)
