"""manage.py rebuild_search: what it says, what it leaves, how it ends."""

import io

import pytest
from django.core.management import call_command
from django.db import connection

from tests.conftest import World, everything
from tests.queries.test_search import found
from tracker.lib.sqlite import as_owner
from tracker.models import SearchText
from tracker.models import search as index


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("rebuild_search", *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_index_that_is_right_stays(world: World, options: tuple[str, ...]) -> None:
    world.published()
    before = everything()

    told = run(*options)

    assert told.startswith("4 points and updates looked at.\nRows of the index ")
    assert told.endswith("The index is as the record says.\n")
    assert everything() == before


def test_dry_run_says_what_differs_and_writes_nothing(world: World) -> None:
    SearchText.objects.filter(recommendation=world.items[0].recommendation).delete()
    before, out = everything(), io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("rebuild_search", "--dry-run", stdout=out)

    assert ended.value.code == 1
    assert "to add: 1, to change: 0, to take away: 0." in out.getvalue()
    assert everything() == before


def test_index_is_written_anew(world: World) -> None:
    SearchText.objects.all().delete()

    assert "added: 3, changed: 0, taken away: 0." in run()

    assert found(world, "summary") == ["C(1)", "C(2)", "C(3)"]


def test_migrate_fills_an_index_that_is_younger_than_the_record(world: World) -> None:
    SearchText.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert found(world, "summary") == ["C(1)", "C(2)", "C(3)"]


def test_migrate_puts_back_what_a_migration_dropped(world: World) -> None:
    name = f"TRIGGER {index.TABLE}_added" if connection.vendor == "sqlite" else f"INDEX {index.INDEX}_stems"
    # PostgreSQL changes no table while keys wait to be looked at.
    connection.check_constraints()
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP {name}")

    call_command("migrate", verbosity=0)

    world.published(done={"en": "Lighthouse"})
    assert found(world, "lighthouse") == ["C(1)"]
