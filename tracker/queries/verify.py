"""Checks the whole history: every chain, every commitment, and every tracked table against the log. Never writes.

Nothing in the database is trusted, its form included: whatever cannot be read is a fault with its place.
"""

import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import DatabaseError
from django.db.models import CharField
from django.db.models.functions import Cast

from tracker.lib.canonical import canonical, commitment, digest
from tracker.models import TRACKED_MODELS, HistoryEntry, HistoryValue
from tracker.models.guards import NO_PREDECESSOR
from tracker.queries.intervals import Intervals
from tracker.queries.snapshots import rows, untold

_CHUNK = 500

Progress = Callable[[int], None]
_UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, DatabaseError)


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
    """What the history tells of one object; `unknown` are fields whose last value is withdrawn or unreadable."""

    log: str
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


_Told = dict[tuple[str, str], _Object]


@dataclass
class _Entry:
    """An entry as it stands in the table, with its payload as far as it can be read, and its openings."""

    row: dict[str, Any]
    payload: dict[str, Any]
    commitments: dict[str, Any]
    openings: list[HistoryValue]

    @property
    def place(self) -> str:
        return f"entry {self.row['sequence']} of log {self.row['log']}"


def verify(*, using: str = "default", progress: Progress = lambda done: None) -> Verdict:
    """Recompute every entry of every log, replay them, and compare the result with every tracked table.

    `progress` is called with the number of entries done. Returns all faults, the chain's first.
    """
    verdict, told, intervals = Verdict(), _Told(), Intervals()
    last: dict[str, Any] | None = None
    for entry in _readable(_entries(using), verdict):
        if last is not None and last["log"] != entry.row["log"]:
            _close(verdict, last)
            last = None
        verdict.faults += [Fault(entry.place, message) for message in _chain_faults(entry, last)]
        opened = _open(entry, verdict)
        verdict.faults += [Fault(entry.place, message) for message in _replay(told, entry, opened)]
        intervals.take(entry.row, opened, entry.commitments)
        last = entry.row
        verdict.entries += 1
        if verdict.entries % _CHUNK == 0:
            progress(verdict.entries)
    _close(verdict, last)
    verdict.faults += _orphan_faults(using)
    verdict.faults += _table_faults(told, verdict, using)
    verdict.faults += _state_faults(intervals, using)
    return verdict


def _readable(entries: Iterator[_Entry], verdict: Verdict) -> Iterator[_Entry]:
    """Yield entries for as long as the database can hand them out."""
    try:
        yield from entries
    except DatabaseError as error:
        verdict.faults.append(Fault("table of history entries", f"a value in it cannot be read: {error}"))


def _close(verdict: Verdict, last: dict[str, Any] | None) -> None:
    """Note the head of a log that has ended."""
    if last is not None:
        verdict.heads.append((last["log"], last["epoch"], last["sequence"], last["hash"]))


def _entries(using: str) -> Iterator[_Entry]:
    """Yield every entry with its openings, log by log in order, a chunk at a time."""
    names = ("id", "log", "epoch", "sequence", "time", "action", "object_kind", "payload", "hash")
    # As text: a broken UUID must be told of, not stop the reading.
    texts = {name: Cast(name, CharField()) for name in ("object_uuid", "request_id")}
    found = (
        HistoryEntry.objects.using(using)
        .annotate(object=texts["object_uuid"], request=texts["request_id"])
        .order_by("log", "epoch", "sequence")
        .values(*names, "object", "request")
        .iterator(chunk_size=_CHUNK)
    )
    while chunk := list(islice(found, _CHUNK)):
        openings: dict[int, list[HistoryValue]] = {}
        for value in HistoryValue.objects.using(using).filter(entry__in=[row["id"] for row in chunk]).order_by("id"):
            openings.setdefault(value.entry, []).append(value)
        for row in chunk:
            payload = _mapping(row["payload"])
            commitments = payload.get("commitments")
            known = commitments if isinstance(commitments, dict) else {}
            yield _Entry(row, payload, known, openings.get(row["id"], []))


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except _UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _bare(value: Any) -> str:
    """Return a UUID without hyphens: databases keep it with or without."""
    return str(value).replace("-", "").lower()


def _chain_faults(entry: _Entry, last: Mapping[str, Any] | None) -> Iterator[str]:
    row, payload = entry.row, entry.payload
    text = row["payload"]
    if not isinstance(text, str) or not text.isascii() or digest(text) != row["hash"]:
        yield "the payload does not match its hash"
    if not payload:
        yield "the payload cannot be read"
        return
    named = payload.get("object")
    kind, key = named if isinstance(named, list) and len(named) == 2 else (None, None)
    columns = {
        **{name: (row[name], payload.get(name)) for name in ("log", "epoch", "sequence", "time", "action")},
        "object_kind": (row["object_kind"], kind),
        "object_uuid": (_bare(row["object"]), _bare(key)),
        "request_id": (_bare(row["request"]), _bare(payload.get("request"))),
    }
    for name, (column, said) in columns.items():
        if column != said:
            yield f"the column {name} says {column!r}, the payload {said!r}"
    if payload.get("previous") != (last["hash"] if last else NO_PREDECESSOR):
        yield "it does not follow the entry before it"
    if row["sequence"] != (last["sequence"] if last else 0) + 1:
        yield f"entries are missing before it: the one before is {last['sequence'] if last else 0}"
    if last and str(row["time"]) < str(last["time"]):
        yield "its time is earlier than that of the entry before it"


def _open(entry: _Entry, verdict: Verdict) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} of the openings that match their commitments; count and report the others."""
    opened = {}
    for opening in entry.openings:
        verdict.values += 1
        try:
            old, new = json.loads(opening.old), json.loads(opening.new)
            made = commitment(bytes(opening.salt), opening.field, old, new)
            matches = hmac.compare_digest(made, str(entry.commitments.get(opening.field, "")))
        except _UNREADABLE:
            matches = False
        if matches:
            opened[opening.field] = (old, new)
        else:
            message = f"the value of {opening.field} does not match its commitment"
            verdict.faults.append(Fault(entry.place, message))
    verdict.withdrawn += len(set(entry.commitments) - {opening.field for opening in entry.openings})
    return opened


def _replay(told: _Told, entry: _Entry, opened: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """Take what an entry tells into `told`; say where it does not go on from what was told before."""
    row = entry.row
    target = told.setdefault((row["object_kind"], _bare(row["object"])), _Object(row["log"]))
    if target.log != row["log"]:
        yield f"its object belongs to log {target.log}"
    defaults = _DEFAULTS.get(row["object_kind"], {})
    if "@label" in opened:
        target.label = str(opened["@label"][1])
    for name in entry.commitments:
        if name.startswith("@"):
            continue
        known, sure = target.values.get(name), name not in target.unknown
        target.sequences[name] = row["sequence"]
        if name not in opened:
            target.unknown.add(name)
            continue
        old, new = opened[name]
        if sure and not _same(old, known) and not (known is None and _same(old, defaults.get(name))):
            yield f"it says that {name} was {old!r}; the history before it says {known!r}"
        target.unknown.discard(name)
        target.values[name] = new


def _same(one: Any, other: Any) -> bool:
    """Compare two plain values; unlike ==, 1 and true are not the same."""
    try:
        return canonical(one) == canonical(other)
    except _UNREADABLE:
        return False


def _orphan_faults(using: str) -> list[Fault]:
    known = HistoryEntry.objects.using(using).values("id")
    orphans = HistoryValue.objects.using(using).exclude(entry__in=known)
    return [Fault(f"value {row.pk}", "it belongs to no entry of the history") for row in orphans[:20]]


def _state_faults(intervals: Intervals, using: str) -> Iterator[Fault]:
    try:
        for place, message in intervals.differences(using):
            yield Fault(place, message)
    except _UNREADABLE as error:
        yield Fault("table of item states", f"a value in it cannot be read: {error}")


_DEFAULTS = {model.KIND: untold(model) for model in TRACKED_MODELS}


def _table_faults(told: _Told, verdict: Verdict, using: str) -> Iterator[Fault]:
    for model in TRACKED_MODELS:
        seen = set()
        try:
            for key, log, values in rows(model, using=using):
                seen.add(_bare(key))
                verdict.rows += 1
                yield from _row_faults(model.KIND, key, log, values, told)
        except _UNREADABLE as error:
            yield Fault(f"table of {model._meta.verbose_name_plural}", f"a value in it cannot be read: {error}")
            continue
        for (kind, bare), target in told.items():
            if kind == model.KIND and bare not in seen:
                yield Fault(f"{kind} {target.label} ({bare})", "the row is in the history and not in the table")


def _row_faults(kind: str, key: str, log: str, values: Mapping[str, Any], told: _Told) -> Iterator[Fault]:
    target = told.get((kind, _bare(key)))
    if target is None:
        yield Fault(f"{kind} {key}", "the row is in the table and not in the history")
        return
    place = f"{kind} {target.label} ({key})"
    if target.log != log:
        yield Fault(place, f"it belongs to log {log} in the table and to {target.log} in the history")
    for name, value in values.items():
        said = target.values.get(name, _DEFAULTS[kind][name])
        if name not in target.unknown and not _same(said, value):
            entry = target.sequences.get(name, "–")
            yield Fault(place, f"{name} is {value!r} in the table and {said!r} in the history (entry {entry})")
