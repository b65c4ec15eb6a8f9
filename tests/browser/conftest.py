"""A real browser against a live site that holds the catalogue and the demo alliance."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.entering import sign_in_as
from tracker.management.commands.demo import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's own Chromium, which must not go looking for anything outside."""
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def kept() -> Iterator[sqlite3.Connection]:
    """Where the whole demo is kept from the first test that needs it: to import it takes ten seconds."""
    copy = sqlite3.connect(":memory:")
    yield copy
    copy.close()


@pytest.fixture
def site(transactional_db: None, live_server: Any, settings: Any, kept: sqlite3.Connection) -> str:
    """The address of a demo with everything in it."""
    settings.DEMO = True
    copied = connection.vendor == "sqlite"
    connection.ensure_connection()
    if copied and kept.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        kept.backup(connection.connection)
    else:
        with open(os.devnull, "w") as nowhere:
            call_command("import_catalogue", demo=True, password=PASSWORD, verbosity=0, stdout=nowhere)
        if copied:
            connection.connection.backup(kept)
    return str(live_server.url)


@pytest.fixture
def quiet(page: Page) -> Iterator[list[str]]:
    """Collect what the browser complains about; a test ends badly where there is anything."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(f"{page.url}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    yield said
    assert said == []


@pytest.fixture
def sign_in(page: Page, site: str) -> Callable[..., None]:
    """Sign in to the workspace as one of the demo's people."""
    return partial(sign_in_as, page, site)
