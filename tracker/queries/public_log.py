"""The public log: every entry of one log, with those of its values that are public today; docs/history.md has the form.

A payload holds no words and no values, so every entry is public. An opening is public where the whole record is public
today and the public pages show the field, now or in the record's own history. Whatever is not named here stays inside.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Exists, ForeignKey, ManyToManyField, OuterRef, QuerySet, TextField

from tracker.choices import SHOWN_RIGHTS, RedactionState, Visibility
from tracker.lib.canonical import canonical
from tracker.models import (
    Alliance,
    Bearing,
    Component,
    ComponentAssessment,
    Document,
    Evidence,
    HistoryEntry,
    HistoryValue,
    Item,
    ItemComponent,
    Organisation,
    Quotation,
    Recommendation,
    Record,
    Redaction,
    Relation,
    Restore,
    Section,
    Treaty,
    TreatyEvent,
    Update,
)
from tracker.models.base import LocalisedText, texts
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.history import PUBLIC_ACTIONS, PUBLIC_FIELDS
from tracker.queries.names import works_on
from tracker.queries.relations import in_use as related_publicly
from tracker.queries.snapshots import value_of

_CHUNK = 500
_NO_ORGANISATION = {"name": "", "uuid": None}


@dataclass(frozen=True)
class _Kind:
    """What is public of one table: its public rows, the fields that are public with every value they ever had, and
    those that are public with the value of today alone, as an earlier one may have been a draft's.

    `label` says whether the name of the object at that moment is public.
    """

    rows: Callable[[], QuerySet[Any]]
    always: frozenset[str] = frozenset()
    today: frozenset[str] = frozenset()
    label: bool = False


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _items() -> QuerySet[Item]:
    closing = Update.objects.filter(item=OuterRef("pk"), closes_item=True, withheld=True)
    found: QuerySet[Item] = visible_to(PUBLIC, Item).annotate(closing_withheld=Exists(closing))
    return found


def _updates() -> QuerySet[Update]:
    return visible_to(PUBLIC, Update).filter(withheld=False)


def _quotations() -> QuerySet[Quotation]:
    return Quotation.objects.filter(
        update__in=_updates().values("pk"), update__place_document__text_rights__in=SHOWN_RIGHTS
    ).select_related("update")


def _excluded_components() -> QuerySet[ItemComponent]:
    return ItemComponent.objects.filter(
        archived_on=None, component__archived_on=None, item__in=visible_to(PUBLIC, Item).values("pk")
    ).select_related("item", "component")


_KINDS: dict[type[Record], _Kind] = {
    Organisation: _Kind(
        lambda: visible_to(PUBLIC, Organisation), today=_names("code kind name country address"), label=True
    ),
    Document: _Kind(
        lambda: Document.objects.filter(archived_on=None),
        always=_names(
            "code kind title short_title publisher published_on source_language source_address source_note text_rights"
        ),
        label=True,
    ),
    Section: _Kind(
        lambda: Section.objects.filter(archived_on=None, document__archived_on=None),
        always=_names("document parent code source_title title position"),
    ),
    Recommendation: _Kind(
        lambda: Recommendation.objects.filter(archived_on=None, document__archived_on=None).select_related("document"),
        always=_names(
            "document section reference kind area addressee themes line page deadline recurs_months legal_act_only "
            "title summary wording translation position"
        ),
        label=True,
    ),
    Component: _Kind(
        lambda: Component.objects.filter(
            archived_on=None, recommendation__archived_on=None, recommendation__document__archived_on=None
        ),
        always=_names("recommendation letter layer required text"),
    ),
    Relation: _Kind(
        lambda: related_publicly().select_related("source__document", "target__document"),
        always=_names("source target kind reason"),
        label=True,
    ),
    Treaty: _Kind(Treaty.objects.all, always=_names("code title short_title depositary address")),
    Alliance: _Kind(
        lambda: visible_to(PUBLIC, Alliance),
        always=_names("slug name country country_name time_zone about is_demo review_rule duty_bearer"),
    ),
    Item: _Kind(
        _items,
        always=_names(
            "recommendation level level_since headline owner duty_bearer contributors lifecycle lifecycle_reason "
            "verify_by last_update_on disputed state_level state_level_on dispute_point dispute_note"
        ),
        label=True,
    ),
    ItemComponent: _Kind(_excluded_components, today=_names("item component reason")),
    Evidence: _Kind(
        lambda: visible_to(PUBLIC, Evidence).select_related("document"),
        always=_names("dead_since"),
        today=_names("kind title publisher published_on accessed_on language address archived_address document page"),
    ),
    Update: _Kind(
        lambda: (
            _updates()
            .select_related(
                "item",
                "organisation",
                "publisher_organisation",
                "second_publisher_organisation",
                "place_document",
                "corrects",
            )
            .prefetch_related("evidence")
        ),
        today=_names(
            "item organisation perspective origin period_from period_to done remains ask_next level closes_item "
            "search_note verify_by place_document place translation state publisher_organisation "
            "second_publisher_organisation review_rule evidence_grade published_at corrects evidence"
        ),
    ),
    ComponentAssessment: _Kind(
        lambda: ComponentAssessment.objects.filter(
            update__in=_updates().values("pk"), component__archived_on=None
        ).select_related("update", "component"),
        today=_names("update component verdict"),
    ),
    Bearing: _Kind(
        lambda: Bearing.objects.filter(
            archived_on=None, update__in=_updates().values("pk"), item__in=visible_to(PUBLIC, Item).values("pk")
        ).select_related("update", "item"),
        today=_names("update item reason"),
    ),
    Quotation: _Kind(_quotations, today=_names("update text line")),
    TreatyEvent: _Kind(
        lambda: TreatyEvent.objects.filter(archived_on=None).select_related("treaty", "evidence"),
        today=_names("treaty event on note evidence"),
    ),
    # While it is only proposed it would point to what is still there.
    Redaction: _Kind(
        lambda: Redaction.objects.filter(state=RedactionState.DONE),
        always=_names("object_kind object_uuid field ground state places"),
    ),
    Restore: _Kind(Restore.objects.all, always=frozenset(Restore.TRACKED)),
}
_MODELS = {model.KIND: model for model in _KINDS}


@dataclass
class _Shown:
    """A record that is public today, and the values of it that were asked for already, as canonical JSON."""

    record: Any
    now: dict[str, str] = field(default_factory=dict)

    @property
    def on(self) -> Item | None:
        """The item whose own limit holds for who works on it."""
        if isinstance(self.record, Update):
            return works_on(self.record)
        return self.record if isinstance(self.record, Item) else None

    @property
    def withheld(self) -> bool:
        """Whether the public reads no words of it."""
        if isinstance(self.record, Item):
            return self.record.withheld or bool(self.record.closing_withheld)  # type: ignore[attr-defined]
        return isinstance(self.record, ItemComponent) and self.record.item.withheld

    def value(self, name: str) -> str:
        """Return a value as it is today."""
        if name not in self.now:
            if isinstance(self.record._meta.get_field(name), ManyToManyField):
                self.now[name] = canonical(sorted(str(row.uuid) for row in getattr(self.record, name).all()))
            else:
                self.now[name] = canonical(value_of(self.record, name))
        return self.now[name]


_Named = dict[str, set[str]]


def lines(log: str, *, using: str = "default") -> Iterator[str]:
    """Yield the public log of `log` line by line, each with its line feed, in the order of the chain.

    `using` is best the alias of `reading.one_moment`. A few queries for every 500 entries; memory stays flat.
    """
    named = {
        str(row.uuid): set(texts(row.name).values())
        for row in visible_to(PUBLIC, Organisation).using(using).only("uuid", "name")
    }
    found = (
        HistoryEntry.objects.using(using)
        .filter(log=log)
        .order_by("epoch", "sequence")
        .only("action", "object_kind", "object_uuid", "payload", "hash")
        .iterator(chunk_size=_CHUNK)
    )
    while chunk := list(islice(found, _CHUNK)):
        yield from _lines(chunk, named, using)


def _lines(entries: Sequence[HistoryEntry], named: _Named, using: str) -> Iterator[str]:
    shown = _shown(entries, using)
    known = {entry.pk: shown.get((entry.object_kind, entry.object_uuid)) for entry in entries}
    values: dict[int, list[HistoryValue]] = {}
    wanted = [key for key, found in known.items() if found is not None]
    for value in HistoryValue.objects.using(using).filter(entry__in=wanted):
        values.setdefault(value.entry, []).append(value)
    for entry in entries:
        record, told = known[entry.pk], values.get(entry.pk, [])
        openings = _public_openings(entry, told, record, named) if record is not None else []
        yield _line(entry, openings)


def _line(entry: HistoryEntry, openings: Sequence[HistoryValue]) -> str:
    """Return the canonical JSON of one entry; what is kept of values is canonical already."""
    told = ",".join(
        f'{canonical(value.field)}:{{"new":{value.new},"old":{value.old},"salt":"{bytes(value.salt).hex()}"}}'
        for value in openings
    )
    return f'{{"hash":{canonical(entry.hash)},"openings":{{{told}}},"payload":{canonical(entry.payload)}}}\n'


def _shown(entries: Sequence[HistoryEntry], using: str) -> dict[tuple[str, Any], _Shown]:
    """Return {(kind, UUID): record} of the objects of `entries` that are public today, one query for each table."""
    keys: dict[str, set[Any]] = {}
    for entry in entries:
        keys.setdefault(entry.object_kind, set()).add(entry.object_uuid)
    return {
        (kind, row.uuid): _Shown(row)
        for kind, uuids in keys.items()
        if kind in _MODELS
        for row in _KINDS[_MODELS[kind]].rows().using(using).filter(uuid__in=uuids)
    }


def _public_openings(
    entry: HistoryEntry, values: Sequence[HistoryValue], shown: _Shown, named: _Named
) -> list[HistoryValue]:
    told = [value for value in values if not value.field.startswith("@") and _is_public(entry, value, shown, named)]
    about = _public_about(entry, {value.field: value for value in values if value.field.startswith("@")}, shown, named)
    if not _is_told(entry, values):
        about = {name: value for name, value in about.items() if name == "@label"}
    return sorted([*about.values(), *told], key=lambda value: value.field)


def _is_public(entry: HistoryEntry, value: HistoryValue, shown: _Shown, named: _Named) -> bool:
    model, name = _MODELS[entry.object_kind], value.field
    kind = _KINDS[model]
    if name not in kind.always | kind.today:
        return False
    tracked: Any = model._meta.get_field(name)
    if shown.withheld and isinstance(tracked, LocalisedText | TextField):
        return False
    if name == "wording" and not shown.record.document.shows_wording:
        return False
    if name in kind.today and not _is_of_today(entry, value, shown):
        return False
    if isinstance(tracked, ForeignKey | ManyToManyField) and tracked.related_model is Organisation:
        on = None if name == "duty_bearer" else _place_of(shown, name)
        return _are_named([*_uuids(value.old), *_uuids(value.new)], on, named)
    return True


def _is_of_today(entry: HistoryEntry, value: HistoryValue, shown: _Shown) -> bool:
    """Tell whether a value tells only what is public today; of what was published, also the step that led there."""
    if value.new != shown.value(value.field):
        return False
    published = entry.action in PUBLIC_ACTIONS and value.field in PUBLIC_FIELDS.get(entry.object_kind, ())
    return published or value.old in ("null", value.new)


def _place_of(shown: _Shown, name: str) -> Item | None:
    """Return the item whose limit holds for the organisation in a field: who reviewed, or recorded what a source says,
    works on it in any case.
    """
    if isinstance(shown.record, Update) and name != "organisation":
        return shown.record.item
    return shown.on


def _is_told(entry: HistoryEntry, values: Sequence[HistoryValue]) -> bool:
    """Tell whether the record's public history shows the entry: by whose word, and why, is public with it alone."""
    fields = PUBLIC_FIELDS.get(entry.object_kind, set())
    return entry.action in PUBLIC_ACTIONS and any(value.field in fields and value.old != value.new for value in values)


def _public_about(
    entry: HistoryEntry, values: dict[str, HistoryValue], shown: _Shown, named: _Named
) -> dict[str, HistoryValue]:
    """Return the openings that say who acted for whom and why, without those that stay inside; never the person."""
    found = {}
    if "@label" in values and _is_label_public(entry, values["@label"], shown, named):
        found["@label"] = values["@label"]
    if "@organisation" in values and _is_actor_named(values["@organisation"], _place_of(shown, "@organisation"), named):
        found |= {name: values[name] for name in ("@organisation", "@role") if name in values}
    if "@reason" in values and not shown.withheld and entry.action != "assign_item":
        found["@reason"] = values["@reason"]
    return found


def _is_label_public(entry: HistoryEntry, value: HistoryValue, shown: _Shown, named: _Named) -> bool:
    if isinstance(shown.record, Organisation):
        # What it was called before may be what it is called no more for a reason.
        return _read(value.new) in named.get(str(entry.object_uuid), ())
    return _KINDS[_MODELS[entry.object_kind]].label


def _is_actor_named(value: HistoryValue, on: Item | None, named: _Named) -> bool:
    told = _read(value.new)
    if told == _NO_ORGANISATION:
        return True
    if not isinstance(told, dict) or told.get("name") not in named.get(str(told.get("uuid")), ()):
        return False
    return _are_named([told["uuid"]], on, named)


def _are_named(uuids: Sequence[Any], on: Item | None, named: _Named) -> bool:
    if uuids and on is not None and on.visibility != Visibility.NAMED:
        return False
    return all(uuid in named for uuid in uuids)


def _uuids(text: str) -> list[Any]:
    """Return what a foreign key or a set names."""
    value = _read(text)
    return value if isinstance(value, list) else [] if value is None else [value]


def _read(text: str) -> Any:
    """Return what a stored value says; None where it cannot be read, which names nobody."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
