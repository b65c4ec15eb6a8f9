"""manage.py verify_history."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tracker.queries.reading import one_moment
from tracker.queries.verify import verify


class Command(BaseCommand):
    """Recompute the whole history and compare it with every tracked table."""

    help = (
        "Recompute every chain and every commitment of the history, replay it, and compare the result with every "
        "tracked table. Writes nothing. Exit codes: 0 all is as the history says; 1 the faults are listed, each with "
        "its row; 2 usage."
    )
    requires_system_checks: list[str] = []  # It must be able to look at a database whose guards are gone.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=50, help="list at most so many faults (default 50)")

    def handle(self, *args: Any, most: int, **options: Any) -> None:
        with one_moment() as snapshot:
            verdict = verify(using=snapshot, progress=self._progress)
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        for log, epoch, size, head in verdict.heads:
            self.stdout.write(f"log {log}: epoch {epoch}, {size} entries, head {head}")
        self.stdout.write(
            f"{verdict.entries} entries, {verdict.values} values ({verdict.withdrawn} withdrawn), "
            f"{verdict.rows} rows compared"
        )
        if not verdict.faults:
            self.stdout.write(self.style.SUCCESS("The record is as its history says."))
            return
        for fault in verdict.faults[:most]:
            self.stdout.write(self.style.ERROR(str(fault)))
        found = len(verdict.faults)
        ending = f"{found} fault{'' if found == 1 else 's'}. The record is not as its history says."
        self.stdout.write(self.style.ERROR(ending))
        sys.exit(1)

    def _progress(self, done: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done} entries checked", ending="")
        elif done % 50_000 == 0:
            self.stderr.write(f"{done} entries checked")
