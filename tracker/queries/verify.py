"""Checks the whole history: every chain, every commitment, and every tracked table against the log. Never writes."""

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tracker.lib.canonical import commitment, digest
from tracker.models import TRACKED_MODELS, HistoryEntry, HistoryValue, Item, ItemState
from tracker.models.guards import NO_PREDECESSOR
from tracker.models.items import STATE_FIELDS
from tracker.queries.snapshots import rows

_CHUNK = 500

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Fault:
    """One thing that is not as the history says: where, and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass
class Verdict:
    """What a verification found. `heads` are (log, epoch, size, hash) of each log."""

    entries: int = 0
    values: int = 0
    withdrawn: int = 0
    rows: int = 0
    heads: list[tuple[str, int, int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _Object:
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def verify(*, using: str = "default", progress: Progress = lambda done: None) -> Verdict:
    """Recompute every entry of every log, replay them, and compare the result with every tracked table.

    `progress` is called with the number of entries done. Returns all faults, the chain's first.
    """
    verdict = Verdict()
    replayed: dict[tuple[str, str], _Object] = {}
    last: HistoryEntry | None = None
    for entry, openings in _entries(using):
        if last is not None and last.log != entry.log:
            verdict.heads.append((last.log, last.epoch, last.sequence, last.hash))
            last = None
        verdict.faults += [Fault(_place(entry), message) for message in _chain_faults(entry, last)]
        verdict.faults += [Fault(_place(entry), message) for message in _opening_faults(entry, openings, verdict)]
        _replay(replayed, entry, openings)
        last = entry
        verdict.entries += 1
        if verdict.entries % _CHUNK == 0:
            progress(verdict.entries)
    if last is not None:
        verdict.heads.append((last.log, last.epoch, last.sequence, last.hash))
    verdict.faults += _orphan_faults(using)
    verdict.faults += _table_faults(replayed, verdict, using)
    verdict.faults += _state_faults(using)
    return verdict


def _entries(using: str) -> Iterator[tuple[HistoryEntry, list[HistoryValue]]]:
    """Yield every entry with its openings, log by log in order, a chunk at a time."""
    found = HistoryEntry.objects.using(using).order_by("log", "epoch", "sequence").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(found, _CHUNK)):
        openings: dict[int, list[HistoryValue]] = {}
        for value in HistoryValue.objects.using(using).filter(entry__in=[entry.pk for entry in chunk]):
            openings.setdefault(value.entry, []).append(value)
        for entry in chunk:
            yield entry, openings.get(entry.pk, [])


def _place(entry: HistoryEntry) -> str:
    return f"entry {entry.sequence} of log {entry.log}"


def _chain_faults(entry: HistoryEntry, last: HistoryEntry | None) -> Iterator[str]:
    if digest(entry.payload) != entry.hash:
        yield "the payload does not match its hash"
    try:
        payload = json.loads(entry.payload)
    except ValueError:
        yield "the payload is no JSON"
        return
    columns = {
        "log": entry.log,
        "epoch": entry.epoch,
        "sequence": entry.sequence,
        "time": entry.time,
        "action": entry.action,
        "object": [entry.object_kind, str(entry.object_uuid)],
        "request": str(entry.request_id),
    }
    for name, value in columns.items():
        if payload.get(name) != value:
            yield f"the column {name} says {value!r}, the payload {payload.get(name)!r}"
    if payload.get("previous") != (last.hash if last else NO_PREDECESSOR):
        yield "it does not follow the entry before it"
    if entry.sequence != (last.sequence if last else 0) + 1:
        yield f"entries are missing before it: the one before is {last.sequence if last else 0}"
    if last and entry.time < last.time:
        yield "its time is earlier than that of the entry before it"


def _opening_faults(entry: HistoryEntry, openings: list[HistoryValue], verdict: Verdict) -> Iterator[str]:
    sealed = _commitments(entry)
    for opening in openings:
        verdict.values += 1
        try:
            made = commitment(bytes(opening.salt), opening.field, json.loads(opening.old), json.loads(opening.new))
        except ValueError:
            made = ""
        if not hmac.compare_digest(made, str(sealed.get(opening.field, ""))):
            yield f"the value of {opening.field} does not match its commitment"
    withdrawn = set(sealed) - {opening.field for opening in openings}
    verdict.withdrawn += len(withdrawn)


def _commitments(entry: HistoryEntry) -> dict[str, str]:
    try:
        found = json.loads(entry.payload).get("commitments")
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def _replay(replayed: dict[tuple[str, str], _Object], entry: HistoryEntry, openings: list[HistoryValue]) -> None:
    target = replayed.setdefault((entry.object_kind, str(entry.object_uuid)), _Object())
    opened = {opening.field: opening for opening in openings}
    for name in _commitments(entry):
        opening = opened.get(name)
        if name == "@label" and opening is not None:
            target.label = str(json.loads(opening.new))
        if name.startswith("@"):
            continue
        target.sequences[name] = entry.sequence
        target.unknown.discard(name)
        if opening is None:
            target.unknown.add(name)
        else:
            target.values[name] = json.loads(opening.new)


def _orphan_faults(using: str) -> list[Fault]:
    known = HistoryEntry.objects.using(using).values("id")
    orphans = HistoryValue.objects.using(using).exclude(entry__in=known)
    return [Fault(f"value {row.pk}", "it belongs to no entry of the history") for row in orphans[:20]]


def _table_faults(replayed: dict[tuple[str, str], _Object], verdict: Verdict, using: str) -> Iterator[Fault]:
    for model in TRACKED_MODELS:
        seen = set()
        for key, values in rows(model, using=using):
            seen.add(key)
            verdict.rows += 1
            told = replayed.get((model.KIND, key))
            if told is None:
                yield Fault(f"{model.KIND} {key}", "the row is in the table and not in the history")
                continue
            for name, value in values.items():
                if name not in told.unknown and told.values.get(name) != value:
                    yield Fault(
                        f"{model.KIND} {told.label} ({key})",
                        f"{name} is {value!r} in the table and {told.values.get(name)!r} in the history"
                        f" (entry {told.sequences.get(name, '–')})",
                    )
        for kind, key in replayed:
            if kind == model.KIND and key not in seen:
                yield Fault(
                    f"{kind} {replayed[kind, key].label} ({key})", "the row is in the history and not in the table"
                )


def _state_faults(using: str) -> Iterator[Fault]:
    """Compare what lists read (ItemState now) with the items themselves."""
    states = {
        row["item_id"]: row
        for row in ItemState.objects.using(using).filter(to_sequence=None).values("item_id", *STATE_FIELDS)
    }
    items = Item.objects.using(using).select_related("recommendation__document").order_by("pk")
    for item in items.iterator(chunk_size=_CHUNK):
        state = states.get(item.pk)
        if state is None:
            yield Fault(f"item {item} ({item.uuid})", "it has no current state")
            continue
        for name in STATE_FIELDS:
            if state[name] != getattr(item, name):
                yield Fault(
                    f"state of item {item} ({item.uuid})",
                    f"{name} is {state[name]!r} in the lists and {getattr(item, name)!r} in the item",
                )
