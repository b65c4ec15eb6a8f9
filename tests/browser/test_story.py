"""The whole story: recorded by one organisation, published by another, seen by everyone, checked by anyone."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Page, expect

from tracker.models import Item

pytestmark = pytest.mark.browser

DONE = "The Ministry of Family opened a register of trained school staff in all nine provinces."
LAW = "Order No. 412 on the register of trained school staff"
LAW_ADDRESS = "https://gazette.example.org/orders/412"


def unassessed_duty() -> Item:
    """An open duty of the State in the demo that nobody has judged and that has no draft."""
    return (
        Item.objects.filter(
            alliance__slug="demo", level="not_assessed", lifecycle="open", recommendation__addressee="states"
        )
        .filter(updates=None)
        .select_related("recommendation__document")
        .order_by("recommendation__position")
        .first()
    )


def verify_history() -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify_history", stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def headline(page: Page, site: str) -> dict[str, int]:
    """Return {level: number} as the key of the front page's bar says."""
    page.goto(f"{site}/demo/")
    text = page.locator("main").inner_text()
    return {
        level: int(match.group(1)) if (match := re.search(rf"{level}\s+(\d+)", text)) else 0
        for level in ("Under way", "Not yet assessed")
    }


def record_and_submit(page: Page, site: str, item: Item) -> str:
    """Record an update as a coordinator, from the item's page in the workspace; return the update's address."""
    page.goto(f"{site}/admin/tracker/item/{item.pk}/change/")
    page.get_by_role("link", name="Record an update").click()
    page.locator("[name=period_from]").fill("2026-03")
    page.locator("[name=period_to]").fill("2026-10")
    page.locator("[name=done_en]").fill(DONE)
    page.locator("[name=done_ru]").fill("Министерство по делам семьи открыло реестр обученных работников школ.")
    page.locator("[name=new1-kind]").select_option("law")
    page.locator("[name=new1-title]").fill(LAW)
    page.locator("[name=new1-publisher]").fill("Sarvelian Gazette")
    page.locator("[name=new1-address]").fill(LAW_ADDRESS)
    page.locator("[name=level][value=under_way]").check()
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator("main, #content").first).to_contain_text("Submitted for review")
    return page.url


def test_update_from_draft_to_public_page_and_history(
    page: Page, site: str, sign_in: Callable[[str], None], quiet: list[str]
) -> None:
    item = unassessed_duty()
    reference, title = item.recommendation.reference, str(item.recommendation.title)
    before = headline(page, site)
    public = f"{site}/demo/items/rio-2008/{item.recommendation.slug}/"

    sign_in("anna")
    address = record_and_submit(page, site, item)
    page.goto(public)
    expect(page.locator("main")).not_to_contain_text(DONE)

    sign_in("flora")  # a reviewer, but of the author's own organisation
    page.goto(address)
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    item.refresh_from_db()
    assert item.level == "not_assessed"

    sign_in("hanna")  # a reviewer of another organisation
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name=re.compile(re.escape(title))).first.click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main, #content").first).to_contain_text("Published")

    page.context.clear_cookies()
    page.goto(public)
    main = page.locator("main")
    expect(main).to_contain_text("Under way")
    expect(main).to_contain_text(DONE)
    expect(page.get_by_role("link", name=LAW).first).to_have_attribute("href", LAW_ADDRESS)
    page.get_by_text(re.compile(r"\d+ changes?, latest first")).click()
    expect(page.get_by_text("Update published").first).to_be_visible()
    page.get_by_role("link", name="Русский").click()
    expect(page.locator("main")).to_contain_text("Министерство по делам семьи открыло реестр")

    assert headline(page, site) == {
        "Under way": before["Under way"] + 1,
        "Not yet assessed": before["Not yet assessed"] - 1,
    }

    page.goto(f"{site}/demo/items/?level=under_way")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    row = next(row for row in rows if row["reference"] == reference)
    assert (row["level"], row["last_update_en"], row["evidence_urls"]) == ("under_way", DONE, LAW_ADDRESS)

    assert verify_history()[0] == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_item SET level = 'implemented' WHERE id = %s", [item.pk])
    code, said = verify_history()
    assert code == 1
    assert f"item rio-2008 {reference} ({item.uuid}): level is 'implemented' in the table" in said
