"""The history in words: what changed from what to what, on whose word, and why."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import ForeignKey, ManyToManyField, TextField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tracker.lib.canonical import parse_time
from tracker.lib.dates import in_words
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
from tracker.models.base import LocalisedText, PartialDate
from tracker.queries.names import shown_name, works_on

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


# What these wrote was for the author's own organisation, which may have taken it out again before anyone else read it.
DRAFTING_ACTIONS = {"draft_update", "edit_draft", "correct_update", "draft_request", "edit_request"}


@dataclass(frozen=True)
class Moved:
    """One field of one entry in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Line:
    """One entry of the history in words; entries of one `act` belong together."""

    time: dt.datetime
    action: str
    who: str
    label: str
    reason: str
    sequence: int
    act: str
    changes: list[Moved] = field(default_factory=list)


def lines(records: Iterable[Record], *, public: bool, organisation_id: int | None = None) -> list[Line]:
    """Return the entries of `records`, latest first, in the active language.

    With `public` only what the public pages show: public acts and fields, the organisation as far as it and the item
    allow and never the person, and no words of what is withheld.
    Otherwise what a member of that organisation may read: the wording of drafts only of its own. A redacted value reads
    "withdrawn". A handful of queries whatever the number of entries.
    """
    records = list(records)
    about = {record.uuid: record for record in records}
    keys = {(record.KIND, record.uuid) for record in records}
    others = {record.uuid for record in records if _writer(record) not in (None, organisation_id)}
    entries = list(
        HistoryEntry.objects.filter(
            object_kind__in={kind for kind, _uuid in keys}, object_uuid__in=[key for _kind, key in keys]
        ).order_by("-time", "-id")
    )
    if public:
        entries = [entry for entry in entries if entry.action in PUBLIC_ACTIONS]
    values: dict[int, dict[str, tuple[Any, Any]]] = {}
    for row in HistoryValue.objects.filter(entry__in=[entry.pk for entry in entries]).order_by("id"):
        values.setdefault(row.entry, {})[row.field] = (json.loads(row.old), json.loads(row.new))
    unread = {entry.pk for entry in entries if entry.action in DRAFTING_ACTIONS and entry.object_uuid in others}
    opened = [(_MODELS[entry.object_kind], values.get(entry.pk, {})) for entry in entries]
    named = _named(opened, public=public)
    withheld = {record.uuid for record in records if public and _is_withheld(record)}
    names = {on: _called(named, on, public=public) for on in {None, *map(_place, records)}}
    found = (
        _line(
            row,
            values.get(row.pk, {}),
            about[row.object_uuid],
            names,
            public=public,
            unread=row.pk in unread,
            withheld=row.object_uuid in withheld,
        )
        for row in entries
    )
    return [line for line in found if line.changes or not public]


def _place(record: Record) -> Item | None:
    """Return the item on which whoever acts on `record` works."""
    if isinstance(record, Update):
        return works_on(record)
    return record if isinstance(record, Item) else None


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
    names: Mapping[Item | None, dict[str, str]],
    *,
    public: bool,
    unread: bool,
    withheld: bool,
) -> Line:
    model = _MODELS[entry.object_kind]
    shown = PUBLIC_FIELDS.get(entry.object_kind, set()) if public else set() if unread else set(model.TRACKED)
    sealed = json.loads(entry.payload)["commitments"]
    here = names[_place(record)]
    changes = [
        # Bearing a duty is no work on it: the item's own limit does not apply.
        _moved(model, name, values.get(name), names[None] if name == "duty_bearer" else here, withheld=withheld)
        for name in model.TRACKED
        if name in sealed and name in shown
    ]
    about = {name: pair[1] for name, pair in values.items() if name.startswith("@")}
    return Line(
        time=parse_time(entry.time),
        action=str(ACTIONS.get(entry.action, entry.action)),
        who=_who(about, here, public=public, action=entry.action),
        label="" if public else str(about.get("@label") or ""),
        reason="" if withheld or (public and entry.action == "assign_item") else str(about.get("@reason") or ""),
        sequence=entry.sequence,
        act=str(entry.request_id),
        changes=changes,
    )


def _who(about: dict[str, Any], names: dict[str, str], *, public: bool, action: str) -> str:
    organisation = about.get("@organisation") or {}
    place = names.get(organisation.get("uuid") or "", "")
    if public:
        imported = action == "import_document"
        return place or (_("From the document itself") if imported else _("The software, from the catalogue files"))
    actor = about.get("@actor") or {}
    person = _("The software") if actor.get("name") == "system" else str(actor.get("name") or _("withdrawn"))
    return f"{person} ({place})" if place else person


def _moved(
    model: type[Record], name: str, pair: tuple[Any, Any] | None, names: dict[str, str], *, withheld: bool
) -> Moved:
    tracked = model._meta.get_field(name)
    label = str(tracked.verbose_name)  # type: ignore[union-attr]
    if pair is None:
        return Moved(label, _("withdrawn"), _("withdrawn"))
    if withheld and isinstance(tracked, LocalisedText | TextField):
        return Moved(label, _("withheld"), _("withheld"))
    old, new = (_in_words(tracked, value, names) for value in pair)
    return Moved(label, old, new)


def _in_words(tracked: Any, value: Any, names: dict[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(tracked, LocalisedText):
        return str(value.get(get_language()) or next(iter(value.values())))
    if isinstance(tracked, ManyToManyField):
        return ", ".join(names.get(entry, "…") for entry in value)
    if isinstance(tracked, ForeignKey):
        return names.get(value, "…")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        return "; ".join(" ".join(map(str, entry)) if isinstance(entry, list) else str(entry) for entry in value)
    choices = dict(tracked.flatchoices)
    if value in choices:
        return str(choices[value])
    return _date_in_words(tracked, value)


def _date_in_words(tracked: Any, value: Any) -> str:
    kind = tracked.get_internal_type()
    if isinstance(tracked, PartialDate) or kind == "DateField":
        return in_words(value)
    if kind == "DateTimeField":
        return date_format(timezone.localtime(parse_time(value)), "DATETIME_FORMAT")
    return str(value)


_MODELS = {model.KIND: model for model in TRACKED_MODELS}
# What the label of a record reads from others.
_LABEL_NEEDS: dict[type[Record], tuple[str, ...]] = {
    Recommendation: ("document",),
    Item: ("recommendation__document",),
    Update: ("item__recommendation__document",),
    TreatyEvent: ("treaty",),
}


def _called(named: Iterable[Record], on: Item | None, *, public: bool) -> dict[str, str]:
    """Return {UUID: label} of records; to the public, as an organisation at work on `on` may be named."""
    return {
        str(row.uuid): shown_name(row, on) if public and isinstance(row, Organisation) else str(row) for row in named
    }


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
