"""manage.py import_catalogue."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.imports import import_catalogue
from tracker.errors import Refusal
from tracker.importer.catalogue import read_catalogue
from tracker.importer.workspace import read_workspaces
from tracker.permissions import SYSTEM


class Command(BaseCommand):
    """Load the catalogue files into the record."""

    help = (
        "Load the documents, organisations and workspaces under fixtures/ into the record. What is there already is "
        "compared: a second run writes nothing, a changed text gives one history entry with old and new, a point that "
        "is gone from its file is archived. A file with a mistake is refused whole, naming file, point and reason. "
        "The format is in docs/catalogue.md. Exit codes: 0 done, 1 refused, 2 usage."
    )

    # Only for the demo command: a password does not belong on a command line.
    stealth_options = ("password",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.BASE_DIR / "fixtures",
            help="where the files are (default fixtures/)",
        )
        parser.add_argument(
            "--demo", action="store_true", help="also the invented demo alliance (its people cannot sign in)"
        )

    def handle(self, *args: Any, dry_run: bool, folder: Path, demo: bool, password: str = "", **options: Any) -> None:
        try:
            catalogue = read_catalogue(folder)
            workspaces = [row for row in read_workspaces(folder, catalogue) if demo or not row.is_demo]
            imported = import_catalogue(
                catalogue,
                workspaces,
                actor=SYSTEM,
                at=timezone.now(),
                dry_run=dry_run,
                password=password,
                progress=self._progress,
            )
        except Refusal as refusal:
            raise CommandError(f"Nothing was written. {refusal}") from refusal
        would = "would be written" if dry_run else "written"
        self.stdout.write(f"{imported.entries} history entries {would}.")
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in imported.totals.items()))

    def _progress(self, message: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"… {message}")
