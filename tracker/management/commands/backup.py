"""manage.py backup."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.management import backups

_LINE_EVERY = 100_000


class Command(BaseCommand):
    """A copy of the record that can be put back."""

    help = (
        "Write a backup while the site goes on: a folder with a copy of one moment of the database, the files kept "
        "beside it (checkpoints.txt, redactions.txt) and a manifest. The copy is made by the database's own means, "
        "never from a live file, and read back before the backup appears: whole, and every log ending where it did. "
        "TARGET is a folder that is there, in which the backup is named after the moment, or a name that is not there "
        "yet; nothing is written over. Keep backups on another machine: they hold everything that is not public. "
        "manage.py restore puts one back; docs/operating.md has the drill. Exit codes: 0 done; 1 refused, and nothing "
        "is left of it; 2 usage."
    )
    requires_system_checks: list[str] = []  # A database whose guards are gone is worth a copy too.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, metavar="TARGET", help="where the backup goes")

    def handle(self, *args: Any, target: Path, **options: Any) -> None:
        now = timezone.now().astimezone(dt.UTC)
        target = target.resolve()
        if target.is_dir():
            if (target / backups.MANIFEST).exists():
                raise CommandError(f"No backup was made. {target} is a backup itself: it is never written over.")
            target = target / f"tracker-{now:%Y%m%dT%H%M%SZ}"
        try:
            manifest = backups.make(target, made=f"{now:%Y-%m-%dT%H:%M:%SZ}", progress=self._progress)
        except (backups.BadBackup, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        finally:
            if self.stderr.isatty():
                self.stderr.write("\r\033[K", ending="")
        for log, epoch, size, head in manifest.heads:
            self.stdout.write(f"log {log}: epoch {epoch}, {size} entries, head {head}")
        total = sum(size for size, _digest in manifest.files.values())
        self.stdout.write(f"{target}: {total} bytes, read back and found as written.")

    def _progress(self, done: int, of: int) -> None:
        if self.stderr.isatty() and of:
            bar = "█" * (20 * done // of)
            self.stderr.write(f"\r{bar:░<20} {done} of {of} pages", ending="")
        elif done % _LINE_EVERY == 0 and done:
            self.stderr.write(f"{done} of {of} pages")
