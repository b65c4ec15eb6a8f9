"""Of what was redacted no byte is left: in the files of the database, the folder beside it, pages and exports."""

import json
import os
import random
import shutil
import sqlite3
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.processes import migrated_database
from tracker.settings import BASE_DIR

WORD = "".join(random.Random().choices(string.ascii_lowercase, k=24))


def redact(url: str, folder: Path, word: str = WORD) -> dict[str, Any]:
    """Run tests/actions/redacting.py on a database of its own; return what it tells."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    told = kept | {
        "DATABASE_URL": url,
        "DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "KEPT_FOLDER": str(folder / "kept"),
        "PYTHONPATH": str(BASE_DIR),
    }
    program = [sys.executable, str(Path(__file__).with_name("redacting.py")), word, str(folder)]
    done = subprocess.run(program, env=told, cwd=BASE_DIR, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def files_with(folder: Path, word: str = WORD) -> list[str]:
    forms = (word.encode(), word.encode("utf-16-le"))
    found = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in found if any(form in path.read_bytes() for form in forms))


def told_well(told: dict[str, Any]) -> None:
    assert told["listed"] is True
    assert set(told["pages"]) == {200}
    assert told["verified"][0] == 0
    assert told["verified"][1] >= told["places"] > 60


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about the files of SQLite")
def test_sqlite_keeps_no_byte_of_it(django_db_setup: None, tmp_path: Path) -> None:
    with migrated_database(tmp_path) as url:
        told = redact(url, tmp_path)

    told_well(told)
    assert (told["scrubbed"], told["scrubbed_again"]) == (True, 0)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"db.sqlite3", "kept", "page-0"} <= names
    assert (tmp_path / "kept" / "redactions.txt").read_text().count("\n") == 1
    assert files_with(tmp_path) == []
    # It was there: a file that was never scrubbed has what stands in place of the word, and this test would see it.
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        database.execute("CREATE TABLE planted (words text)")
        database.execute("INSERT INTO planted VALUES (?)", [WORD])
    assert files_with(tmp_path) != []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about the files of SQLite")
def test_reader_holds_it_up_and_the_command_finishes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracker.actions import scrubbing

    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE words (text text)")
        database.execute("INSERT INTO words VALUES (?)", [WORD])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM words").fetchone()
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM words")
    monkeypatch.setattr(scrubbing, "WAIT_SECONDS", 0.1)

    assert scrubbing.scrub_file(str(path)) is False
    assert files_with(tmp_path) != []
    reader.execute("COMMIT")
    reader.close()
    assert scrubbing.scrub_file(str(path)) is True
    assert files_with(tmp_path) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about the files of PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_postgresql_keeps_no_byte_of_it(tmp_path: Path) -> None:
    name = f"redacting_{os.getpid()}"
    asked = connection.settings_dict
    server = f"{asked['USER']}{':' + asked['PASSWORD'] if asked['PASSWORD'] else ''}@{asked['HOST']}:{asked['PORT']}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        told = redact(f"postgres://{server}/{name}", tmp_path)
        told_well(told)
        dump = shutil.which("pg_dump")
        if dump:
            with (tmp_path / "dump.sql").open("wb") as file:
                subprocess.run([dump, f"postgresql://{server}/{name}"], stdout=file, check=True, timeout=120)
            assert (tmp_path / "dump.sql").stat().st_size > 100_000
        assert files_with(tmp_path) == []
        if told["scrubbed_again"]:
            pytest.skip("others write on this server: manage.py scrub says that it is not done")
        assert _tables_with(f"postgresql://{server}/{name}") == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _tables_with(url: str) -> list[str]:
    """Return the tables whose files on the server hold the word; skip where this login cannot read them."""
    import psycopg

    found = []
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CHECKPOINT")
        tables = other.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 't', 'i')").fetchall()
        for (table,) in tables:
            try:
                row = other.execute("SELECT pg_read_binary_file(pg_relation_filepath(%s))", [table]).fetchone()
            except psycopg.errors.InsufficientPrivilege:
                pytest.skip("this login may not read the files of the server")
            if row and row[0] and WORD.encode() in bytes(row[0]):
                found.append(table)
    return found
