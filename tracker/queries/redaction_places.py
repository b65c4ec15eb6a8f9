"""Where the words stand that a redaction takes away: openings of the history, rows of today, mail and waiting files."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from json import dumps, loads
from typing import Any, TypeVar

from django.db.models import Q

from tracker.models import (
    DocumentImport,
    HistoryEntry,
    HistoryValue,
    Invitation,
    Mail,
    Membership,
    Organisation,
    Record,
    User,
)
from tracker.models.history import INSTALLATION
from tracker.queries.history import DRAFTING_ACTIONS
from tracker.queries.redactions import (
    ABOUT,
    NAMES,
    Listed,
    blanked,
    columns_of,
    left_of,
    record_of,
    strings,
    text_fields,
)
from tracker.queries.snapshots import log_of, value_of

# A label in the history is cut there.
LABEL = 200
# Shorter words stand everywhere: of those only the names of the record itself and of what belongs to it go.
LONG, SHORT = 8, 3

T = TypeVar("T")


@dataclass(frozen=True)
class _Words:
    """What is looked for: `own` in the entries about the record itself, `elsewhere` in every other."""

    own: frozenset[str]
    elsewhere: frozenset[str]

    def in_text(self, text: str, *, own: bool, label: bool = False) -> bool:
        """Tell whether one of them stands in `text`; a label may be cut in the middle of it."""
        for words in self.own if own else self.elsewhere:
            if len(words) < LONG and not label:
                continue
            if words in text:
                return True
            start = text.find(words[:LONG]) if label and len(text) == LABEL else -1
            if start >= 0 and words.startswith(text[start:]):
                return True
        return False


def _words(texts: Iterable[str], halves: Iterable[str]) -> _Words:
    """Return what to look for. `halves` were saved in drafts: half a sentence stands in the texts of others too, and is
    looked for there only where no whole one holds it.
    """
    whole = {text.strip() for text in texts}
    drafted = {text.strip() for text in halves}
    longest = {text for text in drafted if not any(text in other and text != other for other in drafted | whole)}
    own = frozenset(text for text in whole | drafted if len(text) >= SHORT)
    return _Words(own, frozenset(text for text in whole | longest if len(text) >= LONG))


@dataclass
class Found:
    """What a redaction takes away.

    `places` are {log: [[sequence, name of the opening], …]}, `erased` the rows with the values that take the place of
    today's, `mails` the numbers of mails and `files` the waiting imports that repeat the words. `kept` are (kind, UUID,
    field) of the openings, to tell people what goes.
    """

    places: dict[str, list[list[Any]]] = field(default_factory=dict)
    erased: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    files: list[DocumentImport] = field(default_factory=list)
    told: set[tuple[str, str, str]] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.places or self.erased)

    def add(self, entry: HistoryEntry, name: str) -> None:
        """Note that an opening of `entry` goes."""
        places = self.places.setdefault(entry.log, [])
        if [entry.sequence, name] not in places:
            places.append([entry.sequence, name])
        self.told.add((entry.object_kind, str(entry.object_uuid), name))

    def sort(self) -> None:
        """Bring the places of each log into the order of the chain."""
        for places in self.places.values():
            places.sort()


def find(record: Record, name: str) -> Found:
    """Return everything that goes with the field or opening `name` of `record`.

    That is: every opening of it so far and its value of today; and where a text of at least LONG characters stands
    again, whole, in another opening of the same log or the installation's (for what is the installation's: of any log),
    that opening, and the row's value of today, mails and waiting files with it. Reads the whole table of openings.
    """
    found, texts, halves = Found(), list(_called(record, name)), list[str]()
    for entry, value in _own_openings(record, name):
        found.add(entry, value.field)
        (halves if entry.action in DRAFTING_ACTIONS else texts).extend(_texts(value))
    if not name.startswith("@"):
        columns = columns_of(type(record), name)
        now = {column: value_of(record, column) for column in columns}
        texts += strings(list(now.values()))
        if any(strings(list(now.values()))):
            found.erased.append((record, {column: blanked(record, column) for column in columns}))
    if found and name not in ("@actor", "@label"):
        _look_elsewhere(record, name, _words(texts, halves), found)
    found.sort()
    return found


def find_listed(line: Listed, found: Found) -> None:
    """Add what a line of the list names and this database holds: openings, and today's values that repeat them."""
    for entry, value in left_of(line):
        found.add(entry, value.field)
        record = None if value.field.startswith("@") else record_of(entry.object_kind, entry.object_uuid)
        if record is None or any(row.pk == record.pk and row.KIND == record.KIND for row, _values in found.erased):
            continue
        told = set(_texts(value))
        now = {text for text in strings(value_of(record, value.field)) if text in told}
        if now:
            found.erased.append((record, {value.field: blanked(record, value.field, now.__contains__)}))
    found.sort()


def _own_openings(record: Record, name: str) -> list[tuple[HistoryEntry, HistoryValue]]:
    names = [name] if name.startswith("@") else columns_of(type(record), name)
    entries = HistoryEntry.objects.filter(object_kind=record.KIND, object_uuid=record.uuid).in_bulk()
    values = [
        value
        for keys in _parts(entries, 500)
        for value in HistoryValue.objects.filter(entry__in=keys, field__in=names).order_by("id")
    ]
    return [(entries[value.entry], value) for value in values if any(_texts(value))]


def _texts(value: HistoryValue) -> Iterator[str]:
    opened = [loads(value.old), loads(value.new)]
    # Who acted without being anyone: the software.
    if value.field == "@actor" and not (opened[1] or {}).get("uuid"):
        return
    yield from strings(opened)


def _called(record: Record, name: str) -> Iterator[str]:
    """Yield how the history calls a person: no field of its own holds the whole name."""
    if isinstance(record, User) and not name.startswith("@"):
        yield str(record) if name in NAMES else record.username
        for _entry, value in _own_openings(record, "@label"):
            yield from _texts(value)


def _look_elsewhere(record: Record, name: str, words: _Words, found: Found) -> None:
    log, mine = log_of(record), {record.uuid, *_told_of(record)}
    values = {value.pk: value for value in _candidates(record, name, words, mine)}
    keys = {value.entry for value in values.values()}
    entries = {key: entry for part in _parts(sorted(keys), 500) for key, entry in _entries(part)}
    columns: dict[tuple[str, uuid.UUID], set[str]] = {}
    for value in values.values():
        entry = entries[value.entry]
        if log != INSTALLATION and entry.log not in (log, INSTALLATION):
            continue
        if _names(record, value) or _stands_in(words, value, own=entry.object_uuid in mine):
            found.add(entry, value.field)
            if not value.field.startswith("@"):
                columns.setdefault((entry.object_kind, entry.object_uuid), set()).add(value.field)
    done = {record.uuid} if found.erased else set()
    for (kind, key), names in columns.items():
        _erase_now(record_of(kind, key), names - ({name} if key in done else set()), words, found, own=key in mine)
    if words.elsewhere:
        found.mails = _mails(words.elsewhere)
        found.files = _files(words.elsewhere)


def _entries(keys: Iterable[int]) -> Iterator[tuple[int, HistoryEntry]]:
    yield from HistoryEntry.objects.filter(pk__in=list(keys)).in_bulk().items()


def _told_of(record: Record) -> Iterator[uuid.UUID]:
    """Yield the records whose labels repeat the name of `record`, however short it is."""
    if isinstance(record, User | Organisation):
        by = {"user" if isinstance(record, User) else "organisation": record}
        yield from Membership.objects.filter(**by).values_list("uuid", flat=True)
    if isinstance(record, Organisation):
        yield from Invitation.objects.filter(organisation=record).values_list("uuid", flat=True)


def _candidates(record: Record, name: str, words: _Words, mine: set[uuid.UUID]) -> Iterator[HistoryValue]:
    """Yield the openings that may repeat the words: more than do so, as a database compares loosely."""
    for part in _parts(sorted(words.elsewhere), 10):
        wanted = Q(pk=None)
        for text in part:
            probe = _escaped(text[:40])
            wanted |= Q(old__contains=probe) | Q(new__contains=probe)
            wanted |= Q(field="@label", new__contains=_escaped(text[:LONG]))
        yield from HistoryValue.objects.filter(wanted)
    opening = _naming(record, name)
    if opening:
        yield from HistoryValue.objects.filter(field=opening, new__contains=str(record.uuid))
    entries = HistoryEntry.objects.filter(object_uuid__in=mine).values_list("pk", flat=True)
    for keys in _parts(entries, 500):
        yield from HistoryValue.objects.filter(entry__in=keys)


def _escaped(text: str) -> str:
    """Return `text` as it stands within canonical JSON."""
    return dumps(text)[1:-1]


def _naming(record: Record, name: str) -> str:
    """Return which opening of every entry repeats this field beside the UUID of `record`."""
    if isinstance(record, User):
        return "@actor"
    return "@organisation" if isinstance(record, Organisation) and name == "name" else ""


def _names(record: Record, value: HistoryValue) -> bool:
    named = value.field in ("@actor", "@organisation") and isinstance(record, User | Organisation)
    return named and (loads(value.new) or {}).get("uuid") == str(record.uuid)


def _stands_in(words: _Words, value: HistoryValue, *, own: bool) -> bool:
    label = value.field == "@label"
    return any(words.in_text(text, own=own, label=label) for text in _texts(value))


def _erase_now(record: Record | None, names: set[str], words: _Words, found: Found, *, own: bool) -> None:
    """Note the values of today that repeat the words."""
    if record is None:
        return

    def holds(text: str) -> bool:
        return words.in_text(text, own=own)

    values = {
        name: blanked(record, name, holds)
        for name in sorted(names & set(text_fields(type(record))))
        if any(map(holds, strings(value_of(record, name))))
    }
    if values:
        found.erased.append((record, values))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _mails(words: Iterable[str]) -> list[int]:
    """Return the mails that begin to repeat one of the words: mail quotes no more than a beginning."""
    probes = {_flat(form(text))[:40] for text in words for form in (str, escape)}
    rows = Mail.objects.values_list("pk", "subject", "text", "html").iterator(chunk_size=500)
    return [key for key, *parts in rows if any(probe in _flat(part) for part in parts if part for probe in probes)]


def _files(words: Iterable[str]) -> list[DocumentImport]:
    probes = {_flat(text)[:40] for text in words}
    waiting = DocumentImport.objects.exclude(file=b"")
    read = ((batch, _flat(bytes(batch.file).decode(errors="replace"))) for batch in waiting)
    return [batch for batch, text in read if any(probe in text for probe in probes)]


def _parts(found: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Yield `found` a part at a time: databases take so many values in one question."""
    known = list(found)
    yield from (known[start : start + size] for start in range(0, len(known), size))


def fields_with_text(record: Record) -> list[str]:
    """Return the fields and openings of `record` in which there is something to redact."""
    entries = HistoryEntry.objects.filter(object_kind=record.KIND, object_uuid=record.uuid).values("pk")
    told = {value.field for value in HistoryValue.objects.filter(entry__in=entries) if any(_texts(value))}
    now = {name for name in text_fields(type(record)) if any(strings(value_of(record, name)))}
    return [name for name in (*text_fields(type(record)), *ABOUT) if name in told | now]
