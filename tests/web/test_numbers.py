"""Every number on a page that leads to a list is the number of what the list holds, now and on an earlier day."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from tests.conftest import NOW
from tests.importer.files import imported
from tracker.filters import DUTIES, filter_states
from tracker.models import Alliance
from tracker.queries.asof import end_of

LINK = re.compile(r'<a href="(?P<address>[^"]*)"(?P<rest>[^>]*)>(?P<text>.*?)</a>', re.DOTALL)
COUNT = re.compile(r'data-count="(\d+)"')
# An earlier day in each record: the demo's has two years, the other's begins with its import.
DAYS = {"demo": "2025-09-01", "russia": NOW.date().isoformat()}


@dataclass(frozen=True)
class Number:
    """A number as it is shown on a page, and the list that it leads to."""

    page: str
    shown: int
    address: str


@pytest.fixture(autouse=True)
def _both(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo and the Russian workspace, two days after their import."""
    imported(demo=True)
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(days=2))


def content_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def pages(client: Client, slug: str, day: str) -> Iterator[tuple[str, str]]:
    """Yield (address, content) of the pages with figures: the front page, its areas, the organisations."""
    on = f"?on={day}" if day else ""
    front = content_of(client, f"/{slug}/{on}")
    yield f"/{slug}/{on}", front
    areas = dict.fromkeys(re.findall(rf'href="(/{slug}/areas/[^"]*)"', front))
    assert areas
    for address in (*areas, f"/{slug}/organisations/{on}"):
        yield address, content_of(client, address)


def numbers(page: str, html: str) -> Iterator[Number]:
    """Yield every number of a page that leads to a list; each stands in its link, and none stands alone."""
    alone = LINK.sub("", html)
    assert re.findall(r"<b>\s*\d+\s*</b>", alone) == [], page
    for link in LINK.finditer(html):
        address = unescape(link["address"])
        if "/items/?" not in address and not address.endswith("/items/"):
            continue
        marked = COUNT.search(link["rest"])
        assert marked, f"{page}: {link[0]}"
        words = re.sub(r'<span class="hidden">.*?</span>', "", link["text"], flags=re.DOTALL)
        said = re.findall(r"\d+", re.sub(r"<[^>]+>", "", words))
        assert said == [marked[1]], f"{page}: {link[0]}"
        yield Number(page, int(marked[1]), address)


def listed(alliance: Alliance, address: str, day: str) -> int:
    """Return how many items the list at an address holds."""
    path, _mark, query = address.partition("?")
    assert resolve(path).view_name == "alliance:items"
    asked = QueryDict(query, mutable=True)
    assert asked.pop("on", [""]) == [day]
    when: dict[str, Any] = {"today": NOW.date() + dt.timedelta(days=2)}
    if day:
        when = {"today": dt.date.fromisoformat(day), "past": end_of(alliance, dt.date.fromisoformat(day))}
    found, states = filter_states(alliance, asked, **when)
    assert found.in_words() == []
    return states.count()


@pytest.mark.parametrize("past", [False, True])
@pytest.mark.parametrize("slug", DAYS)
def test_every_number_is_that_of_the_list_it_leads_to(client: Client, slug: str, past: bool) -> None:
    day, alliance = DAYS[slug] if past else "", Alliance.objects.get(slug=slug)
    shown = [number for page, html in pages(client, slug, day) for number in numbers(page, html)]

    counted = {address: listed(alliance, address, day) for address in {number.address for number in shown}}

    assert [number for number in shown if number.shown != counted[number.address]] == []
    assert len(counted) > 25
    # What the list itself says, for one of each page.
    for number in {number.page: number for number in shown}.values():
        assert f"<b>{number.shown} item" in content_of(client, number.address)


@pytest.mark.parametrize("slug", DAYS)
def test_headline_counts_what_its_list_counts(client: Client, slug: str) -> None:
    alliance = Alliance.objects.get(slug=slug)
    query = QueryDict(mutable=True)
    for name, value in DUTIES:
        query.appendlist(name, value)
    duties = filter_states(alliance, query, NOW.date())[1].count()

    front = content_of(client, f"/{slug}/")

    headline = re.sub(r"\s+", " ", front.partition("<h1")[2].partition("</h1>")[0])
    assert f"{duties} duties of the State" in headline
    bar = front.partition('<ul class="key">')[2].partition("</ul>")[0]
    assert sum(map(int, COUNT.findall(bar))) == duties
