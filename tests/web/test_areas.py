"""The page of one area: the same figures as the front page, for a part."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.items import set_lifecycle
from tracker.choices import Addressee, Area, Lifecycle, RecommendationKind

AREA = "/home/areas/prevention/"


def item_in(world: World, document: str, area: str = Area.PREVENTION, **values: Any) -> Any:
    section = make.SectionFactory(document=make.DocumentFactory(code=document))
    point = make.RecommendationFactory(section=section, area=area, **values)
    return make.ItemFactory(alliance=world.alliance, recommendation=point)


def test_area_gives_its_own_figures_with_their_denominator(world: World, reader: Reader) -> None:
    world.published(world.items[0])
    item_in(world, "other", Area.RECOVERY)
    item_in(world, "third", addressee=Addressee.CONGRESS_PARTICIPANTS)
    set_lifecycle(world.items[1], Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    text = reader.text(AREA)

    assert "Prevention 0 of 2 duties of the State are implemented. 1 is not yet assessed." in text
    assert "1 points that do not apply to this country" in text
    assert "1 points addressed to others than the State" in text


def test_area_tells_what_is_asked_there_by_which_document(world: World, reader: Reader) -> None:
    item_in(world, "asks", kind=RecommendationKind.QUESTION)
    item_in(world, "elsewhere", Area.RECOVERY)

    html, text = reader.html(AREA), reader.text(AREA)

    assert "Short doc Short doc: 3 Short doc Not yet assessed: 3 Not yet assessed 3" in text
    assert "Short asks Short asks: 1 None: questions, indicators and what others must do are counted apart." in text
    assert "Short elsewhere" not in text
    assert 'href="/home/items/?area=prevention&amp;document=doc" data-count="3"' in html


def test_area_shows_its_latest_updates_and_no_others(world: World, reader: Reader) -> None:
    world.published(world.items[0], done={"en": "Three centres."})
    world.draft(world.items[1], done={"en": "CANARY"})
    world.published(item_in(world, "other", Area.RECOVERY), done={"en": "Somewhere else."})

    text = reader.text(AREA)

    assert "Three centres." in text
    assert "CANARY" not in text
    assert "Somewhere else." not in text
    assert "Somewhere else." in reader.text("/home/areas/recovery/")


def test_area_where_nothing_is_asked_is_no_page(world: World, reader: Reader) -> None:
    for address in ("/home/areas/recovery/", "/home/areas/nothing/", "/abroad/areas/recovery/"):
        assert reader.status(address) == 404
    assert reader.status("/abroad/areas/prevention/") == 200


def test_front_leads_to_its_areas(world: World, reader: Reader) -> None:
    assert f'<a href="{AREA}">Prevention</a>' in reader.html("/home/")


def test_area_of_a_day_gives_the_figures_of_then(world: World, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    later = NOW + dt.timedelta(days=2)
    world.published(world.items[0], at=later)
    monkeypatch.setattr(timezone, "now", lambda: later + dt.timedelta(days=1))

    then = f"{AREA}?on=2026-03-02"

    assert "has not yet judged any of the 3 duties" in reader.text(then)
    assert "Nothing has been published in this area yet." in reader.text(then)
    assert "2 are not yet assessed." in reader.text(AREA)
    assert "level=not_assessed&amp;on=2026-03-02" in reader.html(then)


@pytest.mark.parametrize("more", [0, 2])
def test_area_takes_the_same_queries_for_any_number_of_documents(
    world: World, reader: Reader, more: int, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        world.published(item_in(world, f"more-{number}"))

    # The alliances, heads, checkpoint; counts, documents, updates.
    with django_assert_num_queries(6):
        reader.html(AREA)
