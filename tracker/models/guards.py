"""The triggers that keep the history append-only, on SQLite and PostgreSQL.

They refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE, and in replica mode too; on SQLite also INSERT OR REPLACE),
and an entry whose sequence or predecessor does not follow. SQLite drops triggers silently when a migration rebuilds a
table, so they are put back after every migration and looked for at every start.
"""

from typing import Any

ENTRY, VALUE = "tracker_historyentry", "tracker_historyvalue"
NO_PREDECESSOR = "0" * 64

_REFUSED = "the history is append-only"

# In the order of the index, so that it costs the same in a long log. A sequence goes on from epoch to epoch.
_LAST = f"FROM {ENTRY} WHERE log = NEW.log ORDER BY epoch DESC, sequence DESC LIMIT 1"

_SQLITE = {
    f"{table}_no_{verb}": (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )
    for table in (ENTRY, VALUE)
    for verb in ("update", "delete")
} | {
    # REPLACE deletes the row in its way without firing the trigger on DELETE: refuse what would be in the way.
    f"{ENTRY}_follows": f"""
        CREATE TRIGGER {ENTRY}_follows BEFORE INSERT ON {ENTRY} BEGIN
            SELECT RAISE(ABORT, 'this entry stands in the history already')
            WHERE EXISTS (SELECT 1 FROM {ENTRY} WHERE id = NEW.id OR hash = NEW.hash);
            SELECT RAISE(ABORT, 'this entry does not follow the last one of its log')
            WHERE NEW.sequence IS NOT (
                    COALESCE((SELECT sequence {_LAST}), 0) + 1
                ) OR json_extract(NEW.payload, '$.previous') IS NOT COALESCE(
                    (SELECT hash {_LAST}), '{NO_PREDECESSOR}'
                ) OR NEW.epoch < COALESCE((SELECT MAX(epoch) FROM {ENTRY} WHERE log = NEW.log), 1);
        END""",
    f"{VALUE}_follows": f"""
        CREATE TRIGGER {VALUE}_follows BEFORE INSERT ON {VALUE} BEGIN
            SELECT RAISE(ABORT, 'this value stands in the history already')
            WHERE EXISTS (SELECT 1 FROM {VALUE} WHERE id = NEW.id OR (entry = NEW.entry AND field = NEW.field));
        END""",
}

_POSTGRES_FUNCTIONS = {
    "tracker_history_refuse": f"""
    BEGIN RAISE EXCEPTION '{_REFUSED}'; END """,
    "tracker_history_follows": f"""
    DECLARE last record;
    BEGIN
        SELECT epoch, sequence, hash INTO last FROM {ENTRY}
            WHERE log = NEW.log ORDER BY epoch DESC, sequence DESC LIMIT 1;
        IF NEW.sequence IS DISTINCT FROM COALESCE(last.sequence, 0) + 1
            OR (NEW.payload::json ->> 'previous') IS DISTINCT FROM COALESCE(last.hash, '{NO_PREDECESSOR}')
            OR NEW.epoch < COALESCE(last.epoch, 1)
        THEN RAISE EXCEPTION 'this entry does not follow the last one of its log'; END IF;
        RETURN NEW;
    END """,
}

_POSTGRES = {
    f"{table}_no_{verb}": (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION tracker_history_refuse()"
    )
    for table in (ENTRY, VALUE)
    for verb in ("update", "delete", "truncate")
} | {
    f"{ENTRY}_follows": (
        f"CREATE TRIGGER {ENTRY}_follows BEFORE INSERT ON {ENTRY} "
        "FOR EACH ROW EXECUTE FUNCTION tracker_history_follows()"
    ),
}


def names(vendor: str) -> frozenset[str]:
    """Return the names of the triggers that a database of `vendor` must have."""
    return frozenset(_SQLITE if vendor == "sqlite" else _POSTGRES)


def install(connection: Any) -> None:
    """Create the triggers, replacing those that are there."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in _SQLITE.values():
                cursor.execute(statement.strip())
            return
        for name, body in _POSTGRES_FUNCTIONS.items():
            cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        for name, statement in _POSTGRES.items():
            table = ENTRY if name.startswith(ENTRY) else VALUE
            cursor.execute(statement)
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def remove(connection: Any) -> None:
    """Drop the triggers. For migrations and for emptying a test database, never for the app."""
    with connection.cursor() as cursor:
        for name in names(connection.vendor):
            table = ENTRY if name.startswith(ENTRY) else VALUE
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str] | None:
    """Return the triggers that are missing, switched off or not as written here, sorted; None where the tables are not
    there yet.
    """
    if ENTRY not in connection.introspection.table_names():
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = {name for name, sql in cursor.fetchall() if sql == _SQLITE.get(name, "").strip()}
        else:
            # Without a WHEN and a list of columns, which would let some statements through.
            cursor.execute(
                "SELECT tgname, relname, tgtype, proname, prosrc FROM pg_trigger "
                "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
                "WHERE tgenabled = 'A' AND NOT tgisinternal AND tgqual IS NULL AND tgattr = '' "
                "AND tgrelid IN (to_regclass(%s), to_regclass(%s))",
                [ENTRY, VALUE],
            )
            present = {name for name, *found in cursor.fetchall() if tuple(found) == _postgres_parts(name)}
    return sorted(names(connection.vendor) - present)


# pg_trigger.tgtype: 1 for each row, 2 before, then the event.
_POSTGRES_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}


def _postgres_parts(name: str) -> tuple[str, int, str, str] | None:
    """Return table, type, function and body of the trigger called `name` as PostgreSQL keeps them."""
    if name not in _POSTGRES:
        return None
    table = ENTRY if name.startswith(ENTRY) else VALUE
    verb = "insert" if name.endswith("_follows") else name.rpartition("_")[2]
    function = f"tracker_history_{'follows' if verb == 'insert' else 'refuse'}"
    each_row = 0 if verb == "truncate" else 1
    return table, 2 + each_row + _POSTGRES_EVENTS[verb], function, _POSTGRES_FUNCTIONS[function]
