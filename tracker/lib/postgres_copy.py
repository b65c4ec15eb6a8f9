"""A PostgreSQL database copied by pg_dump, looked into, and put back by pg_restore.

Where the server is and the password go by the environment: everyone on the machine reads command lines.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Head = tuple[str, int, int, str]
_ENTRIES = "tracker_historyentry"
# {Django's name: the variable that libpq reads}
_PLACES = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
_OPTIONS = {
    "application_name": "PGAPPNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}


class ToolFailed(Exception):
    """pg_dump or pg_restore is not there or did not do it; the message is what it said."""


def environment(database: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment in which PostgreSQL's tools find `database`, an entry of Django's DATABASES."""
    named = {variable: database.get(name) for name, variable in _PLACES.items()}
    options = database.get("OPTIONS", {})
    named |= {variable: options.get(name) for name, variable in _OPTIONS.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {name: str(value) for name, value in named.items() if value not in (None, "")}


def dump(database: Mapping[str, Any], target: Path, *, snapshot: str) -> None:
    """Write the moment that a running transaction has exported as `snapshot` to `target`. Raises ToolFailed."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    arguments = ["--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={target}"]
    _run("pg_dump", arguments, environment(database))


def check(path: Path) -> list[Head]:
    """Return (log, epoch, size, last hash) of each log in a dump, read from beginning to end. Raises ToolFailed."""
    listed = _run("pg_restore", ["--list", str(path)], dict(os.environ))
    if f" {_ENTRIES} " not in listed:
        raise ToolFailed(f"{path.name} holds no history")
    heads: dict[str, Head] = {}
    for epoch, size, log, head in _entries(path):
        last = heads.get(log)
        if last is None or (last[1], last[2]) < (epoch, size):
            heads[log] = (log, epoch, size, head)
    return sorted(heads.values())


def restore(database: Mapping[str, Any], path: Path) -> None:
    """Put a dump in the place of everything that it names, in one transaction: all or nothing. Raises ToolFailed."""
    arguments = ["--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-password"]
    # Whoever still reads is waited for, and not for ever.
    patient = environment(database) | {"PGOPTIONS": "-c lock_timeout=60s"}
    _run("pg_restore", [*arguments, f"--dbname={database['NAME']}", str(path)], patient)


def _entries(path: Path) -> Iterator[tuple[int, int, str, str]]:
    """Yield (epoch, sequence, log, hash) of every history entry in a dump."""
    command = [_tool("pg_restore"), "--data-only", f"--table={_ENTRIES}", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603
        names: list[str] = []
        for line in running.stdout or ():
            if line.startswith("COPY "):
                names = line.partition("(")[2].partition(")")[0].split(", ")
            elif names and line.startswith("\\."):
                names = []
            elif names:
                row = dict(zip(names, line.rstrip("\n").split("\t"), strict=True))
                yield int(row["epoch"]), int(row["sequence"]), row["log"], row["hash"]
        said = running.stderr.read() if running.stderr else ""
    if running.returncode:
        raise ToolFailed(_short(said))


def _run(name: str, arguments: list[str], env: dict[str, str]) -> str:
    ended = subprocess.run(  # noqa: S603
        [_tool(name), *arguments], env=env, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise ToolFailed(f"{name}: {_short(ended.stderr)}")
    return ended.stdout


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolFailed(f"{name} is not on this machine: install PostgreSQL's client programs (postgresql-client)")
    return found


def _short(said: str) -> str:
    return " ".join(said.split())[:500] or "it did not say why"
