"""manage.py rebuild_search."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.actions.search import rebuild

_WIDTH = 30


class Command(BaseCommand):
    """Write the index that the search looks through anew from the record."""

    help = (
        "Compare the index of the search with the points and updates of the record, and write what differs. The index "
        "is written with every act and needs this in three cases only: after rows were written past the acts, after "
        "an upgrade that stems words in another way (its notes say so), and where a search ends in an error. People "
        "may go on reading and writing meanwhile; running it again, or after it was broken off, does no harm. The "
        "history does not tell of the index, and verify_history does not compare it: this does, with --dry-run. Exit "
        "codes: 0 the index is as the record says, or is now; 1 with --dry-run: it is not, and nothing was written; 2 "
        "usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what differs, and write nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        found = rebuild(dry_run=dry_run, progress=self._progress)
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        self.stdout.write(f"{found.looked_at} points and updates looked at.")
        would = (
            "to add" if dry_run else "added",
            "to change" if dry_run else "changed",
            "to take away" if dry_run else "taken away",
        )
        counts = zip(would, (found.added, found.changed, found.taken), strict=True)
        self.stdout.write("Rows of the index " + ", ".join(f"{word}: {count}" for word, count in counts) + ".")
        if dry_run and found.differed:
            self.stdout.write("The index is not as the record says. Run this again without --dry-run.")
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("The index is as the record says."))

    def _progress(self, done: int, of: int) -> None:
        if sys.stderr.isatty():
            filled = done * _WIDTH // max(of, 1)
            self.stderr.write(f"\r[{'#' * filled}{' ' * (_WIDTH - filled)}] {done} of {of}", ending="")
        elif done % 10_000 == 0:
            self.stderr.write(f"{done} of {of}")
