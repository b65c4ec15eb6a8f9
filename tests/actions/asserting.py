"""What the tests of actions share: what a refusal leaves, and what the history tells of an act."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import World, everything
from tracker.errors import Refusal
from tracker.models import HistoryEntry, HistoryValue, Record
from tracker.permissions import SYSTEM, Actor
from tracker.queries.people import actor_for


@contextmanager
def refuses(error: type[BaseException], words: str = "") -> Iterator[None]:
    """Expect `error` itself, its message holding `words`, and every table unchanged."""
    before = everything()
    with pytest.raises(error) as caught:
        yield
    assert caught.type is error
    assert words in str(caught.value)
    assert everything() == before


def actors(world: World) -> dict[str, Actor]:
    """Return everyone who may come to a door of the first alliance."""
    names = "anna olga boris clara staff nobody root".split()
    return {name: world.actor(name) for name in names} | {
        "eve": actor_for(world.users["eve"], world.other_alliance),
        "eve at home": world.actor("eve"),
        "anonymous": Actor(name="anonymous"),
        "system": SYSTEM,
    }


def outcomes(table: Mapping[Any, Callable[[], Any]]) -> dict[Any, str]:
    """Carry out each act and undo it; return "done" or the name of the refusal, which must have left no trace."""
    before = everything()
    return {name: _outcome(call, before) for name, call in table.items()}


def _outcome(call: Callable[[], Any], before: dict[str, Any]) -> str:
    point = transaction.savepoint()
    try:
        call()
    except Refusal as refusal:
        assert everything() == before
        return type(refusal).__name__
    else:
        return "done"
    finally:
        transaction.savepoint_rollback(point)


def opened(entry: HistoryEntry) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} of an entry's openings."""
    found = HistoryValue.objects.filter(entry=entry.pk).values_list("field", "old", "new")
    return {name: (json.loads(old), json.loads(new)) for name, old, new in found}


def story(record: Record) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    """Return what the history tells of `record`, oldest first: (action, {tracked field: (old, new)})."""
    entries = HistoryEntry.objects.filter(object_kind=record.KIND, object_uuid=record.uuid).order_by("id")
    return [
        (entry.action, {name: pair for name, pair in opened(entry).items() if not name.startswith("@")})
        for entry in entries
    ]


def last_entry() -> HistoryEntry:
    """Return the entry written last."""
    return HistoryEntry.objects.order_by("id").last()  # type: ignore[return-value]
