"""Pages of a past day: what they say, that they say so, and that every way out of them keeps the day but one."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import NOW, World, everything, new_world
from tests.factories.kept import kept
from tests.web.conftest import Lone, Reader
from tracker.actions.items import archive_item, assign_item, set_lifecycle
from tracker.choices import Lifecycle

DAYS = dt.timedelta(days=1)
LATER = NOW + 10 * DAYS
FIRST, THIRD = "2026-03-02", "2026-03-04"
PAGES = (
    *("", "items/", "items/doc/c-1/", "documents/doc/", "organisations/first/", "treaties/"),
    *("areas/prevention/", "organisations/"),
)
FORMATS = ("csv", "xlsx", "json")


@pytest.fixture(autouse=True)
def _ten_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def looker(client: Client) -> Reader:
    return Reader(client)


@pytest.fixture
def moved(db: None) -> World:
    """The first item: nothing on the first day, under way from the third on, owned from the fifth on."""
    return kept("world that moved", _moved)


def _moved() -> World:
    world = new_world()
    world.published(world.items[0], at=NOW + 2 * DAYS)
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW + 4 * DAYS)
    return world


@pytest.mark.parametrize("prefix", ["", "/ru"])
@pytest.mark.parametrize("below", PAGES)
def test_page_of_a_past_day_says_so_and_is_not_indexed(moved: World, client: Client, below: str, prefix: str) -> None:
    response = client.get(f"{prefix}/home/{below}?on={THIRD}")

    html = response.content.decode()
    assert response.status_code == 200
    assert f'<time datetime="{THIRD}">' in html
    assert "Europe/Moscow" in html
    assert '<meta name="robots" content="noindex">' in html
    assert response.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("below", PAGES)
def test_links_of_a_past_day_keep_it_and_one_leads_to_today(moved: World, looker: Reader, below: str) -> None:
    html = looker.html(f"/home/{below}?on={THIRD}")

    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/(?:ru/)?home/[^"]*)"', html)]
    dated = (*PAGES, "items.csv")
    forgot = [link for link in links if link.split("?")[0].removeprefix("/ru").removeprefix("/home/") in dated]
    assert [link for link in forgot if f"on={THIRD}" not in link] == [f"/home/{below}"]


def test_live_page_offers_a_day_and_is_indexed(moved: World, client: Client) -> None:
    response = client.get("/home/items/?level=under_way&page=1")

    html = response.content.decode()
    form = html[html.index('class="day-form"') :]
    assert 'name="level" value="under_way"' in form
    assert 'name="page"' not in form
    assert 'max="2026-03-11"' in form
    assert "noindex" not in html
    assert "X-Robots-Tag" not in response.headers
    assert "As of" not in html


def test_front_gives_the_figures_of_the_day(moved: World, looker: Reader) -> None:
    assert "has not yet judged any of the 3 duties" in looker.text(f"/home/?on={FIRST}")
    assert "Nothing has been published yet." in looker.text(f"/home/?on={FIRST}")
    assert "0 of 3 duties of the State are implemented. 2 are not yet assessed." in looker.text(f"/home/?on={THIRD}")
    assert "The ministry opened three centres." in looker.text(f"/home/?on={THIRD}")


def test_list_filters_the_states_of_the_day(moved: World, looker: Reader) -> None:
    assert "1 item " in looker.text(f"/home/items/?level=under_way&on={THIRD}")
    assert "No item fits all of these filters." in looker.text(f"/home/items/?level=under_way&on={FIRST}")
    # Nobody owned anything yet: there is no such choice.
    assert "These filters cannot be used" in looker.text(f"/home/items/?owner=first&on={THIRD}", status=400)
    assert "1 item " in looker.text("/home/items/?owner=first&on=2026-03-06")


def test_filter_form_and_pager_of_a_past_day_keep_it(moved: World, looker: Reader) -> None:
    html = looker.html(f"/home/items/?level=under_way&on={THIRD}")

    assert f'<input type="hidden" name="on" value="{THIRD}">' in html
    assert f"/home/items.csv?level=under_way&amp;on={THIRD}" in html


def test_item_page_shows_what_the_record_said(moved: World, looker: Reader) -> None:
    staff = moved.actor("staff")
    set_lifecycle(moved.items[0], Lifecycle.NOT_APPLICABLE, reason={"en": "No coast."}, actor=staff, at=NOW + 6 * DAYS)

    first, third = (looker.text(f"/home/items/doc/c-1/?on={day}") for day in (FIRST, THIRD))

    assert "Nothing has been published on this item yet." in first
    assert "The ministry opened three centres." in third
    assert "No member organisation yet" in third
    assert "Item assigned" not in third
    assert "No coast." not in third
    assert "No coast." in looker.text("/home/items/doc/c-1/?on=2026-03-08")


def test_item_archived_since_has_its_page_on_the_days_before(moved: World, looker: Reader) -> None:
    archive_item(moved.items[0], reason="Twice.", actor=moved.actor("staff"), at=NOW + 6 * DAYS)

    assert looker.status(f"/home/items/doc/c-1/?on={THIRD}") == 200
    assert looker.status("/home/items/doc/c-1/?on=2026-03-08") == 404
    assert looker.status("/home/items/doc/c-1/") == 404


def test_organisation_page_shows_what_it_owned(moved: World, looker: Reader) -> None:
    assert "It owns no item here" in looker.text(f"/home/organisations/first/?on={THIRD}")
    assert "It owns no item here" not in looker.text("/home/organisations/first/?on=2026-03-06")


@pytest.mark.parametrize("day", ["0001-01-01", "0999-06-30", "2026-03-01"])
@pytest.mark.parametrize("below", PAGES)
def test_day_before_the_record_says_when_it_begins(moved: World, looker: Reader, below: str, day: str) -> None:
    html = looker.html(f"/home/{below}?on={day}")

    assert 'The record begins on <time datetime="2026-03-02">2 March 2026</time>.' in html
    assert f'href="/home/{below}?on=2026-03-02"' in html


@pytest.mark.parametrize("day", ["2026-03-12", "2026-03-13", "9999-12-31"])
@pytest.mark.parametrize("below", PAGES)
def test_day_that_is_not_over_gives_todays_page_with_a_note(moved: World, looker: Reader, below: str, day: str) -> None:
    html = looker.html(f"/home/{below}?on={day}")

    assert "This is what the record says today." in html
    assert "noindex" not in html
    assert html.count(f"?on={day}") == 4  # the language switch, as text and for search engines


@pytest.mark.parametrize(
    "asked", ["on=abc", "on=2026-02-30", "on=0000-01-01", "on=2026", "on=20260302", "on=2026-03-02&on=2026-03-03"]
)
@pytest.mark.parametrize("below", [*PAGES, *(f"items.{format}" for format in FORMATS)])
def test_day_that_cannot_be_read_is_refused(moved: World, client: Client, below: str, asked: str) -> None:
    before = everything()
    response = client.get(f"/home/{below}?{asked}")

    assert response.status_code == 400
    assert "is no day: write one day as 2024-06-30." in response.content.decode()
    assert everything() == before


def test_day_is_shown_escaped(moved: World, client: Client) -> None:
    html = client.get("/home/?on=<script>alert(1)</script>").content.decode()

    assert "<script" not in html


def test_empty_day_is_today(moved: World, looker: Reader) -> None:
    assert "As of" not in looker.html("/home/items/?on=")


def test_address_of_the_only_alliance_keeps_the_day(lone: Lone, client: Client) -> None:
    response = client.get(f"/only/items/?on={FIRST}")

    assert response.headers["Location"] == f"/items/?on={FIRST}"
    assert 'href="/treaties/?on=2026-03-02"' in client.get(f"/?on={FIRST}").content.decode()


@pytest.mark.parametrize("format", FORMATS)
def test_download_of_a_past_day_says_so_in_its_name(moved: World, client: Client, format: str) -> None:
    response = client.get(f"/home/items.{format}?on={THIRD}")

    assert response.status_code == 200
    assert f'filename="home-items-as-of-{THIRD}' in response.headers["Content-Disposition"]
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_download_of_a_past_day_has_its_states(moved: World, client: Client) -> None:
    def read(query: str) -> dict[str, object]:
        return json.loads(b"".join(client.get(f"/home/items.json{query}").streaming_content))  # type: ignore[attr-defined,no-any-return]

    first, third, now = (read(query) for query in (f"?on={FIRST}", f"?on={THIRD}", ""))

    assert (first["as_of"], third["as_of"], "as_of" in now) == (FIRST, THIRD, False)
    rows = [found["items"][0] for found in (first, third, now)]  # type: ignore[index]
    assert [(row["level"], row["last_update_en"], row["owner"]) for row in rows] == [
        ("not_assessed", "", ""),
        ("under_way", "The ministry opened three centres.", ""),
        ("under_way", "The ministry opened three centres.", "Organisation first"),
    ]


def test_download_of_a_day_before_the_record_has_no_rows(moved: World, client: Client) -> None:
    found = b"".join(client.get("/home/items.csv?on=0001-01-01").streaming_content)  # type: ignore[attr-defined]

    assert len(found.splitlines()) == 1


@pytest.mark.parametrize("below", PAGES)
def test_page_of_a_past_day_holds_nothing_inline(moved: World, looker: Reader, below: str) -> None:
    html = looker.html(f"/home/{below}?on={THIRD}")

    assert "style=" not in html
    assert "<script" not in html


def test_list_of_a_past_day_asks_as_little_for_three_items_as_for_one(
    moved: World, client: Client, django_assert_max_num_queries: object
) -> None:
    for query in ("", "&words=c(1)"):
        with django_assert_max_num_queries(10):  # type: ignore[operator]
            client.get(f"/home/items/?on={THIRD}{query}")
