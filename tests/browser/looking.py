"""A page looked at as a phone and a desk show it: what axe finds, what is too wide, and a picture of it to keep."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"
WIDTHS = (360, 1280)
MOST_HEIGHT = 1800
LANGUAGES = {"en": "", "ru": "/ru"}


def look(page: Page, name: str, address: str, language: str, *, picture: bool = False) -> list[str]:
    """Open a page and say what is wrong with it at each width."""
    page.goto(address)
    return look_here(page, name, language, picture=picture)


def look_here(page: Page, name: str, language: str, *, picture: bool = False) -> list[str]:
    """Say what is wrong, at each width, with the page that is open; with SCREENS set, keep its picture if wanted."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += faults(page, f"{name} {language} {width}")
        if picture and os.environ.get("SCREENS"):
            SCREENS.mkdir(exist_ok=True)
            keep_picture(page, SCREENS / f"{name}-{width}-{language}.jpg")
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"{name} {language}: the page says it is in another language")
    return found


def faults(page: Page, name: str) -> list[str]:
    """Say what is wrong with the page as it is now."""
    found = []
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if too_wide > 0:
        found.append(f"{name}: {too_wide} px wider than the screen")
    for violation in Axe().run(page).response["violations"]:
        places = ", ".join(node["html"][:120] for node in violation["nodes"][:3])
        found.append(f"{name}: {violation['id']}: {places}")
    return found


def keep_picture(page: Page, path: Path) -> None:
    """Keep the first screens of a page: enough to judge it, small enough to commit."""
    box = page.evaluate("({width: window.innerWidth, height: document.documentElement.scrollHeight})")
    clip = {"x": 0, "y": 0, "width": box["width"], "height": min(box["height"], MOST_HEIGHT)}
    page.screenshot(path=path, type="jpeg", quality=45, full_page=True, clip=clip)
