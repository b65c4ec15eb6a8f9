"""The history is append-only whatever statement is sent, and a guard that is gone is noticed and put back."""

# ruff: noqa: S608 -- the statements are made of constants of this file.

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from tests import factories as make
from tracker import checks
from tracker.errors import GuardsMissing
from tracker.lib.canonical import digest
from tracker.lib.sqlite import as_owner
from tracker.models import HistoryEntry, HistoryValue, Redaction, guards

POSTGRES = connection.vendor == "postgresql"
E, V = "tracker_historyentry", "tracker_historyvalue"
COLUMNS = "log, epoch, sequence, time, action, object_kind, object_uuid, request_id, payload, hash"
# What a guard says, and what the database itself says of a row that is there.
REFUSED = ("append-only", "does not follow", "stands in the history already", "duplicate key")
# What the app's own connection says, before a guard is asked.
BY_CONNECTION = ("not authorized",)


def run(statement: str, parameters: tuple[Any, ...] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


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


class Forger:
    """Makes rows that someone might slip in, from the last entry of the alliance's log."""

    def __init__(self, log: str) -> None:
        self.last = HistoryEntry.objects.filter(log=log).latest("sequence")
        self.first = HistoryEntry.objects.filter(log=self.last.log).earliest("sequence")
        self.value = HistoryValue.objects.earliest("id")

    def entry(self, **values: Any) -> dict[str, Any]:
        """Return an entry that would follow, changed by `values`; `previous` goes into its payload."""
        sequence = values.get("sequence", self.last.sequence + 1)
        payload = json.dumps({"previous": values.pop("previous", self.last.hash), "n": sequence})
        uuid = self.last.object_uuid
        row: dict[str, Any] = {
            "log": self.last.log,
            "epoch": self.last.epoch,
            "sequence": sequence,
            "time": self.last.time,
            "action": "forged",
            "object_kind": "item",
            "object_uuid": uuid if POSTGRES else uuid.hex,
            "request_id": uuid if POSTGRES else uuid.hex,
            "payload": payload,
            "hash": digest(payload),
        }
        return row | values

    def insert(self, verb: str = "INSERT", tail: str = "", **values: Any) -> None:
        """Insert such an entry with `verb` before and `tail` after."""
        row = self.entry(**values)
        marks = ", ".join(["%s"] * len(row))
        run(f"{verb} INTO {E} ({', '.join(row)}) VALUES ({marks}) {tail}", tuple(row.values()))


@pytest.fixture
def forger(db: None) -> Forger:
    alliance = make.AllianceFactory()
    for country in ("RU", "KZ"):
        with make.Act("test_setup", actor=make.SYSTEM, at=make.NOW) as act:
            act.change(alliance, country=country)
    return Forger(str(alliance.uuid))


UPSERT = "ON CONFLICT (hash) DO UPDATE SET action = 'forged'"

# What either database must refuse: {name: attempt}.
COMMON: dict[str, Callable[[Forger], object]] = {
    "update every entry": lambda f: run(f"UPDATE {E} SET action = 'forged'"),
    "update one entry": lambda f: run(f"UPDATE {E} SET payload = '{{}}' WHERE id = {f.first.pk}"),
    "update an entry to what it is": lambda f: run(f"UPDATE {E} SET action = action WHERE id = {f.last.pk}"),
    "update every value": lambda f: run(f"UPDATE {V} SET new = 'null'"),
    "update one value": lambda f: run(f"UPDATE {V} SET new = 'null' WHERE id = {f.value.pk}"),
    "move a value": lambda f: run(f"UPDATE {V} SET entry = entry + 1 WHERE id = {f.value.pk}"),
    "delete every entry": lambda f: run(f"DELETE FROM {E}"),
    "delete the last entry": lambda f: run(f"DELETE FROM {E} WHERE id = {f.last.pk}"),
    "delete every value": lambda f: run(f"DELETE FROM {V}"),
    "delete one value": lambda f: run(f"DELETE FROM {V} WHERE id = {f.value.pk}"),
    "insert with a gap": lambda f: f.insert(sequence=f.last.sequence + 2),
    "insert after another entry": lambda f: f.insert(previous=f.first.hash),
    "insert after none": lambda f: f.insert(previous="0" * 64),
    "insert a sequence again": lambda f: f.insert(sequence=f.last.sequence, previous=f.last.hash),
    "insert a sequence again in the next epoch": lambda f: f.insert(sequence=f.last.sequence, epoch=2),
    "insert in a lower epoch": lambda f: f.insert(epoch=0),
    "insert from one in the next epoch": lambda f: f.insert(epoch=2, sequence=1, previous="0" * 64),
    "begin a new log in the middle": lambda f: f.insert(log="new"),
    "begin a new log at two": lambda f: f.insert(log="new", sequence=2, previous="0" * 64),
    "insert one that is there": lambda f: f.insert(sequence=f.first.sequence, hash=f.first.hash),
    "upsert over a hash": lambda f: f.insert(tail=UPSERT, hash=f.last.hash),
    "upsert over a value": lambda f: run(
        f"INSERT INTO {V} (entry, field, salt, old, new) VALUES (%s, %s, %s, 'null', 'null') "
        "ON CONFLICT (entry, field) DO UPDATE SET new = 'null'",
        (f.value.entry, f.value.field, b"x"),
    ),
    "QuerySet.delete of entries": lambda f: HistoryEntry.objects.all().delete(),
    "QuerySet.delete of values": lambda f: HistoryValue.objects.filter(pk=f.value.pk).delete(),
    "QuerySet.update of entries": lambda f: HistoryEntry.objects.filter(pk=f.last.pk).update(action="forged"),
    "QuerySet.update of values": lambda f: HistoryValue.objects.update(new="null"),
    "Model.delete": lambda f: f.first.delete(),
    "Model.save": lambda f: f.last.save(),
    "bulk_update": lambda f: HistoryValue.objects.bulk_update([f.value], ["new"]),
}


def _replace_value(f: Forger, columns: str, *key: Any, verb: str = "INSERT OR REPLACE") -> None:
    marks = ", ".join(["%s"] * len(key))
    run(f"{verb} INTO {V} ({columns}, salt, old, new) VALUES ({marks}, x'00', 'null', 'null')", key)


SQLITE: dict[str, Callable[[Forger], object]] = {
    "replace an entry by id": lambda f: f.insert("INSERT OR REPLACE", id=f.first.pk),
    "replace an entry by rowid": lambda f: f.insert("INSERT OR REPLACE", rowid=f.first.pk),
    "replace an entry by hash": lambda f: f.insert("INSERT OR REPLACE", hash=f.first.hash),
    "replace an entry by its place": lambda f: f.insert("REPLACE", sequence=f.last.sequence),
    "replace the first of a log": lambda f: f.insert("REPLACE", sequence=1, previous="0" * 64),
    "replace a value by id": lambda f: _replace_value(f, "id, entry, field", f.value.pk, 10**6, "x"),
    "replace a value by entry and field": lambda f: _replace_value(f, "entry, field", f.value.entry, f.value.field),
    "REPLACE INTO": lambda f: _replace_value(f, "entry, field", f.value.entry, f.value.field, verb="REPLACE"),
    "insert or ignore with a gap": lambda f: f.insert("INSERT OR IGNORE", sequence=f.last.sequence + 2),
    "insert or fail with a gap": lambda f: f.insert("INSERT OR FAIL", sequence=f.last.sequence + 2),
    "update or replace": lambda f: run(f"UPDATE OR REPLACE {E} SET id = {f.last.pk} WHERE id = {f.first.pk}"),
    "update or ignore": lambda f: run(f"UPDATE OR IGNORE {V} SET new = 'null'"),
    "update from": lambda f: run(f"UPDATE {V} SET new = e.time FROM {E} e WHERE e.id = {V}.entry"),
    "with … delete": lambda f: run(f"WITH x AS (SELECT 1 AS a) DELETE FROM {V} WHERE id IN (SELECT id FROM {V})"),
    "update as JSON": lambda f: run(f"UPDATE {E} SET payload = json_set(payload, '$.action', 'x')"),
    "delete in the order of ids": lambda f: run(f"DELETE FROM {E} WHERE id >= (SELECT MAX(id) FROM {E})"),
    "insert without predecessor": lambda f: f.insert(payload="{}"),
    "replace every entry": lambda f: run(f"REPLACE INTO {E} SELECT * FROM {E}"),
    "replace every value": lambda f: run(f"INSERT OR REPLACE INTO {V} SELECT * FROM {V}"),
}


def _as_replica(statement: str) -> None:
    run("SET LOCAL session_replication_role = replica")
    run(statement)


def _copy(f: Forger, **values: Any) -> None:
    row = f.entry(**values)
    statement = f"COPY {E} ({', '.join(row)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row(list(row.values()))


def _merge(action: str, table: str = E) -> str:
    return f"MERGE INTO {table} t USING (SELECT id FROM {table}) s ON t.id = s.id WHEN MATCHED THEN {action}"


POSTGRESQL: dict[str, Callable[[Forger], object]] = {
    "truncate entries": lambda f: run(f"TRUNCATE {E}"),
    "truncate values": lambda f: run(f"TRUNCATE {V}"),
    "truncate both": lambda f: run(f"TRUNCATE {V}, {E}"),
    "truncate with cascade": lambda f: run(f"TRUNCATE {E} CASCADE"),
    "truncate with new identity": lambda f: run(f"TRUNCATE {V} RESTART IDENTITY CASCADE"),
    "truncate as replica": lambda f: _as_replica(f"TRUNCATE {E}"),
    "merge … update": lambda f: run(_merge("UPDATE SET action = 'forged'")),
    "merge … delete": lambda f: run(_merge("DELETE")),
    "merge … update of values": lambda f: run(_merge("UPDATE SET new = 'null'", V)),
    "update as replica": lambda f: _as_replica(f"UPDATE {E} SET action = 'forged'"),
    "delete as replica": lambda f: _as_replica(f"DELETE FROM {E}"),
    "delete values as replica": lambda f: _as_replica(f"DELETE FROM {V}"),
    "insert as replica": lambda f: (run("SET LOCAL session_replication_role = replica"), f.insert(epoch=0)),
    "update from": lambda f: run(f"UPDATE {V} v SET new = e.time FROM {E} e WHERE e.id = v.entry"),
    "update only": lambda f: run(f"UPDATE ONLY {E} SET action = 'forged'"),
    "delete using": lambda f: run(f"DELETE FROM {V} v USING {E} e WHERE e.id = v.entry"),
    "with … delete": lambda f: run(f"WITH gone AS (DELETE FROM {E} RETURNING *) SELECT count(*) FROM gone"),
    "with … update": lambda f: run(f"WITH x AS (UPDATE {V} SET new = 'null' RETURNING id) SELECT count(*) FROM x"),
    "copy a row with a gap": lambda f: _copy(f, sequence=f.last.sequence + 2),
    "copy a row that is there": lambda f: _copy(f, sequence=f.last.sequence),
    "insert … select": lambda f: run(
        f"INSERT INTO {E} ({COLUMNS}) SELECT log, epoch, sequence + 5, time, action, object_kind, object_uuid, "
        f"request_id, payload, md5(hash) FROM {E}"
    ),
    "update in a function": lambda f: run(f"DO $$ BEGIN UPDATE {E} SET action = 'forged'; END $$"),
    "delete in a function": lambda f: run(f"DO $$ BEGIN DELETE FROM {V}; END $$"),
    "upsert over a place": lambda f: f.insert(
        tail="ON CONFLICT (log, epoch, sequence) DO UPDATE SET action = 'forged'", sequence=f.last.sequence
    ),
}

# Who owns the history may make tables that would be found before ours.
_SHADOWS = "CREATE TEMP TABLE {0} AS SELECT * FROM public.{0}"
_MINE = "CREATE TEMP TABLE mine AS SELECT 'proposed' AS state, log, places FROM tracker_redaction LIMIT 0"
_NAMES_ALL = (
    "INSERT INTO {redaction} (state, log, places) SELECT {state}, log, jsonb_build_array(jsonb_build_array("
    f"sequence, field)) FROM {E} e JOIN {V} v ON v.entry = e.id"
)


def _shadow_redactions(f: Forger) -> None:
    run(_MINE.replace("mine", "tracker_redaction"))
    run(_NAMES_ALL.format(redaction="pg_temp.tracker_redaction", state="'done'"))
    run(f"DELETE FROM {V}")


def _shadow_entries(f: Forger) -> None:
    run(_SHADOWS.format(E) + " LIMIT 0")
    run(
        f"INSERT INTO public.{E} SELECT id + 1000, log, epoch, 1, time, action, object_kind, object_uuid, request_id, "
        f'\'{{"previous": "{"0" * 64}"}}\', md5(hash) FROM public.{E} LIMIT 1'
    )


def _borrow_function(f: Forger) -> None:
    run(_MINE)
    run("CREATE TRIGGER a AFTER UPDATE ON mine FOR EACH ROW EXECUTE FUNCTION tracker_history_redact()")
    run(_NAMES_ALL.format(redaction="mine", state="'proposed'"))
    run("UPDATE mine SET state = 'done'")


POSTGRESQL |= {
    "delete what a redaction of one's own names": _shadow_redactions,
    "insert after entries of one's own": _shadow_entries,
    "hang the redaction's function on a table of one's own": _borrow_function,
}

ATTEMPTS = COMMON | (POSTGRESQL if POSTGRES else SQLITE)


# On SQLite the app's connection refuses before the triggers do: what refuses other programs is tried without it.
@pytest.mark.parametrize("by", ["guards", "connection"] if not POSTGRES else ["guards"])
@pytest.mark.parametrize("name", ATTEMPTS)
def test_statement_is_refused(forger: Forger, name: str, by: str) -> None:
    if name.startswith("merge") and connection.pg_version < 150000:
        pytest.skip("MERGE came with PostgreSQL 15")
    with as_owner(connection) if by == "guards" else nullcontext():
        assert_refused(lambda: ATTEMPTS[name](forger), REFUSED if by == "guards" else REFUSED + BY_CONNECTION)


# What would take the guards away: the app's connection refuses it, whatever the database would say to others.
DISARMING = {
    "drop a trigger": f"DROP TRIGGER {V}_no_update",
    "drop a trigger if it is there": f"DROP TRIGGER IF EXISTS main.{E}_no_delete",
    "drop the redaction's trigger": f"DROP TRIGGER {guards.CARRIES_OUT}",
    "drop the entries": f"DROP TABLE {E}",
    "drop the values": f"DROP TABLE IF EXISTS {V}",
    "drop the redactions": f"DROP TABLE {guards.REDACTION}",
    "drop an index": "DROP INDEX history_of_object",
    "rename the entries": f"ALTER TABLE {E} RENAME TO elsewhere",
    "rename a column": f"ALTER TABLE {V} RENAME COLUMN new TO old_new",
    "add a column": f"ALTER TABLE {E} ADD COLUMN note text",
    "drop a column": f"ALTER TABLE {V} DROP COLUMN old",
    "rename the redactions": f"ALTER TABLE {guards.REDACTION} RENAME TO elsewhere",
    "a trigger that keeps entries out": f"CREATE TRIGGER x BEFORE INSERT ON {E} BEGIN SELECT RAISE(IGNORE); END",
    "a trigger of this connection": f"CREATE TEMP TRIGGER x BEFORE INSERT ON {E} BEGIN SELECT RAISE(IGNORE); END",
    "a trigger with the name of the one that may delete": (
        f"CREATE TEMP TRIGGER {guards.CARRIES_OUT} AFTER UPDATE ON main.{guards.REDACTION} BEGIN DELETE FROM {V}; END"
    ),
    "a trigger elsewhere": f"CREATE TRIGGER x AFTER UPDATE ON tracker_item BEGIN DELETE FROM {V}; END",
    "a table that hides the entries": f"CREATE TEMP TABLE {E} (id integer)",
    "a view that hides the values": f"CREATE TEMP VIEW {V} AS SELECT 1",
    "a table": "CREATE TABLE elsewhere (id integer)",
    "a table made of the history": f"CREATE TABLE elsewhere AS SELECT * FROM {E}",
    "an index that refuses rows": f"CREATE UNIQUE INDEX x ON {E} (action)",
    "a virtual table": "CREATE VIRTUAL TABLE x USING fts5(words)",
    "a name for one that may delete": (
        f"WITH {guards.CARRIES_OUT} AS (SELECT id FROM {V}) "
        f"DELETE FROM {V} WHERE id IN (SELECT id FROM {guards.CARRIES_OUT})"
    ),
    "attach": "ATTACH ':memory:' AS other",
    "attach a file without a name": "ATTACH '' AS other",
    "detach": "DETACH main",
    "writable_schema": "PRAGMA writable_schema=ON",
    "writable_schema of main": "PRAGMA main.Writable_Schema(1)",
    "writable_schema, reset": "PRAGMA writable_schema=RESET",
    "ignore_check_constraints": "PRAGMA ignore_check_constraints=ON",
    "foreign_keys off": "PRAGMA foreign_keys=OFF",
    "recursive_triggers off": "PRAGMA recursive_triggers=OFF",
    "legacy_alter_table": "PRAGMA legacy_alter_table=ON",
    "trusted_schema": "PRAGMA trusted_schema=ON",
    "query_only off": "PRAGMA query_only=OFF",
    "secure_delete off": "PRAGMA secure_delete=OFF",
    "journal_mode": "PRAGMA journal_mode=OFF",
    "synchronous": "PRAGMA synchronous=OFF",
    "locking_mode": "PRAGMA locking_mode=EXCLUSIVE",
    "schema_version": "PRAGMA schema_version=1",
    "update the schema": f"UPDATE sqlite_master SET sql = '' WHERE name = '{V}_no_update'",
    "delete from the schema": "DELETE FROM sqlite_master WHERE type = 'trigger'",
    "insert into the schema": "INSERT INTO sqlite_schema VALUES ('trigger', 'x', 'x', 0, '')",
    "count entries anew": f"UPDATE sqlite_sequence SET seq = 0 WHERE name = '{E}'",
    "count values anew": f"DELETE FROM sqlite_sequence WHERE name = '{V}'",
    "load_extension": "SELECT load_extension('x')",
    "load_extension within": f"SELECT id FROM {E} WHERE Load_Extension('x', 'y') IS NULL",
    "explain a delete": f"EXPLAIN DELETE FROM {E}",
    "delete behind a comment": f'/* SELECT */ DELETE /* x */ FROM main."{E}" -- x',
    "delete in capitals": f"DELETE FROM [{V.upper()}]",
    "analyze": "ANALYZE",
    "reindex": f"REINDEX {E}",
}


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
