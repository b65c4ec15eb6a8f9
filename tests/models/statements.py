"""Statements that change the history or take its guards away: what no database and no connection of ours may take."""

# ruff: noqa: S608 -- the statements are made of constants of this file.

import json
from collections.abc import Callable
from typing import Any

from django.db import connection

from tracker.lib.canonical import digest
from tracker.models import HistoryEntry, HistoryValue, guards

POSTGRES = connection.vendor == "postgresql"
E, V = "tracker_historyentry", "tracker_historyvalue"
COLUMNS = "log, epoch, sequence, time, action, object_kind, object_uuid, request_id, payload, hash"


def run(statement: str, parameters: tuple[Any, ...] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


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
