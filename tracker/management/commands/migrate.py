"""Django's migrate, which alone may change tables: on SQLite the app's own connection refuses to."""

from contextlib import suppress
from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from tracker.actions import search
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
        if self._is_whole(options) and search.is_empty():
            # A record that was there before there was a search.
            self.stdout.write("  Writing the index of the search…")
            search.rebuild()

    def _is_whole(self, options: dict[str, Any]) -> bool:
        """Tell whether every migration was asked for, and run, on the database that the site works with."""
        partly = options["app_label"] or options["plan"] or options["check_unapplied"] or options["prune"]
        return not partly and options["database"] == DEFAULT_DB_ALIAS

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Make way for a migration that is about to change tables; then say so as Django does."""
        if action in ("apply_start", "unapply_start") and not fake:
            guards.stand_alone(self.database)
        super().migration_progress_callback(action, migration, fake)
