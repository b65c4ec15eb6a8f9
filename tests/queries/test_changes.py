"""What moved between two days, as the record said it at the end of each."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import archive_item, set_lifecycle
from tracker.choices import Level
from tracker.models import Item, ItemState
from tracker.permissions import SYSTEM
from tracker.queries import changes as moved
from tracker.queries.asof import end_of
from tracker.queries.changes import PARTS, Span, direction, month_ends, moves, other_updates, rows, series, span
from tracker.queries.figures import groups, standing

TODAY = NOW.date() + dt.timedelta(days=200)


def day(number: int) -> dt.date:
    """Return the day that many days after the world was made."""
    return NOW.date() + dt.timedelta(days=number)


def at(number: int) -> dt.datetime:
    return NOW + dt.timedelta(days=number)


def between(world: World, first: int, last: int) -> Span:
    return span(world.alliance, day(first), day(last), today=TODAY)


def listed(found: Span) -> dict[str, list[int]]:
    """Return {part: items} of the parts in which anything moved."""
    return {part: [change.item_id for change in changes] for part, changes in moves(found).items() if changes}


def set_values(item: Item, number: int, **values: object) -> None:
    with Act("test_setup", actor=SYSTEM, at=at(number)) as act:
        act.change(act.lock(item), **values)
    item.refresh_from_db()


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (Level.ANNOUNCED, Level.UNDER_WAY, "up"),
        (Level.NO_ACTION, Level.IMPLEMENTED, "up"),
        (Level.IMPLEMENTED, Level.PARTLY_IMPLEMENTED, "down"),
        (Level.ANNOUNCED, Level.NO_ACTION, "down"),
        (Level.UNDER_WAY, Level.CONTRARY, "contrary"),
        (Level.CONTRARY, Level.IMPLEMENTED, "contrary"),
        (Level.NOT_ASSESSED, Level.CONTRARY, "contrary"),
        (Level.NOT_ASSESSED, Level.UNDER_WAY, "judged"),
        (Level.UNDER_WAY, Level.NO_INFORMATION, "judged"),
        (Level.NOT_ASSESSED, Level.NO_INFORMATION, "judged"),
        (Level.UNDER_WAY, Level.UNDER_WAY, ""),
    ],
)
def test_direction_follows_the_steps(before: Level, after: Level, way: str) -> None:
    assert direction(before, after) == way


def test_moves_compare_the_ends_of_two_days_and_nothing_in_between(world: World) -> None:
    one, two, three = world.items
    for number, levels in (
        (10, (Level.ANNOUNCED, Level.UNDER_WAY, Level.ANNOUNCED)),
        (20, (Level.UNDER_WAY, Level.ANNOUNCED, Level.UNDER_WAY)),
        (30, (Level.UNDER_WAY, Level.ANNOUNCED, Level.ANNOUNCED)),
    ):
        for item, level in zip(world.items, levels, strict=True):
            world.published(item, level=level, at=at(number))

    assert listed(between(world, 5, 15)) == {"judged": [one.pk, two.pk, three.pk]}
    assert listed(between(world, 10, 20)) == {"up": [one.pk, three.pk], "down": [two.pk]}
    # The third moved and came back.
    assert listed(between(world, 10, 30)) == {"up": [one.pk], "down": [two.pk]}
    assert listed(between(world, 10, 200)) == {"up": [one.pk], "down": [two.pk]}
    assert listed(between(world, 30, 200)) == {}
    assert listed(between(world, 200, 200)) == {}


def test_day_ends_at_midnight_where_the_alliance_is(world: World) -> None:
    late = dt.datetime(2026, 3, 12, 20, 59, tzinfo=dt.UTC)  # 23:59 in Moscow
    world.published(at=late)
    world.published(world.items[1], at=late + dt.timedelta(minutes=2))
    found = span(world.alliance, dt.date(2026, 3, 11), dt.date(2026, 3, 12), today=TODAY)

    assert listed(found) == {"judged": [world.items[0].pk]}


def test_items_that_nobody_followed_before_count_from_not_assessed(world: World) -> None:
    world.published(at=at(10))
    found = between(world, -30, 20)

    assert found.start.is_too_early
    assert not found.is_too_early
    (change,) = moves(found)["judged"]
    assert (change.opened, change.before.level, change.after.level) == (True, "not_assessed", "under_way")
    assert span(world.alliance, day(-30), day(-10), today=TODAY).is_too_early


def test_newly_late_and_newly_stale_go_by_the_calendar_without_any_entry(world: World) -> None:
    one, two, three = world.items
    for item, deadline in ((one, day(20)), (two, day(5)), (three, day(20))):
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(item.recommendation, deadline=deadline.isoformat())
            act.derive(item.recommendation, deadline_last_day=deadline)
    set_values(three, 1, level=Level.IMPLEMENTED, verify_by=day(18))

    assert listed(between(world, 10, 30)) == {"late": [one.pk], "stale": [three.pk]}
    # A deadline is over after its day; what was over before stays out, also where nobody followed it then.
    assert listed(between(world, 10, 20)) == {"stale": [three.pk]}
    assert moves(between(world, -30, 10))["late"][0].item_id == two.pk
    assert moves(between(world, 5, 5))["late"] == []


def test_lifecycle_and_dispute_are_told_apart_from_levels(world: World) -> None:
    one, two, _three = world.items
    reason = {"en": "Of another region."}
    set_lifecycle(one, "not_applicable", reason=reason, actor=world.actor("staff"), at=at(10))
    set_values(two, 11, disputed=True)

    assert listed(between(world, 5, 15)) == {"lifecycle": [one.pk], "disputed": [two.pk]}
    (change,) = moves(between(world, 5, 15))["lifecycle"]
    assert (change.before.lifecycle, change.after.lifecycle) == ("open", "not_applicable")


def test_what_was_archived_since_is_left_out_and_so_is_another_alliance(world: World) -> None:
    world.published(at=at(10))
    set_values(world.other_item, 10, level=Level.UNDER_WAY)
    archive_item(world.items[0], reason="Twice.", actor=world.actor("staff"), at=at(50))

    assert listed(between(world, 5, 15)) == {}


def test_rows_bring_the_update_that_the_level_rested_on_then(world: World) -> None:
    item = world.items[0]
    first = world.published(item, at=at(10))
    world.published(item, at=at(30), level=Level.ANNOUNCED)
    found = between(world, 5, 20)

    row = rows(found, moves(found)["judged"])[item.pk]

    assert (row.update, row.state.level) == (first, "under_way")
    assert rows(found, []) == {}


def test_other_updates_are_those_that_moved_no_level(world: World) -> None:
    item = world.items[0]
    world.published(item, at=at(10))
    again = world.published(item, at=at(11))
    silent = world.published(item, level="", at=at(12))
    other = world.published(item, perspective="member_ngo", level=Level.ANNOUNCED, at=at(13))
    world.published(item, level=Level.ANNOUNCED, at=at(14))
    world.draft(item, at=at(15))

    assert list(other_updates(between(world, 5, 20))) == [other, silent, again]
    assert list(other_updates(between(world, 12, 20))) == [other]
    assert list(other_updates(between(world, 5, 11))) == [again]


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("2026-03-05", "2026-03-20", ["2026-03-20"]),
        ("2026-03-31", "2026-05-31", ["2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2026-02-01", "2026-04-01", ["2026-02-28", "2026-03-31", "2026-04-01"]),
        ("2026-05-01", "2026-05-01", ["2026-05-01"]),
    ],
)
def test_month_ends_lie_between_the_days_and_the_last_day_closes_them(since: str, until: str, ends: list[str]) -> None:
    found = month_ends(dt.date.fromisoformat(since), dt.date.fromisoformat(until))

    assert [each.isoformat() for each in found] == ends


@pytest.mark.parametrize("months", [21, 22, 23, 24, 47, 60, 100, 250, 300, 1000, 12_000])
def test_month_ends_are_never_more_than_the_columns(months: int) -> None:
    until = dt.date(2026, 9, 18)
    since = dt.date(max(1, 2026 - months // 12), 9 - months % 12 if months % 12 < 9 else 1, 1)

    found = month_ends(since, until)

    assert 2 <= len(found) <= moved.COLUMNS
    assert found == sorted(set(found))


def test_series_counts_what_the_figures_counted_on_each_day(world: World) -> None:
    one, two, three = world.items
    world.published(one, at=at(10))
    world.published(two, level=Level.ANNOUNCED, at=at(40))
    set_lifecycle(three, "not_applicable", reason={"en": "Of others."}, actor=world.actor("staff"), at=at(70))
    world.published(one, level=Level.ANNOUNCED, at=at(100))
    archive_item(two, reason="Twice.", actor=world.actor("staff"), at=at(130))
    with Act("test_setup", actor=SYSTEM, at=at(160)) as act:
        act.change(act.lock(one.recommendation), archived_on=day(160))

    for first, last in ((-20, 200), (0, 150), (35, 120), (90, 95)):
        for column in series(between(world, first, last)):
            past = end_of(world.alliance, column.day)
            told = standing(groups(world.alliance, today=column.day, past=past))
            assert column.levels == told.levels, column.day
    assert len(series(between(world, -20, 200))) == 7
    assert series(between(world, -20, -10)) == []


def test_everything_takes_the_same_queries_whatever_the_number_of_items(world: World) -> None:
    section = world.items[0].recommendation.section
    for _more in range(2):
        for item in Item.objects.filter(alliance=world.alliance):
            set_values(item, 10, level=Level.UNDER_WAY)
        with CaptureQueriesContext(connection) as queries:
            found = between(world, 5, 20)
            rows(found, moves(found)["judged"])
            series(found)
            list(other_updates(found))
        assert len(queries) <= 13
        for number in range(5):
            point = make.RecommendationFactory(section=section, reference=f"N-{_more}-{number}", position=90)
            make.ItemFactory(alliance=world.alliance, recommendation=point)


def test_every_change_is_in_a_part_that_the_page_has(world: World) -> None:
    world.published(at=at(10))

    assert set(moves(between(world, 5, 20))) == set(PARTS)
    assert ItemState.objects.filter(alliance=world.alliance).count() > 3


def test_reason_is_the_one_that_was_given_in_those_days(world: World) -> None:
    item = world.items[0]
    for code, why, number in (
        ("not_applicable", "First.", 1),
        ("reopened", "Back.", 3),
        ("not_applicable", "Then.", 5),
    ):
        item.refresh_from_db()
        set_lifecycle(item, code, reason=make.texts(why), actor=world.actor("staff"), at=at(number))

    def reasons(last: int) -> list[str]:
        found = between(world, 0, last)
        return [str(row.state.item.lifecycle_reason) for row in rows(found, moves(found)["lifecycle"]).values()]

    assert (reasons(2), reasons(9)) == (["First."], ["Then."])
