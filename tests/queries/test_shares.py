"""Who has how much to do: figures of named organisations, and of nobody else."""

import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import assign_item, set_lifecycle
from tracker.choices import Lifecycle, RecommendationKind, Visibility
from tracker.permissions import SYSTEM
from tracker.queries.asof import end_of
from tracker.queries.shares import Share, shares

LATER = NOW + dt.timedelta(days=10)


def figures(world: World, **when: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return {code: {level: count}} of owners and of duty bearers, levels at which nothing stands left out."""
    owners, bearers = shares(world.alliance, **({"today": NOW.date()} | when))
    return _by_code(owners), _by_code(bearers)


def _by_code(found: list[Share]) -> dict[str, dict[str, int]]:
    return {
        share.organisation.code: {level: count for level, count in share.levels.items() if count} for share in found
    }


def own(world: World, number: int, owner: int, at: dt.datetime = NOW) -> None:
    assign_item(world.items[number], owner=world.organisations[owner], actor=world.actor("staff"), at=at)


def change(record: Any, **values: Any) -> None:
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(act.lock(record), **values)


def test_shares_tell_what_each_member_owns_and_each_duty_bearer_must_do(world: World) -> None:
    own(world, 0, 0)
    own(world, 1, 0)
    world.published(world.items[0])

    assert figures(world) == (
        {"first": {"under_way": 1, "not_assessed": 1}, "second": {}, "third": {}},
        {"the-state": {"under_way": 1, "not_assessed": 2}},
    )
    owners, bearers = shares(world.alliance, today=NOW.date())
    assert [(share.is_member, share.total) for share in (*owners, *bearers)] == [
        (True, 2),
        (True, 0),
        (True, 0),
        (False, 3),
    ]


def test_shares_count_what_applies_is_open_and_counts(world: World) -> None:
    for number in range(3):
        own(world, number, 0)
    point = make.RecommendationFactory(section=world.items[0].recommendation.section, kind=RecommendationKind.INDICATOR)
    item = make.ItemFactory(alliance=world.alliance, recommendation=point, duty_bearer=world.organisations[4])
    assign_item(item, owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    set_lifecycle(world.items[2], Lifecycle.NOT_APPLICABLE, reason={"en": "x"}, actor=world.actor("staff"), at=NOW)

    owners, bearers = figures(world)

    assert (owners["first"], bearers["the-state"]) == ({"not_assessed": 2}, {"not_assessed": 2})


@pytest.mark.parametrize("visibility", [Visibility.ROLE_ONLY, Visibility.HIDDEN])
def test_shares_leave_out_who_is_not_named_and_where_an_owner_is_not(world: World, visibility: Visibility) -> None:
    own(world, 0, 0)
    own(world, 1, 1)
    own(world, 2, 1)
    change(world.organisations[0], visibility=visibility)
    change(world.items[2], visibility=visibility)

    owners, bearers = figures(world)

    assert owners == {"second": {"not_assessed": 1}, "third": {}}
    # A duty is no work that puts anyone at risk: who bears it is named.
    assert bearers == {"the-state": {"not_assessed": 3}}


def test_shares_of_a_day_are_those_of_then(world: World) -> None:
    own(world, 0, 0)
    own(world, 0, 1, at=LATER)

    then, now = (figures(world, today=day, past=end_of(world.alliance, day))[0] for day in (NOW.date(), LATER.date()))

    assert (then, now) == (
        {"first": {"not_assessed": 1}, "second": {}, "third": {}},
        {"first": {}, "second": {"not_assessed": 1}, "third": {}},
    )


@pytest.mark.parametrize("count", [1, 3, 300])
def test_shares_take_the_same_queries_for_any_number_of_organisations(
    world: World, count: int, django_assert_num_queries: Any
) -> None:
    with make.together():
        section = world.items[0].recommendation.section
        for number in range(count):
            point = make.RecommendationFactory(section=section, position=100 + number)
            owner, bearer = (make.OrganisationFactory(code=f"{role}-{number}") for role in ("owner", "bearer"))
            make.ItemFactory(alliance=world.alliance, recommendation=point, owner=owner, duty_bearer=bearer)

    with django_assert_num_queries(4):
        owners, bearers = shares(world.alliance, today=NOW.date())
    assert (len(owners), len(bearers)) == (count + 3, count + 1)
