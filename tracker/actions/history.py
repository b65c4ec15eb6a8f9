"""The one door through which rows are written: an act, its transaction and its history entries.

The format of an entry is final; docs/history.md gives it to the byte. Raw inserts are right here: the ORM's cost twice
the act they record.
"""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tracker.actions.search import keep_found
from tracker.errors import Conflict, InvalidValue
from tracker.lib.canonical import SALT_BYTES, canonical, commitment, digest, parse_time, time_text
from tracker.models import Item, ItemState, Record
from tracker.models.guards import NO_PREDECESSOR
from tracker.models.history import INSTALLATION
from tracker.models.items import STATE_FIELDS
from tracker.permissions import Actor
from tracker.queries.continuity import require_unbroken
from tracker.queries.snapshots import log_of, snapshot

VERSION = 1
_BATCH = 80

R = TypeVar("R", bound=Record)
_running: ContextVar[bool] = ContextVar("running_act")


@dataclass
class _Change:
    """`erased` are fields whose old value must not be told, `restated` those told again though they did not change."""

    record: Record
    before: dict[str, Any] | None
    erased: set[str] = field(default_factory=set)
    restated: set[str] = field(default_factory=set)


class Act:
    """One business act: everything inside `with Act(…)` is written together with its history, or not at all.

    `at` is the moment of the act, aware; an entry never carries an earlier time than its predecessor. `reason` is kept
    as an opening of every entry. Database constraints that refuse the act are raised as InvalidValue. Nothing is
    written to a history that is not the one that was published, save without `unbroken`, to record that very thing.
    """

    def __init__(self, action: str, *, actor: Actor, at: dt.datetime, reason: str = "", unbroken: bool = True) -> None:
        self.action, self.actor, self.at, self.reason = action, actor, at, reason
        self._needs_unbroken = unbroken
        self.request_id = uuid.uuid4()
        self._changes: dict[tuple[str, uuid.UUID], _Change] = {}
        self._held: set[tuple[str, uuid.UUID]] = set()
        self._noted: set[tuple[str, uuid.UUID]] = set()
        self._epochs: dict[str, int] = {}
        self._atomic = transaction.atomic()

    def __enter__(self) -> Self:
        if self._needs_unbroken:
            require_unbroken()
        if _running.get(None):
            # Its entries would come before the outer act's and carry values that are no longer true.
            raise RuntimeError("an act cannot begin inside another: pass the running act on instead")
        self._atomic.__enter__()
        # After it: a transaction that cannot begin must not keep this thread from ever writing again.
        self._token = _running.set(True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _running.reset(self._token)
        try:
            if error is None:
                _append(self)
                keep_found(change.record for change in self._changes.values())
        except BaseException as failure:
            self._atomic.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._atomic.__exit__(kind, error, trace)

    def lock(self, record: R, *, version: int | None = None) -> R:
        """Return `record` read again and held until the act ends, and with it the log that it belongs to.

        The log comes first, at every door, so that no two acts wait for each other; from then on the act's moment is no
        earlier than the last entry's. Raises Conflict where `version` is given and someone else has changed the record
        since.
        """
        log = log_of(record)
        lock_log(log)
        last = _head(log)[3]
        self.at = max(self.at, parse_time(last)) if last else self.at
        related = [name for name in record.TRACKED if _is_foreign_key(record, name)]
        held = type(record)._base_manager.select_for_update(of=("self",))
        fresh = (held.select_related(*related) if related else held).get(pk=record.pk)
        if version is not None and fresh.version != version:
            raise Conflict(
                _("Someone else changed this since you opened it. Look at their change, then save yours again.")
            )
        self._held.add((record.KIND, record.uuid))
        return fresh

    def add(self, record: R, **members: Iterable[Record]) -> R:
        """Store a new record; `members` are its sets of other records."""
        _validate(record)
        with _constraints(record):
            record.save(force_insert=True)
        for name, related in members.items():
            getattr(record, name).set(related)
        self._changes[record.KIND, record.uuid] = _Change(record, None)
        self._held.add((record.KIND, record.uuid))
        return record

    def change(self, record: Record, **values: Any) -> bool:
        """Set `values` on a stored record and say whether anything tracked became different.

        A record that the act does not hold yet is locked; raises Conflict where it has changed since it was read.
        """
        key = (record.KIND, record.uuid)
        before = snapshot(record)
        many = {name: list(related) for name, related in values.items() if _is_many(record, name)}
        for name, value in values.items():
            if name not in many:
                setattr(record, name, value)
        moved = tuple(name for name in record.TRACKED if name not in many and {name, f"{name}_id"} & values.keys())
        members_of = {name: sorted({str(related.uuid) for related in members}) for name, members in many.items()}
        wanted = before | snapshot(record, moved) | members_of
        if wanted == before:
            return False
        if key not in self._held:
            self.lock(record, version=record.version)
        _validate(record)
        record.version += 1
        with _constraints(record):
            record.save(update_fields=[*(name for name in values if name not in many), "version"])
        for name, members in many.items():
            getattr(record, name).set(members)
        self._changes.setdefault(key, _Change(record, before)).record = record
        return True

    def erase(self, record: Record, **values: Any) -> None:
        """Set `values` in place of what a redaction takes away: the entry does not tell the old ones."""
        if self.change(record, **values):
            self._changes[record.KIND, record.uuid].erased.update(values)

    def restate(self, record: Record, *names: str) -> None:
        """Let the entry of a held record tell these fields as they are now, changed or not.

        What is published is told once more in one piece: the entries of its draft stay inside the alliance.
        """
        key = (record.KIND, record.uuid)
        self._changes.setdefault(key, _Change(record, snapshot(record))).restated.update(names)

    def open_epoch(self, log: str, epoch: int) -> None:
        """Begin `epoch` of a log with this act's entry: for a recorded restore alone."""
        self._epochs[log] = epoch

    def note(self, record: Record) -> None:
        """Write an entry about a held record, though nothing changed that the history follows: who, when, and why."""
        self._changes.setdefault((record.KIND, record.uuid), _Change(record, snapshot(record)))
        self._noted.add((record.KIND, record.uuid))

    def derive(self, record: Record, **values: Any) -> None:
        """Set columns that are computed from tracked ones and have no history of their own."""
        stale = {name: value for name, value in values.items() if getattr(record, name) != value}
        if stale:
            type(record)._base_manager.filter(pk=record.pk).update(**stale)
            for name, value in stale.items():
                setattr(record, name, value)


@contextmanager
def _constraints(record: Record) -> Iterator[None]:
    """Turn a refusal of the database into our own, with the message of the constraint."""
    try:
        yield
    except IntegrityError as error:
        raise InvalidValue(_constraint_message(record, str(error))) from error


def _constraint_message(record: Record, text: str) -> str:
    """Find the broken constraint by its name, or on SQLite by its columns, and return its message."""
    table = record._meta.db_table
    for constraint in record._meta.constraints:
        by_columns = (
            ", ".join(f"{table}.{_column(record, name)}" for name in constraint.fields)
            if isinstance(constraint, models.UniqueConstraint)
            else ""
        )
        if constraint.name in text or (by_columns and by_columns in text):
            plain = constraint.violation_error_message == constraint.default_violation_error_message
            if plain and isinstance(constraint, models.UniqueConstraint):
                return _already_exists(record, constraint.fields)
            return str(constraint.get_violation_error_message())
    for known in record._meta.fields:
        # SQLite names the column; PostgreSQL the constraint, which begins with table and column.
        if known.unique and (f"{table}.{known.column}" in text or f'"{table}_{known.column}_' in text):
            return _already_exists(record, (known.name,))
    return _("The record cannot hold this value: %(text)s") % {"text": text}


def _already_exists(record: Record, fields: Sequence[str]) -> str:
    return " ".join(record.unique_error_message(type(record), tuple(fields)).messages)


def _validate(record: Record) -> None:
    """Check every field's own rules; what concerns several fields is the database's."""
    related = [field.name for field in record._meta.fields if isinstance(field, models.ForeignKey)]
    try:
        record.clean_fields(exclude=[*related, "password", "last_login"])
    except ValidationError as error:
        first = next(iter(error.message_dict.items()))
        raise InvalidValue(f"{_field(record, first[0]).verbose_name}: {' '.join(first[1])}") from error


def _field(record: Record, name: str) -> Any:
    return record._meta.get_field(name)


def _column(record: Record, name: str) -> str:
    return str(_field(record, name).column)


def _is_many(record: Record, name: str) -> bool:
    return isinstance(record._meta.get_field(name), models.ManyToManyField)


def _is_foreign_key(record: Record, name: str) -> bool:
    return isinstance(record._meta.get_field(name), models.ForeignKey)


@dataclass
class _Entry:
    change: _Change
    fields: dict[str, tuple[bytes, Any, Any]]
    sequence: int = 0
    epoch: int = 1
    time: str = ""
    payload: str = ""
    hash: str = ""


def _append(act: Act) -> None:
    """Write one entry per changed object, log by log in a fixed order, and the item states they make."""
    logs: dict[str, list[_Entry]] = {}
    for change in act._changes.values():
        fields = _openings(act, change)
        if fields:
            logs.setdefault(log_of(change.record), []).append(_Entry(change, fields))
    for log in sorted(logs, key=lambda name: (name != INSTALLATION, name)):
        lock_log(log)
        _chain(act, log, logs[log])
        _insert(act, log, logs[log])
        _write_states(logs[log])


def _openings(act: Act, change: _Change) -> dict[str, tuple[bytes, Any, Any]]:
    """Return {field: (salt, old, new)} of everything the entry opens; empty where there is nothing to tell."""
    after = snapshot(change.record)
    before = change.before or {}
    moved = {name: (before.get(name), new) for name, new in after.items() if before.get(name) != new}
    moved |= {name: (None, after[name]) for name in change.erased & set(moved)}
    if change.before is not None:
        moved |= {name: (after[name], after[name]) for name in change.restated - set(moved)}
    if not moved and (change.record.KIND, change.record.uuid) not in act._noted:
        return {}
    actor = act.actor
    about = {
        "@actor": {"uuid": actor.user_uuid, "name": actor.name},
        "@organisation": {"uuid": actor.organisation_uuid, "name": actor.organisation_name},
        "@role": sorted(actor.roles),
        "@label": _label(change.record),
        "@reason": act.reason,
    }
    openings = {name: (None, value) for name, value in about.items()} | moved
    return {name: (os.urandom(SALT_BYTES), old, new) for name, (old, new) in openings.items()}


def _label(record: Record) -> str:
    """Return what the entry calls its object, whatever the language of the page on which the act was done."""
    with translation.override("en"):
        return str(record)[:200]


def lock_log(log: str) -> None:
    """Let one writer at a time append to a log. SQLite has one writer anyway: its transactions begin IMMEDIATE."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [log])


def _head(log: str) -> tuple[int, int, str, str]:
    """Return epoch, sequence, hash and time of the last entry of a log."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT epoch, sequence, hash, time FROM tracker_historyentry WHERE log = %s "
            "ORDER BY epoch DESC, sequence DESC LIMIT 1",
            [log],
        )
        return cursor.fetchone() or (1, 0, NO_PREDECESSOR, "")


def _chain(act: Act, log: str, entries: list[_Entry]) -> None:
    epoch, sequence, previous, last = _head(log)
    epoch = act._epochs.get(log, epoch)
    moment = time_text(max(act.at, parse_time(last)) if last else act.at)
    for entry in entries:
        sequence += 1
        record = entry.change.record
        entry.epoch, entry.sequence, entry.time = epoch, sequence, moment
        entry.payload = canonical(
            {
                "version": VERSION,
                "log": log,
                "epoch": epoch,
                "sequence": sequence,
                "time": moment,
                "action": act.action,
                "object": [record.KIND, record.uuid],
                "request": act.request_id,
                "commitments": {
                    name: commitment(salt, name, old, new) for name, (salt, old, new) in entry.fields.items()
                },
                "previous": previous,
            }
        )
        previous = entry.hash = digest(entry.payload)


def _insert(act: Act, log: str, entries: list[_Entry]) -> None:
    native = connection.features.has_native_uuid_field

    def key(value: uuid.UUID) -> Any:
        return value if native else value.hex

    with connection.cursor() as cursor:
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            cursor.execute(
                "INSERT INTO tracker_historyentry "
                "(log, epoch, sequence, time, action, object_kind, object_uuid, request_id, payload, hash) VALUES "
                + ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(batch))
                + " RETURNING sequence, id",
                [
                    value
                    for entry in batch
                    for value in (
                        log,
                        entry.epoch,
                        entry.sequence,
                        entry.time,
                        act.action,
                        entry.change.record.KIND,
                        key(entry.change.record.uuid),
                        key(act.request_id),
                        entry.payload,
                        entry.hash,
                    )
                ],
            )
            ids = dict(cursor.fetchall())
            values = [
                (ids[entry.sequence], name, salt, canonical(old), canonical(new))
                for entry in batch
                for name, (salt, old, new) in entry.fields.items()
            ]
            for offset in range(0, len(values), _BATCH):
                chunk = values[offset : offset + _BATCH]
                cursor.execute(
                    "INSERT INTO tracker_historyvalue (entry, field, salt, old, new) VALUES "
                    + ", ".join(["(%s, %s, %s, %s, %s)"] * len(chunk)),
                    [value for row in chunk for value in row],
                )


def _write_states(entries: list[_Entry]) -> None:
    """Close the state of each changed item at this entry and open the next, where what it shows has changed."""
    for entry in entries:
        item = entry.change.record
        if not isinstance(item, Item):
            continue
        values = {name: getattr(item, name) for name in STATE_FIELDS}
        current = ItemState.objects.filter(item=item, to_sequence=None)
        if current.values(*STATE_FIELDS).first() == values:
            continue
        current.update(to_sequence=entry.sequence)
        ItemState.objects.create(item=item, alliance_id=item.alliance_id, from_sequence=entry.sequence, **values)
