"""Scrubbing: what was deleted is still in the database's files until they are written anew."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from tracker.models import TRACKED_MODELS, HistoryValue, Mail, SearchText
from tracker.models import search as index

# How long readers may hold it up before it is left to `manage.py scrub`.
WAIT_SECONDS = 5


@dataclass(frozen=True)
class Scrubbed:
    """Whether the files hold nothing any more that was deleted; if not, `left` says what to do."""

    done: bool
    left: str = ""


def forget_what_is_deleted() -> None:
    """Let SQLite overwrite with zeros whatever this connection deletes from now on."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def scrub() -> Scrubbed:
    """Write the files of the database anew, so that no byte of what was deleted is left in them.

    SQLite: VACUUM, and the log of what was written is copied back and cut to nothing; PostgreSQL: VACUUM (FULL) of the
    tables that hold words, which only their owner may do. Takes about as long as copying the database; nobody writes
    meanwhile. What readers hold up is not done, and is said. Never inside a transaction.
    """
    if connection.in_atomic_block:
        return Scrubbed(False, _again())
    try:
        done = _scrub_sqlite() if connection.vendor == "sqlite" else _scrub_postgresql()
    except (sqlite3.Error, DatabaseError):
        return Scrubbed(False, _again())
    return done


def _again() -> str:
    return _(
        "The files of the database may still hold what was deleted, as others were reading. Run manage.py scrub when "
        "it is quiet."
    )


def _scrub_sqlite() -> Scrubbed:
    in_memory = connection.is_in_memory_db()  # type: ignore[attr-defined]
    clean = in_memory or scrub_file(str(connection.settings_dict["NAME"]))
    return Scrubbed(True) if clean else Scrubbed(False, _again())


def scrub_file(path: str) -> bool:
    """Write a database of SQLite anew, and copy and cut its log; say whether no reader held it up."""
    # A connection of its own: the site's refuses VACUUM, which SQLite does by attaching a second file.
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as alone:
        alone.execute("PRAGMA secure_delete=ON")
        if alone.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [index.INDEX]).fetchone():
            # FTS5 keeps words that were deleted, and only notes that they were.
            index.rebuild(alone)
        alone.execute("VACUUM")
        (held_up, *_pages) = alone.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not held_up


def _tables() -> list[str]:
    tracked = {model._meta.db_table for model in TRACKED_MODELS}
    return sorted(tracked | {model._meta.db_table for model in (HistoryValue, Mail, SearchText)})


def _scrub_postgresql() -> Scrubbed:
    command = f"VACUUM (FULL) {', '.join(_tables())}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE oid = ANY(%s::regclass[]) AND NOT pg_has_role(relowner, 'USAGE')",
            [_tables()],
        )
        if cursor.fetchone()[0]:
            return Scrubbed(
                False, _("The owner of the tables has to run this in PostgreSQL: %(command)s;") % {"command": command}
            )
        held_up = not _wait_for_others(cursor)
        cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        try:
            cursor.execute(command)
        finally:
            cursor.execute("RESET lock_timeout")
    return Scrubbed(False, _again()) if held_up else Scrubbed(True)


def _wait_for_others(cursor: Any) -> bool:
    """Wait until everyone has ended who may still see what was deleted, and say whether they have.

    What somebody may see is written anew with the rest. Who writes in another database of the server counts as well:
    PostgreSQL numbers the transactions of all.
    """
    cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    (following,) = cursor.fetchone()
    for _attempt in range(WAIT_SECONDS * 10):
        cursor.execute(
            "SELECT pg_snapshot_xmin(now)::text::bigint >= %(following)s AND NOT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND age(backend_xmin) > pg_snapshot_xmax(now)::text::bigint - %(following)s) "
            "FROM pg_current_snapshot() AS now",
            {"following": following},
        )
        if cursor.fetchone()[0]:
            return True
        time.sleep(0.1)
    return False
