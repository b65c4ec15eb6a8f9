"""Django's backend for SQLite with a connection that cannot change the history: ENGINE = "tracker.lib.sqlite"."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Let a connection do what its database allows, changes of tables included: for migrations alone.

    On PostgreSQL it changes nothing: there the login is the owner's, or it is not (docs/postgresql.md).
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.lifted():
        yield
