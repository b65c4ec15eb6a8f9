"""The triggers that keep the history append-only, on SQLite and PostgreSQL.

They refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE, and in replica mode too; on SQLite also INSERT OR REPLACE),
and an entry whose sequence or predecessor does not follow. A value goes in one way only: a redaction that names its
place is set to done, and the database takes the value away itself. SQLite drops triggers silently when a migration
rebuilds a table, so they are put back after every migration and looked for at every start.
"""

from dataclasses import dataclass
from typing import Any

from tracker.lib.sqlite.rules import CARRIES_OUT, ENTRY, REDACTION, VALUE

NO_PREDECESSOR = "0" * 64

_REFUSED = "the history is append-only"

# In the order of the index, so that it costs the same in a long log. A sequence goes on from epoch to epoch.
_LAST = f"FROM {ENTRY} WHERE log = NEW.log ORDER BY epoch DESC, sequence DESC LIMIT 1"

# The places that a redaction names, [sequence, name of the opening], beside the entries that stand there.
_SQLITE_PLACES = (
    "json_each({redaction}.places) AS place JOIN {entry} AS told "
    "ON told.log = {redaction}.log AND told.sequence = json_extract(place.value, '$[0]')"
)
_SQLITE_NAMED = f"""EXISTS (
            SELECT 1 FROM {REDACTION} AS redaction, {_SQLITE_PLACES.format(redaction="redaction", entry=ENTRY)}
            WHERE redaction.state = 'done' AND told.id = OLD.entry
            AND json_extract(place.value, '$[1]') = OLD.field)"""


def _refusal(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )


_SQLITE = {
    f"{table}_no_{verb}": _refusal(table, verb)
    for table, verb in ((ENTRY, "update"), (ENTRY, "delete"), (VALUE, "update"))
} | {
    f"{VALUE}_no_delete": f"""
        CREATE TRIGGER {VALUE}_no_delete BEFORE DELETE ON {VALUE} BEGIN
            SELECT RAISE(ABORT, '{_REFUSED}') WHERE NOT {_SQLITE_NAMED};
        END""",
    CARRIES_OUT: f"""
        CREATE TRIGGER {CARRIES_OUT} AFTER UPDATE ON {REDACTION}
        WHEN NEW.state = 'done' AND OLD.state <> 'done' BEGIN
            DELETE FROM {VALUE} WHERE (entry, field) IN (
                SELECT told.id, json_extract(place.value, '$[1]')
                FROM {_SQLITE_PLACES.format(redaction="NEW", entry=ENTRY)});
        END""",
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

_POSTGRES_PLACES = (
    "jsonb_array_elements({redaction}.places) AS place JOIN {entry} AS told "
    "ON told.log = {redaction}.log AND told.sequence = (place ->> 0)::bigint"
)

_POSTGRES_FUNCTIONS = {
    "tracker_history_refuse": f"""
    BEGIN RAISE EXCEPTION '{_REFUSED}'; END """,
    "tracker_history_keep": f"""
    BEGIN
        IF NOT EXISTS (
            SELECT 1 FROM {REDACTION} AS redaction
            CROSS JOIN {_POSTGRES_PLACES.format(redaction="redaction", entry=ENTRY)}
            WHERE redaction.state = 'done' AND told.id = OLD.entry AND place ->> 1 = OLD.field
        ) THEN RAISE EXCEPTION '{_REFUSED}'; END IF;
        RETURN OLD;
    END """,
    "tracker_history_redact": f"""
    BEGIN
        IF NEW.state = 'done' AND OLD.state <> 'done' THEN
            DELETE FROM {VALUE} WHERE (entry, field) IN (
                SELECT told.id, place ->> 1 FROM {_POSTGRES_PLACES.format(redaction="NEW", entry=ENTRY)});
        END IF;
        RETURN NULL;
    END """,
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


@dataclass(frozen=True)
class _Trigger:
    """A trigger on PostgreSQL: when it fires, on what, and the function that it calls."""

    table: str
    verb: str
    function: str
    before: bool = True
    each_row: bool = True

    def sql(self, name: str) -> str:
        moment, level = "BEFORE" if self.before else "AFTER", "ROW" if self.each_row else "STATEMENT"
        return (
            f"CREATE TRIGGER {name} {moment} {self.verb.upper()} ON {self.table} "
            f"FOR EACH {level} EXECUTE FUNCTION {self.function}()"
        )

    def stored(self) -> tuple[str, int, str, str, bool]:
        """Return table, pg_trigger.tgtype, function, its body and whose rights it has, as PostgreSQL keeps them.

        tgtype: 1 for each row, 2 before, then the event.
        """
        kind = self.each_row * 1 + self.before * 2 + _POSTGRES_EVENTS[self.verb]
        return self.table, kind, self.function, _POSTGRES_FUNCTIONS[self.function], self.function in _AS_OWNER


_POSTGRES_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}
# The app itself may be without the right to delete (docs/postgresql.md).
_AS_OWNER = {"tracker_history_redact"}
# What nobody else may do with the history.
_OWNERS_RIGHTS = ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

_POSTGRES = {
    f"{table}_no_{verb}": _Trigger(table, verb, "tracker_history_refuse", each_row=verb != "truncate")
    for table, verb in (
        (ENTRY, "update"),
        (ENTRY, "delete"),
        (ENTRY, "truncate"),
        (VALUE, "update"),
        (VALUE, "truncate"),
    )
} | {
    f"{VALUE}_no_delete": _Trigger(VALUE, "delete", "tracker_history_keep"),
    f"{ENTRY}_follows": _Trigger(ENTRY, "insert", "tracker_history_follows"),
    CARRIES_OUT: _Trigger(REDACTION, "update", "tracker_history_redact", before=False),
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
        path = _search_path(cursor)
        for name, body in _POSTGRES_FUNCTIONS.items():
            rights = "SECURITY DEFINER" if name in _AS_OWNER else ""
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {rights} "
                f"SET search_path = {path} AS $${body}$$"
            )
            # It fires for all the same; without it nobody can hang it on a table of their own.
            cursor.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        for name, trigger in _POSTGRES.items():
            cursor.execute(trigger.sql(name))
            cursor.execute(f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {name}")
        for table, role in _with_more_rights(cursor):
            cursor.execute(f"REVOKE {', '.join(_OWNERS_RIGHTS)} ON {table} FROM {role}")


def _search_path(cursor: Any) -> str:
    """Return where the functions look names up: their own tables' schema, whatever the caller has set.

    PostgreSQL searches pg_temp first unless it is named: anyone could put a table of their own before ours.
    """
    cursor.execute("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(%s)", [ENTRY])
    return f"pg_catalog, {cursor.fetchone()[0]}, pg_temp"


def _with_more_rights(cursor: Any) -> list[tuple[str, str]]:
    """Return (table, role) for each role that may do more with the history than read it and add to it.

    The owner has every right for good; whoever runs the site should be another login (docs/postgresql.md).
    """
    cursor.execute(
        "SELECT DISTINCT pg_class.oid::regclass::text, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text "
        "END FROM pg_class, aclexplode(relacl) WHERE pg_class.oid IN (to_regclass(%s), to_regclass(%s)) "
        "AND grantee <> relowner AND privilege_type = ANY(%s) ORDER BY 1, 2",
        [ENTRY, VALUE, list(_OWNERS_RIGHTS)],
    )
    return list(cursor.fetchall())


def restore(connection: Any) -> None:
    """Create the triggers where any of them is missing, and take away rights that someone has too many of."""
    if missing(connection):
        install(connection)


def stand_alone(connection: Any) -> None:
    """Before a migration, let no guard name another table than its own: SQLite rebuilds a table by dropping it, and
    then finds fault with every trigger that names it. Meanwhile not even a redaction takes a value away.
    """
    if connection.vendor != "sqlite" or VALUE not in connection.introspection.table_names():
        return
    name = f"{VALUE}_no_delete"
    with connection.cursor() as cursor:
        for dropped in (CARRIES_OUT, name):
            cursor.execute(f"DROP TRIGGER IF EXISTS {dropped}")
        cursor.execute(_refusal(VALUE, "delete"))


def are_ours(connection: Any) -> bool:
    """Tell whether this login may switch the guards off: on PostgreSQL as the owner of the history, or a superuser."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(%s)", [ENTRY])
        found = cursor.fetchone()
    return bool(found and found[0])


def remove(connection: Any) -> None:
    """Drop the triggers. For migrations and for emptying a test database, never for the app."""
    with connection.cursor() as cursor:
        for name in names(connection.vendor):
            on = f" ON {_POSTGRES[name].table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(connection: Any) -> list[str] | None:
    """Return the triggers that are missing, switched off or not as written here, and on PostgreSQL the rights that
    someone has too many of, sorted; None where the tables are not there yet.
    """
    if not {ENTRY, REDACTION} <= set(connection.introspection.table_names()):
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = {name for name, sql in cursor.fetchall() if sql == _SQLITE.get(name, "").strip()}
            return sorted(names("sqlite") - present)
        rights = [f"{table} without rights of {role} to change it" for table, role in _with_more_rights(cursor)]
        return sorted(names("postgresql") - _present(cursor)) + rights


def _present(cursor: Any) -> set[str]:
    """Return the triggers that PostgreSQL has as they are written here."""
    path = f"search_path={_search_path(cursor)}"
    # Without a WHEN and a list of columns, which would let some statements through.
    cursor.execute(
        "SELECT tgname, relname, tgtype, proname, prosrc, prosecdef FROM pg_trigger "
        "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE tgenabled = 'A' AND NOT tgisinternal AND tgqual IS NULL AND tgattr = '' AND proconfig = %s "
        "AND tgrelid IN (to_regclass(%s), to_regclass(%s), to_regclass(%s))",
        [[path], ENTRY, VALUE, REDACTION],
    )
    found = {name: tuple(stored) for name, *stored in cursor.fetchall()}
    return {name for name, stored in found.items() if name in _POSTGRES and stored == _POSTGRES[name].stored()}
