"""A backup: a folder with a copy of the database, what is kept outside of it, and a manifest that vouches for both."""

import json
import secrets
import shutil
import sqlite3
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from tracker.lib import postgres_copy, sqlite_copy
from tracker.lib.files import put, sync
from tracker.lib.sqlite_copy import Head, Progress
from tracker.queries.checkpoints import ends, logs
from tracker.queries.reading import one_moment

FORMAT = 1
MANIFEST, CHECKPOINTS, REDACTIONS = "manifest.json", "checkpoints.txt", "redactions.txt"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class BadBackup(Exception):
    """A backup that cannot be made, or cannot be relied on. The message says why."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is: when it was made, of which kind of database and release, how far each log reached.

    `migrations` are [app, name]; `heads` [log, epoch, size, hash of the last entry]; `files` {name: [bytes, SHA-256]}.
    """

    made: str
    kind: str
    release: str
    migrations: list[list[str]]
    heads: list[list[Any]]
    files: dict[str, list[Any]]


def vendor() -> str:
    """Return which kind of database the site has: sqlite or postgresql."""
    return connections["default"].vendor


def make(target: Path, *, made: str, progress: Progress) -> Manifest:
    """Write a backup of one moment to `target`, which is not there yet, and return its manifest.

    It appears when it is complete and was read back. Raises BadBackup or OSError; then nothing of it is left.
    """
    if target.exists():
        raise BadBackup(f"{target} is there already: a backup is never written over. Choose another name.")
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    folder.mkdir(mode=0o700)
    try:
        # These first: what is published meanwhile, the copy that follows holds as well.
        _copy_kept(folder)
        with _told():
            heads, migrations = _COPY[vendor()](folder / DATABASES[vendor()], progress)
        files = {path.name: [path.stat().st_size, _sha256(path)] for path in sorted(folder.iterdir())}
        manifest = Manifest(made, vendor(), _release(), migrations, [list(head) for head in heads], files)
        (folder / MANIFEST).write_text(json.dumps({"backup": FORMAT} | asdict(manifest), indent=1) + "\n")
        check(folder)
        for path in (*folder.iterdir(), folder):
            sync(path)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync(target.parent)
    return manifest


def check(folder: Path) -> Manifest:
    """Return the manifest of a backup, having read all of it: every file as it was, every log as far as it says.

    Raises BadBackup.
    """
    manifest = _manifest(folder)
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size or _sha256(path) != digest:
            raise BadBackup(f"{path} is not as it was written: the copy is damaged or incomplete.")
    if manifest.kind not in DATABASES or DATABASES[manifest.kind] not in manifest.files:
        raise BadBackup(f"{folder} has no database in it.")
    copied = folder / DATABASES[manifest.kind]
    with _told():
        heads = sqlite_copy.check(copied) if manifest.kind == "sqlite" else postgres_copy.check(copied)
    if sorted(map(list, heads)) != sorted(manifest.heads):
        raise BadBackup(f"{copied} does not end where its manifest says: it is not the copy that was made.")
    return manifest


def _manifest(folder: Path) -> Manifest:
    try:
        told = json.loads((folder / MANIFEST).read_text())
        if told.pop("backup") != FORMAT:
            raise BadBackup(f"{folder} was made by a newer release. Use that one.")
        return Manifest(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadBackup(f"{folder} is no backup: its {MANIFEST} cannot be read. Name the folder of one.") from error


@contextmanager
def _told() -> Iterator[None]:
    """Raise what goes wrong with a copy as BadBackup."""
    try:
        yield
    except sqlite3.Error as error:
        raise BadBackup(f"The database could not be read: {error}.") from error
    except postgres_copy.ToolFailed as error:
        raise BadBackup(f"{error}.") from error


def _copy_kept(folder: Path) -> None:
    kept = settings.KEPT_FOLDER
    for name in (CHECKPOINTS, REDACTIONS):
        if kept is not None and (kept / name).exists():
            shutil.copyfile(kept / name, folder / name)


def _copy_sqlite(target: Path, progress: Progress) -> tuple[list[Head], list[list[str]]]:
    source = Path(connections["default"].settings_dict["NAME"])
    if not source.is_file():
        raise BadBackup(f"There is no database at {source}.")
    heads = sqlite_copy.copy(source, target, progress=progress)
    found = sqlite_copy.rows(target, "SELECT app, name FROM django_migrations ORDER BY app, name")
    return heads, [[str(app), str(name)] for app, name in found]


def _copy_postgres(target: Path, progress: Progress) -> tuple[list[Head], list[list[str]]]:
    with one_moment() as alias:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        postgres_copy.dump(connections["default"].settings_dict, target, snapshot=snapshot)
        heads = [(end.log, end.epoch, end.size, end.head) for end in ends(logs(using=alias), using=alias)]
        return heads, migrations(alias)


def migrations(alias: str = "default") -> list[list[str]]:
    """Return [app, name] of every migration that a database has."""
    return sorted([app, name] for app, name in MigrationRecorder(connections[alias]).applied_migrations())


_COPY: dict[str, Callable[[Path, Progress], tuple[list[Head], list[list[str]]]]] = {
    "sqlite": _copy_sqlite,
    "postgresql": _copy_postgres,
}


def _release() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def bring_back_kept(folder: Path) -> None:
    """Put what a backup kept outside the database there again, where nothing is: on a machine that is new."""
    kept = settings.KEPT_FOLDER
    if kept is None:
        return
    kept.mkdir(mode=0o750, parents=True, exist_ok=True)
    for name in (CHECKPOINTS, REDACTIONS):
        if (folder / name).exists() and not (kept / name).exists():
            put(kept / name, (folder / name).read_bytes())
