"""Kept ground is the ground that was made: the same rows, the same history, under the same guards."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests import factories as make
from tests.conftest import World, everything, new_world
from tests.factories.kept import kept
from tracker.models import HistoryEntry
from tracker.queries.verify import verify


def undone(ground: Any) -> tuple[Any, dict[str, Any]]:
    """Return what `ground` returns and every row that it leaves; then all of it is taken back."""
    with transaction.atomic():
        made = ground()
        rows = everything()
        transaction.set_rollback(True)
    return made, rows


@pytest.mark.django_db
def test_kept_ground_is_the_same_rows_every_time() -> None:
    first, made = undone(lambda: kept("world", new_world))
    second, stored = undone(lambda: kept("world", new_world))
    assert stored == made
    assert second == first
    assert second.items[0] is not first.items[0]
    fresh = undone(new_world)[1]
    assert {name: len(rows) for name, rows in stored.items()} == {name: len(rows) for name, rows in fresh.items()}


def test_kept_ground_verifies_and_goes_on(world: World) -> None:
    assert everything()["history"][0] > 0
    make.UserFactory()
    assert verify().faults == []


def test_kept_ground_is_guarded(world: World) -> None:
    entry = HistoryEntry.objects.latest("id")
    with (
        pytest.raises(DatabaseError, match=r"append-only|not authorized"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM tracker_historyentry WHERE id = %s", [entry.pk])


def test_ground_is_made_where_something_is_stored_already(db: None) -> None:
    other = make.UserFactory(username="zoe")
    world = kept("world", new_world)
    assert other.pk not in {user.pk for user in world.users.values()}
    assert verify().faults == []


@pytest.mark.django_db(transaction=True)
def test_ground_stands_again_after_a_test_that_empties_the_tables() -> None:
    kept("world", new_world)
    assert verify().faults == []


def test_ground_after_that_is_there(world: World) -> None:
    assert verify().faults == []
