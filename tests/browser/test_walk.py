"""How many clicks and seconds lie between the sign-in page and a submitted update with evidence, text at hand."""

import time
from dataclasses import dataclass

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.account.conftest import totp
from tests.browser.looking import LANGUAGES, faults
from tests.browser.test_pages import item_of
from tracker.management.commands.demo import PASSWORD

pytestmark = pytest.mark.browser

MOST_CLICKS = 12
MOST_SECONDS = 120
# What a person needs beside what the machine does: to look, point and press; to go to a field and paste what is at
# hand; to type a character at 40 words a minute. The usual estimates of the keystroke-level model.
CLICK, PASTE, CHARACTER = 2.65, 3.0, 0.3

SOURCE = {
    "title": "Decision No. 204 on seats in the Coordination Council",
    "publisher": "Government of Sarvelia",
    "address": "https://government.example.net/decisions/204",
}
TEXTS = {
    "done_en": "The Council opened a seat for employers and one for trade unions; councils met in two provinces.",
    "done_ru": "Совет отвёл по одному месту работодателям и профсоюзам; в двух провинциях прошли первые заседания.",
}


@dataclass
class Hand:
    """One person's mouse and clipboard: every click is counted, and every field that is typed or pasted into."""

    page: Page
    clicks: int = 0
    pasted: int = 0
    typed: int = 0

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def choose(self, selector: str, value: str) -> None:
        """Choose from a list: one click opens it, one chooses."""
        self.page.locator(selector).select_option(value)
        self.clicks += 2

    def paste(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)
        self.pasted += 1

    def type(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)
        self.typed += len(text)

    @property
    def seconds(self) -> float:
        """How long the person is busy."""
        return self.clicks * CLICK + self.pasted * PASTE + self.typed * CHARACTER


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ru", 360)])
def test_submitted_update_is_twelve_clicks_away(
    page: Page, site: str, settings: object, quiet: list[str], language: str, width: int
) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    cache.clear()
    secret = generate_totp_secret()
    anna = get_user_model().objects.get(username="anna")
    TOTP.activate(anna, secret)
    RecoveryCodes.activate(anna)
    item, hand = item_of("54"), Hand(page)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}{LANGUAGES[language]}/admin/")
    begun = time.monotonic()

    hand.type("[name=login]", "anna")
    hand.type("[name=password]", PASSWORD)
    hand.click("main [type=submit]")
    hand.type("[name=code]", totp(secret, time.time()))
    hand.click("main [type=submit]")
    hand.click("li.due_soon a")
    hand.click(f"#result_list a[href*='/item/{item.pk}/']")
    hand.click("main a[href*='/update/add/']")
    hand.click(".last a.button")
    for name, text in TEXTS.items():
        hand.paste(f"[name={name}]", text)
    hand.choose("[name=component_b]", "partly_met")
    hand.choose("[name=new1-kind]", "law")
    for name, text in SOURCE.items():
        hand.paste(f"[name=new1-{name}]", text)
    hand.click("[name=level][value=partly_implemented]")
    hand.click("button[value=submit]")
    machine = time.monotonic() - begun

    expect(page.locator(".messagelist .success")).to_be_visible()
    found = faults(page, "submitted")
    update = item.updates.get(state="submitted")
    print(
        f"\nwalk ({language}, {width} px): {hand.clicks} clicks, {machine + hand.seconds:.0f} seconds: the machine "
        f"{machine:.1f}, a person {hand.seconds:.0f} for the clicks, {hand.pasted} pasted fields and {hand.typed} "
        "typed characters"
    )
    assert {"en": str(update.done.localize("en")), "ru": str(update.done.localize("ru"))} == {
        "en": TEXTS["done_en"],
        "ru": TEXTS["done_ru"],
    }
    assert SOURCE["title"] in [source.title for source in update.evidence.all()]
    assert update.level == "partly_implemented"
    assert hand.clicks <= MOST_CLICKS
    assert hand.seconds < MOST_SECONDS
    assert found == []
