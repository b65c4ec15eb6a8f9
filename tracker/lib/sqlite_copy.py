"""A SQLite database copied while it is in use, looked into, and put in the place of another.

By connections of its own: those of the site refuse what is needed here, and have other work to do.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tracker.lib.files import sync

_PAGES_AT_ONCE = 1024
_BUSY_SECONDS = 60
# What SQLite keeps beside a database that is in use.
COMPANIONS = ("-wal", "-shm", "-journal")

Progress = Callable[[int, int], None]
Head = tuple[str, int, int, str]

HEADS = """
    SELECT log, epoch, sequence, hash FROM tracker_historyentry AS entry WHERE sequence = (
        SELECT sequence FROM tracker_historyentry WHERE log = entry.log ORDER BY epoch DESC, sequence DESC LIMIT 1
    ) AND epoch = (SELECT MAX(epoch) FROM tracker_historyentry WHERE log = entry.log) ORDER BY log"""


class DatabaseInUse(Exception):
    """Another process has the database open."""


def copy(source: Path, target: Path, *, progress: Progress = lambda done, of: None) -> list[Head]:
    """Copy one moment of `source` to `target`, which is not there yet, while others go on writing.

    Returns (log, epoch, size, hash of the last entry) of each log at that moment. `progress` is told pages. Raises
    sqlite3.Error or OSError.
    """
    # Nobody else on the machine is to read it: it holds what is not public.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(source, "ro")) as read, closing(_open(target, "rw")) as written:
        # Held open, it keeps the copy at this moment: else every write by others would begin it anew.
        read.execute("BEGIN")
        heads = heads_of(read)
        read.backup(written, pages=_PAGES_AT_ONCE, progress=lambda _state, left, of: progress(of - left, of))
        read.execute("ROLLBACK")
        # A single file, without companions.
        written.execute("PRAGMA journal_mode=DELETE")
    sync(target)
    return heads


def check(path: Path) -> list[Head]:
    """Return (log, epoch, size, last hash) of each log in a copy. Raises sqlite3.DatabaseError where it is damaged."""
    # Immutable: a copy that is looked into stays as it is, and gets no companions.
    with closing(_open(path, "ro", "&immutable=1")) as opened:
        problems = [row[0] for row in opened.execute("PRAGMA integrity_check(5)")]
        if problems != ["ok"]:
            raise sqlite3.DatabaseError(f"{path.name} is damaged: {'; '.join(problems)}")
        if opened.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise sqlite3.DatabaseError(f"{path.name} is damaged: rows point to rows that are not there")
        return heads_of(opened)


def rows(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Return what a copy answers to a question."""
    with closing(_open(path, "ro", "&immutable=1")) as opened:
        return opened.execute(sql, values).fetchall()


def heads_of(connection: sqlite3.Connection) -> list[Head]:
    """Return (log, epoch, size, hash of the last entry) of each log."""
    return [(str(log), int(epoch), int(size), str(head)) for log, epoch, size, head in connection.execute(HEADS)]


def put_in_place(copied: Path, target: Path, *, aside: Path) -> None:
    """Put the database in `copied` where `target` is, at once; what was there is kept as `aside`.

    Raises DatabaseInUse where another process has `target` open, OSError where the disk does not let it.
    """
    temporary = target.with_name(f".{target.name}.restoring")
    temporary.unlink(missing_ok=True)
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with copied.open("rb") as read, temporary.open("wb") as written:
            while piece := read.read(1 << 20):
                written.write(piece)
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o777)
        sync(temporary)
        with _held(target):
            _keep_aside(target, aside)
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync(target.parent)


def _keep_aside(target: Path, aside: Path) -> None:
    if target.exists():
        # A second name, so that there is a database under the first one all the time.
        os.link(target, aside)
    for ending in COMPANIONS:
        # They belong to the old database, and would be taken for the new one's.
        with suppress(FileNotFoundError):
            Path(f"{target}{ending}").rename(f"{aside}{ending}")


@contextmanager
def _held(target: Path) -> Iterator[None]:
    """Keep everyone else out of a database, and its log of writes empty; one that cannot be read is held by nobody."""
    if not target.exists():
        yield
        return
    with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as held:
        try:
            # Out of WAL leads a way only for who is alone with the file.
            held.execute("PRAGMA journal_mode=DELETE")
            held.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise DatabaseInUse from error
        except sqlite3.DatabaseError:
            pass  # Damaged: that is why another is put in its place.
        yield


def _open(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode={mode}{more}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
