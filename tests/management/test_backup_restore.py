"""Backup and restore on a database of its own: what is lost is told, and what was redacted stays so."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.management.scene import SECRET
from tracker.lib import postgres_copy, sqlite_copy
from tracker.lib.checkpoints import read

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """A site with a database of its own: a file, or one on the server."""

    folder: Path
    url: str
    database: dict[str, Any]

    @property
    def checkpoints(self) -> Path:
        return self.folder / "kept" / "checkpoints.txt"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the site, as its operator would."""
        env = {"PATH": os.environ["PATH"], "DEMO": "true", "DATABASE_URL": self.url}
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=env | {"KEPT_FOLDER": str(self.folder / "kept")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def step(self, name: str) -> dict[str, Any]:
        """Take one step of the scene and return what it found."""
        ended = self.run("-m", "tests.management.scene", name, str(self.folder))
        assert ended.returncode == 0, ended.stderr[-3000:]
        found: dict[str, Any] = json.loads(ended.stdout)
        return found

    def put_back_by_hand(self) -> None:
        """Put the backup back without a word about it."""
        if connection.vendor == "postgresql":
            postgres_copy.restore(self.database, self.folder / "backup" / "database.dump")
        else:
            shutil.copyfile(self.folder / "backup" / "database.sqlite3", self.database["NAME"])


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    """A site with the tables of the tests' own database and no rows. Nothing is written in that one."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        path = tmp_path / "db.sqlite3"
        with closing(sqlite3.connect(path)) as file:
            connection.connection.backup(file)
        yield Site(tmp_path, f"sqlite:///{path}", {"NAME": str(path)})
        return
    with _database(f"tracker_restoring_{os.getpid()}") as database:
        env = postgres_copy.environment(connection.settings_dict)
        dump = tmp_path / "schema.dump"
        subprocess.run(["pg_dump", "--format=custom", f"--file={dump}"], env=env, check=True)
        postgres_copy.restore(database, dump)
        place = f"{database['USER']}:{database['PASSWORD'] or ''}@{database['HOST']}:{database['PORT'] or 5432}"
        yield Site(tmp_path, f"postgres://{place.replace(':@', '@')}/{database['NAME']}", database)


@contextmanager
def _database(name: str) -> Iterator[dict[str, Any]]:
    database = dict(connection.settings_dict) | {"NAME": name}
    env = postgres_copy.environment(database)
    subprocess.run(["createdb", name], env=env, check=True)
    try:
        yield database
    finally:
        subprocess.run(["dropdb", "--force", name], env=env, check=True)


def fine(*told: dict[str, Any]) -> None:
    for each in told:
        assert each["ended"] == "", each


def lost(site: Site, name: str) -> int:
    """Return how many entries the last checkpoint of the alliance called `name` counted."""
    return max(kept.size for kept in read(site.checkpoints.read_text()) if kept.log == name)


def test_drill_of_a_restore_by_hand(site: Site) -> None:
    start = site.step("before")
    fine(start["taken"], start["backup"], start["last"])
    assert "is there already" in start["again"]["ended"] or "is a backup itself" in start["again"]["ended"]
    assert {path.name for path in (site.folder / "backup").iterdir()} >= {"manifest.json", "checkpoints.txt"}
    known = read(site.checkpoints.read_text())

    site.put_back_by_hand()
    seen = site.step("look")

    assert "written" not in seen
    assert seen["entries"] == seen["entries after"]
    for name in ("/home/", "/home/items.csv", "/home/history/checkpoints.txt", "/ru/home/"):
        assert seen[name] == [503, False], name
    assert seen["/account/login/"] == [200, False]
    assert (seen["sign in"], seen["desk"], seen["step"]) == (302, [200, True], [200, True, True])
    assert (seen["password"], seen["kept"]) == ([503, False], True)
    assert "No checkpoint was taken" in seen["checkpoint"]["ended"]
    assert "redact" in seen["export"]["ended"]
    assert not seen["exported"]
    assert "staff is not of this installation's staff" in seen["nobody"]["ended"]
    assert "are lost" in seen["dry"]["out"]
    assert "Nothing was written" in seen["dry"]["out"]

    end = site.step("record")

    fine(end["record"], end["checkpoint"], end["verify"])
    assert (end["epoch"], end["page"], end["secret"]) == (2, 200, False)
    assert "nothing to record" in end["nothing"]["ended"]
    gaps = {row[2]: row for row in end["restores"]}
    assert gaps
    for log, (_alliance, kept_size, _log, epoch, size, head) in gaps.items():
        last = [kept for kept in known if kept.log == log][-1]
        assert (epoch, size, head) == (last.epoch, last.size, last.head)
        assert kept_size < size
    assert [kept.epoch for kept in read(site.checkpoints.read_text()) if kept.log in gaps][-1] == 2


def test_drill_of_a_restore_by_the_command(site: Site) -> None:
    fine(*(told for name, told in site.step("before").items() if name != "again"))

    end = site.step("put_back")

    fine(end["dry"], end["put back"], end["checkpoint"], end["verify"])
    assert "would be lost" in end["dry"]["out"]
    assert "Nothing was changed." in end["dry"]["out"]
    assert "the record is as its history says" in end["put back"]["out"]
    assert (end["epoch"], end["page"], end["secret"]) == (2, 200, False)
    assert end["restores"]
    if connection.vendor == "sqlite":
        (aside,) = site.folder.glob("db.sqlite3.before-*")
        sqlite_copy.check(aside)


def restore(site: Site, *more: str, backup: str = "backup") -> subprocess.CompletedProcess[str]:
    words = ["manage.py", "restore", str(site.folder / backup), "--as", "root", "--reason", "Disk failed.", *more]
    return site.run(*words)


def test_restore_is_refused_and_changes_nothing(site: Site) -> None:
    site.step("before")
    folder, name = site.folder, "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"
    shutil.copytree(folder / "backup", folder / "bitten")
    with (folder / "bitten" / name).open("r+b") as file:
        file.seek(5000)
        file.write(b"bitten")
    shutil.copytree(folder / "backup", folder / "other")
    manifest = json.loads((folder / "other" / "manifest.json").read_text())
    for log in manifest["heads"]:
        log[2] += 1
    (folder / "other" / "manifest.json").write_text(json.dumps(manifest))
    (folder / "empty").mkdir()
    shutil.copytree(folder / "backup", folder / "newer")
    manifest = json.loads((folder / "newer" / "manifest.json").read_text())
    manifest["migrations"].append(["tracker", "9999_tomorrow"])
    (folder / "newer" / "manifest.json").write_text(json.dumps(manifest))
    shutil.copytree(folder / "backup", folder / "torn")
    half = (folder / "torn" / "checkpoints.txt").read_bytes()[:-80]
    (folder / "torn" / "checkpoints.txt").write_bytes(half)
    manifest = json.loads((folder / "torn" / "manifest.json").read_text())
    manifest["files"]["checkpoints.txt"] = [len(half), hashlib.sha256(half).hexdigest()]
    (folder / "torn" / "manifest.json").write_text(json.dumps(manifest))

    for backup, more, words in (
        ("bitten", ["--yes"], "is not as it was written"),
        ("other", ["--yes"], "does not end where its manifest says"),
        ("empty", ["--yes"], "is no backup"),
        ("newer", ["--yes"], "of a newer release"),
        ("torn", ["--yes"], "The checkpoints in the backup cannot be read"),
        ("torn", ["--dry-run"], "The checkpoints in the backup cannot be read"),
        ("backup", [], "say --yes"),
    ):
        ended = restore(site, *more, backup=backup)
        assert (ended.returncode, words in ended.stderr) == (1, True), (backup, ended.stderr[-2000:])
        assert "Nothing was changed" in ended.stderr
        assert "Traceback" not in ended.stderr
    assert "The record is as its history says." in site.run("manage.py", "verify_history").stdout
    assert site.step("look")["entries"] > 0
    assert SECRET not in (folder / "kept" / "redactions.txt").read_text()


def test_restore_waits_for_nobody_who_has_the_database_open(site: Site) -> None:
    site.step("before")
    with _open(site):
        ended = restore(site, "--yes")
    assert (ended.returncode, "have the database open" in ended.stderr or "has the database open" in ended.stderr) == (
        1,
        True,
    ), ended.stderr[-2000:]
    assert "The record is as its history says." in site.run("manage.py", "verify_history").stdout


@contextmanager
def _open(site: Site) -> Iterator[None]:
    """Have the database open, as a web process has."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(site.database["NAME"])) as other:
            other.execute("SELECT count(*) FROM tracker_user").fetchone()
            yield
        return
    import psycopg

    params = connection.get_connection_params() | {"dbname": site.database["NAME"]}
    keys = ("dbname", "user", "password", "host", "port")
    with closing(psycopg.connect(**{key: params[key] for key in keys if params.get(key)})):
        yield
