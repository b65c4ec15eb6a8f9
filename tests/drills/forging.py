"""What someone with full rights over the database can do to a log: the parts that every alteration is made of.

Nothing here belongs to the program: it writes rows past every act, with the guards taken away by hand.
"""

import json
import os
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connections, models, transaction

from tracker.lib.canonical import SALT_BYTES, canonical, commitment, digest
from tracker.lib.checkpoints import Kept
from tracker.lib.sqlite import as_owner
from tracker.models import TRACKED_MODELS, Checkpoint, HistoryEntry, HistoryValue, Item, ItemState, Record, guards
from tracker.models.base import LocalisedText, texts
from tracker.models.guards import NO_PREDECESSOR

MODELS = {model.KIND: model for model in TRACKED_MODELS}


class NotPossible(Exception):
    """What chance drew cannot be done here, or changes nothing: draw again."""


@contextmanager
def unguarded(using: str) -> Iterator[None]:
    """Take the guards away by hand, and put them back after: nobody shall see it at the next start."""
    connection = connections[using]
    with as_owner(connection) if using == "default" else _no_more():
        guards.remove(connection)
        _foreign_keys(connection, False)
        yield
        _foreign_keys(connection, True)
        guards.install(connection)
    assert guards.missing(connection) == []


@contextmanager
def _no_more() -> Iterator[None]:
    yield


def _foreign_keys(connection: Any, on: bool) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
        else:
            cursor.execute(f"SET LOCAL session_replication_role = {'DEFAULT' if on else 'replica'}")


@dataclass
class Told:
    """One entry with its openings, as a forger holds it."""

    row: HistoryEntry
    values: dict[str, HistoryValue]

    @property
    def payload(self) -> dict[str, Any]:
        return json.loads(self.row.payload)

    def say(self, **changed: Any) -> None:
        """Write a payload with other members; its hash stays what it was."""
        self.row.payload = canonical(self.payload | changed)

    def commit(self, name: str) -> None:
        """Give an opening a new salt, and the payload its commitment."""
        value = self.values[name]
        value.salt = os.urandom(SALT_BYTES)
        made = commitment(value.salt, name, json.loads(value.old), json.loads(value.new))
        self.say(commitments=self.payload["commitments"] | {name: made})


class Forger:
    """A log in the hands of a forger. `size` is how many of its entries the kept checkpoint covers."""

    def __init__(self, using: str, log: str, size: int, chance: random.Random) -> None:
        self.using, self.log, self.size, self.chance = using, log, size, chance
        rows = HistoryEntry.objects.using(using).filter(log=log).order_by("epoch", "sequence")
        self.entries = [Told(row, {}) for row in rows]
        self._known = [entry.row.pk for entry in self.entries]
        by_id = {entry.row.pk: entry for entry in self.entries}
        for value in HistoryValue.objects.using(using).filter(entry__in=self._known):
            by_id[value.entry].values[value.field] = value

    @property
    def covered(self) -> list[Told]:
        return self.entries[: self.size]

    def values(self, entry: Told) -> None:
        """Store the openings of an entry as they are now."""
        HistoryValue.objects.using(self.using).filter(entry=entry.row.pk)._raw_delete(self.using)
        HistoryValue.objects.using(self.using).bulk_create(
            [
                HistoryValue(entry=entry.row.pk, field=row.field, salt=bytes(row.salt), old=row.old, new=row.new)
                for row in entry.values.values()
            ]
        )

    def number(self, entries: Iterable[Told]) -> None:
        """Number entries from 1 on, in the columns alone."""
        for sequence, entry in enumerate(entries, start=1):
            entry.row.sequence = sequence

    def chain(self) -> None:
        """Recompute all numbers, predecessors and hashes, so that the log agrees with itself again."""
        previous = NO_PREDECESSOR
        for sequence, entry in enumerate(self.entries, start=1):
            entry.row.sequence = sequence
            entry.say(sequence=sequence, previous=previous)
            previous = entry.row.hash = digest(entry.row.payload)

    def store(self) -> None:
        """Write the log as it is held now in place of the one in the table."""
        manager = HistoryEntry.objects.using(self.using)
        manager.filter(pk__in=self._known)._raw_delete(self.using)
        manager.bulk_create([entry.row for entry in self.entries])

    def heads(self) -> None:
        """Let the database's own table of checkpoints agree with the log as it is held now."""
        rows = Checkpoint.objects.using(self.using).filter(log=self.log)
        rows.filter(size__gt=len(self.entries))._raw_delete(self.using)
        for row in rows:
            rows.filter(pk=row.pk).update(head=self.entries[row.size - 1].row.hash)

    def copy(self, of: Told) -> Told:
        """Return an entry like another: of an act of its own, its openings with salts of their own."""
        row = HistoryEntry(**{name: getattr(of.row, name) for name in _COLUMNS})
        row.pk, row.request_id = max(self._known) + 1_000_000, uuid.UUID(int=self.chance.getrandbits(128), version=4)
        made = Told(row, {name: HistoryValue(field=name, old=v.old, new=v.new) for name, v in of.values.items()})
        made.say(request=str(row.request_id))
        for name in made.values:
            made.commit(name)
        row.hash = digest(row.payload)
        return made

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Do something that the tables' own rules may refuse: then draw again."""
        try:
            with transaction.atomic(using=self.using):
                yield
        except (DatabaseError, ValueError) as error:
            raise NotPossible from error


_COLUMNS = "log epoch sequence time action object_kind object_uuid request_id payload hash".split()


# --- The tables


def stored(using: str, kind: str, key: Any) -> models.QuerySet[Any]:
    """Return the row of a table as a query set, as a forger changes it: past its version."""
    return MODELS[kind]._base_manager.using(using).filter(uuid=key)


def put(using: str, kind: str, key: Any, values: Mapping[str, Any]) -> None:
    """Set columns, and sets of others, of a tracked row at once to values as the history writes them."""
    rows, columns = stored(using, kind, key), {}
    for name, value in values.items():
        field: Any = MODELS[kind]._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            members = field.related_model._base_manager.using(using).filter(uuid__in=value or [])
            for row in rows:
                getattr(row, name).set(members)
        else:
            columns[name] = _python(using, field, value)
    if columns:
        rows.update(**columns)


def _python(using: str, field: Any, value: Any) -> Any:
    if isinstance(field, models.ForeignKey):
        return field.related_model._base_manager.using(using).filter(uuid=value).first() if value else None
    if isinstance(field, LocalisedText):
        return value or ""
    return None if value is None else field.to_python(value)


def other(using: str, field: Any, value: Any, chance: random.Random) -> Any:
    """Return a value, as the history writes it, that such a field could have in place of `value`."""
    made = _other(using, field, value, chance)
    if canonical(made) == canonical(value):
        raise NotPossible
    return made


def _other(using: str, field: Any, value: Any, chance: random.Random) -> Any:
    kind = field.get_internal_type()
    if isinstance(field, models.ManyToManyField | models.ForeignKey):
        known = [str(key) for key in field.related_model._base_manager.using(using).values_list("uuid", flat=True)]
        if isinstance(field, models.ManyToManyField):
            return sorted(set(value or []) ^ {chance.choice(known)}) if known else value
        return chance.choice([*known, None] if field.null else known) if known else value
    if isinstance(field, LocalisedText):
        told = texts(value) if value else {}
        language = chance.choice(sorted(told) or ["en"])
        return told | {language: f"{told.get(language, '')} Not so."}
    if kind == "BooleanField":
        return not value
    if field.choices:
        return chance.choice([code for code, _label in field.flatchoices])
    if kind == "DateField":
        return f"20{chance.randrange(10, 30)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}"
    if kind == "DateTimeField":
        return f"20{chance.randrange(10, 30)}-03-0{chance.randrange(1, 10)}T09:00:00.000000Z"
    if "Integer" in kind:
        return (value or 0) + chance.randrange(1, 4)
    if kind == "JSONField":
        return [value, 1]
    return f"{value or ''}x"[-(field.max_length or 10_000) :]


def unwind(using: str, after: int) -> None:
    """Put every table back to what it was at the entry with the id `after`, as an older backup would have it."""
    cut = HistoryEntry.objects.using(using).filter(pk__gt=after).order_by("-pk")
    began = set(HistoryEntry.objects.using(using).filter(pk__lte=after).values_list("object_uuid", flat=True))
    for entry in cut:
        if entry.object_uuid not in began:
            _remove(using, entry)
            continue
        told = HistoryValue.objects.using(using).filter(entry=entry.pk).exclude(field__startswith="@")
        before = {value.field: json.loads(value.old) for value in told}
        put(using, entry.object_kind, entry.object_uuid, _known(entry.object_kind, before))
    for log in cut.order_by().values_list("log", flat=True).distinct():
        kept = HistoryEntry.objects.using(using).filter(log=log, pk__lte=after)
        _unwind_states(using, log, kept.aggregate(last=models.Max("sequence"))["last"] or 0)
        Checkpoint.objects.using(using).filter(log=log, size__gt=kept.count())._raw_delete(using)


def _known(kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a redaction took: nobody has it any more."""
    fields: dict[str, Any] = {name: MODELS[kind]._meta.get_field(name) for name in before}
    return {name: value for name, value in before.items() if value is not None or fields[name].null}


def _remove(using: str, entry: HistoryEntry) -> None:
    model, rows = MODELS[entry.object_kind], stored(using, entry.object_kind, entry.object_uuid)
    keys = list(rows.values_list("pk", flat=True))
    if model is Item:
        ItemState.objects.using(using).filter(item__in=keys)._raw_delete(using)
    for field in model._meta.many_to_many:
        through = getattr(model, field.name).through
        column = field.m2m_field_name()
        through._base_manager.using(using).filter(**{f"{column}__in": keys})._raw_delete(using)
    rows._raw_delete(using)


def _unwind_states(using: str, log: str, last: int) -> None:
    if log == "installation":
        return
    alliance = stored(using, "alliance", log).values_list("pk", flat=True)
    states = ItemState.objects.using(using).filter(alliance__in=list(alliance))
    states.filter(from_sequence__gt=last)._raw_delete(using)
    states.filter(to_sequence__gt=last).update(to_sequence=None)


def a_row(using: str, chance: random.Random) -> Record:
    """Return any row of any tracked table."""
    model = chance.choice(TRACKED_MODELS)
    keys = list(model._base_manager.using(using).order_by("pk").values_list("pk", flat=True))
    if not keys:
        raise NotPossible
    return model._base_manager.using(using).get(pk=chance.choice(keys))


def sizes(kept: Iterable[Kept]) -> dict[str, int]:
    """Return {log: how many of its entries the checkpoints cover}."""
    return {one.log: one.size for one in kept}
