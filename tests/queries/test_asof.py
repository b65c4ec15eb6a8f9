"""What the record said at the end of a day: where a day ends, what is read back, and what stays of today."""

import datetime as dt

import pytest

from tests import factories as make
from tests.conftest import LAW, NOW, World
from tracker.actions.evidence import record_dead_link
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item, set_lifecycle
from tracker.actions.safeguarding import take_down
from tracker.choices import Flag, Lifecycle
from tracker.lib.dates import day_in
from tracker.models import Alliance, HistoryEntry
from tracker.permissions import SYSTEM
from tracker.queries.asof import Past, end_of, told
from tracker.queries.items import current, find_item, flags_of
from tracker.queries.progress import published

DAY = dt.date(2026, 3, 2)
DAYS = dt.timedelta(days=1)


def past(world: World, days: int = 0) -> Past:
    return end_of(world.alliance, DAY + days * DAYS)


def last_sequence(alliance: Alliance) -> int:
    return int(HistoryEntry.objects.filter(log=str(alliance.uuid)).order_by("-sequence")[0].sequence)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (dt.datetime(2026, 3, 2, 20, 59, 59, 999_999, tzinfo=dt.UTC), 0),
        (dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC), 1),
    ],
)
def test_day_ends_at_midnight_of_the_alliances_own_time_zone(world: World, at: dt.datetime, days: int) -> None:
    before = last_sequence(world.alliance)
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=at)

    assert past(world).sequence == (before if days else before + 1)
    assert past(world, days).sequence == before + 1


@pytest.mark.parametrize("zone", ["Europe/Moscow", "UTC", "Asia/Beirut", "America/Havana", "Pacific/Apia"])
@pytest.mark.parametrize(
    "day", [dt.date(2026, 3, 29), dt.date(2026, 10, 31), dt.date(2026, 3, 8), dt.date(2026, 3, 28)]
)
def test_end_of_a_day_is_its_last_moment_also_where_clocks_change(db: None, zone: str, day: dt.date) -> None:
    found = end_of(make.AllianceFactory(time_zone=zone), day)

    before = found.before.astimezone(dt.UTC)
    assert day_in(zone, before) == day + DAYS
    assert day_in(zone, before - dt.timedelta(microseconds=1)) == day


@pytest.mark.parametrize("day", [dt.date(1, 1, 1), dt.date(999, 12, 31), DAY - DAYS])
def test_day_before_the_first_entry_is_too_early(world: World, day: dt.date) -> None:
    found = end_of(world.alliance, day)

    assert (found.sequence, found.began, found.is_too_early) == (0, DAY, True)
    assert not current(world.alliance, today=DAY, past=found)


def test_state_is_that_of_the_day_with_flags_of_the_day(world: World) -> None:
    later = NOW + 400 * DAYS
    world.published(world.items[0])
    assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=later)

    then = current(world.alliance, today=DAY, past=past(world)).get(item=world.items[0])
    now = current(world.alliance, today=DAY + 400 * DAYS).get(item=world.items[0])

    assert (then.level, then.owner, flags_of(then)) == ("under_way", None, [Flag.UNOWNED])
    assert (now.level, now.owner, flags_of(now)) == ("under_way", world.organisations[0], [Flag.STALE])


def test_archived_item_is_there_on_the_days_before(world: World) -> None:
    archive_item(world.items[0], reason="Twice.", actor=world.actor("staff"), at=NOW + DAYS)

    assert find_item(world.alliance, "doc", "c-1", past=past(world)) == world.items[0]
    assert find_item(world.alliance, "doc", "c-1", past=past(world, 1)) is None
    assert find_item(world.alliance, "doc", "c-1") is None


def test_link_counts_as_dead_on_the_days_on_which_the_record_said_so(world: World) -> None:
    world.published(world.items[0], new_evidence=(LAW,))
    evidence = world.items[0].updates.get().evidence.get()
    staff = world.actor("staff")
    record_dead_link(evidence, since=DAY, actor=staff, at=NOW + 2 * DAYS)
    record_dead_link(evidence, since=None, actor=staff, at=NOW + 4 * DAYS)

    lost = []
    for days in range(1, 6):
        day = DAY + days * DAYS
        state = current(world.alliance, today=day, past=past(world, days)).get(item=world.items[0])
        lost.append(Flag.EVIDENCE_LOST in flags_of(state))

    assert lost == [False, True, True, False, False]


def test_copy_that_was_taken_away_or_replaced_since_is_linked_no_more(world: World) -> None:
    world.published(world.items[0], new_evidence=(LAW,))
    evidence, staff = world.items[0].updates.get().evidence.get(), world.actor("staff")

    def linked() -> list[str]:
        """Return the copy that each day links: before there was one, on its own day, on the day of today's."""
        return [
            source.archived_address
            for days in (0, 1, 3)
            for source in published(world.items[0], past=past(world, days))[0].evidence.all()
        ]

    for days, copy in ((1, "https://archive.example.org/1"), (3, "https://archive.example.org/2")):
        record_dead_link(evidence, since=DAY, archived_address=copy, actor=staff, at=NOW + days * DAYS)
        evidence.refresh_from_db()
    assert linked() == ["", "", "https://archive.example.org/2"]

    record_dead_link(evidence, since=DAY, archived_address="", actor=staff, at=NOW + 5 * DAYS)
    assert linked() == ["", "", ""]


def test_reason_of_the_day_is_read_back(world: World) -> None:
    staff = world.actor("staff")
    set_lifecycle(world.items[0], Lifecycle.NOT_APPLICABLE, reason={"en": "No coast."}, actor=staff, at=NOW)
    set_lifecycle(world.items[0], Lifecycle.REOPENED, reason={"en": "A coast."}, actor=staff, at=NOW + DAYS)

    item = find_item(world.alliance, "doc", "c-1", past=past(world))

    assert item is not None
    assert (item.lifecycle, item.lifecycle_reason.data) == ("not_applicable", {"en": "No coast."})


def test_text_that_is_withheld_today_is_withheld_on_every_day(world: World) -> None:
    staff = world.actor("staff")
    set_lifecycle(world.items[0], Lifecycle.NOT_APPLICABLE, reason={"en": "No coast."}, actor=staff, at=NOW)
    take_down(world.items[0], reason="A name.", actor=staff, at=NOW + DAYS)

    item = find_item(world.alliance, "doc", "c-1", past=past(world))

    assert item is not None
    assert item.withheld
    assert not item.lifecycle_reason.data


def test_record_is_told_of_from_its_first_entry_on(world: World) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW + DAYS) as act:
        entry = act.add(make.EvidenceFactory.build(alliance=world.alliance))

    assert told([entry], ("title",), past(world)) == {}
    assert told([entry], ("title",), past(world, 1)) == {entry.uuid: {"title": entry.title}}
    assert told([], ("title",), past(world)) == {}
