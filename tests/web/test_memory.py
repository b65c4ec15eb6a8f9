"""Pages from memory: the same answer as a new one, for as long as the record stands, and never to who is signed in."""

import datetime as dt
import gzip
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Lone
from tracker.actions.checkpoints import take_checkpoints
from tracker.actions.history import Act
from tracker.actions.safeguarding import take_down
from tracker.permissions import SYSTEM
from tracker.web import memory

PAGES = ["/", "/method/", "/about/", "/home/", "/home/items/", "/home/items/doc/c-1/", "/home/documents/doc/"]


@pytest.fixture(autouse=True)
def _memory(settings: Any, present: None) -> None:
    settings.PAGE_MEMORY = 4 * 1024 * 1024


def asked(client: Client, path: str, **headers: str) -> tuple[Any, int]:
    """Return an answer, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path, headers=headers)
    return answer, len(queries)


@pytest.mark.parametrize("path", PAGES)
def test_page_that_nobody_changed_comes_from_memory_word_for_word(world: World, client: Client, path: str) -> None:
    first, queries = asked(client, path)
    again, few = asked(client, path)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert {**again.headers} == {**first.headers}
    assert few == 1 < queries
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" in first.headers["Vary"]


def test_page_changes_with_every_entry_of_its_logs_and_with_no_other(world: World, client: Client) -> None:
    etag = client.get("/home/").headers["ETag"]

    eve = world.actor("eve", world.other_alliance)
    take_down(world.other_item, reason="Look at it.", actor=eve, at=NOW)
    assert client.get("/home/").headers["ETag"] == etag

    take_down(world.items[0], reason="Look at it.", actor=world.actor("anna"), at=NOW)
    later = client.get("/home/").headers["ETag"]
    assert later != etag

    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), name={"en": "Renamed"})
    assert client.get("/home/").headers["ETag"] not in (etag, later)


def test_page_changes_with_a_checkpoint_at_midnight_there_and_with_the_program(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [client.get("/home/").headers["ETag"]]
    take_checkpoints(at=NOW)
    found.append(client.get("/home/").headers["ETag"])
    monkeypatch.setattr(timezone, "now", lambda: NOW + dt.timedelta(days=1))
    found.append(client.get("/home/").headers["ETag"])
    monkeypatch.setattr(memory, "_program", lambda: "another")
    found.append(client.get("/home/").headers["ETag"])

    assert len(set(found)) == 4


def test_what_was_taken_down_is_gone_from_the_next_answer(world: World, client: Client) -> None:
    world.published(done={"en": "Words to take down."})
    path = "/home/items/doc/c-1/"
    assert b"Words to take down." in client.get(path).content
    update = world.items[0].updates.get()

    take_down(update, reason="Look at it.", actor=world.actor("anna"), at=NOW)

    assert b"Words to take down." not in client.get(path).content


def test_who_has_the_page_gets_nothing_more_than_that(world: World, client: Client) -> None:
    first = client.get("/home/")

    answer, queries = asked(client, "/home/", **{"If-None-Match": f'"x", {first.headers["ETag"]}'})

    assert (answer.status_code, answer.content, queries) == (304, b"", 1)
    assert answer.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in answer.headers
    assert client.get("/home/", headers={"If-None-Match": '"x"'}).status_code == 200


def test_who_has_a_file_gets_nothing_more_than_that(world: World, client: Client) -> None:
    for path in ("/home/items.csv", "/home/history/log.jsonl"):
        first = client.get(path)
        assert first.streaming
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_page_is_packed_for_who_takes_it_so(world: World, client: Client) -> None:
    plain = client.get("/home/")
    packed = client.get("/home/", headers={"Accept-Encoding": "gzip, br"})

    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.content))
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_signed_in_people_get_pages_of_their_own_that_nobody_keeps(world: World, client: Client) -> None:
    client.get("/home/")
    client.force_login(world.users["anna"])

    answer, queries = asked(client, "/home/")

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer.headers
    assert queries > 1


def test_languages_hosts_and_questions_are_kept_apart(world: World, client: Client) -> None:
    english = client.get("/home/items/?level=under_way")
    assert english.content != client.get("/ru/home/items/?level=under_way").content
    assert english.content != client.get("/home/items/?level=announced").content
    assert english.content != client.get("/home/items/").content
    other = client.get("/home/items/?level=under_way", headers={"Host": "localhost"})
    assert b"http://localhost/" in other.content


def test_same_question_in_another_order_or_with_what_networks_add_is_the_same_page(
    world: World, client: Client
) -> None:
    first = client.get("/home/items/?level=announced&document=doc")

    answer, queries = asked(client, "/home/items/?utm_source=mail&document=doc&fbclid=abc&level=announced")

    assert (answer.content, queries) == (first.content, 1)
    cold = client.get("/home/?fbclid=abc&utm_source=mail").content
    assert b"fbclid" not in cold
    assert b"utm_source" not in cold


def test_pages_that_are_not_there_and_what_is_sent_are_not_kept(world: World, client: Client) -> None:
    for answer in (client.get("/home/items/doc/c-99/"), client.get("/home/items/?level=x"), client.post("/home/")):
        assert answer.status_code in (400, 404, 405)
        assert "ETag" not in answer.headers


def test_closed_pages_are_closed_from_memory_too(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/home/")
    for room in ("memory", "closed"):
        monkeypatch.setattr(f"tracker.web.{room}.is_open", lambda: False)

    assert client.get("/home/").status_code == 503


def test_memory_keeps_what_was_asked_for_last_within_its_bounds() -> None:
    kept = memory.Memory(most=40_050)
    basis = memory.Basis((), "UTC")

    def page(size: int) -> memory.Page:
        return memory.Page(basis, "", {}, b"x" * (size - 1000), b"")

    for number in range(10):
        kept.put((str(number),), page(4000))
    kept.get(("0",))
    kept.put(("10",), page(4000))
    kept.put(("large",), page(4002))
    kept.put(("10",), page(2000))

    assert list(kept.pages) == [*((str(number),) for number in range(2, 10)), ("0",), ("10",)]
    assert kept.used == 9 * 4000 + 2000 + 11


def test_new_alliance_changes_every_page_as_it_moves_the_addresses(lone: Lone, client: Client) -> None:
    before = {path: client.get(path).headers["ETag"] for path in ("/", "/items/")}

    make.AllianceFactory(slug="second")

    assert client.get("/").headers["ETag"] != before["/"]
    assert client.get("/items/").status_code == 404


def test_day_of_a_page_is_that_of_its_tag_also_at_midnight(
    lone: Lone, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The alliance's midnight comes before that of UTC.
    night = dt.datetime(2026, 3, 2, 21, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: night - dt.timedelta(hours=1))
    before = client.get("/method/").content
    monkeypatch.setattr(timezone, "now", lambda: night)

    assert client.get("/method/").content != before
    assert "3 March 2026" in client.get("/method/").content.decode()


def test_long_addresses_count_against_the_bound() -> None:
    kept = memory.Memory(most=30_000)
    page = memory.Page(memory.Basis((), "UTC"), "", {}, b"", b"")

    for number in range(40):
        kept.put((f"{number}" + "x" * 900,), page)

    assert kept.used <= 30_000
    assert 10 < len(kept.pages) < 16


def test_picture_for_other_sites_comes_from_memory_too(world: World, client: Client) -> None:
    first, queries = asked(client, "/embed/home/bar.svg")
    again, few = asked(client, "/embed/home/bar.svg")

    assert (first.status_code, again.content) == (200, first.content)
    assert few == 1 < queries
    assert "max-age=60" in first.headers["Cache-Control"]
