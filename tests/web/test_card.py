"""The progress card: as a picture and as a table, each square with its reasons."""

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import NOW, World
from tests.queries.test_card import indicators, said_by_the_source
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.actions.items import set_lifecycle
from tracker.choices import Level, Lifecycle, Perspective, Visibility
from tracker.permissions import SYSTEM
from tracker.web.card import colours

CARD = "/home/card/"


def test_card_shows_each_indicator_as_a_square_that_leads_to_its_reasons(world: World, reader: Reader) -> None:
    first, _second = indicators(world)
    world.published(first)

    html = reader.html(CARD)

    # Once for a desk and once for a phone.
    assert re.findall(r'<a class="square" href="([^"]*)" aria-label="([^"]*)"', html) == 2 * [
        ("/home/items/card/1-0/", "Title of 1.0: Under way"),
        ("/home/items/card/2-1/", "Title of 2.1: Not yet assessed"),
    ]
    assert html.count('<svg class="card-chart"') == 2


def test_card_is_a_table_too_with_level_day_and_evidence(world: World, reader: Reader) -> None:
    first, _second = indicators(world)
    world.published(first)

    text = reader.text(CARD)

    assert "1.0 Title of 1.0 Under way 2 March 2026 1 piece None" in text
    assert "2.1 Title of 2.1 Not yet assessed Not dated None None" in text
    assert "This is the alliance's own assessment" in text
    assert "Yellow Under way Partly implemented Red No action found Announced Contrary measures" in text


def test_colours_are_those_of_the_table_of_levels() -> None:
    assert {code: levels for code, _words, levels in colours()} == {
        "green": [Level.IMPLEMENTED],
        "yellow": [Level.UNDER_WAY, Level.PARTLY_IMPLEMENTED],
        "red": [Level.NO_ACTION, Level.ANNOUNCED, Level.CONTRARY],
        "grey": [Level.NOT_ASSESSED, Level.NO_INFORMATION],
    }


def test_card_names_whose_star_stands_there(world: World, reader: Reader) -> None:
    first, second = indicators(world)
    world.published(first, perspective=Perspective.MEMBER_NGO, level="")
    said_by_the_source(world, second)

    text = reader.text(CARD)

    assert "Not dated None Organisation first" in text
    assert "Not dated None In the source's card, 2012" in text
    assert "star: 1 published work of a member NGO" in reader.html(CARD)
    assert "star of the source&#x27;s own card, 2012" in reader.html(CARD)


@pytest.mark.parametrize(
    ("visibility", "shown"), [(Visibility.ROLE_ONLY, "NGO"), (Visibility.HIDDEN, "A member organisation")]
)
def test_card_names_no_member_that_must_not_be_named(
    world: World, reader: Reader, visibility: Visibility, shown: str
) -> None:
    first, _second = indicators(world)
    world.published(first, perspective=Perspective.MEMBER_NGO, level="")
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(world.organisations[0]), visibility=visibility)

    html = reader.html(CARD)

    assert "Organisation first" not in html
    assert f"Not dated None {shown}" in reader.text(CARD)


def test_indicator_that_does_not_apply_is_grey_and_says_so(world: World, reader: Reader) -> None:
    first, _second = indicators(world)
    world.published(first)
    set_lifecycle(first, Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    assert 'aria-label="Title of 1.0: Not applicable"' in reader.html(CARD)
    assert "url(#card-wide-under_way)" not in reader.html(CARD)


def test_card_is_in_the_navigation_only_where_there_is_one(world: World, reader: Reader) -> None:
    assert reader.status(CARD) == 404
    assert f'href="{CARD}"' not in reader.html("/home/")

    indicators(world)

    assert f'href="{CARD}" aria-current="page"' in reader.html(CARD)
    assert f'href="{CARD}"' in reader.html("/home/")
    assert "/card/" not in reader.html("/abroad/")
    assert reader.status("/abroad/card/") == 404


def test_card_of_a_day_shows_what_was_published_by_then(
    world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = indicators(world)
    later = NOW + dt.timedelta(days=2)
    world.published(first, at=later)
    monkeypatch.setattr(timezone, "now", lambda: later + dt.timedelta(days=1))

    then, now = reader.html(f"{CARD}?on=2026-03-02"), reader.html(CARD)

    assert ("Title of 1.0: Not yet assessed" in then, "Title of 1.0: Under way" in now) == (True, True)
    assert 'href="/home/items/card/1-0/?on=2026-03-02"' in then
    assert "embed/home/card.svg?on=2026-03-02" in then
    assert reader.status(f"{CARD}?on=2026-03-40") == 400


def test_card_offers_a_picture_for_other_sites_that_leads_back(world: World, reader: Reader) -> None:
    indicators(world)

    assert (
        "&lt;a href=&quot;http://testserver/home/card/&quot;&gt;&lt;img src=&quot;http://testserver/embed/home/card.svg"
        "&quot; alt=&quot;Progress card of Alliance home&quot;&gt;&lt;/a&gt;" in reader.html(CARD)
    )
    assert "http://testserver/ru/embed/home/card.svg" in reader.html(f"/ru{CARD}")


@pytest.mark.parametrize("count", [1, 3])
def test_card_takes_the_same_queries_for_any_number_of_indicators(
    world: World, reader: Reader, count: int, django_assert_num_queries: Any
) -> None:
    for item in indicators(world, count):
        world.published(item)
        world.published(item, by="boris", reviewer="olga", perspective=Perspective.MEMBER_NGO, level="")

    # The alliances, heads, checkpoint; states, what they rest on, stars.
    with django_assert_num_queries(6):
        reader.html(CARD)
