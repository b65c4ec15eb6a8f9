"""The connection: Django's own, with an authorizer that SQLite asks before it prepares a statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base

from tracker.lib.sqlite.rules import judge


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to SQLite, held to `rules.judge` save while it is lifted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lifts = 0

    def get_new_connection(self, conn_params: Any) -> Any:
        """Return a connection that is set up, and from then on judged."""
        made = super().get_new_connection(conn_params)
        made.set_authorizer(self._authorizer())
        return made

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Ask nobody meanwhile. SQLite prepares what it kept prepared again once it asks anew."""
        self._lift(1)
        try:
            yield
        finally:
            self._lift(-1)

    def _lift(self, by: int) -> None:
        self._lifts += by
        # A connection that is opened meanwhile is told so too.
        if self.connection is not None:
            self.connection.set_authorizer(self._authorizer())

    def _authorizer(self) -> Any:
        return None if self._lifts else judge
