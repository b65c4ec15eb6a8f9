"""The current states of items and their flags, each on both sides of its border."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.evidence import record_dead_link
from tracker.actions.items import archive_item
from tracker.choices import Addressee, Flag, Lifecycle, RecommendationKind
from tracker.lib.dates import last_day
from tracker.models import Item
from tracker.permissions import SYSTEM
from tracker.queries.items import current, find_item, flags_of, headline_duties, today

TODAY = dt.date(2026, 3, 2)
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
QUIET = dt.date(2024, 3, 2)  # 24 months before TODAY


def flags(world: World, item: Item | None = None, *, on: dt.date = TODAY) -> set[str]:
    return {flag.value for flag in flags_of(current(world.alliance, today=on).get(item=item or world.items[0]))}


def put(item: Item, **values: Any) -> None:
    """Bring an item to `values`, whatever acts would allow."""
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(item, **values)


def owned(world: World, **values: Any) -> Item:
    item = world.items[0]
    put(item, owner=world.organisations[0], **values)
    return item


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, set()),
        ({"update_due_on": YESTERDAY}, {Flag.UPDATE_OVERDUE}),
        ({"update_due_on": TODAY}, set()),
        ({"verify_by": YESTERDAY, "level": "no_action"}, {Flag.STALE}),
        ({"verify_by": TODAY, "level": "no_action"}, set()),
        ({"verify_by": YESTERDAY, "level": "not_assessed"}, set()),
        ({"level": "announced", "last_update_on": QUIET}, set()),
        ({"level": "announced", "last_update_on": QUIET - dt.timedelta(days=1)}, {Flag.STALLED}),
        ({"level": "under_way", "last_update_on": QUIET - dt.timedelta(days=1)}, {Flag.STALLED}),
        ({"level": "under_way", "last_update_on": None}, {Flag.STALLED}),
        ({"level": "implemented", "last_update_on": QUIET - dt.timedelta(days=1)}, set()),
        ({"disputed": True}, {Flag.DISPUTED}),
        ({"owner": None}, {Flag.UNOWNED}),
        (
            {"owner": None, "update_due_on": YESTERDAY, "disputed": True},
            {Flag.UNOWNED, Flag.UPDATE_OVERDUE, Flag.DISPUTED},
        ),
    ],
)
def test_flags_are_computed_from_the_state(world: World, values: dict[str, Any], found: set[Flag]) -> None:
    owned(world)
    put(world.items[0], **values)

    assert flags(world) == found


@pytest.mark.parametrize(
    ("deadline", "level", "passed"),
    [
        ("2026-03-01", "under_way", True),
        ("2026-03-02", "under_way", False),
        ("2026-03", "under_way", False),
        ("2025", "under_way", True),
        ("2025", "implemented", False),
        ("", "under_way", False),
    ],
)
def test_deadline_is_passed_after_the_last_day_it_can_mean(
    world: World, deadline: str, level: str, passed: bool
) -> None:
    item = owned(world, level=level, last_update_on=TODAY)
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(item.recommendation, deadline=deadline)
        act.derive(item.recommendation, deadline_last_day=last_day(deadline) if deadline else None)

    assert (Flag.DEADLINE_PASSED in flags(world)) is passed


@pytest.mark.parametrize("lifecycle", Lifecycle.values)
def test_only_open_items_have_flags(world: World, lifecycle: str) -> None:
    put(
        world.items[0],
        level="announced",
        update_due_on=YESTERDAY,
        verify_by=YESTERDAY,
        disputed=True,
        lifecycle=lifecycle,
        lifecycle_reason={"en": "A reason"},
    )

    expected = {Flag.UPDATE_OVERDUE, Flag.STALE, Flag.STALLED, Flag.UNOWNED, Flag.DISPUTED}
    assert flags(world) == (expected if lifecycle in ("open", "reopened") else set())


@pytest.mark.parametrize("kind", RecommendationKind.values)
def test_only_counted_kinds_want_an_owner(world: World, kind: str) -> None:
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.items[0].recommendation, kind=kind)

    assert (Flag.UNOWNED in flags(world)) is (kind in ("priority_action", "commitment"))


def test_evidence_is_lost_where_a_dead_link_of_the_headline_has_no_copy(world: World) -> None:
    owned(world)
    evidence = world.published().evidence.get()
    staff = world.actor("staff")
    assert flags(world) == set()

    record_dead_link(evidence, since=TODAY, actor=staff, at=NOW)
    assert flags(world) == {Flag.EVIDENCE_LOST}

    record_dead_link(evidence, since=TODAY, archived_address="https://archive.example.org/1", actor=staff, at=NOW)
    assert flags(world) == set()


def test_evidence_of_other_updates_is_not_missed(world: World) -> None:
    owned(world)
    evidence = world.published().evidence.get()
    record_dead_link(evidence, since=TODAY, actor=world.actor("staff"), at=NOW)

    world.published(at=NOW + dt.timedelta(days=1))

    assert flags(world) == set()


def test_flags_turn_with_the_day_alone(world: World) -> None:
    owned(world, update_due_on=TODAY)

    assert flags(world, on=TODAY) == set()
    assert flags(world, on=TOMORROW) == {Flag.UPDATE_OVERDUE}


def test_today_is_the_alliances_day() -> None:
    alliance = make.AllianceFactory.build(time_zone="Europe/Moscow")

    assert today(alliance, dt.datetime(2026, 3, 1, 20, 59, tzinfo=dt.UTC)) == dt.date(2026, 3, 1)
    assert today(alliance, dt.datetime(2026, 3, 1, 21, 0, tzinfo=dt.UTC)) == dt.date(2026, 3, 2)


def test_current_gives_one_state_for_each_item_in_document_order(world: World) -> None:
    world.published(world.items[1])
    world.published(world.items[1], at=NOW + dt.timedelta(days=1), level="announced")
    archive_item(world.items[2], actor=SYSTEM, at=NOW, reason="Gone")
    early = make.DocumentFactory(code="early")
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.derive(world.document, position=2)
        act.derive(early, position=1)
    point = make.RecommendationFactory(section=make.SectionFactory(document=early))
    first = make.ItemFactory(alliance=world.alliance, recommendation=point)

    found = [(state.item, state.level) for state in current(world.alliance, today=TODAY)]

    assert found == [(first, "not_assessed"), (world.items[0], "not_assessed"), (world.items[1], "announced")]


def test_current_leaves_no_two_items_without_an_order(world: World) -> None:
    section = make.SectionFactory(document=make.DocumentFactory(code="as-early", position=world.document.position))
    for position in (3, 3, 1):
        make.ItemFactory(
            alliance=world.alliance, recommendation=make.RecommendationFactory(section=section, position=position)
        )

    query = current(world.alliance, today=TODAY).query
    found = [
        (point.document_id, point.position, state.item_id)
        for state in current(world.alliance, today=TODAY)
        if (point := state.item.recommendation)
    ]

    assert found == sorted(found)
    assert query.order_by[-1] == "item_id"


def test_current_takes_one_query_with_all_that_a_list_shows(world: World) -> None:
    world.published()

    with CaptureQueriesContext(connection) as queries:
        shown = [
            (
                str(state.item.recommendation.title),
                state.item.recommendation.document.code,
                state.item.recommendation.section.code,
                state.owner,
                str(state.duty_bearer),
                state.headline_id,
                flags_of(state),
            )
            for state in current(world.alliance, today=TODAY)
        ]

    assert len(shown) == 3
    assert len(queries) == 1


def test_headline_duties_are_the_open_duties_of_the_state(world: World) -> None:
    section = world.items[0].recommendation.section
    values: list[dict[str, Any]] = [
        {"kind": RecommendationKind.PRIORITY_ACTION},
        {"kind": RecommendationKind.INDICATOR},
        {"kind": RecommendationKind.QUESTION},
        {"kind": RecommendationKind.RECOMMENDATION},
        {"addressee": Addressee.PRIVATE_SECTOR},
    ]
    made = [
        make.ItemFactory(alliance=world.alliance, recommendation=make.RecommendationFactory(section=section, **value))
        for value in values
    ]
    put(world.items[1], lifecycle="not_applicable", lifecycle_reason={"en": "Elsewhere."})
    put(world.items[2], lifecycle="reopened", lifecycle_reason={"en": "Again."})

    found = {state.item for state in headline_duties(current(world.alliance, today=TODAY))}

    assert found == {world.items[0], world.items[2], made[0]}


def test_find_item_by_its_address(world: World) -> None:
    assert find_item(world.alliance, "doc", "c-1") == world.items[0]
    assert find_item(world.other_alliance, "doc", "c-1") == world.other_item
    assert find_item(world.other_alliance, "doc", "c-2") is None
    assert find_item(world.alliance, "none", "c-1") is None
    archive_item(world.items[0], actor=SYSTEM, at=NOW, reason="Gone")
    assert find_item(world.alliance, "doc", "c-1") is None
