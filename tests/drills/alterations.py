"""The eight classes of alterations: each takes a Forger, does one thing at random, and says what it did.

All but the last touch what the kept checkpoint covers. Each raises NotPossible where chance drew what cannot be done.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.drills.forging import MODELS, Forger, NotPossible, Told, a_row, other, put, stored, unwind
from tracker.lib.canonical import canonical, digest
from tracker.models import HistoryEntry, HistoryValue, Item, ItemState
from tracker.models.items import STATE_FIELDS
from tracker.queries.snapshots import value_of

Alter = Callable[[Forger], str]


def edit(forger: Forger) -> str:
    """Change one entry, or one opening of it, where it stands."""
    entry = forger.chance.choice(forger.covered)
    way = forger.chance.choice(list(_EDITS))
    _EDITS[way](forger, entry)
    forger.values(entry)
    forger.store()
    return f"edit: {way} of entry {entry.row.sequence}"


def _opening(forger: Forger, entry: Told) -> Any:
    return entry.values[forger.chance.choice(sorted(entry.values))]


def _edit_side(side: str) -> Callable[[Forger, Told], None]:
    def change(forger: Forger, entry: Told) -> None:
        value = _opening(forger, entry)
        setattr(value, side, canonical([json.loads(getattr(value, side)), forger.chance.randrange(9)]))

    return change


def _edit_salt(forger: Forger, entry: Told) -> None:
    value = _opening(forger, entry)
    value.salt = forger.chance.randbytes(32)


def _edit_opening_away(forger: Forger, entry: Told) -> None:
    del entry.values[_opening(forger, entry).field]


def _edit_opening_recommitted(forger: Forger, entry: Told) -> None:
    value = _opening(forger, entry)
    value.new = canonical([json.loads(value.new), "and more"])
    entry.commit(value.field)
    entry.row.hash = digest(entry.row.payload)


def _edit_column(forger: Forger, entry: Told) -> None:
    name = forger.chance.choice(["time", "action", "object_kind", "object_uuid", "request_id"])
    another = getattr(forger.chance.choice(forger.entries).row, name)
    if another == getattr(entry.row, name):
        raise NotPossible
    setattr(entry.row, name, another)


def _edit_payload(forger: Forger, entry: Told) -> None:
    name = forger.chance.choice(["action", "time", "request", "commitments", "object"])
    another = forger.chance.choice(forger.entries).payload[name]
    if another == entry.payload[name]:
        raise NotPossible
    entry.say(**{name: another})


def _edit_payload_and_hash(forger: Forger, entry: Told) -> None:
    _edit_payload(forger, entry)
    entry.row.hash = digest(entry.row.payload)


def _edit_hash(forger: Forger, entry: Told) -> None:
    entry.row.hash = forger.chance.randbytes(32).hex()


_EDITS: dict[str, Callable[[Forger, Told], None]] = {
    "an old value": _edit_side("old"),
    "a new value": _edit_side("new"),
    "a salt": _edit_salt,
    "an opening, taken away,": _edit_opening_away,
    "an opening with its commitment and the hash": _edit_opening_recommitted,
    "a column": _edit_column,
    "the payload": _edit_payload,
    "the payload and its hash": _edit_payload_and_hash,
    "the hash": _edit_hash,
}


def _settle(forger: Forger) -> str:
    """Write the log back as it is: its numbers left with a gap, closed up, or the whole chain recomputed."""
    way = forger.chance.choice(["as they were", "numbered anew", "chained anew"])
    if way == "numbered anew":
        forger.number(forger.entries)
    elif way == "chained anew":
        forger.chain()
        forger.heads()
    forger.store()
    return way


def delete(forger: Forger) -> str:
    """Delete one to five entries in the middle of what is covered, mostly with their openings."""
    count = forger.chance.randint(1, 5)
    if forger.size < count + 2:
        raise NotPossible  # a short log has no such middle
    start = forger.chance.randrange(1, forger.size - count)
    gone = forger.entries[start : start + count]
    del forger.entries[start : start + count]
    if forger.chance.random() < 0.8:
        for entry in gone:
            entry.values.clear()
            forger.values(entry)
    return f"delete: {count} after entry {start}, the others {_settle(forger)}"


def cut_covered(forger: Forger) -> str:
    """Cut the end off, beyond the checkpoint; half of the time with every table put back, as an older backup does."""
    entry = forger.chance.choice(forger.covered[1:])
    return _cut(forger, entry, with_tables=forger.chance.random() < 0.5)


def cut_uncovered(forger: Forger) -> str:
    """Cut off only what came after the checkpoint, with every table put back."""
    return _cut(forger, forger.chance.choice(forger.entries[forger.size :]), with_tables=True)


def _cut(forger: Forger, first: Told, *, with_tables: bool) -> str:
    """Cut all logs from the act of an entry on: they were written side by side."""
    entries = HistoryEntry.objects.using(forger.using)
    after = min(entries.filter(request_id=first.row.request_id).values_list("pk", flat=True)) - 1
    if with_tables:
        unwind(forger.using, after)
    HistoryValue.objects.using(forger.using).filter(entry__gt=after)._raw_delete(forger.using)
    gone = entries.filter(pk__gt=after)
    count = gone.count()
    gone._raw_delete(forger.using)
    return f"cut: {count} entries, the tables {'put back' if with_tables else 'as they were'}"


def reorder(forger: Forger) -> str:
    """Let two covered entries change places, neighbours half of the time."""
    chance, known = forger.chance, range(forger.size)
    one = chance.randrange(forger.size - 1)
    two = one + 1 if chance.random() < 0.5 else chance.choice([place for place in known if place != one])
    rows = forger.entries
    rows[one], rows[two] = rows[two], rows[one]
    way = chance.choice(["numbered anew", "chained anew"])
    if way == "chained anew":
        forger.chain()
        forger.heads()
    forger.number(rows)
    forger.store()
    return f"reorder: {one + 1} and {two + 1}, {way}"


def insert(forger: Forger) -> str:
    """Put an entry in that never was, like one that stands there, with openings that fit it."""
    made = forger.copy(forger.chance.choice(forger.covered))
    place = forger.chance.randrange(1, forger.size)
    forger.entries.insert(place, made)
    way = forger.chance.choice(["numbered anew", "chained anew"])
    if way == "chained anew":
        forger.chain()
        forger.heads()
    forger.number(forger.entries)
    forger.values(made)
    forger.store()
    return f"insert: after entry {place}, {way}"


def show(forger: Forger) -> str:
    """Change what is shown and leave the history alone: an item's level, a state in the lists, any tracked value."""
    return forger.chance.choice([_show_level, _show_state, _show_any])(forger)


def _show_level(forger: Forger) -> str:
    """Change an item's level or its day, and the row that the lists read."""
    item = forger.chance.choice(list(Item.objects.using(forger.using).order_by("pk")))
    name = forger.chance.choice(["level", "level_since"])
    value = other(forger.using, Item._meta.get_field(name), value_of(item, name), forger.chance)
    with forger.attempt():
        Item.objects.using(forger.using).filter(pk=item.pk).update(**{name: value})
        ItemState.objects.using(forger.using).filter(item=item.pk, to_sequence=None).update(**{name: value})
    return f"show: {name} of item {item.pk} as {value}"


def _show_state(forger: Forger) -> str:
    """Change one value, or one end, of a state in the lists, past ones included."""
    state = forger.chance.choice(list(ItemState.objects.using(forger.using).order_by("pk")))
    rows, name = ItemState.objects.using(forger.using).filter(pk=state.pk), forger.chance.choice(_STATE_NAMES)
    with forger.attempt():
        if name == "from_sequence":
            rows.update(from_sequence=state.from_sequence + forger.chance.choice([-1, 1]))
            return f"show: beginning of state {state.pk}"
        field: Any = ItemState._meta.get_field(name)
        value = other(forger.using, field, _told(state, name), forger.chance)
        if field.is_relation:
            value = value and field.related_model._base_manager.using(forger.using).get(uuid=value)
        rows.update(**{name: value})
    return f"show: {name} of state {state.pk}"


_STATE_NAMES = ["from_sequence", *(name.removesuffix("_id") for name in STATE_FIELDS)]


def _told(state: ItemState, name: str) -> Any:
    value = getattr(state, name)
    return str(value.uuid) if hasattr(value, "uuid") else value


def _show_any(forger: Forger) -> str:
    """Change any tracked value of any row of any table."""
    row = a_row(forger.using, forger.chance)
    name = forger.chance.choice(row.TRACKED)
    before = value_of(row, name)
    with forger.attempt():
        value = other(forger.using, row._meta.get_field(name), before, forger.chance)
        put(forger.using, row.KIND, row.uuid, {name: value})
    if value_of(stored(forger.using, row.KIND, row.uuid).get(), name) == before:
        raise NotPossible
    return f"show: {name} of {row.KIND} {row.pk}"


def rewrite(forger: Forger) -> str:
    """Tell one covered value otherwise and make everything agree: later entries, tables, commitments, hashes."""
    place = forger.chance.randrange(forger.size)
    entry = forger.entries[place]
    name = forger.chance.choice(sorted(entry.values))
    told = json.loads(entry.values[name].new)
    with forger.attempt():
        made = _retold(forger, entry, name, told)
        _follow(forger, place, name, told, made)
        forger.chain()
        forger.heads()
        forger.store()
    return f"rewrite: {name} of entry {entry.row.sequence}"


def _retold(forger: Forger, entry: Told, name: str, told: Any) -> Any:
    """Return what the forger wants an opening to have said."""
    if not name.startswith("@"):
        return other(forger.using, MODELS[entry.row.object_kind]._meta.get_field(name), told, forger.chance)
    if name == "@reason" or name == "@label":
        return f"{told} Not so."[:200]
    if name == "@role":
        return sorted({*told, "reviewer"} ^ {"staff"})
    return dict(told) | {"name": f"{told['name']} the second"}


def _follow(forger: Forger, place: int, name: str, told: Any, made: Any) -> None:
    """Write a value in place of another from an entry on, until an entry tells a new one, or in the table."""
    first = forger.entries[place]
    _write(forger, first, name, new=made, restated=_is_restated(first, name))
    if name.startswith("@"):
        return
    for entry in forger.entries[place + 1 :]:
        if entry.row.object_uuid != first.row.object_uuid or name not in entry.payload["commitments"]:
            continue
        if name not in entry.values or json.loads(entry.values[name].old) != told:
            raise NotPossible  # a redaction stands in between
        if not _is_restated(entry, name):
            _write(forger, entry, name, old=made)
            _states(forger, first, name, made, until=entry.row.sequence)
            return
        _write(forger, entry, name, old=made, new=made)
    put(forger.using, first.row.object_kind, first.row.object_uuid, {name: made})
    _states(forger, first, name, made, until=None)


def _is_restated(entry: Told, name: str) -> bool:
    return entry.values[name].old == entry.values[name].new and not name.startswith("@")


def _write(forger: Forger, entry: Told, name: str, *, restated: bool = False, **sides: Any) -> None:
    if restated:
        # What went before would have to be told otherwise too: another entry of the same value is drawn for that.
        raise NotPossible
    for side, value in sides.items():
        setattr(entry.values[name], side, canonical(value))
    entry.commit(name)
    forger.values(entry)


def _states(forger: Forger, first: Told, name: str, made: Any, *, until: int | None) -> None:
    """Let the lists show it for as long as it was so."""
    if first.row.object_kind != Item.KIND or name not in _STATE_NAMES:
        return
    rows = ItemState.objects.using(forger.using).filter(
        item__uuid=first.row.object_uuid, from_sequence__gte=first.row.sequence
    )
    rows = rows if until is None else rows.filter(from_sequence__lt=until)
    field: Any = ItemState._meta.get_field(name)
    if field.is_relation and made:
        made = field.related_model._base_manager.using(forger.using).get(uuid=made)
    rows.update(**{name: made})


CLASSES: dict[str, Alter] = {
    "edit": edit,
    "delete in the middle": delete,
    "cut a covered tail": cut_covered,
    "reorder": reorder,
    "insert": insert,
    "change only a shown value": show,
    "rewrite and re-hash everything": rewrite,
    "cut an uncovered tail": cut_uncovered,
}
