"""Ground that many tests stand on is made once, by the acts; every later test gets its rows stored as they were.

Most tests begin with the same forty rows. Their acts validate each of them, commit to it and chain it, which takes
longer than most of what is tested: 30 ms, two thousand times. Stored again as they stand, history and all, the same
rows take 1.5 ms. They go into the test's own transaction and away with it, so no test sees another's, and one that
empties the tables (`transaction=True`) takes nothing from those after it. Guards and constraints look at them as at any
other rows.

Keys stay what they were. On SQLite the next one follows the largest; on PostgreSQL sequences never go back, unless a
test asks for `reset_sequences`: none may.
"""

import functools
import pickle
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

T = TypeVar("T")

# As many rows go into one statement.
_BATCH = 100


class _Ground(NamedTuple):
    made: bytes
    statements: list[str]


_grounds: dict[str, _Ground] = {}


def kept(name: str, make: Callable[[], T]) -> T:
    """Return what `make` makes of an empty database, and leave its rows there: made on the first call with `name` in
    this process, stored again on every other. What it returns must be picklable; each test gets a copy of its own.

    Where something is stored already, `make` is simply called: its rows get other keys then.
    """
    if not _is_empty():
        return make()
    if name in _grounds:
        _store(_grounds[name].statements)
    else:
        made = pickle.dumps(make())
        rows = [row for table, key in _tables().items() for row in _inserts(table, key)]
        _grounds[name] = _Ground(made, [*rows, *_next_keys()])
    # The first test too gets a copy: what it sees does not depend on its place.
    found: T = pickle.loads(_grounds[name].made)  # noqa: S301
    return found


@functools.cache
def _tables() -> dict[str, str]:
    """Return {table: its key} of what is empty in a new database: everything but Django's own lists."""
    models = apps.get_models(include_auto_created=True)
    lists = (ContentType, Permission)
    return {model._meta.db_table: model._meta.pk.column for model in models if model not in lists}


def _is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {table})" for table in _tables()))  # noqa: S608
        return cursor.fetchone() is None


def _inserts(table: str, key: str) -> Iterator[str]:
    """Yield the statements that store a table's rows as they are, in the order in which they were made. The database
    itself writes the values down: none changes on a way through Python.
    """
    quote = "quote" if connection.vendor == "sqlite" else "quote_nullable"
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
        names = [connection.ops.quote_name(column.name) for column in found]
        values = ", ".join(f"{quote}({name})" for name in names)
        cursor.execute(f"SELECT {values} FROM {table} ORDER BY {connection.ops.quote_name(key)}")  # noqa: S608
        rows = [f"({', '.join(row)})" for row in cursor.fetchall()]
    for start in range(0, len(rows), _BATCH):
        yield f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join(rows[start : start + _BATCH])}"  # noqa: S608


def _next_keys() -> Iterator[str]:
    """Yield what lets the next keys follow those of the ground on PostgreSQL, where a test of migrations may have made
    a table anew since, and its keys begin at one.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table, key in _tables().items():
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key])
            sequence = cursor.fetchone()[0]
            cursor.execute(f"SELECT max({connection.ops.quote_name(key)}) FROM {table}")  # noqa: S608
            last = cursor.fetchone()[0]
            if sequence and last:
                yield f"SELECT setval('{sequence}', GREATEST({last}, nextval('{sequence}')))"


def _store(statements: list[str]) -> None:
    # Rows name rows of tables that follow: keys are looked at where the transaction ends.
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
