"""What is counted, what is counted apart, and what is never counted."""

import dataclasses
import datetime as dt

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import archive_item, set_lifecycle
from tracker.choices import Addressee, Area, Level, Lifecycle, OrganisationKind, RecommendationKind
from tracker.models import ItemState
from tracker.permissions import SYSTEM
from tracker.queries.figures import (
    Group,
    Standing,
    followed_documents,
    group_of,
    groups,
    is_self_assessed,
    levels_by_alliance,
    standing,
)
from tracker.queries.items import current

TODAY = dt.date(2026, 3, 2)
DUTY = Group(
    area=Area.PREVENTION,
    level=Level.NOT_ASSESSED,
    lifecycle=Lifecycle.OPEN,
    kind=RecommendationKind.COMMITMENT,
    addressee=Addressee.STATES,
    self_assessed=False,
    stale=False,
    late=False,
)


def group(**values: object) -> Group:
    return dataclasses.replace(DUTY, **values)  # type: ignore[arg-type]


def counted(found: Standing) -> tuple[int, ...]:
    return (found.total, found.not_applicable, found.ended, found.others_total)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (group(), (1, 0, 0, 0)),
        (group(kind=RecommendationKind.PRIORITY_ACTION), (1, 0, 0, 0)),
        (group(lifecycle=Lifecycle.REOPENED), (1, 0, 0, 0)),
        (group(lifecycle=Lifecycle.NOT_APPLICABLE), (0, 1, 0, 0)),
        (group(lifecycle=Lifecycle.CLOSED), (0, 0, 1, 0)),
        (group(lifecycle=Lifecycle.SUPERSEDED), (0, 0, 1, 0)),
        (group(addressee=Addressee.PRIVATE_SECTOR), (0, 0, 0, 1)),
        (group(addressee=Addressee.PRIVATE_SECTOR, lifecycle=Lifecycle.NOT_APPLICABLE), (0, 1, 0, 0)),
        (group(kind=RecommendationKind.QUESTION), (0, 0, 0, 0)),
        (group(kind=RecommendationKind.INDICATOR), (0, 0, 0, 0)),
        (group(kind=RecommendationKind.RECOMMENDATION), (0, 0, 0, 0)),
    ],
)
def test_standing_counts_each_point_in_one_place_or_none(part: Group, expected: tuple[int, ...]) -> None:
    assert counted(standing([part])) == expected


def test_standing_adds_up_levels_areas_and_what_is_late() -> None:
    found = standing(
        [
            group(level=Level.IMPLEMENTED, count=2),
            group(level=Level.ANNOUNCED, area=Area.RECOVERY, stale=True, late=True, count=3),
            group(level=Level.NO_INFORMATION, area=Area.RECOVERY),
            group(count=4, late=True),
        ]
    )

    assert {level: count for level, count in found.levels.items() if count} == {
        Level.IMPLEMENTED: 2,
        Level.ANNOUNCED: 3,
        Level.NO_INFORMATION: 1,
        Level.NOT_ASSESSED: 4,
    }
    assert (found.total, found.implemented, found.not_assessed, found.no_information) == (10, 2, 4, 1)
    assert (found.judged, found.stale, found.late) == (6, 3, 7)
    assert {area: sum(levels.values()) for area, levels in found.areas.items()} == {
        Area.PREVENTION: 6,
        Area.RECOVERY: 4,
    }


def test_standing_says_how_much_of_what_others_owe_is_self_assessed() -> None:
    found = standing(
        [group(addressee=Addressee.CONGRESS_PARTICIPANTS, self_assessed=True, count=2), group(addressee="states")]
    )

    assert (found.others_total, found.self_assessed, found.total) == (2, 2, 1)


def test_standing_of_nothing_is_empty() -> None:
    found = standing([])

    assert (found.total, found.judged, found.areas) == (0, 0, {})


def test_groups_count_current_items_of_one_alliance(world: World) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)
    archive_item(world.items[2], actor=world.actor("staff"), at=NOW, reason="Entered twice.")

    found = standing(groups(world.alliance, today=TODAY))

    assert {level: count for level, count in found.levels.items() if count} == {
        Level.UNDER_WAY: 1,
        Level.NOT_ASSESSED: 1,
    }


def test_groups_do_not_count_drafts_and_what_waits_for_review(world: World) -> None:
    world.draft(world.items[0])
    world.submitted(world.items[1])

    assert standing(groups(world.alliance, today=TODAY)).judged == 0


def test_groups_know_what_is_stale_and_late_on_the_day(world: World) -> None:
    world.published(world.items[0], verify_by=dt.date(2026, 5, 31))
    point = make.RecommendationFactory(
        section=world.items[0].recommendation.section, deadline="2026-05", deadline_last_day=dt.date(2026, 5, 31)
    )
    make.ItemFactory(alliance=world.alliance, recommendation=point)

    last, next_day = (
        standing(groups(world.alliance, today=day)) for day in (dt.date(2026, 5, 31), dt.date(2026, 6, 1))
    )

    assert (last.stale, last.late) == (0, 0)
    assert (next_day.stale, next_day.late) == (1, 1)


def test_groups_equal_the_groups_of_each_state(world: World) -> None:
    world.published(world.items[0])
    set_lifecycle(world.items[1], Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    one_by_one = standing(map(group_of, current(world.alliance, today=TODAY)))

    assert one_by_one == standing(groups(world.alliance, today=TODAY))


@pytest.mark.parametrize("more", [0, 2])
def test_groups_take_one_query_whatever_the_number_of_items(
    world: World, more: int, django_assert_num_queries: object
) -> None:
    for _n in range(more):
        make.ItemFactory(alliance=world.alliance)

    with django_assert_num_queries(1):  # type: ignore[operator]
        groups(world.alliance, today=TODAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "expected"), [(OrganisationKind.NGO, True), (OrganisationKind.COALITION, True), ("state_body", False)]
)
def test_level_is_self_assessed_where_ngos_bear_the_duty(kind: str, expected: bool) -> None:
    item = make.ItemFactory(duty_bearer=make.OrganisationFactory(kind=kind))

    assert is_self_assessed(ItemState.objects.get(item=item)) is expected
    assert [part.self_assessed for part in groups(item.alliance, today=TODAY)] == [expected]


@pytest.mark.django_db
def test_level_is_nobodys_own_where_nobody_bears_the_duty() -> None:
    assert is_self_assessed(ItemState.objects.get(item=make.ItemFactory())) is False


def test_levels_by_alliance_keep_alliances_apart(world: World, django_assert_num_queries: object) -> None:
    world.published(world.items[0], level=Level.UNDER_WAY)

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = levels_by_alliance()

    assert {alliance: {k: v for k, v in levels.items() if v} for alliance, levels in found.items()} == {
        world.alliance.pk: {Level.UNDER_WAY: 1, Level.NOT_ASSESSED: 2},
        world.other_alliance.pk: {Level.NOT_ASSESSED: 1},
    }


def test_levels_by_alliance_leave_out_archived_points_like_the_front_page(world: World) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.items[0].recommendation, archived_on=TODAY)

    found = levels_by_alliance()[world.alliance.pk]

    assert found == standing(groups(world.alliance, today=TODAY)).levels
    assert sum(found.values()) == 2


def test_followed_documents_count_their_points(world: World) -> None:
    section = make.SectionFactory()
    make.ItemFactory(alliance=world.alliance, recommendation=make.RecommendationFactory(section=section))

    found = followed_documents(world.alliance, today=TODAY)

    assert dict(found) == {world.document.pk: 3, section.document_id: 1}
