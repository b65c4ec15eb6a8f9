"""What the app may ask of SQLite: rows, save those of the history, and nothing about the tables themselves.

Source: https://www.sqlite.org/c3ref/c_alter_table.html, the codes and what comes with each.
"""

import sqlite3
from collections.abc import Callable

ENTRY, VALUE, REDACTION = "tracker_historyentry", "tracker_historyvalue", "tracker_redaction"
# The redaction's trigger, which alone takes values away.
CARRIES_OUT = f"{REDACTION}_carries_out"

# Asked for every column of every statement: answered first.
_FREE = frozenset(
    {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_RECURSIVE,
    }
)
# They look, wait or tidy up. Any other is refused once it comes with a value, writable_schema and
# ignore_check_constraints among them.
_PRAGMAS = frozenset(
    "busy_timeout foreign_key_check foreign_key_list index_info index_list index_xinfo integrity_check quick_check "
    "table_info table_list table_xinfo wal_checkpoint".split()
)
# They make the database stricter: they may be switched on.
_STRICTER = frozenset({"foreign_keys", "query_only", "secure_delete"})
_ON = frozenset({"on", "1", "true", "yes"})
# Code from a file, and pointers given as bytes.
_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer"})

Judge = Callable[[str | None, str | None, str | None], bool]


def judge(action: int, first: str | None, second: str | None, database: str | None, inside: str | None) -> int:
    """Answer SQLite's question whether a part of a statement may be prepared: SQLITE_OK or SQLITE_DENY.

    `first` and `second` depend on `action` (table and column, function, pragma and value); `inside` is the innermost
    trigger or view. Whatever is not named here is refused: tables, indexes, triggers and views, made, changed or
    dropped, TEMP ones, which would hide ours, included; ATTACH, and so VACUUM, and DETACH.
    """
    if action in _FREE:
        return sqlite3.SQLITE_OK
    judged = _JUDGES.get(action)
    return sqlite3.SQLITE_OK if judged is not None and judged(first, second, inside) else sqlite3.SQLITE_DENY


def _function(first: str | None, second: str | None, inside: str | None) -> bool:
    return second not in _FUNCTIONS


def _insert(table: str | None, second: str | None, inside: str | None) -> bool:
    return not _is_internal(table)


def _update(table: str | None, column: str | None, inside: str | None) -> bool:
    # SQLite asks so, too, whenever it first meets json_each. It takes no such statement itself without
    # PRAGMA writable_schema, which is refused above.
    return table == "sqlite_master" or not (table in (ENTRY, VALUE) or _is_internal(table))


def _delete(table: str | None, second: str | None, inside: str | None) -> bool:
    if table in (ENTRY, VALUE):
        return table == VALUE and inside == CARRIES_OUT
    return not _is_internal(table)


def _pragma(name: str | None, value: str | None, inside: str | None) -> bool:
    name = (name or "").lower()
    return value is None or name in _PRAGMAS or (name in _STRICTER and value.lower() in _ON)


def _is_internal(table: str | None) -> bool:
    """Tell whether a table is SQLite's own: its schema, the counts of AUTOINCREMENT, raw pages."""
    return table is None or table.startswith("sqlite_")


_JUDGES: dict[int, Judge] = {
    sqlite3.SQLITE_FUNCTION: _function,
    sqlite3.SQLITE_INSERT: _insert,
    sqlite3.SQLITE_UPDATE: _update,
    sqlite3.SQLITE_DELETE: _delete,
    sqlite3.SQLITE_PRAGMA: _pragma,
}
