"""An exception before one statement of an act, and what it leaves: for the drill of crashes."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import OperationalError, connection, transaction

from tests.conftest import World, everything
from tests.drills.crash_acts import SCENES, WITHOUT_ENTRY
from tracker.queries.verify import verify

Rows = dict[str, list[Any]]


class Crash(Exception):
    """Raised in place of a statement."""


class LostConnection(OperationalError):
    """Raised where a savepoint begins or ends, as the test's own transaction makes one of each act's."""


@dataclass
class Counting:
    """Counts the statements of an act and raises in place of number `at`; never where that is 0."""

    at: int = 0
    seen: int = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.at:
            raise LostConnection("crash") if "SAVEPOINT" in str(sql) else Crash("crash")
        return execute(sql, params, many, context)


@dataclass
class Crashed:
    """What the crashes of one act left. `undone`: nothing; `whole`: the act had its end already, change and entry."""

    name: str
    statements: int = 0
    tried: int = 0
    undone: int = 0
    whole: int = 0
    faults: list[str] = field(default_factory=list)


def try_act(world: World, name: str, positions: Callable[[int], Iterable[int]]) -> Crashed:
    """Let one act succeed once, then crash at each of `positions` of its number of statements; undo everything."""
    point = transaction.savepoint()
    act, found = SCENES[name](world), Crashed(name)
    before = everything()
    found.statements, after = _once(act, 0, found, before)
    if after == before or (after["history"] == before["history"]) != (name in WITHOUT_ENTRY):
        found.faults.append(f"{name} left no entry, or one too many")
    for position in positions(found.statements):
        found.tried += 1
        _seen, left = _once(act, position, found, before)
        if left == before:
            found.undone += 1
        elif left["history"] != before["history"] or name in WITHOUT_ENTRY:
            found.whole += 1
        else:
            found.faults.append(f"{name}, statement {position}: a change without an entry")
    if verify().faults:
        found.faults.append(f"{name}: the record is not as its history says")
    transaction.savepoint_rollback(point)
    return found


def _once(act: Callable[[], Any], position: int, found: Crashed, before: Rows) -> tuple[int, Rows]:
    """Try the act, look at what it leaves, and undo that; return the statements seen and all rows."""
    point, counting = transaction.savepoint(), Counting(position)
    try:
        with connection.execute_wrapper(counting):
            if position:
                with suppress(Crash, LostConnection):
                    act()
            else:
                act()
        left = everything()
        faults = verify().faults if left != before else []
        found.faults += [f"{found.name}, statement {position}: {fault}" for fault in faults]
    finally:
        transaction.savepoint_rollback(point)
    return counting.seen, left
