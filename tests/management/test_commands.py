"""The commands: what they print, what they leave, how they end."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.conftest import World, everything
from tracker.models import HistoryEntry, User
from tracker.queries.people import actor_for
from tracker.queries.verify import verify


def run(name: str, *args: str) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_verify_history_ends_well(world: World) -> None:
    world.published()
    assert "The record is as its history says." in run("verify_history")


def test_verify_history_names_the_row_and_ends_with_one(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tracker_item SET level = 'implemented' WHERE id = %s", [world.items[1].pk])
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history", stdout=out)
    assert ended.value.code == 1
    assert "item doc C(2)" in out.getvalue()


def test_verify_history_writes_nothing(world: World) -> None:
    before = everything()
    run("verify_history")
    assert everything() == before


@pytest.mark.django_db
def test_import_catalogue_twice_says_that_nothing_was_written() -> None:
    assert "history entries written." in run("import_catalogue")
    assert run("import_catalogue").startswith("0 history entries written.")


@pytest.mark.django_db
def test_import_catalogue_dry_run_writes_nothing() -> None:
    assert "would be written" in run("import_catalogue", "--dry-run")
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db
def test_import_catalogue_from_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was written") as refused:
        run("import_catalogue", "--folder", str(tmp_path))
    assert refused.value.returncode == 1
    assert HistoryEntry.objects.count() == 0


@pytest.mark.django_db
def test_demo_refuses_to_run_where_strangers_could_sign_in() -> None:
    with pytest.raises(CommandError, match="DEMO=true"):
        run("demo", "--no-server")
    assert HistoryEntry.objects.count() == 0


def test_add_user_with_a_role_leaves_a_record_that_verifies(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADD_USER_PASSWORD", "correct horse battery staple")
    where = ["--alliance", "home", "--organisation", "second", "--role", "coordinator"]
    said = run("add_user", "dina", "--email", "dina@example.org", *where)
    user = User.objects.get(username="dina")
    assert said == "dina can sign in.\n"
    assert user.check_password("correct horse battery staple")
    assert user.email == "dina@example.org"
    assert actor_for(user, world.alliance).roles == {"coordinator"}
    assert verify().faults == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["anna"], "There is a user anna already"),
        (["dina", "--email", "dina"], "valid email"),
        (["dina", "--role", "staff"], "needs --alliance and --organisation"),
        (["dina", "--alliance", "home", "--organisation", "first"], "need a --role"),
        (["dina", "--organisation", "first"], "need a --role"),
        (["dina", "--role", "staff", "--alliance", "home", "--organisation", "foreign"], "no member of this alliance"),
    ],
)
def test_add_user_refused_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    monkeypatch.setenv("ADD_USER_PASSWORD", "correct horse battery staple")
    before = everything()
    with pytest.raises(CommandError, match=reason):
        run("add_user", *arguments)
    assert everything() == before


def test_add_user_refuses_a_weak_password(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADD_USER_PASSWORD", "12345")
    before = everything()
    with pytest.raises(CommandError, match="too short"):
        run("add_user", "dina")
    assert everything() == before


def test_createsuperuser_points_to_the_way_that_leaves_a_history(world: World) -> None:
    before = everything()
    with pytest.raises(CommandError, match="add_user"):
        run("createsuperuser")
    assert everything() == before
