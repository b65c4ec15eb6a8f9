"""What the drills share: Django set up, a database with nothing in it, one run on it in a process of its own."""

import datetime as dt
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def set_up(*, quiet: bool = False) -> None:
    """Set Django up in this process with the settings of the tests; `quiet` logs nothing."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    if quiet:
        logging.disable(logging.ERROR)


def databases() -> list[str]:
    """Return what drills run on unless they are told: SQLite, and the server of POSTGRES_URL."""
    return ["sqlite", os.environ.get("POSTGRES_URL", POSTGRES)]


def called(url: str) -> str:
    """Return how a table names the kind of a database."""
    return "SQLite" if url == "sqlite" else "PostgreSQL"


@contextmanager
def empty_database(url: str) -> Iterator[str]:
    """Yield the address of a database with nothing in it: a file of its own, or one beside `url` on the server."""
    if url == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/drill.sqlite3"
        return
    import psycopg

    name = f"drill_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def in_process(database: str, drill: str, *arguments: object) -> dict[str, Any]:
    """Return the object that the module `drill` prints last, run on `database` in a process of its own."""
    command = [sys.executable, "-m", drill, *map(str, arguments)]
    environment = os.environ | {"DATABASE_URL": database}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- Pages with a row for each run of processes that write at once


def table(columns: Mapping[str, str], results: Iterable[Mapping[str, Any]]) -> str:
    """Return when, on what and with what the runs came out: a line, and a table of `columns` {name: heading}."""
    import django

    lines = ["| " + " | ".join(columns.values()) + " |", "|" + "---|" * len(columns)]
    for result in results:
        shown = {**result, "errors": sum(result["errors"].values())}
        cells = (f"{shown[name]:.1f}" if isinstance(shown[name], float) else str(shown[name]) for name in columns)
        lines.append("| " + " | ".join(cells) + " |")
    return (
        f"Written by `make drill` on {dt.datetime.now(dt.UTC).date()}, Python {platform.python_version()}, "
        f"Django {django.__version__}, {os.cpu_count()} cores.\n\n" + "\n".join(lines)
    )


def conclude(results: list[dict[str, Any]], page: str, to: Path) -> int:
    """Write the page and return the exit code: 1 where a run lost something, or something broke in it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page, encoding="utf-8")
    bad = [row for row in results if row["lost"] or row["errors"] or row["faults"]]
    print(f"{len(bad)} of {len(results)} runs with a fault; the table is in {to.name}", file=sys.stderr)
    return 1 if bad else 0
