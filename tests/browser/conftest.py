"""A real browser against a live site that holds the catalogue and the demo alliance."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import ConsoleMessage, Page

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


@pytest.fixture
def site(transactional_db: None, live_server: Any, settings: Any) -> str:
    """The address of a demo with everything in it."""
    settings.DEMO = True
    call_command("import_catalogue", demo=True, password=PASSWORD, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
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
def sign_in(page: Page, site: str) -> Callable[[str], None]:
    """Sign in to the workspace as one of the demo's people."""

    def run(username: str, language: str = "") -> None:
        page.context.clear_cookies()
        page.goto(f"{site}{language}/admin/login/?next={language}/admin/")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form [type=submit]").first.click()
        page.wait_for_url(f"{site}{language}/admin/")

    return run
