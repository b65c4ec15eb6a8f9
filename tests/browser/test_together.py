"""What people do with each other's work: give it back, meet over one draft, take it down at once."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.entering import sign_in_as
from tests.browser.test_pages import item_of, submitted
from tracker.models import Hold, Update

pytestmark = pytest.mark.browser

REASON = "Say which ministry, and link to its order."
MENDED = "The Ministry of the Interior named an officer in each of the nine provinces."
Seat = Callable[[str], Page]


@pytest.fixture
def seat(browser: Browser, site: str) -> Iterator[Seat]:
    """Give one of the demo's people a browser of their own, on their desk."""
    contexts = []

    def sit(name: str) -> Page:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        sign_in_as(page, site, name)
        return page

    yield sit
    for context in contexts:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def unfold(page: Page, name: str) -> None:
    page.locator(f"details.step-{name}:not([open]) summary").click()


def test_returned_update_is_mended_and_published(site: str, seat: Seat) -> None:
    update = submitted("45", "anna")
    address = f"{site}/admin/tracker/update/{update.pk}/change/"
    reviewer = seat("boris")
    reviewer.locator(f"main a[href*='/update/{update.pk}/']").click()
    unfold(reviewer, "return")
    press(reviewer, "Return")
    # Not without a reason.
    expect(reviewer.locator(".step-return .errornote")).to_be_visible()
    assert Update.objects.get(pk=update.pk).state == "submitted"
    reviewer.locator(".step-return [name=reason]").fill(REASON)
    press(reviewer, "Return")
    expect(reviewer.locator(".messagelist")).to_contain_text("Returned to the author.")

    author = seat("anna")
    desk = author.locator("section", has_text="To do for my organisation")
    expect(desk).to_contain_text(REASON)
    desk.locator(f"a[href*='/update/{update.pk}/']").click()
    expect(author.locator(".notice")).to_contain_text(REASON)
    author.locator("[name=done_en]").fill(MENDED)
    press(author, "Save and submit")
    expect(author.locator(".messagelist")).to_contain_text("Submitted.")

    reviewer.goto(address)
    expect(reviewer.locator("#content")).to_contain_text(MENDED)
    press(reviewer, "Publish")
    expect(reviewer.locator(".messagelist")).to_contain_text("Published.")
    author.goto(f"{site}/demo/items/rio-2008/45/")
    expect(author.locator("main")).to_contain_text(MENDED)
    expect(author.locator("main")).not_to_contain_text(REASON)


def test_second_of_two_editors_is_told_and_keeps_every_word(site: str, seat: Seat) -> None:
    draft = Update.objects.get(alliance__slug="demo", state="draft", item__recommendation__reference="49")
    first, second = seat("boris"), seat("gleb")
    for page in (first, second):
        page.goto(f"{site}/admin/tracker/update/{draft.pk}/change/")
    first.locator("[name=remains_en]").fill("What the first one wrote.")
    press(first, "Save draft")
    expect(first.locator(".messagelist")).to_contain_text("The draft is saved.")

    words = {
        "done_en": "What the second one wrote.",
        "done_ru": "Что написал второй.",
        "period_to": "2026-1o",
        "new1-title": "A source half typed",
    }
    for name, text in words.items():
        second.locator(f"[name={name}]").fill(text)
    press(second, "Save draft")
    told = second.locator("#errors")
    expect(told).to_contain_text("This is what happened meanwhile.")
    expect(told).to_contain_text("Boris Tamrin")
    expect(told).to_contain_text("What the first one wrote.")
    for name, text in words.items():
        expect(second.locator(f"[name={name}]")).to_have_value(text)

    press(second, "Save draft")
    expect(second.locator(".messagelist")).to_contain_text("The draft is saved.")
    for name, text in words.items():
        expect(second.locator(f"[name={name}]")).to_have_value(text)
    assert str(Update.objects.get(pk=draft.pk).done) == words["done_en"]


def test_text_taken_down_is_gone_at_once_and_back_after_two_people(site: str, seat: Seat, page: Page) -> None:
    update = Update.objects.filter(item=item_of("45"), state="published").get()
    public, words = f"{site}/demo/items/rio-2008/45/", str(update.done)[:40]
    visitor = page.locator("main")
    page.goto(public)
    expect(visitor).to_contain_text(words)

    member = seat("emil")
    member.goto(f"{site}/admin/tracker/update/{update.pk}/change/")
    unfold(member, "take_down")
    member.locator(".step-take_down [name=reason]").fill("It tells where the family lives.")
    press(member, "Take this update down")
    expect(member.locator(".messagelist")).to_contain_text("Taken down")
    page.reload()
    expect(visitor).not_to_contain_text(words)
    expect(visitor).to_contain_text("withheld")

    hold = f"/admin/tracker/hold/{Hold.objects.get(update=update).pk}/change/"
    lead = seat("hanna")
    lead.locator(f"main a[href='{hold}']").click()
    lead.locator(".step-release [name=reason]").fill("It names no family.")
    press(lead, "Release, for a second person to confirm")
    expect(lead.locator(".messagelist")).to_contain_text("One more person confirms")
    page.reload()
    expect(visitor).not_to_contain_text(words)

    other = seat("boris")
    other.goto(f"{site}{hold}")
    other.locator(".step-confirm [name=reason]").fill("I agree.")
    press(other, "Confirm the release")
    expect(other.locator(".messagelist")).to_contain_text("Confirmed")
    page.reload()
    expect(visitor).to_contain_text(words)
