"""Pictures for other sites: whole files that set nothing, ask for nothing and may be shown anywhere."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.charts.test_sheets import SVG, parsed
from tests.conftest import NOW, World
from tests.queries.test_card import indicators, said_by_the_source
from tests.web.conftest import Lone, Reader
from tracker.charts.sheets import POLICY
from tracker.choices import Perspective

CARD, BAR = "/embed/home/card.svg", "/embed/home/bar.svg"


def words(reader: Reader, address: str) -> list[str]:
    """Return every line of words that a picture shows."""
    return [element.text or "" for element in parsed(reader.html(address)).iter(f"{SVG}text")]


@pytest.mark.parametrize("address", [CARD, BAR, f"/ru{CARD}", f"/ru{BAR}"])
def test_picture_may_be_shown_anywhere_and_does_nothing_there(world: World, reader: Reader, address: str) -> None:
    indicators(world)

    answer = reader.client.get(address)

    assert answer.status_code == 200
    assert answer.cookies == {}
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert {
        name: answer.headers[name]
        for name in ("Content-Type", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Cache-Control")
    } == {
        "Content-Type": "image/svg+xml; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "public, max-age=60",
    }
    drawn = answer.content.decode()
    assert not [word for word in ("<script", "href", "style=", "<a ", "onload", "<image", "@import") if word in drawn]


def test_picture_of_the_card_says_whose_it_is_of_when_and_what_its_colours_mean(world: World, reader: Reader) -> None:
    first, second = indicators(world)
    world.published(first)
    world.published(first, by="boris", reviewer="olga", perspective=Perspective.MEMBER_NGO, level="")
    said_by_the_source(world, second)

    said = " ".join(words(reader, CARD))
    for part in (
        "Alliance home Progress card, as of 2 March 2026",
        "Title of 1.0 Under way",
        "The alliance's own assessment. Green: Implemented. Yellow: Under way, Partly implemented. Red: No action",
        "Filled star: published work of a member NGO, with evidence. Outlined star: a star of the source's own card.",
        "http://testserver/home/card/",
    ):
        assert part in said, part


def test_picture_of_the_bar_gives_the_headline_with_its_denominator(world: World, reader: Reader) -> None:
    world.published(world.items[0])

    said = " ".join(words(reader, BAR))

    assert "Alliance home 0 of 3 duties of the State are implemented. 2 are not yet assessed." in said
    assert "Under way: 1 Not yet assessed: 2 As of 2 March 2026. Levels are the alliance's own" in said
    assert said.endswith("http://testserver/home/")


def test_picture_where_nothing_is_followed_says_so(db: None, reader: Reader) -> None:
    make.AllianceFactory(slug="empty", name=make.texts('<b>"&'))

    assert words(reader, "/embed/empty/bar.svg")[:2] == ['<b>"&', "No duty of the State is followed here yet."]


def test_picture_of_an_invented_alliance_says_that_it_is(world: World, reader: Reader) -> None:
    make.AllianceFactory(slug="told", is_demo=True)

    assert "Demonstration. This country, its organisations" in " ".join(words(reader, "/embed/told/bar.svg"))
    assert "Demonstration" not in " ".join(words(reader, BAR))


def test_picture_of_a_card_that_is_not_followed_is_not_there(world: World, reader: Reader) -> None:
    for address in (CARD, "/embed/nobody/card.svg", "/embed/nobody/bar.svg"):
        assert reader.status(address) == 404


def test_picture_keeps_its_address_where_the_alliance_is_the_only_one(lone: Lone, reader: Reader) -> None:
    assert "http://testserver/" in words(reader, "/embed/only/bar.svg")
    assert "http://testserver/embed/only/bar.svg" in reader.html("/")


def test_picture_of_a_day_shows_that_day(world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    indicators(world)
    later = NOW + dt.timedelta(days=2)
    world.published(world.items[0], at=later)
    monkeypatch.setattr(timezone, "now", lambda: later + dt.timedelta(days=1))

    then = " ".join(words(reader, f"{BAR}?on=2026-03-02"))

    assert "As of 2 March 2026." in then
    assert "has not yet judged any of the 3 duties" in then
    assert "http://testserver/home/?on=2026-03-02" in then
    assert "2 are not yet assessed." in " ".join(words(reader, BAR))
    assert "Progress card, as of 2 March 2026" in words(reader, f"{CARD}?on=2026-03-02")


@pytest.mark.parametrize("address", [CARD, BAR])
def test_picture_of_no_day_is_refused_and_of_one_before_the_record_not_there(
    world: World, client: Client, present: Any, address: str
) -> None:
    indicators(world)

    wrong = client.get(f"{address}?on=soon")

    assert (wrong.status_code, wrong.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert wrong.content.decode() == "“soon” is no day: write one day as 2024-06-30.\n"
    assert client.get(f"{address}?on=2001-01-01").status_code == 404
    assert client.post(address).status_code == 405
