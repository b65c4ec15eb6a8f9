"""Processes of manage.py on a database of their own, for tests that kill some of them."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
MOST_SECONDS = 120


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Yield the address of an empty database of the kind that the tests run on; SQLite keeps it in `folder`."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    # What a killed process leaves can only be seen where others see what it commits.
    given, name = os.environ["DATABASE_URL"], f"processes_{secrets.token_hex(6)}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
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
