"""The app's connection to SQLite: what it lets through, what it refuses, and who may lift it."""

# ruff: noqa: S608 -- the statements are made of constants of this file.

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.utils import ConnectionHandler

import tracker
from tracker.lib.sqlite import as_owner
from tracker.lib.sqlite.rules import CARRIES_OUT, ENTRY, VALUE, judge
from tracker.settings import with_options

ROOT = Path(tracker.__file__).parent
GIVEN = {"ENGINE": "django.db.backends.sqlite3"}
ALIASES = ("default", "snapshot")


@pytest.fixture
def handler(tmp_path: Path, django_db_blocker: Any) -> Iterator[ConnectionHandler]:
    """A file with tables of the history's names, and both aliases as the settings make them."""
    given = GIVEN | {"NAME": str(tmp_path / "db.sqlite3")}
    found = ConnectionHandler({"default": with_options(given), "snapshot": with_options(given, snapshot=True)})
    with django_db_blocker.unblock():
        with as_owner(found["default"]), found["default"].cursor() as cursor:
            for table in (ENTRY, VALUE, "plain"):
                cursor.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY AUTOINCREMENT, word text)")
                cursor.execute(f"INSERT INTO {table} (word) VALUES ('first')")
        yield found
        found.close_all()


def run(on: Any, statement: str) -> list[Any]:
    with on.cursor() as cursor:
        return list(cursor.execute(statement).fetchall())


REFUSED = (
    f"UPDATE {ENTRY} SET word = 'x'",
    f"UPDATE {VALUE} SET id = id",
    f"DELETE FROM {ENTRY}",
    f"DELETE FROM {VALUE} WHERE id = 1",
    f"DROP TABLE {VALUE}",
    f"ALTER TABLE {ENTRY} ADD COLUMN x",
    "CREATE TABLE x (id integer)",
    f"CREATE TEMP TRIGGER x BEFORE INSERT ON {ENTRY} BEGIN SELECT 1; END",
    "ATTACH ':memory:' AS x",
    "VACUUM",
    "VACUUM INTO 'elsewhere'",
    "PRAGMA writable_schema=ON",
    "PRAGMA query_only=0",
    "PRAGMA foreign_keys=off",
    "SELECT load_extension('x')",
)


@pytest.mark.parametrize("alias", ALIASES)
@pytest.mark.parametrize("statement", REFUSED)
def test_both_aliases_refuse(handler: ConnectionHandler, alias: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"not authorized|authorization denied|prohibited"):
        run(handler[alias], statement)


def test_connection_that_is_opened_again_refuses_too(handler: ConnectionHandler) -> None:
    handler["default"].close()

    with pytest.raises(DatabaseError, match="not authorized"):
        run(handler["default"], f"DELETE FROM {ENTRY}")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own")
def test_tables_may_be_described() -> None:
    with connection.cursor() as cursor:
        assert ENTRY in connection.introspection.table_names()
        assert connection.introspection.get_table_description(cursor, ENTRY)
        assert connection.introspection.get_constraints(cursor, ENTRY)
        assert connection.introspection.get_relations(cursor, ENTRY) == {}
    connection.check_constraints()


@pytest.mark.parametrize("alias", ALIASES)
def test_looking_around_is_let_through(handler: ConnectionHandler, alias: str) -> None:
    on = handler[alias]

    assert run(on, "PRAGMA foreign_key_check(plain)") == []
    assert run(on, "PRAGMA integrity_check") == [("ok",)]
    assert run(on, "PRAGMA writable_schema") == [(0,)]
    assert run(on, "SELECT name FROM pragma_table_info('plain')") == [("id",), ("word",)]
    assert run(on, """SELECT value FROM json_each('["a"]')""") == [("a",)]
    assert run(on, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT max(x) FROM n")


def test_rows_are_written_and_what_is_stricter_is_switched_on(handler: ConnectionHandler) -> None:
    on = handler["default"]
    for statement in (
        f"INSERT INTO {ENTRY} (word) VALUES ('second')",
        "INSERT OR REPLACE INTO plain (id, word) VALUES (1, 'other')",
        "UPDATE plain SET word = 'x'",
        "DELETE FROM plain",
        "PRAGMA secure_delete=ON",
        "PRAGMA foreign_keys=ON",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ):
        run(on, statement)

    assert run(on, f"SELECT word FROM {ENTRY} ORDER BY id") == [("first",), ("second",)]
    assert run(on, "SELECT * FROM plain") == []


def test_owner_is_let_through_and_the_same_statement_refused_after(handler: ConnectionHandler) -> None:
    on, statement = handler["default"], f"UPDATE {ENTRY} SET word = 'x'"
    with as_owner(on):
        with as_owner(on):
            run(on, statement)
        run(on, statement)

    # Python keeps prepared statements: SQLite asks again all the same.
    with pytest.raises(DatabaseError, match="not authorized"):
        run(on, statement)


def test_error_does_not_leave_the_owner_behind(handler: ConnectionHandler) -> None:
    on = handler["default"]

    with pytest.raises(ZeroDivisionError), as_owner(on):
        raise ZeroDivisionError

    with pytest.raises(DatabaseError, match="not authorized"):
        run(on, f"DELETE FROM {ENTRY}")


def test_connection_opened_as_owner_is_held_to_the_rules_after(handler: ConnectionHandler) -> None:
    on = handler["default"]
    on.close()
    with as_owner(on):
        run(on, "CREATE TABLE later (id integer)")

    with pytest.raises(DatabaseError, match="not authorized"):
        run(on, "DROP TABLE later")


def test_owner_of_one_alias_is_not_the_owner_of_another(handler: ConnectionHandler) -> None:
    with as_owner(handler["default"]), pytest.raises(DatabaseError, match="not authorized"):
        run(handler["snapshot"], f"DELETE FROM {ENTRY}")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows logins")
def test_migrate_leaves_the_connection_held_to_the_rules() -> None:
    call_command("migrate", verbosity=0)

    with pytest.raises(DatabaseError, match="not authorized"):
        run(connection, f"DELETE FROM {ENTRY}")


def test_value_is_deleted_by_the_redactions_trigger_alone() -> None:
    deletion = sqlite3.SQLITE_DELETE

    assert judge(deletion, VALUE, None, "main", CARRIES_OUT) == sqlite3.SQLITE_OK
    for table, inside in ((VALUE, None), (VALUE, "another"), (ENTRY, CARRIES_OUT), ("sqlite_master", CARRIES_OUT)):
        assert judge(deletion, table, None, "main", inside) == sqlite3.SQLITE_DENY


def test_what_a_later_sqlite_asks_is_refused() -> None:
    assert judge(10_000, "x", None, "main", None) == sqlite3.SQLITE_DENY


# --- No way past

# What switches a guard off → where it may stand.
LIFTING = {
    "as_owner": {"lib/sqlite/__init__.py", "management/commands/migrate.py"},
    "lifted": {"lib/sqlite/__init__.py", "lib/sqlite/base.py"},
    "set_authorizer": {"lib/sqlite/base.py"},
    # They reach the file past every statement.
    "blobopen": set(),
    "deserialize": set(),
    "setconfig": set(),
    "enable_load_extension": set(),
}
WORDS = ("session_replication_role", "disable trigger", "writable_schema", "drop trigger", "no force")


def _names(tree: ast.AST) -> set[str]:
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name | ast.FunctionDef)
    }


@pytest.mark.parametrize("name", LIFTING)
def test_guards_are_lifted_for_migrations_alone(name: str) -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if name in _names(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == LIFTING[name]


def test_no_code_removes_the_guards() -> None:
    """Only guards.install does, which puts them back; migrations alone make them narrower before they begin."""
    calls = {
        (path.relative_to(ROOT).as_posix(), ast.unparse(node.func))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }

    ours = ("remove", "install", "stand_alone", *(f"guards.{name}" for name in ("remove", "install", "stand_alone")))
    assert {(where, called) for where, called in calls if called in ours} == {
        ("models/guards.py", "remove"),
        ("models/guards.py", "install"),
        ("management/commands/migrate.py", "guards.stand_alone"),
    }


def test_connections_of_their_own_are_opened_to_copy_and_to_scrub_alone() -> None:
    """They are asked by nobody: the triggers alone stand before them."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sqlite3.connect", "psycopg.connect", "connect")
    }

    assert found <= {"actions/scrubbing.py", "lib/sqlite_copy.py"}


def test_no_sql_of_ours_switches_a_guard_off() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(f" {word} " in f" {node.value.lower()} " for word in WORDS)
    }

    assert found <= {"models/guards.py"}


# --- FTS5: the index of the search


@pytest.fixture
def searched(handler: ConnectionHandler) -> ConnectionHandler:
    """The same file with an index of its own."""
    with as_owner(handler["default"]):
        run(handler["default"], "CREATE VIRTUAL TABLE found USING fts5(word, content='plain', content_rowid='id')")
    return handler


def test_index_is_written_and_asked(searched: ConnectionHandler) -> None:
    on = searched["default"]
    run(on, "INSERT INTO found (rowid, word) VALUES (7, 'lighthouse')")

    for alias in ALIASES:
        assert run(searched[alias], "SELECT rowid FROM found WHERE found MATCH 'lighthouse'") == [(7,)]
    run(on, "INSERT INTO found (found, rowid, word) VALUES ('delete', 7, 'lighthouse')")
    run(on, "INSERT INTO found (found) VALUES ('rebuild')")

    assert run(on, "SELECT rowid FROM found WHERE found MATCH 'first OR lighthouse'") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIRTUAL TABLE x USING fts5(word)",
        "CREATE VIRTUAL TABLE temp.x USING fts5vocab(found, row)",
        "DROP TABLE found",
        "DROP TABLE found_data",
        "ALTER TABLE found RENAME TO elsewhere",
        "CREATE TRIGGER x AFTER INSERT ON found_data BEGIN SELECT 1; END",
        f"CREATE VIRTUAL TABLE x USING fts5(word, content='{VALUE}')",
    ],
)
def test_index_is_made_and_dropped_by_the_owner_alone(searched: ConnectionHandler, statement: str) -> None:
    with pytest.raises(DatabaseError, match="not authorized"):
        run(searched["default"], statement)


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_refused_stays_refused_once_an_index_was_written(searched: ConnectionHandler, statement: str) -> None:
    on = searched["default"]
    run(on, "INSERT INTO found (rowid, word) VALUES (7, 'lighthouse')")

    with pytest.raises(DatabaseError, match=r"not authorized|authorization denied|prohibited"):
        run(on, statement)
