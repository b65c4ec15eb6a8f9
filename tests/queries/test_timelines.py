"""What each perspective said over time, by the dates that it speaks of."""

import datetime as dt

from tests.conftest import NOW, World, content
from tracker.actions.progress import correct_update, publish_update, submit_update
from tracker.choices import Level, Perspective, Visibility
from tracker.models import Item
from tracker.queries.progress import corrections_of, published
from tracker.queries.timelines import timelines


def told(item: Item) -> list[tuple[str, list[tuple[str, str]]]]:
    updates = published(item)
    found = timelines(updates, corrections_of(updates))
    return [(line.voice, [(row.period_to, row.level) for row in line.updates]) for line in found]


def test_timelines_go_by_the_dates_told_and_not_by_the_days_of_publication(world: World) -> None:
    item = world.items[0]
    for number, (period, level) in enumerate((("2026-01", Level.UNDER_WAY), ("2015", Level.ANNOUNCED))):
        world.published(item, period_to=period, level=level, at=NOW + dt.timedelta(days=number))

    assert told(item) == [("Alliance", [("2015", "announced"), ("2026-01", "under_way")])]


def test_each_perspective_and_each_member_ngo_has_a_line_of_its_own(world: World) -> None:
    item = world.items[0]
    world.published(item, period_to="2026-01")
    for by, reviewer in (("anna", "boris"), ("boris", "olga")):
        world.published(item, by=by, reviewer=reviewer, perspective=Perspective.MEMBER_NGO, period_to="2025")

    assert [voice for voice, _points in told(item)] == [
        "Alliance",
        "Member NGO: Organisation first",
        "Member NGO: Organisation second",
    ]
    item.visibility = Visibility.HIDDEN
    assert [voice for voice, _points in told(item)][1:] == ["Member NGO: A member organisation"] * 2


def test_one_dated_level_or_none_is_no_timeline(world: World) -> None:
    item = world.items[0]
    assert told(item) == []
    world.published(item)
    world.published(item, level="", at=NOW + dt.timedelta(days=1))

    assert told(item) == []


def test_what_was_corrected_and_what_was_said_again_of_the_same_day_stand_once(world: World) -> None:
    item = world.items[0]
    world.published(item, period_to="2015", level=Level.ANNOUNCED)
    wrong = world.published(item, period_to="2026-01", at=NOW + dt.timedelta(days=1))
    later = NOW + dt.timedelta(days=2)
    anna = world.actor("anna")
    right = correct_update(wrong, content(level=Level.ANNOUNCED, period_to="2025-12"), actor=anna, at=later)
    publish_update(
        submit_update(right, actor=anna, at=later), actor=world.actor("boris"), at=later, independence_note="Apart."
    )
    world.published(item, period_to="2015", level=Level.UNDER_WAY, at=NOW + dt.timedelta(days=3))

    assert told(item) == [("Alliance", [("2015", "under_way"), ("2025-12", "announced")])]
