"""Rebuilds what each item was from entry to entry, and compares it with the table of item states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.lib.canonical import plain
from tracker.models import Item, ItemState
from tracker.models.items import STATE_FIELDS
from tracker.queries.snapshots import untold

# As the history calls them: the column of a foreign key without its “_id”.
_NAMES = tuple(name.removesuffix("_id") for name in STATE_FIELDS)


class _Withdrawn:
    """A value that the history no longer holds: any state may have it."""


_WITHDRAWN = _Withdrawn()
_Values = dict[str, Any]


@dataclass
class Intervals:
    """The states of every item, as the entries taken so far tell them: [from, to, values], `to` None for the last."""

    _now: dict[str, _Values] = field(default_factory=dict)
    _states: dict[str, list[tuple[int, int | None, _Values]]] = field(default_factory=dict)
    _logs: dict[str, str] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any], opened: Mapping[str, tuple[Any, Any]], sealed: Mapping[str, Any]) -> None:
        """Follow one entry of the history; entries on anything but an item are passed over."""
        if row["object_kind"] != Item.KIND:
            return
        key, sequence = str(row["object"]).replace("-", ""), row["sequence"]
        before = self._now.get(key) or {name: value for name, value in untold(Item).items() if name in _NAMES}
        after = before | {name: opened[name][1] if name in opened else _WITHDRAWN for name in _NAMES if name in sealed}
        self._now[key], self._logs[key] = after, row["log"]
        states = self._states.setdefault(key, [])
        if states and not any(name in sealed for name in _NAMES):
            return
        if states:
            start, _end, values = states[-1]
            states[-1] = (start, sequence, values)
        states.append((sequence, None, after))

    def differences(self, using: str) -> Iterator[tuple[str, str]]:
        """Yield (place, what differs) for every row of the table of item states that is not as the history says."""
        stored: dict[str, list[tuple[int, int | None, str, _Values]]] = {}
        labels: dict[str, str] = {}
        related = {name: f"{name}__uuid" if f"{name}_id" in STATE_FIELDS else name for name in _NAMES}
        reference = "item__recommendation__reference"
        document = "item__recommendation__document__code"
        found = (
            ItemState.objects.using(using)
            .order_by("item", "from_sequence")
            .values(
                "item__uuid", "from_sequence", "to_sequence", "alliance__uuid", reference, document, *related.values()
            )
        )
        for row in found.iterator(chunk_size=500):
            key = row["item__uuid"].hex
            labels[key] = f"{row[document]} {row[reference]}"
            values = {name: plain(row[column]) for name, column in related.items()}
            stored.setdefault(key, []).append(
                (row["from_sequence"], row["to_sequence"], str(row["alliance__uuid"]), values)
            )
        for key, states in self._states.items():
            place = f"states of item {labels.get(key, '')} ({key})"
            for message in _compare(states, stored.pop(key, []), self._logs[key]):
                yield place, message
        for key in stored:
            yield f"states of item {labels[key]} ({key})", "the history tells of no such item"


def _compare(
    told: list[tuple[int, int | None, _Values]], stored: list[tuple[int, int | None, str, _Values]], log: str
) -> Iterator[str]:
    if len(told) != len(stored):
        yield f"there are {len(stored)} in the table and {len(told)} in the history"
        return
    for (start, end, values), (from_sequence, to_sequence, alliance, columns) in zip(told, stored, strict=True):
        if (start, end) != (from_sequence, to_sequence):
            yield f"one goes from {from_sequence} to {to_sequence} in the table, from {start} to {end} in the history"
        if alliance != log:
            yield f"one belongs to alliance {alliance} in the table and to {log} in the history"
        for name, value in columns.items():
            said = values.get(name)
            if said is not _WITHDRAWN and said != value:
                yield f"{name} is {value!r} in the lists and {said!r} in the history from entry {start} on"
