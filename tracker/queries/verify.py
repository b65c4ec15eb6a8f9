"""Checks the whole history: every chain, every commitment, and every tracked table against the log. Never writes.

Nothing in the database is trusted, its form included: whatever cannot be read is a fault with its place. Of the log it
asks what docs/verify_history.py asks of the public one, in the same words; here only redactions may take a value away.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import DatabaseError
from django.db.models import CharField
from django.db.models.functions import Cast

from tracker.lib.canonical import canonical, digest
from tracker.lib.checkpoints import Kept
from tracker.models import TRACKED_MODELS, HistoryEntry, HistoryValue, Restore
from tracker.models.guards import NO_PREDECESSOR
from tracker.queries.entries import committed, form_faults, read
from tracker.queries.intervals import Intervals
from tracker.queries.snapshots import rows, untold
from tracker.queries.vouching import Vouching, place_of

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
    """What a verification found. `heads` are (log, epoch, size, hash) of each log, `covered` how many of its entries
    the checkpoints that were given vouch for; `withdrawn` is how many openings are not there.
    """

    entries: int = 0
    values: int = 0
    withdrawn: int = 0
    rows: int = 0
    heads: list[tuple[str, int, int, str]] = field(default_factory=list)
    covered: dict[str, int] = field(default_factory=dict)
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
        return place_of(self.row["log"], self.row["sequence"])

    @property
    def gone(self) -> frozenset[str]:
        """The openings that are committed to and not there."""
        return frozenset(self.commitments) - {opening.field for opening in self.openings}


def verify(*, using: str = "default", progress: Progress = lambda done: None, kept: Iterable[Kept] = ()) -> Verdict:
    """Recompute every entry of every log, replay them, and compare the result with every tracked table, and with the
    checkpoints in `kept`.

    `progress` is called with the number of entries done. Returns all faults, the chain's first.
    """
    verdict, told, intervals, vouching = Verdict(), _Told(), Intervals(), Vouching(list(kept))
    last: dict[str, Any] | None = None
    for entry in _readable(_entries(using), verdict):
        if last is not None and last["log"] != entry.row["log"]:
            _close(verdict, last)
            last = None
        verdict.faults += _entry_faults(entry, last)
        opened = _open(entry, verdict)
        verdict.faults += [Fault(entry.place, message) for message in _replay(told, entry, opened)]
        intervals.take(entry.row, opened, entry.commitments)
        vouching.take(entry.row, entry.payload, opened, entry.gone)
        last = entry.row
        verdict.entries += 1
        if verdict.entries % _CHUNK == 0:
            progress(verdict.entries)
    _close(verdict, last)
    sizes = {log: size for log, _epoch, size, _head in verdict.heads}
    verdict.faults += [Fault(*found) for found in vouching.redaction_faults()]
    verdict.faults += [Fault(*found) for found in vouching.checkpoint_faults(sizes)]
    verdict.withdrawn, verdict.covered = vouching.withdrawn, vouching.covered
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
        found = read(text)
    except _UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _bare(value: Any) -> str:
    """Return a UUID without hyphens: databases keep it with or without."""
    return str(value).replace("-", "").lower()


def _entry_faults(entry: _Entry, last: Mapping[str, Any] | None) -> Iterator[Fault]:
    try:
        yield from (Fault(entry.place, message) for message in _chain_faults(entry, last))
    except _UNREADABLE as error:
        yield Fault(entry.place, f"a value in it cannot be read: {error}")


def _chain_faults(entry: _Entry, last: Mapping[str, Any] | None) -> Iterator[str]:
    row, payload = entry.row, entry.payload
    text = row["payload"]
    if not isinstance(text, str) or not text.isascii() or digest(text) != row["hash"]:
        yield "the payload does not match its hash"
    if not payload:
        yield "the payload cannot be read"
        return
    yield from form_faults(text, payload)
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
    epoch = last["epoch"] if last else 1
    if row["epoch"] < epoch or (row["epoch"] > epoch and row["object_kind"] != Restore.KIND):
        yield f"its epoch is {row['epoch']}, the one before it {epoch}, and no restore is recorded"


def _open(entry: _Entry, verdict: Verdict) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} of the openings that match their commitments; count and report the others."""
    opened = {}
    for opening in entry.openings:
        verdict.values += 1
        try:
            old, new = read(opening.old), read(opening.new)
            made = committed(opening, old, new)
            matches = made is not None and made == entry.commitments.get(opening.field)
        except _UNREADABLE:
            matches = False
        if matches:
            opened[opening.field] = (old, new)
        else:
            message = f"the value of {opening.field} does not match its commitment"
            verdict.faults.append(Fault(entry.place, message))
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
            if name in opened and opened[name][0] is not None:
                yield f"it says that {name} was {opened[name][0]!r}; the history before it says None"
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
