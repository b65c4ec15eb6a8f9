"""Every page, both languages, a phone and a desk: no axe violation, nothing wider than the screen, no complaint."""

import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import LANGUAGES, look, look_here
from tests.conftest import content
from tracker.actions.progress import draft_update, submit_update
from tracker.actions.safeguarding import take_down
from tracker.models import Alliance, Item, Request, Update, User
from tracker.permissions import Actor
from tracker.queries.digests import pause_token
from tracker.queries.people import actor_for

pytestmark = pytest.mark.browser

PUBLIC = {
    "alliances": "/",
    "front": "/demo/",
    "items": "/demo/items/?area=recovery",
    "item": "/demo/items/rio-2008/4/",
    "document": "/demo/documents/rio-2008/",
    "card": "/demo/card/",
    "area": "/demo/areas/prevention/",
    "organisations": "/demo/organisations/",
    "organisation": "/demo/organisations/demo-blackthorn/",
    "changes": "/demo/changes/?since=2024-01-01",
    "history": "/demo/history/",
    "as-of": "/demo/?on=2025-06-30",
    "russia-front": "/russia/",
    "russia-items": "/russia/items/?document=ecpat-ru-2012",
    "russia-item": "/russia/items/ecpat-ru-2012/prot-1/",
    "russia-question": "/russia/items/lanzarote-2017/1-1/",
    "russia-card": "/russia/card/",
    "russia-replies": "/russia/documents/lanzarote-2017/replies/",
    "russia-document": "/russia/documents/ecpat-ru-2012/",
    "treaties": "/russia/treaties/",
    "reference": "/russia/documents/opsc/",
    "search": "/russia/items/?words=possession&sort=latest",
    "data": "/demo/data/",
    "concern": "/demo/concern/",
    "glossary": "/glossary/",
    "accessibility": "/accessibility/",
    "method": "/method/",
    "about": "/about/",
    "nothing-here": "/demo/items/rio-2008/999/",
}
# What nobody may write about a child, invented.
FLAGGED = {"en": "Maria Lund, 12 years old, of School No. 5, told us her phone: +7 900 123-45-67."}


def of_demo(username: str) -> Actor:
    """Return one of the demo's people as the acts know them."""
    return actor_for(User.objects.get(username=username), Alliance.objects.get(slug="demo"))


def item_of(reference: str) -> Item:
    return Item.objects.get(alliance__slug="demo", recommendation__reference=reference)


def submitted(reference: str, by: str, **values: Any) -> Update:
    """Return an update that waits for its review."""
    at, actor = timezone.now(), of_demo(by)
    return submit_update(draft_update(item_of(reference), content(**values), actor=actor, at=at), actor=actor, at=at)


def test_public_pages_in_both_languages(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    found = [
        problem
        for name, path in PUBLIC.items()
        for language, prefix in LANGUAGES.items()
        for problem in look(page, name, f"{site}{prefix}{path}", language, picture=True)
    ]
    assert found == []
    assert [line for line in complaints if "/999/" not in line] == []


@pytest.mark.parametrize("path", ["/demo/", "/ru/demo/items/rio-2008/4/", "/russia/items/", "/russia/card/"])
def test_first_visit_is_light_asks_nobody_else_and_leaves_no_cookie(page: Page, site: str, path: str) -> None:
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{site}{path}", wait_until="networkidle")

    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(site).netloc}
    assert sum(len(gzip.compress(answer.body())) for answer in answers) <= 50_000
    assert page.context.cookies() == []


def test_public_page_with_withheld_text_and_page_that_stops_the_mail(page: Page, site: str, quiet: list[str]) -> None:
    shown = Update.objects.filter(item=item_of("25"), state="published").order_by("-pk")[0]
    take_down(shown, reason="Look at this again.", actor=of_demo("anna"), at=timezone.now())
    pages = {
        "disputed": "/demo/items/rio-2008/4/",
        "withheld": "/demo/items/rio-2008/25/",
        "mail": f"/account/mail/{pause_token(User.objects.get(username='anna'))}/",
    }
    found = []
    for language, prefix in LANGUAGES.items():
        for name, path in pages.items():
            found += look(page, name, f"{site}{prefix}{path}", language)
        with page.expect_navigation():
            page.locator("button[value=pause], button[value=resume]").click()
        found += look_here(page, "mail pressed", language)
    assert found == []


def test_workspace_pages_in_both_languages(
    page: Page, site: str, sign_in: Callable[..., None], quiet: list[str]
) -> None:
    item = item_of("4")
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
            found += look(page, name, f"{site}{prefix}{path}", language, picture=True)
        page.context.clear_cookies()
        found += look(page, "sign-in", f"{site}{prefix}/account/login/", language, picture=True)
    assert found == []


def test_pages_of_reviewing_and_of_the_lead_in_both_languages(
    page: Page, site: str, sign_in: Callable[..., None], quiet: list[str]
) -> None:
    no_level = submitted("45", "anna", level="", period_to="2026-02")
    held = submitted("57", "anna", level="", done=FLAGGED)
    pages = {
        "desk of the lead": "/admin/",
        "review without level": f"/admin/tracker/update/{no_level.pk}/change/",
        "review held": f"/admin/tracker/update/{held.pk}/change/",
        "hold": f"/admin/tracker/hold/{held.holds.get().pk}/change/",
        "holds": "/admin/tracker/hold/",
    }
    found = []
    for language, prefix in LANGUAGES.items():
        sign_in("hanna", prefix)
        for name, path in pages.items():
            found += look(page, name, f"{site}{prefix}{path}", language)
            unfold(page)
            found += look_here(page, f"{name}, unfolded", language)
    assert found == []


def test_pages_of_writing_in_both_languages(
    page: Page, site: str, sign_in: Callable[..., None], quiet: list[str]
) -> None:
    draft, last = item_of("35"), item_of("54").updates.get(state="published")
    begun, sent = Request.objects.get(item=item_of("57")), Request.objects.get(item=item_of("22"))
    pages = {
        "desk of a coordinator": "/admin/",
        "started from the last": f"/admin/tracker/update/add/?item={last.item_id}&from={last.pk}",
        "draft": f"/admin/tracker/update/{draft.updates.get(state='draft').pk}/change/",
        "letter, new": f"/admin/tracker/request/add/?item={item_of('45').pk}",
        "letter, begun": f"/admin/tracker/request/{begun.pk}/change/",
        "letter": f"/admin/tracker/request/{sent.pk}/change/",
        "letters": "/admin/tracker/request/",
        "record, no item": "/admin/tracker/update/add/",
        "letter, no item": "/admin/tracker/request/add/",
        "help": "/admin/help/",
        "settings": "/admin/settings/",
        "stop": "/admin/stop/",
    }
    found = []
    for language, prefix in LANGUAGES.items():
        sign_in("anna", prefix)
        for name, path in pages.items():
            found += look(page, name, f"{site}{prefix}{path}", language, picture=name == "letter")
        page.goto(f"{site}{prefix}{pages['draft']}")
        page.locator("[name=period_to]").fill("last winter")
        page.locator("[name=new1-title]").fill("A source without an address")
        with page.expect_navigation():
            page.locator("button[value=submit]").click()
        expect(page.locator("#lacking")).to_be_visible()
        found += look_here(page, "draft with faults", language)
        page.locator("[name=find]").fill("Safe")
        with page.expect_navigation():
            page.locator("button[value=find]").click()
        found += look_here(page, "draft with sources found", language)
        page.goto(f"{site}{prefix}{pages['draft']}")
        page.locator("[name=done_en]").fill("Typed and not saved.")
        page.locator("details.step-discard summary").click()
        with page.expect_navigation():
            page.locator("details.step-discard button").click()
        expect(page.locator("[name=done_en]")).to_have_value("Typed and not saved.")
        found += look_here(page, "discard refused", language)
    assert found == []


def test_page_that_stops_what_may_not_be_taken(page: Page, site: str, sign_in: Callable[..., None]) -> None:
    found = []
    for language, prefix in LANGUAGES.items():
        sign_in("anna", prefix)
        page.goto(f"{site}{prefix}/admin/tracker/update/add/?item={item_of('45').pk}")
        page.locator("[name=done_en]").fill("Every word of this stays.")
        page.locator("[name=new1-address]").fill("https://media.example.org/film.mp4")
        with page.expect_navigation():
            page.locator("button[value=save]").click()
        expect(page.locator("#stopped")).to_be_visible()
        found += look_here(page, "stopped", language)
        expect(page.locator("[name=done_en]")).to_have_value("Every word of this stays.")
        expect(page.locator("[name=new1-address]")).to_have_value("")
    assert found == []


def test_pages_of_the_staff_in_both_languages(
    page: Page, site: str, sign_in: Callable[..., None], quiet: list[str]
) -> None:
    found = []
    for language, prefix in LANGUAGES.items():
        sign_in("staff", prefix)
        found += look(page, "desk of the staff", f"{site}{prefix}/admin/", language)
        with page.expect_navigation():
            page.locator("li.unowned a").click()
        found += look_here(page, "unowned", language)
        with page.expect_navigation():
            page.locator("button[name=all]").click()
        found += look_here(page, "bulk", language)
        page.locator("[name=owner]").select_option(label=str(label_of("demo-quiet-bell", language)))
        page.locator("[name=ask]").fill("Is there news? / Есть ли новости?")
        with page.expect_navigation():
            page.locator("button[value=preview]").click()
        found += look_here(page, "bulk-preview", language, picture=True)
    with page.expect_navigation():
        page.locator("button[value=apply]").click()
    found += look_here(page, "bulk result", language)
    assert found == []


def label_of(code: str, language: str) -> str:
    return str(Alliance.objects.get(slug="demo").members.get(code=code).name.localize(language))


def unfold(page: Page) -> None:
    """Open everything that a page hides until it is asked for."""
    page.evaluate("document.querySelectorAll('main details').forEach(entry => { entry.open = true; })")


def test_pages_work_without_javascript(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{site}/demo/items/")
    plain.locator("[name=words]").fill("helpline")
    plain.locator("form:has([name=words]) [type=submit]").first.click()
    assert "words=helpline" in plain.url
    assert "47" in plain.locator("main").inner_text()
    context.close()
