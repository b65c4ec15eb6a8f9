"""The desk and the pages that change many items: no axe violation, fit for a phone, by keyboard alone, no script."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.busy import make_busy
from tests.browser.entering import enter
from tests.browser.keyboard import Keyboard
from tests.browser.looking import LANGUAGES, look_here
from tests.conftest import World
from tracker.models import Item

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(transactional_db: None, live_server: Any, world: World) -> tuple[str, World]:
    """The address of a workspace in which something waits on every list, and what it holds."""
    make_busy(world)
    return str(live_server.url), world


@pytest.mark.parametrize("language", LANGUAGES)
def test_desk_and_bulk_pages_are_without_fault(
    page: Page, busy: tuple[str, World], quiet: list[str], language: str
) -> None:
    site, world = busy
    home = site + LANGUAGES[language]
    found = []
    for name in ("sam", "boris", "root"):
        enter(page.context, site, world.users[name])
        page.goto(f"{home}/admin/")
        found += look_here(page, f"desk of {name}", language)
    enter(page.context, site, world.users["staff"])
    page.goto(f"{home}/admin/tracker/item/")
    found += look_here(page, "list", language)
    page.locator("button[name=all]").click()
    found += look_here(page, "what to change", language)
    page.locator("button[value=preview]").click()
    found += look_here(page, "nothing typed", language)
    page.locator("[name=ask]").fill("Is the register open?")
    page.locator("button[value=preview]").click()
    found += look_here(page, "preview", language)
    page.locator("button[value=apply]").click()
    found += look_here(page, "result", language)
    assert found == []


def test_many_items_are_changed_by_keyboard_alone(page: Page, busy: tuple[str, World], quiet: list[str]) -> None:
    site, world = busy
    enter(page.context, site, world.users["staff"])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site}/admin/tracker/item/")
    keys = Keyboard(page)
    for item in world.items[:2]:
        keys.reach(f"input[name=row][value='{item.pk}']")
        page.keyboard.press("Space")
    keys.follow("p > button[form=bulk]")
    expect(page.locator("#content")).to_contain_text("2 items are chosen.")
    keys.choose("[name=owner]", "Organisation third")
    keys.follow("button[value=preview]")
    expect(page.locator("#content")).to_contain_text("2 items will be changed. Nothing is written yet.")
    keys.follow("button[value=apply]")
    expect(page.locator("#content")).to_contain_text("2 items are changed.")
    assert [Item.objects.get(pk=item.pk).owner for item in world.items[:2]] == [world.organisations[2]] * 2


def test_desk_and_bulk_need_no_script(browser: Browser, busy: tuple[str, World]) -> None:
    site, world = busy
    context = browser.new_context(java_script_enabled=False)
    enter(context, site, world.users["staff"])
    page = context.new_page()
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name=re.compile("No owner")).click()
    page.get_by_role("button", name="Change all 3 items that match").click()
    page.locator("[name=owner]").select_option(label="Organisation second")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_role("button", name="Change 3 items").click()
    expect(page.locator("#content")).to_contain_text("3 items are changed.")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#content")).to_contain_text("Nothing fits these filters.")
    context.close()
