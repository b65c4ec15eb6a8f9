"""The page of what moved between two days."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make
from tests.conftest import NOW, World
from tests.web.conftest import Reader
from tracker.actions.history import Act
from tracker.actions.items import set_lifecycle
from tracker.actions.safeguarding import take_down
from tracker.choices import Level, Visibility
from tracker.models import Item
from tracker.permissions import SYSTEM
from tracker.web import changes as page

CHANGES = "/home/changes/"
LATER = NOW + dt.timedelta(days=60)


@pytest.fixture
def later(client: Client, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Someone who reads two months after the world was made."""
    monkeypatch.setattr(timezone, "now", lambda: LATER)
    return Reader(client)


def moved(world: World) -> None:
    """One level goes up in April 2026, one down."""
    up, down = Level.ANNOUNCED, Level.UNDER_WAY
    for days, levels in ((0, (up, down)), (40, (down, up))):
        for item, level in zip(world.items, levels, strict=False):
            done = {"en": f"What happened to {level}."}
            world.published(item, level=level, at=NOW + dt.timedelta(days=days), done=done)


APRIL = f"{CHANGES}?since=2026-03-31&until=2026-04-30"


def test_changes_tell_what_went_up_and_down_why_and_on_whose_word(world: World, later: Reader) -> None:
    moved(world)

    text = later.text(APRIL)

    assert "What moved between 31 March 2026 and 30 April 2026" in text
    assert "1 Went up 1 Went down 0 To or from contrary measures" in text
    up, down = text[text.rindex("Went up") : text.rindex("Went down")], text[text.rindex("Went down") :]
    for words in (
        "C(1) Title of C(1) Short doc Announced → to Under way",
        "The update published 11 April 2026 · Alliance · recorded by Organisation first What happened to under_way.",
    ):
        assert words in up, words
    assert "C(2) Title of C(2) Short doc Under way → to Announced" in down
    update = world.items[0].updates.latest("pk")
    assert f'href="/home/items/doc/c-1/#update-{update.pk}"' in later.html(APRIL)


def test_changes_show_the_last_ninety_days_unless_others_are_asked_for(world: World, later: Reader) -> None:
    moved(world)

    text = later.text(CHANGES)

    assert "What moved between 31 January 2026 and 1 May 2026" in text
    assert "The record begins on 2 March 2026. Everything in it was entered since." in text
    assert 'name="since" value="2026-01-31"' in later.html(CHANGES)
    assert "between 1 January 2026 and 1 April 2026" in later.text(f"{CHANGES}?until=2026-04-01")
    assert "X-Robots-Tag" not in later.client.get(CHANGES).headers
    assert later.client.get(APRIL).headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "“yesterday” is no day: write one day as 2024-06-30."),
        ("since=2026-02-30", "“2026-02-30” is no day"),
        ("until=2026-02", "“2026-02” is no day"),
        ("since=2026-03-01&since=2026-03-02", "“2026-03-01, 2026-03-02” is no day"),
        ("since=2026-04-02&until=2026-04-01", "2 April 2026 comes after 1 April 2026: write the earlier day first."),
        ("until=2026-05-02", "2 May 2026 has not come yet: choose today or an earlier day."),
        ("since=9999-12-31", "31 December 9999 has not come yet"),
    ],
)
def test_days_that_cannot_be_used_are_refused_with_nothing_else(
    world: World, later: Reader, query: str, words: str
) -> None:
    moved(world)

    answer = later.client.get(f"{CHANGES}?{query}")

    text = answer.content.decode()
    assert answer.status_code == 400
    assert words in text
    assert "Nothing is shown, as it would not be what the address asks for." in text
    assert "Title of" not in text
    assert '<svg class="bar"' not in text


def test_what_was_typed_into_the_form_is_escaped(world: World, later: Reader) -> None:
    answer = later.client.get(CHANGES, {"since": '"><script>'})

    assert answer.status_code == 400
    assert "<script" not in answer.content.decode()


def test_days_before_the_record_say_when_it_begins(world: World, later: Reader) -> None:
    moved(world)

    text = later.text(f"{CHANGES}?since=0001-01-01&until=2026-03-01")

    assert "The record begins on 2 March 2026. Of these days it can say nothing." in text
    assert "Title of" not in text
    assert "Went up" not in text


def test_same_day_twice_and_a_quiet_time_show_that_nothing_moved(world: World, later: Reader) -> None:
    moved(world)
    for query in ("since=2026-05-01&until=2026-05-01", "since=2026-04-20&until=2026-04-25"):
        text = later.text(f"{CHANGES}?{query}")
        assert "0 Went up 0 Went down" in text
        assert "Title of" not in text


def test_levels_at_the_end_of_each_month_are_drawn_and_told(world: World, later: Reader) -> None:
    moved(world)

    html, text = later.html(f"{CHANGES}?since=2026-03-10"), later.text(f"{CHANGES}?since=2026-03-10")

    assert '<svg class="bar" width="100%" height="200" role="img"' in html
    assert "31 March 2026 0 0 1 1 0 0 0 1 30 April 2026 0 0 1 1 0 0 0 1 1 May 2026 0 0 1 1 0 0 0 1" in text
    assert "style=" not in html


def test_updates_without_a_level_deadlines_lifecycles_and_disputes_have_parts_of_their_own(
    world: World, later: Reader
) -> None:
    one, two, three = world.items
    world.published(one, level="", done={"en": "A study came out."}, at=NOW + dt.timedelta(days=40))
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(two.recommendation, deadline="2026-04")
        act.derive(two.recommendation, deadline_last_day=dt.date(2026, 4, 30))
        act.change(act.lock(three), level=Level.UNDER_WAY, verify_by=dt.date(2026, 4, 20), disputed=True)
    reason = {"en": "Of another region.", "ru": "Другой регион."}
    set_lifecycle(one, "not_applicable", reason=reason, actor=world.actor("staff"), at=NOW + dt.timedelta(days=41))

    text = later.text(f"{CHANGES}?since=2026-03-01")

    for words in (
        "1 New evidence and other updates that changed no level",
        "A study came out.",
        "Due by April 2026, as the source says.",
        "To be verified again by 20 April 2026, which nobody did.",
        "Open → to Not applicable Reason: Of another region.",
        "Two perspectives disagree about the level.",
    ):
        assert words in text, words
    assert "Другой регион." in later.text(f"/ru{CHANGES}?since=2026-03-01")


def test_changes_name_and_tell_no_more_than_today_allows(world: World, later: Reader) -> None:
    moved(world)
    update = world.items[0].updates.latest("pk")
    take_down(update, reason="It may name a child.", actor=world.actor("clara"), at=LATER)
    with Act("test_setup", actor=SYSTEM, at=LATER) as act:
        act.change(act.lock(world.organisations[0]), visibility=Visibility.HIDDEN)

    text = later.text(APRIL)

    assert "recorded by A member organisation This text is withheld while it is checked." in text
    assert "What happened to under_way" not in text
    assert "Organisation first" not in text


def test_item_that_names_nobody_does_so_here_too(world: World, later: Reader) -> None:
    moved(world)
    with Act("test_setup", actor=SYSTEM, at=LATER) as act:
        act.change(act.lock(world.items[0]), visibility=Visibility.ROLE_ONLY)

    text = later.text(f"{APRIL}&part=up")

    assert "recorded by NGO" in text
    assert "Organisation first" not in text


def test_long_part_goes_on_over_pages_of_its_own(world: World, later: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PER_PAGE", 2)
    for item in world.items:
        world.published(item, at=NOW + dt.timedelta(days=40))

    html = later.html(APRIL)
    assert "The rest of these 3" in html
    assert "since=2026-03-31&amp;until=2026-04-30&amp;part=judged&amp;page=2" in html.replace("&amp;amp;", "&amp;")
    second = later.text(f"{APRIL}&part=judged&page=2")
    assert "C(3) Title of C(3)" in second
    assert "C(2)" not in second
    assert "Page 2 of 2" in second
    assert "Levels over these months" not in second
    assert "C(3)" in later.text(f"{APRIL}&part=judged&page=900")
    assert "Nothing between these days." in later.text(f"{APRIL}&part=down")
    assert "Went down" in later.text(f"{APRIL}&part=nonsense")


@pytest.mark.parametrize("more", [0, 8])
def test_changes_take_the_same_queries_whatever_the_number_of_items(world: World, later: Reader, more: int) -> None:
    section = world.items[0].recommendation.section
    for number in range(more):
        point = make.RecommendationFactory(section=section, reference=f"N-{number}", position=90 + number)
        item: Item = make.ItemFactory(alliance=world.alliance, recommendation=point)
        world.published(item, at=NOW + dt.timedelta(days=39), level=Level.ANNOUNCED)
        world.published(item, at=NOW + dt.timedelta(days=39), level="")
    moved(world)

    with CaptureQueriesContext(connection) as queries:
        later.html(APRIL)

    # Alliances 2, ends of days 4, states 2, updates 2 where there are any, rows 4, months 2.
    assert len(queries) == 16 + bool(more)


def test_navigation_leads_to_the_changes(world: World, later: Reader) -> None:
    assert f'<a href="{CHANGES}" aria-current="page">Changes</a>' in later.html(CHANGES)
    assert f'<a href="{CHANGES}" >Changes</a>' in later.html("/home/items/")


def test_alliance_without_a_record_says_so(world: World, later: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*args: Any, **kwargs: Any) -> Any:
        from tracker.queries.asof import Past

        return Past(dt.date(2026, 3, 1), LATER, "log", 0, None)

    monkeypatch.setattr("tracker.queries.changes.end_of", nothing)

    assert "Nothing has been recorded yet." in later.text(CHANGES)


@pytest.mark.parametrize("query", ["until=0001-02-01", "since=0001-01-01", "since=0002-12-31", "until=0001-01-01"])
def test_first_days_of_the_calendar_are_days_too(world: World, later: Reader, query: str) -> None:
    assert later.client.get(f"{CHANGES}?{query}").status_code == 200
