"""The history in words: what changed from what to what, on whose word, and why."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.choices import Role, Visibility
from tracker.lib.canonical import parse_time, time_text
from tracker.models import (
    TRACKED_MODELS,
    ComponentAssessment,
    HistoryEntry,
    HistoryValue,
    Item,
    Organisation,
    Recommendation,
    Record,
    Request,
    TreatyEvent,
    Update,
)
from tracker.queries.moves import Moved, moved
from tracker.queries.names import shown_name, visibility_of, works_on

ACTIONS = {
    "create_alliance": gettext_lazy("Alliance created"),
    "add_user": gettext_lazy("Person added"),
    "add_membership": gettext_lazy("Role given"),
    "end_membership": gettext_lazy("Role ended"),
    "open_items": gettext_lazy("Item opened"),
    "assign_item": gettext_lazy("Item assigned"),
    "set_lifecycle": gettext_lazy("Lifecycle set"),
    "exclude_component": gettext_lazy("Component marked not applicable"),
    "archive_item": gettext_lazy("Item archived"),
    "draft_update": gettext_lazy("Update drafted"),
    "edit_draft": gettext_lazy("Draft edited"),
    "submit_update": gettext_lazy("Update submitted"),
    "return_update": gettext_lazy("Update returned"),
    "discard_update": gettext_lazy("Draft discarded"),
    "publish_update": gettext_lazy("Update published"),
    "approve_update": gettext_lazy("Update approved by the first of two reviewers"),
    "correct_update": gettext_lazy("Correction drafted"),
    "record_from_source": gettext_lazy("Recorded from the source"),
    "add_bearing": gettext_lazy("Linked to another item"),
    "record_dead_link": gettext_lazy("State of a link recorded"),
    "import_catalogue": gettext_lazy("Catalogue imported"),
    "set_text_rights": gettext_lazy("Set what may be shown of the wording"),
    "relate_points": gettext_lazy("Points related"),
    "archive_relation": gettext_lazy("Relation archived"),
    "upload_document": gettext_lazy("Document uploaded"),
    "edit_import": gettext_lazy("Point corrected before the import"),
    "import_document": gettext_lazy("Imported from the document"),
    "discard_import": gettext_lazy("Import discarded"),
    "release_import": gettext_lazy("Import released by the safeguarding lead"),
    "restore_item": gettext_lazy("Item brought back"),
    "name_dispute": gettext_lazy("Point at issue named"),
    "set_item_visibility": gettext_lazy("Visibility on this item set"),
    "take_down": gettext_lazy("Taken out of public sight"),
    "release_hold": gettext_lazy("Released by the safeguarding lead"),
    "confirm_release": gettext_lazy("Release confirmed by a second person"),
    "block_hold": gettext_lazy("Blocked by the safeguarding lead"),
    "draft_request": gettext_lazy("Letter drafted"),
    "edit_request": gettext_lazy("Letter edited"),
    "send_request": gettext_lazy("Letter sent"),
    "remind_request": gettext_lazy("Duty bearer reminded"),
    "answer_request": gettext_lazy("Reply noted"),
    "withdraw_request": gettext_lazy("Letter put aside"),
    "change_organisation": gettext_lazy("Organisation changed"),
    "change_alliance": gettext_lazy("Alliance changed"),
    "change_user": gettext_lazy("Person changed"),
    "deactivate_user": gettext_lazy("Sign-in ended"),
    "reactivate_user": gettext_lazy("Sign-in allowed again"),
    "reset_second_factor": gettext_lazy("Second factor reset"),
    "invite": gettext_lazy("Invitation sent"),
    "withdraw_invitation": gettext_lazy("Invitation taken back"),
    "accept_invitation": gettext_lazy("Invitation accepted"),
    "set_mail": gettext_lazy("Mail settings changed"),
    "propose_redaction": gettext_lazy("Redaction proposed"),
    "carry_out_redaction": gettext_lazy("Redacted by a second person"),
    "refuse_redaction": gettext_lazy("Redaction refused"),
    "replay_redaction": gettext_lazy("Redacted again after a restore"),
    "keep_checkpoints": gettext_lazy("Named to keep the checkpoints"),
    "stop_keeping_checkpoints": gettext_lazy("Keeps the checkpoints no more"),
    "record_restore": gettext_lazy("Restore recorded"),
}

# What the public may read of the history: what the public pages show. Dates for the desk and drafts stay inside.
PUBLIC_FIELDS = {
    "item": {
        "level",
        "owner",
        "duty_bearer",
        "contributors",
        "lifecycle",
        "lifecycle_reason",
        "verify_by",
        "disputed",
        "dispute_point",
    },
    "update": {"state", "perspective", "level", "period_from", "period_to", "evidence_grade"},
}
PUBLIC_ACTIONS = {
    "open_items",
    "assign_item",
    "set_lifecycle",
    "archive_item",
    "restore_item",
    "name_dispute",
    "publish_update",
    "record_from_source",
    "import_catalogue",
    "import_document",
}

# Why these were done was written for the members, and may name people.
INWARD_ACTIONS = {"assign_item", "set_text_rights", "change_organisation"}
# What these wrote was for the author's own organisation, which may have taken it out again before anyone else read it.
DRAFTING_ACTIONS = {"draft_update", "edit_draft", "correct_update", "draft_request", "edit_request"}


@dataclass(frozen=True)
class Line:
    """One entry of the history in words; entries of one `act` belong together. `about` is the UUID of its record."""

    time: dt.datetime
    action: str
    who: str
    label: str
    reason: str
    sequence: int
    act: str
    changes: list[Moved] = field(default_factory=list)
    about: str = ""


def lines(
    records: Iterable[Record],
    *,
    public: bool,
    organisation_id: int | None = None,
    before: dt.datetime | None = None,
    among: QuerySet[HistoryEntry] | None = None,
    actions: Collection[str] = frozenset(PUBLIC_ACTIONS),
    fields: Mapping[str, Collection[str]] = PUBLIC_FIELDS,
) -> list[Line]:
    """Return the entries of `records`, latest first, in the active language.

    With `public` only what the public pages show: public `actions` and `fields`, the organisation as far as it and the
    item allow and never the person, and no words of what is withheld.
    Otherwise what a member of that organisation may read: the wording of drafts only of its own. A redacted value reads
    "withdrawn". Only entries written before the moment `before`, and of those in `among`. A handful of queries whatever
    the number of entries.
    """
    records = list(records)
    about = {record.uuid: record for record in records}
    entries = list(_entries(records, HistoryEntry.objects.all() if among is None else among, before))
    if public:
        entries = [entry for entry in entries if entry.action in actions]
    values = _opened(entries)
    others = {record.uuid for record in records if _writer(record) not in (None, organisation_id)}
    unread = {entry.pk for entry in entries if entry.action in DRAFTING_ACTIONS and entry.object_uuid in others}
    opened = [(_MODELS[entry.object_kind], values.get(entry.pk, {})) for entry in entries]
    named = _named(opened, public=public)
    withheld = {record.uuid for record in records if public and _is_withheld(record)}
    places = {None, *map(_place, records), *map(_worked_on, records)}
    names = {on: _names_on(named, on, public=public) for on in places}
    found = (
        _line(
            row,
            values.get(row.pk, {}),
            about[row.object_uuid],
            names,
            shown=fields.get(row.object_kind, ()) if public else () if row.pk in unread else None,
            public=public,
            withheld=row.object_uuid in withheld,
        )
        for row in entries
    )
    return [line for line in found if line.changes or not public]


def _entries(
    records: Sequence[Record], among: QuerySet[HistoryEntry], before: dt.datetime | None
) -> QuerySet[HistoryEntry]:
    """Return the entries about `records`, latest first."""
    kinds, keys = {record.KIND for record in records}, [record.uuid for record in records]
    found = among.filter(object_kind__in=kinds, object_uuid__in=keys).order_by("-time", "-id")
    return found.filter(time__lt=time_text(before)) if before else found


def _opened(entries: Iterable[HistoryEntry]) -> dict[int, dict[str, tuple[Any, Any]]]:
    """Return {entry: {name: (old, new)}} of what the entries tell; one query."""
    values: dict[int, dict[str, tuple[Any, Any]]] = {}
    for row in HistoryValue.objects.filter(entry__in=[entry.pk for entry in entries]).order_by("id"):
        values.setdefault(row.entry, {})[row.field] = (json.loads(row.old), json.loads(row.new))
    return values


def _place(record: Record) -> Item | None:
    """Return the item on which whoever acts on `record` works."""
    if isinstance(record, Update):
        return works_on(record)
    return record if isinstance(record, Item) else None


def _worked_on(record: Record) -> Item | None:
    """Return the item on which whoever wrote an entry about `record` worked: a source speaks for itself, and who
    recorded it does not.
    """
    return record.item if isinstance(record, Update) else _place(record)


def _is_withheld(record: Record) -> bool:
    """Tell whether the public reads no words of `record`. An item's history repeats those of the update that closed it,
    also after the item was opened again.
    """
    closing = isinstance(record, Item) and record.updates.filter(closes_item=True, withheld=True).exists()
    return closing or bool(getattr(record, "withheld", False))


def _writer(record: Record) -> int | None:
    """Return the organisation whose draft `record` was a part of, None for what is no draft's."""
    update = record.update if isinstance(record, ComponentAssessment) else record
    return update.organisation_id if isinstance(update, Update | Request) else None


def _line(
    entry: HistoryEntry,
    values: dict[str, tuple[Any, Any]],
    record: Record,
    names: Mapping[Item | None, "_Names"],
    *,
    shown: Collection[str] | None,
    public: bool,
    withheld: bool,
) -> Line:
    model = _MODELS[entry.object_kind]
    sealed = json.loads(entry.payload)["commitments"]
    on = _place(record)
    changes = [
        # Bearing a duty is no work on it: the item's own limit does not apply.
        moved(model, name, values.get(name), names[None if name == "duty_bearer" else on].labels, withheld=withheld)
        for name in model.TRACKED
        if name in sealed and (shown is None or name in shown) and not _is_restated(values.get(name))
    ]
    about = {name: pair[1] for name, pair in values.items() if name.startswith("@")}
    silent = withheld or (public and entry.action in INWARD_ACTIONS)
    return Line(
        time=parse_time(entry.time),
        action=str(ACTIONS.get(entry.action, entry.action)),
        who=_who(about, names[_worked_on(record)], public=public, action=entry.action),
        label="" if public else str(about.get("@label") or ""),
        reason="" if silent else str(about.get("@reason") or ""),
        sequence=entry.sequence,
        act=str(entry.request_id),
        changes=[change for change in changes if not change.is_empty],
        about=str(entry.object_uuid),
    )


def _is_restated(pair: tuple[Any, Any] | None) -> bool:
    """Tell whether an entry repeats a value that it did not change, as a publication does."""
    return pair is not None and pair[0] == pair[1]


def _who(about: dict[str, Any], names: "_Names", *, public: bool, action: str) -> str:
    """Return on whose word an entry was written: an organisation with the role in which it acted, inside the alliance
    the person too.
    """
    key = (about.get("@organisation") or {}).get("uuid") or ""
    place, actor = names.labels.get(key, ""), about.get("@actor") or {}
    roles = _roles(about.get("@role") or []) if key in names.open else ""
    if public:
        return (f"{place} ({roles})" if roles else place) or _without_place(about, actor, action)
    person = _("The software") if actor.get("name") == "system" else str(actor.get("name") or _("withdrawn"))
    told = ", ".join(filter(None, (place, roles)))
    return f"{person} ({told})" if told else person


def _without_place(about: dict[str, Any], actor: Mapping[str, Any], action: str) -> str:
    """Return what the public reads where nobody acted for an organisation."""
    if action == "import_document":
        return _("From the document itself")
    if "@organisation" not in about:
        return _("withdrawn")
    return _("The staff of this installation") if actor.get("uuid") else _("The software, from the catalogue files")


def _roles(codes: Iterable[str]) -> str:
    labels = [str(Role(code).label) for code in codes if code in Role.values]
    return ", ".join(label[:1].lower() + label[1:] for label in labels)


_MODELS = {model.KIND: model for model in TRACKED_MODELS}
# What the label of a record reads from others.
_LABEL_NEEDS: dict[type[Record], tuple[str, ...]] = {
    Recommendation: ("document",),
    Item: ("recommendation__document",),
    Update: ("item__recommendation__document",),
    TreatyEvent: ("treaty",),
}


@dataclass(frozen=True)
class _Names:
    """{UUID: label} of records, and the organisations that may be told apart: by name, and by who did what for them."""

    labels: dict[str, str]
    open: frozenset[str]


def _names_on(named: Iterable[Record], on: Item | None, *, public: bool) -> _Names:
    """Return how records are called; to the public, as an organisation at work on `on` may be named."""
    labels, told = {}, set()
    for row in named:
        at_risk = public and isinstance(row, Organisation) and visibility_of(row, on) != Visibility.NAMED
        labels[str(row.uuid)] = shown_name(row, on) if at_risk and isinstance(row, Organisation) else str(row)
        if not at_risk:
            told.add(str(row.uuid))
    return _Names(labels, frozenset(told))


def _named(opened: Iterable[tuple[type[Record], dict[str, tuple[Any, Any]]]], *, public: bool) -> list[Record]:
    """Return every record that the values name, one query for each table."""
    wanted: dict[type[Record], set[str]] = {Organisation: set()}
    for model, fields in opened:
        for name, pair in fields.items():
            if name == "@organisation":
                wanted[Organisation].update(entry["uuid"] for entry in pair if entry and entry.get("uuid"))
            elif not name.startswith("@"):
                related = model._meta.get_field(name).related_model
                # The public reads no other names than organisations'.
                told = Organisation if public else Record
                if isinstance(related, type) and issubclass(related, told):
                    wanted.setdefault(related, set()).update(_uuids(pair))
    return [
        row
        for model, uuids in wanted.items()
        for row in model._base_manager.filter(uuid__in=uuids).select_related(*_LABEL_NEEDS.get(model, ()))
    ]


def _uuids(pair: Sequence[Any]) -> Iterable[str]:
    for value in pair:
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, str) and len(entry) == 36:
                try:
                    yield str(uuid.UUID(entry))
                except ValueError:
                    continue
