"""A sample of the drill of crashes: an exception within every act, and processes killed in the middle of a bulk act."""

import os
import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import World
from tests.drills import crashes
from tests.drills.crash_acts import LARGE, NO_ACTS, SCENES, public_acts
from tests.drills.crashing import try_act

EACH = 2
ROOMS = sorted({name.partition(".")[0] for name in set(SCENES) - LARGE})


def test_every_public_act_has_a_scene() -> None:
    assert public_acts() == set(SCENES) | set(NO_ACTS)


@pytest.mark.parametrize("room", ROOMS)
def test_crash_within_an_act_leaves_no_change_without_its_entry(world: World, room: str) -> None:
    chance = random.Random(room)

    def some(statements: int) -> Iterable[int]:
        return chance.sample(range(1, statements + 1), min(EACH, statements))

    found = [try_act(world, name, some) for name in SCENES if name.startswith(f"{room}.") and name not in LARGE]
    assert [fault for one in found for fault in one.faults] == []
    assert all(one.tried == EACH for one in found)


def test_process_killed_in_a_bulk_act_leaves_all_of_it_or_nothing(transactional_db: None, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        given = os.environ["DATABASE_URL"]
        found = crashes.run(given, 2, 0, "sample")
    else:
        # With the tables of the database of the tests, which only this process can see.
        with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as copy:
            connection.connection.backup(copy)
        found = crashes.trial_on(f"sqlite:///{tmp_path}/db.sqlite3", 2, 0, "sample")
    assert crashes.faults(found) == []
    assert found["killed"]["kills"] == 2
