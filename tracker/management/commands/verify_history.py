"""manage.py verify_history."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.errors import ReadOnly
from tracker.lib.checkpoints import Kept, read
from tracker.queries.continuity import kept_outside
from tracker.queries.reading import one_moment
from tracker.queries.verify import Verdict, verify


class Command(BaseCommand):
    """Recompute the whole history and compare it with every tracked table and with the checkpoints."""

    help = (
        "Recompute every chain and every commitment of the history, replay it, and compare the result with every "
        "tracked table, and with checkpoints. Writes nothing. Exit codes: 0 all is as the history says; 1 the faults "
        "are listed, each with its row; 2 usage, or checkpoints that cannot be read."
    )
    requires_system_checks: list[str] = []  # It must be able to look at a database whose guards are gone.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=50, help="list at most so many faults (default 50)")
        parser.add_argument(
            "--checkpoint",
            action="append",
            type=Path,
            metavar="FILE",
            help="compare with the checkpoints in FILE (default: the file kept beside the database)",
        )

    def handle(self, *args: Any, most: int, checkpoint: list[Path] | None, **options: Any) -> None:
        kept = self._kept(checkpoint)
        with one_moment() as snapshot:
            verdict = verify(using=snapshot, progress=self._progress, kept=kept)
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        self._tell(verdict)
        if not verdict.faults:
            self.stdout.write(self.style.SUCCESS("The record is as its history says."))
            return
        for fault in verdict.faults[:most]:
            self.stdout.write(self.style.ERROR(str(fault)))
        found = len(verdict.faults)
        ending = f"{found} fault{'' if found == 1 else 's'}. The record is not as its history says."
        self.stdout.write(self.style.ERROR(ending))
        sys.exit(1)

    def _kept(self, files: list[Path] | None) -> list[Kept]:
        """Return the checkpoints to compare with."""
        try:
            if files is None:
                return kept_outside()
            return [kept for file in files for kept in read(file.read_text(encoding="utf-8", errors="replace"))]
        except (OSError, ValueError, ReadOnly) as problem:
            raise CommandError(str(problem), returncode=2) from problem

    def _tell(self, verdict: Verdict) -> None:
        for log, epoch, size, head in verdict.heads:
            self.stdout.write(f"log {log}: epoch {epoch}, {size} entries, head {head}")
            covered = verdict.covered.get(log, 0)
            self.stdout.write(f"  entries covered by the checkpoints: {covered}; not covered yet: {size - covered}")
        self.stdout.write(
            f"{verdict.entries} entries, {verdict.values} values ({verdict.withdrawn} withdrawn), "
            f"{verdict.rows} rows compared"
        )

    def _progress(self, done: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{done} entries checked", ending="")
        elif done % 50_000 == 0:
            self.stderr.write(f"{done} entries checked")
