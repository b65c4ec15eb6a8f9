"""The downloads of the item list: the same items as its page, and nothing that is not public."""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.conftest import LAW, NOW, STUDY, World, everything, new_world
from tests.factories.kept import kept
from tracker.actions.history import Act
from tracker.actions.items import assign_item, set_lifecycle
from tracker.choices import Lifecycle, Perspective
from tracker.exporting import xlsx
from tracker.lib.checkpoints import read
from tracker.models import Alliance, HistoryEntry
from tracker.permissions import SYSTEM
from tracker.web.items import PER_PAGE

FORMATS = ("csv", "xlsx", "json")


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def last(alliance: Alliance | None) -> HistoryEntry:
    """Return the last entry of an alliance's log, or of the installation's."""
    log = str(alliance.uuid) if alliance else "installation"
    return HistoryEntry.objects.filter(log=log).order_by("-sequence")[0]


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def rows(data: bytes, form: str) -> list[dict[str, Any]]:
    """Return the rows of a file, whatever its format, with empty cells as ''."""
    if form == "json":
        found = json.loads(data)["items"]
    elif form == "csv":
        found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    else:
        names, *values = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)  # type: ignore[union-attr]
        found = [dict(zip(map(str, names), row, strict=True)) for row in values]
    return [{name: _text(value) for name, value in row.items()} for row in found]


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def download(client: Client, form: str, query: str = "", *, alliance: str = "home") -> list[dict[str, Any]]:
    return rows(body(client.get(f"/{alliance}/items.{form}?{query}")), form)


@pytest.fixture
def many(db: None) -> World:
    """More items than fit a page, at different levels, of several kinds, addressees and owners."""
    return kept("world of many items", _many)


def _many() -> World:
    world = new_world()
    section = world.items[0].recommendation.section
    for number in range(PER_PAGE + 10):
        point = make.RecommendationFactory(
            section=section,
            reference=f"R-{number}",
            position=100 + number,
            area=("prevention", "recovery")[number % 2],
            kind=("commitment", "question", "indicator")[number % 3],
            addressee=("states", "private_sector")[number % 2],
            summary={"ru": f"Дети {'школы' if number % 5 == 0 else ''}"},
        )
        make.ItemFactory(alliance=world.alliance, recommendation=point)
    world.published()
    staff = world.actor("staff")
    assign_item(world.items[1], actor=staff, at=NOW, owner=world.organisations[0])
    set_lifecycle(world.items[2], Lifecycle.NOT_APPLICABLE, reason={"en": "Another region."}, actor=staff, at=NOW)
    return world


FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"level": "under_way"},
    {"level": ["under_way", "not_assessed"], "area": "prevention"},
    {"words": "ШКОЛЫ дети"},
    {"kind": ["question", "indicator"]},
    {"addressee": "private_sector", "kind": "commitment"},
    {"owner": "first"},
    {"flag": "unowned"},
    {"lifecycle": "not_applicable"},
    {"section": "doc.I", "document": "doc"},
    {"words": "nothing like it"},
)


def on_the_page(client: Client, filters: dict[str, Any]) -> list[str]:
    """Return the addresses of the items that the list links to, on all of its pages."""
    found: list[str] = []
    for page in range(1, 100):
        html = client.get(f"/home/items/?{urlencode(filters | {'page': page}, doseq=True)}").content.decode()
        listed = re.findall(r'href="(/home/items/doc/[a-z0-9-]+/)', html)
        if not listed or listed[0] in found:
            return found
        found += dict.fromkeys(listed)
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_download_holds_the_items_of_its_page(many: World, client: Client, filters: dict[str, Any]) -> None:
    listed = on_the_page(client, filters)
    assert bool(listed) == (filters != FILTERS[-1])
    for form in FORMATS:
        found = download(client, form, urlencode(filters, doseq=True))
        assert [row["url"].removeprefix("http://testserver") for row in found] == listed, form


def test_downloads_of_all_formats_say_the_same(many: World, client: Client) -> None:
    csv_rows, *others = (download(client, form) for form in FORMATS)
    assert len(csv_rows) == PER_PAGE + 13
    for other in others:
        assert other == csv_rows


@pytest.mark.parametrize("form", FORMATS)
def test_download_twice_is_the_same_to_the_byte(many: World, client: Client, form: str) -> None:
    address = f"/home/items.{form}?level=under_way"
    assert body(client.get(address)) == body(client.get(address))


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "application/json"),
    ],
)
def test_download_has_name_and_type(world: World, client: Client, form: str, content_type: str) -> None:
    response = client.get(f"/home/items.{form}")
    assert response["Content-Type"] == content_type
    end = last(world.alliance)
    reach = f"{end.sequence}-{end.hash[:12]}"
    assert response["Content-Disposition"] == f'attachment; filename="home-items-2026-03-02-{reach}.{form}"'


@pytest.mark.parametrize("form", FORMATS)
def test_download_carries_where_the_logs_ended(world: World, client: Client, form: str) -> None:
    world.published()
    response = client.get(f"/home/items.{form}")
    here, there = (
        {"log": end.log, "epoch": 1, "size": end.sequence, "head": end.hash, "time": end.time}
        for end in (last(world.alliance), last(None))
    )
    lines = ["; ".join(f"{name}={value}" for name, value in end.items()) for end in (here, there)]
    assert response["X-Checkpoint"] == ", ".join(lines)
    data = body(response)
    if form == "json":
        assert json.loads(data)["checkpoints"] == [here, there]
    if form == "xlsx":
        about = openpyxl.load_workbook(io.BytesIO(data))["about"]
        told = "\n".join(str(row[0].value or "") for row in about.iter_rows())
        assert [asdict(kept) for kept in read(told)] == [here, there]


def test_download_is_of_the_day_in_the_alliances_time_zone(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC))
    response = client.get("/home/items.json")
    assert "home-items-2026-03-03-" in response["Content-Disposition"]
    assert json.loads(body(response))["generated_on"] == "2026-03-03"


def test_download_has_whole_addresses_in_the_language_of_its_page(world: World, client: Client) -> None:
    found = rows(body(client.get("/ru/home/items.csv")), "csv")
    assert found[0]["url"] == "http://testserver/ru/home/items/doc/c-1/"
    assert client.get("/ru/home/items/").status_code == 200


def test_download_keeps_cyrillic_and_texts_that_look_like_formulas(world: World, client: Client) -> None:
    world.published(done={"en": "=cmd|' /C calc'!A0", "ru": "Открыто три центра №1"})
    assert [download(client, form)[0]["last_update_en"] for form in FORMATS] == [
        "'=cmd|' /C calc'!A0",
        "=cmd|' /C calc'!A0",
        "=cmd|' /C calc'!A0",
    ]
    assert {download(client, form)[0]["last_update_ru"] for form in FORMATS} == {"Открыто три центра №1"}


@pytest.mark.parametrize("form", FORMATS)
def test_download_holds_nothing_that_is_not_public(world: World, client: Client, form: str) -> None:
    """Drafts, other alliances, internal dates, organisations that may not be named: also for who is signed in."""
    canary = {"en": "CANARY", "ru": "CANARY"}
    world.draft(world.items[0], done=canary, new_evidence=(STUDY,))
    world.submitted(world.items[1], done=canary, new_evidence=(LAW, STUDY))
    world.published(world.items[2], by="boris", reviewer="olga", done=canary, perspective=Perspective.UN_BODY)
    hidden = world.organisations[0]
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(hidden, visibility="hidden", name={"en": "CANARY"})
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=hidden, update_due_on=dt.date(2026, 1, 1))
    client.force_login(world.users["staff"])
    found = download(client, form)
    assert "CANARY" not in str(found)
    assert "university.example" not in str(found)
    assert {row["alliance"] for row in found} == {"home"}
    assert (found[0]["owner"], found[0]["update_due_on"], found[0]["flags"]) == ("A member organisation", "", "")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "query",
    ["level=splendid", "colour=red", "owner=nobody", "flag=update_overdue", "document=doc&document=other", "area=x"],
)
def test_download_refuses_a_filter_that_its_page_does_not_know(
    world: World, client: Client, query: str, form: str
) -> None:
    response = client.get(f"/home/items.{form}?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Content-Disposition" not in response
    page = client.get(f"/home/items/?{query}")
    for sentence in response.content.decode().splitlines():
        assert sentence in page.context["problems"]


def test_download_refuses_the_owner_filter_for_a_hidden_organisation(world: World, client: Client) -> None:
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=world.organisations[0])
    assert client.get("/home/items.csv?owner=first").status_code == 200
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.organisations[0], visibility="hidden")
    assert client.get("/home/items.csv?owner=first").status_code == 400


def test_download_with_more_rows_than_a_sheet_holds_is_refused_before_it_begins(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "ROWS_MOST", 2)
    response = client.get("/home/items.xlsx")
    assert response.status_code == 400
    assert "take CSV or JSON" in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/home/items.pdf", "/home/items.", "/home/items.CSV", "/nowhere/items.csv", "/items.csv"]
)
def test_download_of_what_is_not_there_is_not_found(world: World, client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_download_of_the_only_alliance_has_a_short_address(db: None, client: Client) -> None:
    item = make.ItemFactory(alliance=make.AllianceFactory(slug="alone"))
    response = client.get("/items.csv?area=prevention")
    assert 'attachment; filename="alone-items-2026-03-02-' in response["Content-Disposition"]
    point = item.recommendation
    assert [row["url"] for row in rows(body(response), "csv")] == [
        f"http://testserver/items/{point.document.code}/{point.slug}/"
    ]
    assert client.get("/alone/items.csv?area=prevention")["Location"] == "/items.csv?area=prevention"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_download_only_reads(world: World, client: Client, method: str) -> None:
    call: Callable[[str], HttpResponse] = getattr(client, method)
    assert call("/home/items.csv").status_code == 405


@pytest.mark.parametrize("form", FORMATS)
def test_download_answers_head_like_get_without_a_body(world: World, client: Client, form: str) -> None:
    head, get = client.head(f"/home/items.{form}"), client.get(f"/home/items.{form}")
    assert b"".join(head.streaming_content) == b""  # type: ignore[attr-defined]
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize("form", FORMATS)
def test_download_asks_as_little_for_three_items_as_for_one(
    world: World, client: Client, form: str, django_assert_num_queries: Any
) -> None:
    for item in world.items:
        world.published(item)
    client.get("/home/items.json")
    # The alliance twice, the choices of two filters, the keys, the number of alliances, the states, their evidence,
    # where the two logs end; the beginning and the end of one moment.
    for query in ("words=c(1)", ""):
        with django_assert_num_queries(12):
            found = download(client, form, query)
    assert len(found) == 3


def test_download_writes_nothing(world: World, client: Client) -> None:
    world.published()
    before = everything()
    for form in FORMATS:
        download(client, form)
    assert everything() == before
