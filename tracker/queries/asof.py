"""What an alliance's record said at the end of a day that is over.

Item states are intervals of the alliance's log; what they do not hold is read from the openings of its entries. Who may
be named, what is withheld and what was taken out of the history is today's to say, and so are the catalogue's texts.
"""

import datetime as dt
import json
import uuid
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import ForeignKey, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.choices import Visibility
from tracker.lib.canonical import parse_time, time_text
from tracker.lib.dates import day_in
from tracker.models import Alliance, Evidence, HistoryEntry, HistoryValue, Item, ItemState, Organisation, Record
from tracker.models.base import LocalisedText
from tracker.models.items import STATE_FIELDS
from tracker.queries.snapshots import untold

R = TypeVar("R", bound=Record)

# What the page of an item shows of it and its states do not hold.
ITEM_FIELDS = ("lifecycle_reason", "dispute_point", "dispute_note")
LETTER_FIELDS = ("sent_on", "due_on", "reminded_on", "answered_on", "quality", "withdrawn_on")


@dataclass(frozen=True)
class Past:
    """The end of a day in one alliance's record: `sequence` is the last entry of its log until then, 0 for none.

    `before` is the first moment that no longer belongs to `day` in the alliance's time zone, `began` the day of the
    first entry there, None where nothing was ever recorded.
    """

    day: dt.date
    before: dt.datetime
    log: str
    sequence: int
    began: dt.date | None

    @property
    def is_too_early(self) -> bool:
        """Whether the record had not begun."""
        return self.sequence == 0


class _Withdrawn:
    """A value that the history no longer holds."""


_WITHDRAWN = _Withdrawn()


def end_of(alliance: Alliance, day: dt.date) -> Past:
    """Return the end of `day`, which is over, in the alliance's record; two queries.

    Time never falls inside a log, and sequences go on after a restore: its last entry by then is the one asked for.
    """
    log = str(alliance.uuid)
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(alliance.time_zone))
    entries = HistoryEntry.objects.filter(log=log)
    first = entries.order_by("epoch", "sequence").values_list("time", flat=True).first()
    began = day_in(alliance.time_zone, parse_time(first)) if first else None
    if began is None or day < began:
        return Past(day, midnight, log, 0, began)
    until = entries.filter(time__lt=time_text(midnight)).order_by("-time", "-sequence")
    return Past(day, midnight, log, until.values_list("sequence", flat=True)[0], began)


def stood(past: Past) -> Q:
    """Return the condition on item states that leaves those of `past`, archived items too."""
    still = Q(to_sequence=None) | Q(to_sequence__gt=past.sequence)
    return still & Q(from_sequence__lte=past.sequence)


def states_at(past: Past) -> QuerySet[ItemState]:
    """Return what every item of the alliance was then; archived items and points are left out."""
    return ItemState.objects.filter(
        stood(past), not_yet_archived(past, "item__recommendation__"), archived_on=None
    ).filter(alliance__uuid=past.log)


def not_yet_archived(past: Past, path: str = "") -> Q:
    """Return the condition that leaves what the catalogue held then; `path` leads to its record."""
    return Q(**{f"{path}archived_on": None}) | Q(**{f"{path}archived_on__gt": past.day})


def lost_evidence(past: Past) -> QuerySet[Evidence]:
    """Return, for the state around this query, the evidence of its level whose link was dead then, without a copy."""
    perhaps = Evidence.objects.filter(Q(version__gt=1) | Q(dead_since__isnull=False), updates=OuterRef("headline_id"))
    told = perhaps.annotate(told_dead=_last_told("dead_since", past), told_copy=_last_told("archived_address", past))
    return told.exclude(told_dead=None).exclude(told_dead="null").filter(Q(told_copy=None) | Q(told_copy='""'))


def _last_told(name: str, past: Past) -> Subquery:
    """Return what the last entry about the evidence around this query said of one field, as canonical JSON."""
    entries = HistoryEntry.objects.filter(
        object_kind=Evidence.KIND, object_uuid=OuterRef(OuterRef("uuid")), sequence__lte=past.sequence
    )
    values = HistoryValue.objects.filter(field=name, entry__in=entries.values("pk"))
    return Subquery(values.order_by("-entry").values("new")[:1])


def told(records: Iterable[Record], names: Sequence[str], past: Past) -> dict[uuid.UUID, dict[str, Any]]:
    """Return {record: {field: value as the history keeps it}} for what the log had told by then; two queries.

    A record that it did not know yet is left out; a value that was taken out of the history since is `_WITHDRAWN`.
    """
    models = {record.uuid: type(record) for record in records}
    entries = (
        HistoryEntry.objects.filter(
            object_kind__in={model.KIND for model in models.values()},
            object_uuid__in=list(models),
            log=past.log,
            sequence__lte=past.sequence,
        )
        .order_by("sequence")
        .values_list("pk", "object_uuid", "payload")
        if models
        else ()
    )
    known = list(entries)
    opened: dict[tuple[int, str], str] = {}
    values = HistoryValue.objects.filter(entry__in=[row[0] for row in known], field__in=names) if known else ()
    for value in values:
        opened[value.entry, value.field] = value.new
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for key, about, payload in known:
        here = found.setdefault(about, {name: value for name, value in untold(models[about]).items() if name in names})
        for name in json.loads(payload)["commitments"]:
            if name in here:
                here[name] = json.loads(opened[key, name]) if (key, name) in opened else _WITHDRAWN
    return found


def set_back(records: Iterable[R], names: Sequence[str], past: Past) -> list[R]:
    """Return those of `records` that were there by then, with these fields as they were; for reading only.

    A text that was taken out of the history since says so.
    """
    given = list(records)
    known = told(given, names, past)
    kept = [record for record in given if record.uuid in known]
    for record in kept:
        for name, value in known[record.uuid].items():
            _put(record, name, value)
    return kept


def set_sources_back(sources: Iterable[Evidence], past: Past) -> list[Evidence]:
    """Return those of `sources` that were there by then, as they were; a copy that was taken away since is no link."""
    given = [(source, source.archived_address) for source in sources]
    kept = set_back((source for source, _copy in given), ("dead_since", "archived_address"), past)
    for source, copy in given:
        if source.archived_address != copy:
            source.archived_address = ""
    return kept


def _put(record: Record, name: str, value: Any) -> None:
    field: Any = record._meta.get_field(name)
    if isinstance(field, ForeignKey):
        there = getattr(record, name)
        if value is not _WITHDRAWN and (str(there.uuid) if there else None) != value:
            related = field.related_model._base_manager.filter(uuid=value).first() if value else None
            setattr(record, name, related)
    elif value is not _WITHDRAWN:
        setattr(record, name, field.to_python(value))
    elif isinstance(field, LocalisedText):
        setattr(record, name, field.to_python({get_language() or "en": _("This text was redacted.")}))
    else:
        setattr(record, name, field.get_default())


def item_at(item: Item, past: Past) -> Item | None:
    """Return `item` as it was then, or None where nobody followed it or it was archived; three queries.

    Its texts are withheld where those of an update that closed it are: also after the item was opened again the past
    would repeat them.
    """
    state = ItemState.objects.filter(stood(past), item=item, archived_on=None).first()
    if state is None:
        return None
    for name in STATE_FIELDS:
        setattr(item, name, getattr(state, name))
    item.withheld = item.withheld or item.updates.filter(closes_item=True, withheld=True).exists()
    set_back([item], ITEM_FIELDS, past)
    return item


def set_items_back(items: Iterable[Item], past: Past) -> None:
    """Tell of each of `items` whether it was archived then; one opened later counts as archived. One query."""
    given = list(items)
    if not given:
        return
    then = ItemState.objects.filter(stood(past), item__in={item.pk for item in given})
    archived = dict(then.values_list("item_id", "archived_on"))
    for item in given:
        item.archived_on = archived.get(item.pk, past.day)


def members_at(record: Alliance | Item, name: str, past: Past) -> list[Organisation]:
    """Return the organisations of a set of `record` then, in their order; three queries."""
    value = told([record], (name,), past).get(record.uuid, {}).get(name) or []
    return list(Organisation.objects.filter(uuid__in=value)) if isinstance(value, list) else []


def contributors_named(past: Past) -> set[str]:
    """Return the UUIDs of who ever contributed by then to items on which organisations may be named; one query."""
    items = Item.objects.filter(visibility=Visibility.NAMED, alliance__uuid=past.log).values("uuid")
    entries = HistoryEntry.objects.filter(
        object_kind=Item.KIND, object_uuid__in=items, log=past.log, sequence__lte=past.sequence
    )
    values = HistoryValue.objects.filter(field="contributors", entry__in=entries.values("pk"))
    return {key for value in values.values_list("new", flat=True) for key in json.loads(value) or ()}


def contributed_by(organisation: Organisation, past: Past) -> list[int]:
    """Return the items to which `organisation` contributed then; three queries, on the entries about items only."""
    entries = HistoryEntry.objects.filter(object_kind=Item.KIND, log=past.log, sequence__lte=past.sequence)
    named = HistoryValue.objects.filter(
        field="contributors", new__contains=str(organisation.uuid), entry__in=entries.values("pk")
    )
    perhaps = Item.objects.filter(
        uuid__in=HistoryEntry.objects.filter(pk__in=list(named.values_list("entry", flat=True))).values("object_uuid")
    )
    known = list(perhaps.only("pk", "uuid"))
    then = told(known, ("contributors",), past)
    return [item.pk for item in known if str(organisation.uuid) in then[item.uuid]["contributors"]]
