"""Processes of manage.py on a database of their own, for tests that kill some of them."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
MOST_SECONDS = 120


# What `migrated_database` copies: on SQLite a database file, on PostgreSQL the name of a database.
_bare: list[Any] = []


@contextmanager
def bare_tables() -> Iterator[None]:
    """Keep, for as long as the tests run, the tables of their database as they are before any of them."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        _bare[:] = [connection.connection.serialize()]
        yield
        return
    template = connection.settings_dict["NAME"]
    # The server copies only what nobody has open; Django opens it again when it is asked next.
    connection.close()
    with _on_the_server(template) as address:
        _bare[:] = [urlsplit(address).path.strip("/")]
        yield


@contextmanager
def migrated_database(folder: Path) -> Iterator[str]:
    """Yield the address of a database of its own, of the kind that the tests run on, with every table and no rows: a
    copy takes a hundredth of the time of migrating. SQLite keeps it in `folder`.
    """
    if connection.vendor == "sqlite":
        (folder / "db.sqlite3").write_bytes(_bare[0])
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    with _on_the_server(_bare[0]) as address:
        yield address


@contextmanager
def _on_the_server(template: str) -> Iterator[str]:
    # What a killed process leaves can only be seen where others see what it commits.
    given, name = os.environ["DATABASE_URL"], f"processes_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(database: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start manage.py on `database`."""
    given = {"DEBUG": "true", "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | given | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(process: subprocess.Popen[str]) -> str:
    """Wait for the end of a process, which must be a good one; return its standard output."""
    out, err = process.communicate(timeout=MOST_SECONDS)
    assert process.returncode == 0, err
    return out
