"""manage.py restore."""

import sqlite3
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tracker.actions.checkpoints import take_checkpoints
from tracker.errors import Refusal
from tracker.lib import postgres_copy, sqlite_copy
from tracker.lib.checkpoints import Kept, last_of_each, read
from tracker.management import backups
from tracker.management.backups import BadBackup, Manifest
from tracker.management.commands.record_restore import operator, recorded
from tracker.models import guards
from tracker.queries import continuity
from tracker.queries.checkpoints import ends, in_table, logs
from tracker.queries.redactions import pending_redactions
from tracker.queries.verify import verify


class Command(BaseCommand):
    """Puts a backup back, and tells so in the history."""

    help = (
        "Put a backup in the place of the database, say what that loses, and record it: one entry in each log that is "
        "then shorter than what was published, told for ever with the reason. Redactions since the backup are carried "
        "out again, and the whole record is verified. Stop the site first: it refuses while anybody has the database "
        "open. On SQLite the database of before stays beside the new one, as NAME.before-TIME; on PostgreSQL make a "
        "backup of it first. Example: restore /backups/tracker-20260302T090000Z --as root --reason 'Disk failed.' "
        "docs/operating.md has the drill. Exit codes: 0 done; 1 refused, or done and not as its history says; 2 usage."
    )
    requires_system_checks: list[str] = []  # What is to be replaced may be broken.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder of a backup")
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="staff of this installation")
        parser.add_argument("--reason", required=True, help="why; kept in the history")
        parser.add_argument("--dry-run", action="store_true", help="check the backup and say what would be lost")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, backup: Path, username: str, reason: str, **options: Any) -> None:
        if not reason.strip():
            raise CommandError("Nothing was changed. --reason says why: the others will ask.")
        try:
            manifest = backups.check(backup)
            _require_fits(manifest)
            _require_operator(backup, manifest, username)
            if not options["dry_run"]:
                self._publish()
            for line in _lost(backup, manifest):
                self.stdout.write(line)
            if options["dry_run"]:
                self.stdout.write("Nothing was changed.")
                return
            self._ask(options["yes"])
            self._put_back(backup, manifest)
        except (BadBackup, OSError, Refusal) as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        self._record(username, reason)

    def _publish(self) -> None:
        """Take a last checkpoint of what is there: the history will then tell exactly what was lost."""
        try:
            take_checkpoints(at=timezone.now())
        except (Refusal, DatabaseError) as problem:
            self.stderr.write(f"No last checkpoint of the database as it is: {problem}")

    def _ask(self, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nothing was changed. Nobody is there to ask: say --yes.")
        if input("Type yes to put this backup in the place of the database: ").strip().lower() != "yes":
            raise CommandError("Nothing was changed.")

    def _put_back(self, backup: Path, manifest: Manifest) -> None:
        copied = backup / backups.DATABASES[manifest.kind]
        database = connection.settings_dict
        if manifest.kind == "postgresql":
            _require_alone()
            connections.close_all()
            try:
                postgres_copy.restore(database, copied)
            except postgres_copy.ToolFailed as error:
                raise BadBackup(f"{error}.") from error
        else:
            target = Path(database["NAME"])
            aside = target.with_name(f"{target.name}.before-{timezone.now():%Y%m%dT%H%M%SZ}")
            connections.close_all()
            try:
                sqlite_copy.put_in_place(copied, target, aside=aside)
            except sqlite_copy.DatabaseInUse as error:
                raise BadBackup("Another process has the database open. Stop the site and its timers first.") from error
            if aside.exists():
                self.stdout.write(f"The database of before is kept as {aside}.")
        try:
            backups.bring_back_kept(backup)
        except OSError as error:
            raise CommandError(
                f"The backup is in place, and not recorded: what it kept outside the database could not be put into "
                f"KEPT_FOLDER. {error}. Put its checkpoints.txt and redactions.txt there before the site starts, then "
                f"run manage.py record_restore."
            ) from error

    def _record(self, username: str, reason: str) -> None:
        """Bring the restored database up to this release, tell what it lost, and verify it."""
        if sorted(map(list, backups.migrations())) != _known():
            call_command("migrate", interactive=False, verbosity=0)
        missing = guards.missing(connection)
        if missing:
            gone = ", ".join(missing)
            raise CommandError(f"The backup is in place, and not recorded: {gone} missing. See docs/operating.md.")
        try:
            if continuity.breaks() or pending_redactions():
                self.stdout.write(recorded(operator(username), reason))
            else:
                self.stdout.write("Nothing that was published is lost: there is nothing to record.")
        except Refusal as refusal:
            raise CommandError(f"The backup is in place and read-only, and not recorded: {refusal}") from refusal
        verdict = verify()
        for fault in verdict.faults[:20]:
            self.stdout.write(self.style.ERROR(str(fault)))
        if verdict.faults:
            raise CommandError("The backup is in place, and the record is not as its history says.")
        self.stdout.write(f"{verdict.entries} entries verified: the record is as its history says.")


def _require_fits(manifest: Manifest) -> None:
    if manifest.kind != backups.vendor():
        raise BadBackup(f"This is a backup of {manifest.kind}, and DATABASE_URL names {backups.vendor()}.")
    known = _known()
    newer = [name for name in manifest.migrations if name not in known]
    if newer:
        raise BadBackup(f"The backup is of a newer release ({manifest.release}): {newer[-1][1]} is not known here.")
    if manifest.kind == "postgresql":
        there = backups.migrations()
        if there and there != sorted(manifest.migrations):
            raise BadBackup(
                "The database has other migrations than the backup. Make an empty database, name it in DATABASE_URL, "
                "and restore into that: it is brought up to this release then."
            )


def _known() -> list[list[str]]:
    """Return [app, name] of every migration of this release."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return sorted([app, name] for app, name in loader.disk_migrations)


def _require_operator(backup: Path, manifest: Manifest, username: str) -> None:
    """See that who records it can do so afterwards: in the backup, where it can be looked into."""
    if manifest.kind != "sqlite":
        try:
            operator(username)
        except DatabaseError:
            return  # An empty database: it is asked again once the backup is in place.
        return
    try:
        found = sqlite_copy.rows(
            backup / backups.DATABASES["sqlite"],
            "SELECT 1 FROM tracker_user WHERE username = ? AND is_active AND is_superuser",
            username,
        )
    except sqlite3.Error as error:
        raise BadBackup(f"The backup cannot be read: {error}.") from error
    if not found:
        raise BadBackup(f"{username} is not of the installation's staff (a superuser) in this backup.")


def _require_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BadBackup(f"{others} other sessions have the database open. Stop the site and its timers first.")


def _lost(backup: Path, manifest: Manifest) -> list[str]:
    """Return in lines what is published, or in the database, and not in the backup."""
    published, unread = [*continuity.kept_outside(), *_kept_in(backup)], []
    try:
        published += [*in_table(), *ends(logs())]
    except DatabaseError as error:
        unread = [f"The database as it is cannot be read ({error}): what it holds beyond its checkpoints is not known."]
    heads = {log: (epoch, size, head) for log, epoch, size, head in manifest.heads}
    lines = []
    for log, last in last_of_each(sorted(published, key=lambda each: (each.epoch, each.size))).items():
        epoch, size, head = heads.get(log, (0, 0, ""))
        same = (epoch, size, head) == (last.epoch, last.size, last.head)
        beyond = (epoch, size) > (last.epoch, last.size)
        if same or beyond:
            lines.append(f"log {log}: {size} entries in the backup; nothing that is known is lost.")
        else:
            lines.append(
                f"log {log}: {size} entries in the backup, {last.size} known until {last.time}: "
                f"{max(last.size - size, 0) or 'an unknown number of'} would be lost."
            )
    return [f"Backup of {manifest.made}, release {manifest.release}.", *lines, *unread]


def _kept_in(backup: Path) -> list[Kept]:
    """Return the checkpoints that a backup holds beside its database."""
    path = backup / backups.CHECKPOINTS
    try:
        return read(path.read_text(encoding="utf-8")) if path.exists() else []
    except ValueError as error:
        raise BadBackup(f"The checkpoints in the backup cannot be read ({path}): {error}.") from error
