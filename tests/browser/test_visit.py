"""The monthly visit of a coordinator and of a reviewer, from signing in to the public page, by the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.entering import enter
from tests.browser.keyboard import Keyboard, climbs
from tracker.management.commands.demo import PASSWORD
from tracker.models import Item, Update, User

pytestmark = pytest.mark.browser

DONE = "The Council opened a seat for employers and one for trade unions."
DONE_RU = "Совет отвёл по одному месту работодателям и профсоюзам."
SOURCE = "Decision No. 204 on seats in the Coordination Council"


@pytest.fixture
def due(site: str) -> Item:
    """The point whose update anna's organisation owes this month."""
    return Item.objects.get(alliance__slug="demo", recommendation__reference="54")


def arrive(page: Page, site: str, name: str) -> Keyboard:
    """Come to the desk: the one address that is typed, then the sign-in page."""
    keys = Keyboard(page)
    page.goto(f"{site}/admin/")
    sign_in(keys, name)
    return keys


def sign_in(keys: Keyboard, name: str) -> None:
    """Give name and password on the page that asks for them."""
    keys.write("[name=login]", name)
    keys.write("[name=password]", PASSWORD)
    keys.follow("main [type=submit]")
    expect(keys.page.locator("h1")).to_have_text("Desk")


def open_due(keys: Keyboard, item: Item) -> None:
    """Go from the desk to the page on which the update of `item` is recorded."""
    keys.skip()
    keys.follow("li.due_soon a")
    keys.follow(f"#result_list a[href*='/item/{item.pk}/']")
    keys.skip()
    keys.follow("main a[href*='/update/add/']")
    keys.skip()
    keys.follow(".last a.button")


@pytest.mark.parametrize("width", [360, 1280])
def test_update_is_recorded_reviewed_and_published_by_keyboard_alone(
    page: Page, site: str, due: Item, quiet: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    keys = arrive(page, site, "anna")
    open_due(keys, due)
    content = page.locator("#content")
    keys.skip()
    keys.write("[name=done_en]", DONE)
    keys.write("[name=done_ru]", DONE_RU)
    keys.choose("[name=component_b]", "Partly")
    keys.choose("[name=new1-kind]", "Law")
    keys.write("[name=new1-title]", SOURCE)
    keys.write("[name=new1-publisher]", "Government of Sarvelia")
    keys.write("[name=new1-address]", "https://government.example.net/decisions/204")
    keys.tick("level", "under_way")
    keys.follow("button[value=save]")
    expect(page.locator(".messagelist")).to_contain_text("The draft is saved.")
    expect(page.locator("#lacking")).to_have_count(0)
    keys.skip()
    keys.follow("button[value=submit]")
    expect(page.locator(".messagelist")).to_contain_text("Submitted.")

    # Found again: in the list of updates, by its words.
    keys.follow("nav.menu a[href$='/tracker/update/']")
    keys.skip()
    keys.write("[name=q]", "coordination mechanisms")
    keys.follow("#changelist-search [type=submit]")
    update = due.updates.get(state="submitted")
    keys.follow(f"#result_list a[href*='/update/{update.pk}/']")
    expect(content).to_contain_text(DONE)
    expect(content).to_contain_text("Submitted")

    keys.follow("#logout-form button")
    sign_in(keys, "boris")
    keys.skip()
    keys.follow(f"main a[href*='/update/{update.pk}/']")
    expect(content).to_contain_text(SOURCE)
    keys.skip()
    keys.follow(".step-publish button")
    expect(page.locator(".messagelist")).to_contain_text("Published.")
    keys.follow("#user-tools a[href='/']")
    keys.follow("main a[href='/demo/']")
    keys.follow("main a[href='/demo/items/rio-2008/54/']")
    expect(page.locator("main")).to_contain_text(DONE)
    assert Update.objects.get(pk=update.pk).state == "published"


def test_every_stop_of_the_keyboard_shows_itself_and_follows_the_one_before(
    page: Page, site: str, due: Item, quiet: list[str]
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    begun, waiting = (
        Update.objects.get(state="draft", item__recommendation__reference="35"),
        Update.objects.get(state="submitted", item__recommendation__reference="8"),
    )
    for name, address, least in (
        ("anna", "/admin/", 12),
        ("anna", f"/admin/tracker/update/add/?item={due.pk}", 40),
        ("anna", f"/admin/tracker/update/{begun.pk}/change/", 40),
        ("clara", "/admin/", 12),
        ("clara", f"/admin/tracker/update/{waiting.pk}/change/", 8),
    ):
        enter(page.context, site, User.objects.get(username=name))
        page.goto(f"{site}{address}")
        stops = Keyboard(page).stops()
        assert len(stops) >= least, address
        assert climbs(stops) == [], address
