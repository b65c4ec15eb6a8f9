"""The history is append-only whatever statement is sent, and a guard that is gone is noticed and put back."""

# ruff: noqa: S608 -- the statements are made of constants of this file.

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from tests import factories as make
from tests.models.statements import ATTEMPTS, COMMON, DISARMING, POSTGRES, POSTGRESQL, SQLITE, E, Forger, V, run
from tracker import checks
from tracker.errors import GuardsMissing
from tracker.lib.sqlite import as_owner
from tracker.models import HistoryEntry, HistoryValue, Redaction, guards

# What a guard says, and what the database itself says of a row that is there.
REFUSED = ("append-only", "does not follow", "stands in the history already", "duplicate key")
# What the app's own connection says, before a guard is asked.
BY_CONNECTION = ("not authorized",)


def run_as_owner(statement: str) -> None:
    with as_owner(connection):
        run(statement)


def history() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("id").values()) for model in (HistoryEntry, HistoryValue)]


def assert_refused(attempt: Callable[[], object], refused: tuple[str, ...] = REFUSED) -> None:
    """Expect one of these refusals, and both tables as they were."""
    before = history()
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        attempt()
    assert any(words in str(caught.value) for words in refused), caught.value
    assert history() == before


@pytest.fixture
def forger(db: None) -> Forger:
    alliance = make.AllianceFactory()
    for country in ("RU", "KZ"):
        with make.Act("test_setup", actor=make.SYSTEM, at=make.NOW) as act:
            act.change(alliance, country=country)
    return Forger(str(alliance.uuid))


# On SQLite the app's connection refuses before the triggers do: what refuses other programs is tried without it.
@pytest.mark.parametrize("by", ["guards", "connection"] if not POSTGRES else ["guards"])
@pytest.mark.parametrize("name", ATTEMPTS)
def test_statement_is_refused(forger: Forger, name: str, by: str) -> None:
    if name.startswith("merge") and connection.pg_version < 150000:
        pytest.skip("MERGE came with PostgreSQL 15")
    with as_owner(connection) if by == "guards" else nullcontext():
        assert_refused(lambda: ATTEMPTS[name](forger), REFUSED if by == "guards" else REFUSED + BY_CONNECTION)


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL tells logins apart: tests/models/test_roles.py")
@pytest.mark.parametrize("name", DISARMING)
def test_connection_of_the_app_refuses_what_would_disarm(forger: Forger, name: str) -> None:
    # SQLite itself refuses a change of its schema while writable_schema is off.
    refused = (*BY_CONNECTION, "prohibited", "sqlite_master may not be modified")

    assert_refused(lambda: run(DISARMING[name]), refused)

    assert guards.missing(connection) == []


def test_enough_statements_are_tried() -> None:
    assert len(COMMON | SQLITE) >= 15
    assert len(DISARMING) >= 15
    assert len(COMMON | POSTGRESQL) >= 20


def test_entry_that_follows_is_taken_and_a_later_epoch_too(forger: Forger) -> None:
    size = HistoryEntry.objects.count()
    forger.insert()
    last = HistoryEntry.objects.latest("id")
    forger.insert(sequence=last.sequence + 1, previous=last.hash, epoch=2)
    forger.insert(log="new", sequence=1, previous="0" * 64)

    assert HistoryEntry.objects.count() == size + 3


def test_history_has_no_foreign_keys_and_nothing_points_to_it() -> None:
    for model in (HistoryEntry, HistoryValue):
        assert not [field for field in model._meta.get_fields() if field.is_relation]


# --- Guards that are gone


def _table(name: str) -> str:
    return next(table for table in (E, V, guards.REDACTION) if name.startswith(table))


def _drop(name: str) -> None:
    run_as_owner(f"DROP TRIGGER {name}" + (f" ON {_table(name)}" if POSTGRES else ""))


def _weaken(name: str) -> None:
    """Put a trigger of the same name in place that refuses nothing."""
    _drop(name)
    if POSTGRES:
        run("CREATE OR REPLACE FUNCTION harmless() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        event = "TRUNCATE" if name.endswith("truncate") else "INSERT"
        each = "STATEMENT" if event == "TRUNCATE" else "ROW"
        run(f"CREATE TRIGGER {name} BEFORE {event} ON {_table(name)} FOR EACH {each} EXECUTE FUNCTION harmless()")
        run(f"ALTER TABLE {_table(name)} ENABLE ALWAYS TRIGGER {name}")
    else:
        run_as_owner(f"CREATE TRIGGER {name} BEFORE INSERT ON {_table(name)} BEGIN SELECT 1; END")


HARMS: dict[str, Callable[[str], None]] = {"dropped": _drop, "weakened": _weaken}
if POSTGRES:
    HARMS |= {
        "disabled": lambda name: run(f"ALTER TABLE {_table(name)} DISABLE TRIGGER {name}"),
        "enabled but not always": lambda name: run(f"ALTER TABLE {_table(name)} ENABLE TRIGGER {name}"),
        "enabled for replicas": lambda name: run(f"ALTER TABLE {_table(name)} ENABLE REPLICA TRIGGER {name}"),
    }


@pytest.fixture
def guarded(db: None) -> Iterator[None]:
    assert guards.missing(connection) == []
    yield
    with as_owner(connection):
        guards.install(connection)


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", sorted(guards.names(connection.vendor)))
def test_guard_that_is_gone_is_named_and_migrate_puts_it_back(guarded: None, name: str, harm: str) -> None:
    HARMS[harm](name)
    assert guards.missing(connection) == [name]

    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []


@pytest.mark.skipif(POSTGRES, reason="only SQLite has REPLACE")
@pytest.mark.parametrize("table", [E, V])
def test_replace_whose_key_changes_between_guard_and_insert_takes_nothing_away(forger: Forger, table: str) -> None:
    """SQLite works out an expression for the key twice: once for the trigger, once for the row."""
    row = forger.entry(log="new", sequence=1, previous="0" * 64)
    if table == V:
        row = {"entry": 10**6, "field": "x", "salt": b"", "old": "null", "new": "null"}
    first = forger.value.pk if table == V else forger.first.pk
    marks = ", ".join(["%s"] * len(row))
    kept = [set(model.objects.values_list()) for model in (HistoryEntry, HistoryValue)]
    for number in range(40):
        values = [f"{value}{number}" if name in ("log", "hash", "field") else value for name, value in row.items()]
        key = f"CASE WHEN random() > 0 THEN {first} ELSE {10**7 + number} END"
        with suppress(DatabaseError), transaction.atomic():
            run(f"INSERT OR REPLACE INTO {table} (id, {', '.join(row)}) VALUES ({key}, {marks})", tuple(values))

    for before, model in zip(kept, (HistoryEntry, HistoryValue), strict=True):
        assert before <= set(model.objects.values_list())


@pytest.mark.skipif(not POSTGRES, reason="only PostgreSQL keeps the body in a function")
@pytest.mark.parametrize(
    ("function", "count"),
    [
        ("tracker_history_refuse", 5),
        ("tracker_history_follows", 1),
        ("tracker_history_keep", 1),
        ("tracker_history_redact", 1),
    ],
)
def test_guard_whose_function_was_replaced_is_named(guarded: None, function: str, count: int) -> None:
    run(f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    assert len(guards.missing(connection) or []) == count

    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []


@pytest.mark.skipif(not POSTGRES, reason="SQLite compares the whole text")
@pytest.mark.parametrize("clause", ["UPDATE OF time", "UPDATE|WHEN (OLD.id < 0)"])
def test_guard_narrowed_to_some_rows_or_columns_is_named(guarded: None, clause: str) -> None:
    name, (event, _, when) = f"{E}_no_update", clause.partition("|")
    _drop(name)
    run(f"CREATE TRIGGER {name} BEFORE {event} ON {E} FOR EACH ROW {when} EXECUTE FUNCTION tracker_history_refuse()")
    run(f"ALTER TABLE {E} ENABLE ALWAYS TRIGGER {name}")

    assert guards.missing(connection) == [name]


def test_install_and_remove_are_complete_and_may_be_repeated(guarded: None) -> None:
    with as_owner(connection):
        for _ in range(2):
            guards.remove(connection)
            assert guards.missing(connection) == sorted(guards.names(connection.vendor))
        for _ in range(2):
            guards.install(connection)
            assert guards.missing(connection) == []


# --- Migrations of a filled database


def _back_and_forth(name: str) -> None:
    call_command("migrate", "tracker", name, verbosity=0)
    call_command("migrate", verbosity=0)


def _steps_back() -> list[str]:
    """Return the migrations that can be undone, newest first, by the one before each."""
    loader = MigrationLoader(connection)
    names = sorted(name for app, name in loader.disk_migrations if app == "tracker")
    return names[-2::-1]


@pytest.fixture
def filled(transactional_db: None) -> int:
    """A record of several acts; the number of its entries."""
    alliance = make.AllianceFactory()
    with make.Act("test_setup", actor=make.SYSTEM, at=make.NOW) as act:
        act.change(alliance, country="KZ")
    return HistoryEntry.objects.count()


def test_every_migration_run_on_a_filled_database_leaves_the_guards_in_place(filled: int) -> None:
    for name in _steps_back():
        _back_and_forth(name)

        assert guards.missing(connection) == [], name
        assert HistoryEntry.objects.count() == filled
        for statement in (f"UPDATE {E} SET action = 'forged'", f"DELETE FROM {V}"):
            with pytest.raises(DatabaseError), as_owner(connection):
                run(statement)


def test_migration_that_breaks_off_leaves_the_guards_in_place(filled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one runs no value goes, not even by a redaction; once it has broken off all is as before."""
    tried = []

    def broken(*args: Any, **kwargs: Any) -> None:
        for statement in (f"UPDATE {E} SET action = 'forged'", f"DELETE FROM {E}", f"DELETE FROM {V}"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                run(statement)
            tried.append(statement)
        raise ZeroDivisionError

    monkeypatch.setattr(Migration, "unapply", broken)
    with pytest.raises(ZeroDivisionError):
        call_command("migrate", "tracker", _steps_back()[0], verbosity=0)

    assert len(tried) == 3
    assert guards.missing(connection) == []
    assert HistoryEntry.objects.count() == filled


@pytest.mark.parametrize("model", [HistoryEntry, HistoryValue, Redaction])
def test_table_that_is_rebuilt_gets_its_guards_back(filled: int, model: type[models.Model]) -> None:
    field = next(field for field in model._meta.fields if isinstance(field, models.CharField))
    longer = field.clone()
    longer.max_length, longer.column = (field.max_length or 0) + 1, field.column
    longer.set_attributes_from_name(field.name)
    longer.model = model
    with as_owner(connection):
        guards.stand_alone(connection)
        for old, new in ((field, longer), (longer, field)):
            with connection.schema_editor() as editor:
                editor.alter_field(model, old, new)
    # SQLite writes the table anew, and forgets its triggers.
    assert bool(guards.missing(connection)) is not POSTGRES

    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []
    assert HistoryEntry.objects.count() == filled


# --- Start-up


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "runserver"])


def test_check_is_content_with_every_guard_in_place(guarded: None, serving: None) -> None:
    assert checks.history_is_guarded(None) == []
    checks.require_guards()


def test_check_names_the_guard_that_is_gone(guarded: None, serving: None) -> None:
    name = f"{V}_no_delete"
    _drop(name)

    [error] = checks.history_is_guarded(None)

    assert (error.id, error.level) == ("tracker.E001", 40)
    assert name in error.msg
    assert "verify_history" in error.hint
    with pytest.raises(GuardsMissing, match=name):
        checks.require_guards()


@pytest.mark.parametrize("command", ["migrate", "makemigrations", "help"])
def test_check_lets_migrations_begin_without_guards(
    guarded: None, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    with as_owner(connection):
        guards.remove(connection)
    monkeypatch.setattr("sys.argv", ["manage.py", command])

    assert checks.history_is_guarded(None) == []


def test_database_without_tables_has_no_guards_to_miss(
    guarded: None, serving: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", lambda: [])

    assert guards.missing(connection) is None
    assert checks.history_is_guarded(None) == []
    with pytest.raises(GuardsMissing, match="no tables yet"):
        checks.require_guards()


def test_database_that_does_not_answer_is_not_checked_at_build_time(
    serving: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(guards, "missing", broken)

    assert checks.history_is_guarded(None) == []
