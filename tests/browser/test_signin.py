"""Signing in on a phone: a second factor set up, used, done without by a recovery code; every page of the account."""

import re
import time
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from tests.account.conftest import totp
from tests.browser.looking import LANGUAGES, look
from tracker.management.commands.demo import PASSWORD
from tracker.models import Update

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def strict(site: str, settings: Any) -> str:
    """A site that asks for a second factor, as every real one does."""
    settings.SECOND_FACTOR = True
    cache.clear()
    return site


def give_password(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/")
    page.get_by_label("Sign-in name").fill("clara")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def give_code(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.keyboard.press("Enter")


def code_now(secret: str, used: set[str]) -> str:
    """Return a code that is right now and was not used: also those of half a minute ago and to come are."""
    now = time.time()
    return next(code for late in (0, -30, 30) if (code := totp(secret, now + late)) not in used)


def test_second_factor_is_set_up_and_used_on_a_phone(page: Page, strict: str, quiet: list[str]) -> None:
    page.set_viewport_size(PHONE)
    give_password(page, strict)
    expect(page).to_have_url(f"{strict}/account/second-factor/")
    expect(page.locator("svg.qr")).to_be_visible()
    secret = page.locator("code.secret").inner_text()
    used = {code_now(secret, set())}
    give_code(page, *used)

    expect(page).to_have_url(f"{strict}/account/recovery-codes/")
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them as a text file").click()
    assert download.value.path().read_text().split()[-10:] == codes
    page.get_by_role("link", name="Go to the desk").click()
    expect(page).to_have_url(f"{strict}/admin/")

    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("main")).to_contain_text("You are signed out.")
    give_password(page, strict)
    expect(page).to_have_url(f"{strict}/account/login/code/")
    give_code(page, "000000")
    expect(page.get_by_text("This code does not fit")).to_be_visible()
    give_code(page, code_now(secret, used))
    expect(page).to_have_url(f"{strict}/admin/")

    page.get_by_role("button", name="Sign out").click()
    give_password(page, strict)
    give_code(page, codes[0])
    expect(page).to_have_url(f"{strict}/admin/")

    page.goto(f"{strict}/account/")
    expect(page.locator("main")).to_contain_text("9 codes are left.")


def test_code_is_asked_for_without_javascript(browser: Browser, strict: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    plain = context.new_page()
    give_password(plain, strict)
    secret = plain.locator("code.secret").inner_text()
    give_code(plain, code_now(secret, set()))
    expect(plain).to_have_url(f"{strict}/account/recovery-codes/")
    context.close()


def test_pages_of_the_account_in_both_languages(page: Page, strict: str, quiet: list[str]) -> None:
    found = []
    for language, prefix in LANGUAGES.items():
        for name, path in {
            "account-login": "login/",
            "account-reset": "password/reset/",
            "account-reset-sent": "password/reset/sent/",
            "account-reset-used": "password/reset/1-x/",
            "account-reset-done": "password/reset/done/",
        }.items():
            found += look(page, name, f"{strict}{prefix}/account/{path}", language)
    give_password(page, strict)
    page.wait_for_url("**/second-factor/")
    for language, prefix in LANGUAGES.items():
        found += look(page, "account-enrol", f"{strict}{prefix}/account/second-factor/", language)
    secret = page.locator("code.secret").inner_text()
    give_code_anywhere(page, code_now(secret, set()))
    for language, prefix in LANGUAGES.items():
        for name, path in {
            "account": "",
            "account-confirm": "confirm/",
            "account-confirm-code": "confirm/code/",
            "account-codes": "recovery-codes/",
            "account-codes-new": "recovery-codes/new/",
            "account-password": "password/",
            "account-another-app": "second-factor/",
            "account-logout": "logout/",
        }.items():
            found += look(page, name, f"{strict}{prefix}/account/{path}", language)
    page.context.clear_cookies()
    give_password(page, strict)
    page.wait_for_url("**/login/code/")
    for language, prefix in LANGUAGES.items():
        found += look(page, "account-code", f"{strict}{prefix}/account/login/code/", language)
    assert found == []


def test_wrong_password_is_said_where_it_is_read(page: Page, strict: str) -> None:
    page.set_viewport_size(PHONE)
    for prefix in LANGUAGES.values():
        page.goto(f"{strict}{prefix}/account/login/")
        page.locator("[name=login]").fill("clara")
        page.locator("[name=password]").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_late_publishing_asks_in_another_tab_and_keeps_the_words(
    page: Page, strict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Update.objects.filter(alliance__slug="demo", state="submitted").exclude(
        organisation__code="demo-blackthorn"
    )
    give_password(page, strict)
    give_code(page, code_now(page.locator("code.secret").inner_text(), set()))
    expect(page).to_have_url(f"{strict}/account/recovery-codes/")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 16 * 60)
    page.goto(f"{strict}/admin/tracker/update/{waiting.first().pk}/change/")
    page.get_by_role("button", name=re.compile("^Publish")).click()

    link = page.get_by_role("link", name="Confirm that it is you (opens in a new tab)")
    with page.expect_popup() as opened:
        link.click()
    tab = opened.value
    tab.get_by_label("Password").fill(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_contain_text("what you typed is still in it")
    page.get_by_role("button", name=re.compile("^Publish")).click()

    expect(page.get_by_text("Nothing is done yet")).to_have_count(0)


def give_code_anywhere(page: Page, code: str) -> None:
    """Give a code on a page of either language."""
    page.locator("[name=code]").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("recovery-codes"))
