"""Feeds and calendar: what is public, and nothing else, under the filters of the list."""

import xml.etree.ElementTree as ET
from typing import Any

import icalendar
import pytest
from django.test import Client

from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, set_item_visibility
from tracker.actions.safeguarding import take_down
from tracker.choices import Level, Visibility
from tracker.permissions import SYSTEM

pytestmark = pytest.mark.usefixtures("present")
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return ET.fromstring(answer.content)  # noqa: S314 (made by us)


def titles(client: Client, address: str) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in feed(client, address).iter(f"{ATOM}entry")]


def test_feed_tells_what_was_published_where_it_is_and_whose_word_it_is(world: World, client: Client) -> None:
    update = world.published(done={"en": "Three centres opened.", "ru": "Открыты три центра."})

    found = feed(client, "/home/items.atom")

    (entry,) = found.iter(f"{ATOM}entry")
    assert {
        "title": found.findtext(f"{ATOM}title"),
        "self": [link.get("href") for link in found.findall(f"{ATOM}link") if link.get("rel") == "self"],
        "entry": entry.findtext(f"{ATOM}title"),
        "id": entry.findtext(f"{ATOM}id"),
        "link": entry.find(f"{ATOM}link").get("href"),
        "said": entry.findtext(f"{ATOM}summary"),
        "who": entry.findtext(f"{ATOM}author/{ATOM}name"),
        "level": [category.get("term") for category in entry.findall(f"{ATOM}category")],
        "updated": entry.findtext(f"{ATOM}updated"),
    } == {
        "title": f"{world.alliance}: published updates",
        "self": ["http://testserver/home/items.atom"],
        "entry": f"C(1) {world.items[0].recommendation.title}",
        "id": f"urn:uuid:{update.uuid}",
        "link": "http://testserver/home/items/doc/c-1/",
        "said": "Under way. Three centres opened.",
        "who": f"Alliance, recorded by {world.organisations[0]}",
        "level": ["Under way"],
        "updated": NOW.isoformat(),
    }
    assert "Открыты три центра." in client.get("/ru/home/items.atom").content.decode()


def test_feed_of_the_list_holds_what_its_filters_leave(world: World, client: Client) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)
    world.published(world.items[1], level=Level.ANNOUNCED)

    assert [title[:4] for title in titles(client, "/home/items.atom?level=announced")] == ["C(2)"]
    assert len(titles(client, "/home/items.atom")) == 2
    assert titles(client, "/abroad/items.atom") == []
    refused = client.get("/home/items.atom?level=nonsense")
    assert (refused.status_code, b"nonsense" in refused.content) == (400, True)


def test_feeds_of_an_item_and_of_an_organisation(world: World, client: Client) -> None:
    world.published(world.items[0])
    world.published(world.items[1], by="boris", reviewer="clara")

    assert [title[:4] for title in titles(client, "/home/items/doc/c-1/updates.atom")] == ["C(1)"]
    assert titles(client, "/home/items/doc/c-3/updates.atom") == []
    assert [title[:4] for title in titles(client, "/home/organisations/second/updates.atom")] == ["C(2)"]
    for missing in ("items/doc/c-99", "organisations/nobody", "organisations/third"):
        assert client.get(f"/home/{missing}/updates.atom").status_code == 404


def test_feeds_keep_to_themselves_what_the_pages_do(world: World, client: Client) -> None:
    shown = world.published(world.items[0], done={"en": "Words to take down."})
    world.submitted(world.items[1], done={"en": "Not yet read by anyone."})
    take_down(shown, reason="Look at it.", actor=world.actor("anna"), at=NOW)
    assert "Words to take down." not in client.get("/home/items.atom").content.decode()
    assert "Not yet read by anyone." not in client.get("/home/items.atom").content.decode()

    world.published(world.items[2])
    set_item_visibility(world.items[2], Visibility.HIDDEN, reason="At risk.", actor=world.actor("staff"), at=NOW)
    assert [title[:4] for title in titles(client, "/home/organisations/first/updates.atom")] == ["C(1)"]
    names = [name.text for name in feed(client, "/home/items.atom").iter(f"{ATOM}name")]
    assert "Alliance, recorded by A member organisation" in names

    archive_item(world.items[2], actor=world.actor("staff"), at=NOW, reason="Entered twice.")
    assert [title[:4] for title in titles(client, "/home/items.atom")] == ["C(1)"]
    assert client.get("/home/items/doc/c-3/updates.atom").status_code == 404


def test_calendar_holds_deadlines_and_days_of_verification_of_open_items(world: World, client: Client) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        for item in world.items[1:]:
            act.change(act.lock(item.recommendation), deadline="2027", deadline_last_day="2027-12-31")
        act.change(act.lock(world.items[2]), lifecycle="closed", lifecycle_reason={"en": "Done."})
    assign_item(world.items[1], actor=world.actor("staff"), at=NOW, update_due_on="2026-04-01")

    answer = client.get("/home/items.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    held = icalendar.Calendar.from_ical(answer.content)
    days = {str(event["summary"])[:16]: event.decoded("dtstart").isoformat() for event in held.walk("VEVENT")}
    assert days == {"Verify again by ": "2027-03-02", "Deadline: C(2) T": "2027-12-31"}
    assert b"2026-04-01" not in answer.content
    assert client.get("/home/items.ics").content == answer.content
    assert len(icalendar.Calendar.from_ical(client.get("/home/items.ics?level=under_way").content).walk("VEVENT")) == 1
    assert client.get("/home/items.ics?level=x").status_code == 400


@pytest.mark.parametrize("address", ["items.atom", "items.ics", "organisations/first/updates.atom"])
@pytest.mark.parametrize("more", [0, 2])
def test_feeds_take_as_many_queries_for_one_update_as_for_three(
    world: World, client: Client, django_assert_max_num_queries: Any, address: str, more: int
) -> None:
    for item in world.items[: 1 + more]:
        world.published(item)
    with django_assert_max_num_queries(7):
        assert client.get(f"/home/{address}").status_code == 200


def test_signs_that_no_feed_can_hold_are_left_out(world: World, client: Client) -> None:
    world.published(done={"en": "One\x0btwo\x01three."})

    (entry,) = feed(client, "/home/items.atom?words=one%01").iter(f"{ATOM}entry")

    assert entry.findtext(f"{ATOM}summary") == "Under way. One two three."


@pytest.mark.parametrize("kind", ["items/", "items.atom", "items.ics", "items.csv"])
def test_first_day_of_all_is_a_day_like_any_other(world: World, client: Client, kind: str) -> None:
    assert client.get(f"/home/{kind}?since=0001-01-01").status_code == 200
