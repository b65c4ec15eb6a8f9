"""Every page, both languages, a phone and a desk: no axe violation, nothing wider than the screen, no complaint."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tracker.models import Item, Update

pytestmark = pytest.mark.browser

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDTHS = (360, 1280)
MOST_HEIGHT = 1800
LANGUAGES = {"en": "", "ru": "/ru"}

PUBLIC = {
    "alliances": "/",
    "front": "/demo/",
    "items": "/demo/items/?area=recovery",
    "item": "/demo/items/rio-2008/4/",
    "document": "/demo/documents/rio-2008/",
    "organisation": "/demo/organisations/demo-blackthorn/",
    "russia-front": "/russia/",
    "russia-items": "/russia/items/?document=ecpat-ru-2012",
    "russia-item": "/russia/items/ecpat-ru-2012/prot-1/",
    "russia-question": "/russia/items/lanzarote-2017/1-1/",
    "russia-document": "/russia/documents/ecpat-ru-2012/",
    "treaties": "/russia/treaties/",
    "method": "/method/",
    "about": "/about/",
    "nothing-here": "/demo/items/rio-2008/999/",
}


def look(page: Page, name: str, address: str, language: str) -> list[str]:
    """Open a page at each width and say what is wrong with it; with SCREENS set, keep its picture."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if too_wide > 0:
            found.append(f"{name} {language} {width}: {too_wide} px wider than the screen")
        if os.environ.get("SCREENS"):
            SCREENS.mkdir(exist_ok=True)
            keep_picture(page, SCREENS / f"{name}-{width}-{language}.jpg")
    results = Axe().run(page)
    for violation in results.response["violations"]:
        places = ", ".join(node["html"][:120] for node in violation["nodes"][:3])
        found.append(f"{name} {language}: {violation['id']}: {places}")
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"{name} {language}: the page says it is in another language")
    return found


def keep_picture(page: Page, path: Path) -> None:
    """Keep the first screens of a page: enough to judge it, small enough to commit."""
    box = page.evaluate("({width: window.innerWidth, height: document.documentElement.scrollHeight})")
    clip = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], MOST_HEIGHT)}
    page.screenshot(path=path, type="jpeg", quality=45, full_page=True, clip=clip)


def test_public_pages_in_both_languages(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    found = [
        problem
        for name, path in PUBLIC.items()
        for language, prefix in LANGUAGES.items()
        for problem in look(page, name, f"{site}{prefix}{path}", language)
    ]
    assert found == []
    assert [line for line in complaints if "/999/" not in line] == []


def test_workspace_pages_in_both_languages(
    page: Page, site: str, sign_in: Callable[..., None], quiet: list[str]
) -> None:
    item = Item.objects.get(alliance__slug="demo", recommendation__reference="4")
    free = Item.objects.filter(alliance__slug="demo", updates=None, lifecycle="open").first()
    waiting = Update.objects.filter(alliance__slug="demo", state="submitted").exclude(
        organisation__code="demo-blackthorn"
    )
    pages = {
        "desk": "/admin/",
        "admin-items": "/admin/tracker/item/",
        "admin-item": f"/admin/tracker/item/{item.pk}/change/",
        "record": f"/admin/tracker/update/add/?item={free.pk}",
        "review": f"/admin/tracker/update/{waiting.first().pk}/change/",
        "admin-history": f"/admin/tracker/item/{item.pk}/history/",
    }
    found = []
    for language, prefix in LANGUAGES.items():
        sign_in("clara", prefix)
        for name, path in pages.items():
            found += look(page, name, f"{site}{prefix}{path}", language)
    page.context.clear_cookies()
    found += look(page, "sign-in", f"{site}/admin/login/", "en")
    assert found == []


def test_pages_work_without_javascript(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}/demo/items/")
    plain.locator("[name=words]").fill("helpline")
    plain.locator("form:has([name=words]) [type=submit]").first.click()
    assert "words=helpline" in plain.url
    assert "47" in plain.locator("main").inner_text()
    context.close()
