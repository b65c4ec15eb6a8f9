"""What the weekly mail has to tell, to whom, and in which week."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World
from tests.desks import fill_desk, set_up
from tracker.choices import Role
from tracker.models import Alliance, User
from tracker.queries.desk import Desk
from tracker.queries.digests import (
    LISTS,
    ROWS_SHOWN,
    Digest,
    digest_of,
    language_of,
    pause_token,
    people,
    reader_of,
)
from tracker.queries.items import today
from tracker.queries.people import actor_for


def names(*, demo: bool = False) -> list[str]:
    return [user.username for user in people(demo=demo)]


def test_people_are_the_active_with_a_role_in_an_alliance_of_their_organisation(world: World) -> None:
    assert names() == ["anna", "boris", "clara", "eve", "olga", "staff"]

    set_up(world.users["anna"], is_active=False)
    set_up(world.users["boris"], is_staff=False)
    set_up(world.alliance.memberships.get(user=world.users["clara"]), active=False)
    set_up(world.other_alliance, members=[])

    assert names() == ["olga", "staff"]


def test_people_of_an_invented_alliance_get_mail_in_the_demo_only(world: World) -> None:
    set_up(world.other_alliance, is_demo=True)
    make.MembershipFactory(
        alliance=world.other_alliance, user=world.users["root"], organisation=world.organisations[3], role=Role.STAFF
    )

    assert names() == ["anna", "boris", "clara", "olga", "root", "staff"]
    assert names(demo=True) == ["anna", "boris", "clara", "eve", "olga", "root", "staff"]


def test_digest_holds_the_lists_of_the_desk(world: World) -> None:
    fill_desk(world)
    olga = world.users["olga"]

    digest = digest_of(olga, at=NOW)

    desk = Desk(actor_for(olga, world.alliance), world.alliance, today(world.alliance, NOW))
    told = [
        (part.alliance, part.today, [(row.code, row.count, list(row.rows)) for row in part.lists])
        for part in digest.parts
    ]
    lists = [(code, getattr(desk, code)().count(), list(getattr(desk, code)())) for code in LISTS]
    assert all(count for _code, count, _rows in lists)
    assert told == [(world.alliance, dt.date(2026, 3, 2), lists)]
    assert digest.counts == {code: count for code, count, _rows in lists}


def test_nothing_that_waits_is_nothing_to_say(world: World) -> None:
    fill_desk(world)

    assert digest_of(world.users["eve"], at=NOW).parts == ()
    assert digest_of(world.users["eve"], at=NOW).counts == {}
    assert digest_of(world.users["nobody"], at=NOW).parts == ()


def test_long_list_is_counted_whole_and_begins_with_the_first(world: World) -> None:
    items = [make.ItemFactory(alliance=world.alliance) for _number in range(ROWS_SHOWN + 2)]
    for item in items:
        set_up(item, owner=world.organisations[0], update_due_on=dt.date(2026, 3, 1))

    (listed,) = digest_of(world.users["anna"], at=NOW).parts[0].lists

    assert (listed.code, listed.count, list(listed.rows)) == ("overdue", ROWS_SHOWN + 2, items[:ROWS_SHOWN])


@pytest.mark.parametrize("length", [1, 3, ROWS_SHOWN + 2])
def test_digest_asks_as_often_whatever_its_length(world: World, length: int) -> None:
    for _number in range(length):
        set_up(make.ItemFactory(alliance=world.alliance), owner=world.organisations[0], update_due_on=NOW.date())

    with CaptureQueriesContext(connection) as asked:
        digest_of(world.users["olga"], at=NOW)

    # Alliances, roles, and each list; once more for the number of a list that is longer than what is shown.
    assert len(asked) == 2 + len(LISTS) + (length > ROWS_SHOWN)


def test_each_alliance_has_its_part(world: World) -> None:
    anna = world.users["anna"]
    make.MembershipFactory(
        alliance=world.other_alliance, user=anna, organisation=world.organisations[3], role=Role.COORDINATOR
    )
    yesterday = dt.date(2026, 3, 1)
    set_up(world.items[0], owner=world.organisations[0], update_due_on=yesterday)
    assert works_and_told(digest_of(anna, at=NOW)) == (2, [world.alliance])

    set_up(world.other_item, owner=world.organisations[3], update_due_on=yesterday)
    assert works_and_told(digest_of(anna, at=NOW)) == (2, [world.other_alliance, world.alliance])
    assert digest_of(anna, at=NOW).counts == {"overdue": 2}


def works_and_told(digest: Digest) -> tuple[int, list[Alliance]]:
    return digest.works_in, [part.alliance for part in digest.parts]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        # Midnight in Moscow, where the alliance's days end, is 21:00 UTC.
        (dt.datetime(2026, 3, 8, 20, 59, tzinfo=dt.UTC), "2026-W10"),
        (dt.datetime(2026, 3, 8, 21, 0, tzinfo=dt.UTC), "2026-W11"),
        (dt.datetime(2027, 1, 3, 12, 0, tzinfo=dt.UTC), "2026-W53"),
        (dt.datetime(2027, 1, 4, 12, 0, tzinfo=dt.UTC), "2027-W01"),
    ],
)
def test_week_is_that_of_the_day_in_the_alliance(world: World, moment: dt.datetime, week: str) -> None:
    anna = world.users["anna"]

    assert digest_of(anna, at=moment).week == week
    assert digest_of(anna, at=moment).key == f"digest:{week}:{anna.uuid}"


@pytest.mark.parametrize(("chosen", "language"), [("ru", "ru"), ("en", "en"), ("", "en"), ("xx", "en")])
def test_language_is_the_persons_or_the_sites(chosen: str, language: str) -> None:
    assert language_of(User(language=chosen)) == language


def test_token_names_one_person_and_cannot_be_made_up(world: World) -> None:
    anna, boris = world.users["anna"], world.users["boris"]
    token = pause_token(anna)
    made_up: list[Any] = ["", "x", anna.uuid.hex, f"{boris.uuid.hex}:{token.partition(':')[2]}", token[:-1]]

    assert reader_of(token) == anna
    assert [reader_of(each) for each in made_up] == [None] * 5
    assert reader_of(pause_token(User())) is None
