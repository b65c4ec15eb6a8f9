"""What a start is warned of; the guards of the history are in tests/models/test_guards.py."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from tests import factories as make
from tests.conftest import World
from tests.processes import migrated_database
from tracker import checks
from tracker.models import Alliance, guards

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "runserver"])


def test_invented_alliance_on_a_real_site_is_warned_of(world: World, settings: Any) -> None:
    assert checks.demo_is_at_home(None) == []
    make.AllianceFactory(slug="freedonia", is_demo=True)

    [warning] = checks.demo_is_at_home(None)

    assert (warning.id, warning.level) == ("tracker.W001", 30)
    assert "freedonia" in warning.msg
    settings.DEMO = True
    assert checks.demo_is_at_home(None) == []


def test_nothing_is_warned_of_before_there_are_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**conditions: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(Alliance.objects, "filter", broken)

    assert checks.demo_is_at_home(None) == []


@pytest.mark.parametrize(("second_factor", "demo"), [(True, False), (False, True), (True, True)])
def test_site_with_a_second_factor_and_a_demo_may_start(settings: Any, second_factor: bool, demo: bool) -> None:
    settings.SECOND_FACTOR, settings.DEMO = second_factor, demo

    assert checks.second_factor_is_asked_for(None) == []


def test_site_without_a_second_factor_is_not_deployed(settings: Any) -> None:
    settings.SECOND_FACTOR, settings.DEMO = False, False

    [error] = checks.second_factor_is_asked_for(None)

    assert (error.id, error.level) == ("tracker.E002", 40)


# --- Starts, as an operator makes them


@pytest.fixture
def database(django_db_setup: None, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a database of its own without rows, of the kind that the tests run on."""
    with migrated_database(tmp_path) as found:
        yield found


def start(database: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start Python with `arguments` in the environment of a site for one machine."""
    ours = {"DEBUG": "true", "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | ours,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def by_hand(database: str, statement: str) -> None:
    """Send one statement as another program would: with no guard of ours in between."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as plain:
            plain.execute(statement)
            plain.commit()
        return
    import psycopg

    with psycopg.connect(database, autocommit=True) as plain:
        plain.execute(statement)


STARTS = {
    "check": ("manage.py", "check"),
    "server for one's own machine": ("manage.py", "runserver", "--noreload", "127.0.0.1:0"),
    "server of the web": ("-c", "import tracker.wsgi"),
    "command": ("manage.py", "send_mail"),
}


def test_guard_removed_by_hand_stops_every_start_until_migrate_puts_it_back(database: str) -> None:
    name, on = f"{guards.ENTRY}_no_update", f" ON {guards.ENTRY}" if connection.vendor == "postgresql" else ""
    by_hand(database, f"DROP TRIGGER {name}{on}")

    for title, running in [(title, start(database, *arguments)) for title, arguments in STARTS.items()]:
        told = running.communicate(timeout=120)[1]
        assert running.returncode != 0, title
        assert f"The history is not append-only: {name} missing" in told, title

    for again in (("manage.py", "migrate", "-v0"), STARTS["server of the web"]):
        begun = start(database, *again)
        assert begun.communicate(timeout=120) == ("", "")
        assert begun.returncode == 0
