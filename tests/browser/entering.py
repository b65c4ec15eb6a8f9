"""Ways into the workspace."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from tracker.management.commands.demo import PASSWORD
from tracker.models import User


def enter(context: BrowserContext, site: str, user: User) -> None:
    """Let the browser be signed in as `user`; how people do that themselves is tried elsewhere."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])


def sign_in_as(page: Page, site: str, username: str, language: str = "") -> None:
    """Sign in as one of the demo's people, on the page that is there for it; `language` begins the addresses."""
    page.context.clear_cookies()
    page.goto(f"{site}{language}/admin/login/?next={language}/admin/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form [type=submit]").first.click()
    page.wait_for_url(f"{site}{language}/admin/")
