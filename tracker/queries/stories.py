"""Stories: what a page tells of one record's past, with what was redacted of it and what restores put back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tracker.choices import RedactionGround
from tracker.lib.canonical import parse_time, time_text
from tracker.models import (
    Document,
    HistoryEntry,
    HistoryValue,
    Item,
    Organisation,
    Recommendation,
    Record,
    Redaction,
    Restore,
    Update,
)
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.history import PUBLIC_ACTIONS, Line, lines
from tracker.queries.moves import Moved, moved
from tracker.queries.redactions import field_label, record_of
from tracker.queries.snapshots import log_of, value_of

# How many acts one page considers, and of corrections of single points; the latest.
BOUND, _CORRECTIONS = 1000, 200
# What the pages of the catalogue and of organisations show, and its history therefore may.
CATALOGUE_ACTIONS = frozenset(PUBLIC_ACTIONS | {"set_text_rights", "change_organisation"})
CATALOGUE_FIELDS = {
    "document": frozenset(
        "kind title short_title publisher published_on source_address source_note text_rights".split()
    ),
    "recommendation": frozenset("title summary kind area addressee deadline recurs_months page".split()),
    "organisation": frozenset("name kind country address".split()),
}
# What tells that a point is new, and that it was taken out or brought back: counted, never shown.
_COUNTED = {"recommendation": frozenset(("reference", "archived_on"))}


def item_story(item: Item, updates: Iterable[Update], *, before: dt.datetime | None = None) -> list[Line]:
    """Return the public history of `item` with its published `updates`, latest first, one line for each act,
    as it was written `before`.
    """
    records = [item, *updates]
    sources = [entry for update in records[1:] for entry in update.evidence.all()]  # type: ignore[attr-defined]
    return _in_order(
        _by_act(lines(records, public=True, before=before)),
        redacted([*records, *sources], before=before),
        restored(log_of(item), before=before),
    )


def organisation_story(organisation: Organisation, *, before: dt.datetime | None = None) -> list[Line]:
    """Return the public history of an organisation that is named, latest first.

    What it was called before may be what it is called no more for a reason: only its values of today are told.
    """
    told_of = lines([organisation], public=True, before=before, actions=CATALOGUE_ACTIONS, fields=CATALOGUE_FIELDS)
    now = {
        change.field: change.new
        for name in CATALOGUE_FIELDS["organisation"]
        for change in [moved(Organisation, name, (None, value_of(organisation, name)), {}, withheld=False)]
    }
    return _in_order(
        [replace(line, changes=[_of_today(change, now[change.field]) for change in line.changes]) for line in told_of],
        redacted([organisation], before=before),
        restored(log_of(organisation), before=before),
    )


def _of_today(change: Moved, now: str) -> Moved:
    known, earlier = ("–", now, _("withdrawn")), _("an earlier one")
    return replace(
        change,
        old=change.old if change.old in known else earlier,
        new=change.new if change.new in known else earlier,
    )


def document_story(document: Document, *, before: dt.datetime | None = None) -> list[Line]:
    """Return the public history of `document` and its points, latest first, one line for each act.

    Points that were added, taken out or brought back are counted; of points in use corrections are told. Some ten
    queries whatever the number of points.
    """
    own = lines([document], public=True, before=before, actions=CATALOGUE_ACTIONS, fields=CATALOGUE_FIELDS)
    entries = _of_points(document, before)
    return _in_order(
        _by_act([*own, *_counted(entries), *_corrected(entries)]),
        _redactions(_of_document(document), before),
        restored(log_of(document), before=before),
    )


def _of_document(document: Document) -> Q:
    points = document.recommendations.filter(archived_on=None)
    of_point = Q(object_kind=Recommendation.KIND, object_uuid__in=points.values("uuid"))
    return Q(object_kind=Document.KIND, object_uuid=document.uuid) | of_point


def _of_points(document: Document, before: dt.datetime | None) -> QuerySet[Any]:
    """Return the public entries about the points of `document`, each with what became of its point."""
    found = HistoryEntry.objects.filter(
        object_kind=Recommendation.KIND,
        object_uuid__in=document.recommendations.values("uuid"),
        action__in=CATALOGUE_ACTIONS,
    )
    values = HistoryValue.objects.filter(entry=OuterRef("pk"))
    archived = values.filter(field="archived_on")
    return (found.filter(time__lt=time_text(before)) if before else found).annotate(
        adds=Exists(values.filter(field="reference")),
        archives=Exists(archived.exclude(new="null")),
        restores=Exists(archived.filter(new="null")),
    )


def _counted(entries: QuerySet[Any]) -> list[Line]:
    """Return a line for each act that added points, took some out or brought some back."""
    acts: list[dict[str, Any]] = list(
        entries.filter(Q(adds=True) | Q(archives=True) | Q(restores=True))
        .order_by()
        .values("request_id")
        .annotate(
            last=Max("pk"),
            added=Count("pk", filter=Q(adds=True)),
            archived=Count("pk", filter=Q(archives=True)),
            restored=Count("pk", filter=Q(restores=True)),
        )
        .order_by("-last")[:BOUND]
    )
    among = HistoryEntry.objects.filter(pk__in=[row["last"] for row in acts])
    points = Recommendation.objects.filter(uuid__in=among.values("object_uuid")).select_related("document")
    found = lines(points, public=True, among=among, actions=CATALOGUE_ACTIONS, fields=_COUNTED)
    counts = {str(row["request_id"]): _counts(row) for row in acts}
    return [replace(line, changes=counts[line.act]) for line in found]


def _counts(row: dict[str, Any]) -> list[Moved]:
    words = {"added": _("points added"), "archived": _("points taken out"), "restored": _("points brought back")}
    # A number moved from nowhere: pages say it once.
    return [Moved(words[name], str(row[name]), str(row[name])) for name in words if row[name]]


def _corrected(entries: QuerySet[Any]) -> list[Line]:
    """Return a line for each correction of a point in use, its fields named with the reference of the point."""
    latest = dict(entries.filter(adds=False).order_by("-pk").values_list("pk", "object_uuid")[:_CORRECTIONS])
    points = Recommendation.objects.filter(uuid__in=set(latest.values()), archived_on=None).select_related("document")
    references = {str(point.uuid): point.reference for point in points}
    among = HistoryEntry.objects.filter(pk__in=list(latest))
    found = lines(points, public=True, among=among, actions=CATALOGUE_ACTIONS, fields=CATALOGUE_FIELDS)
    return [
        replace(
            line,
            changes=[replace(each, field=f"{references[line.about]}, {each.field}") for each in line.changes],
        )
        for line in found
    ]


def _by_act(found: Iterable[Line]) -> list[Line]:
    """Return one line for each act, with everything that it changed."""
    acts: dict[str, Line] = {}
    for line in found:
        first = acts.setdefault(line.act, line)
        if first is not line:
            acts[line.act] = replace(first, changes=[*first.changes, *line.changes])
    return list(acts.values())


def redacted(records: Iterable[Record], *, before: dt.datetime | None = None) -> list[Line]:
    """Return what was redacted of `records`: which field, when and on which ground; neither value nor people."""
    keys: dict[str, list[Any]] = {}
    for record in records:
        keys.setdefault(record.KIND, []).append(record.uuid)
    about = Q(pk=None)
    for kind, uuids in keys.items():
        about |= Q(object_kind=kind, object_uuid__in=uuids)
    return _redactions(about, before)


def _redactions(about: Q, before: dt.datetime | None) -> list[Line]:
    done = {row.uuid: row for row in visible_to(PUBLIC, Redaction).filter(about)}
    if not done:
        return []
    entries = HistoryEntry.objects.filter(
        object_kind=Redaction.KIND, object_uuid__in=list(done), action__in=("carry_out_redaction", "replay_redaction")
    )
    if before:
        entries = entries.filter(time__lt=time_text(before))
    # One decision may speak of several logs.
    once = {(entry.request_id, done[entry.object_uuid].field): entry for entry in entries}
    return [_redaction(done[entry.object_uuid], entry) for entry in once.values()]


def _redaction(row: Redaction, entry: HistoryEntry) -> Line:
    return Line(
        time=parse_time(entry.time),
        action=_("Redacted: %(field)s") % {"field": field_label(row.object_kind, row.field)},
        who=_("two people together"),
        label="",
        reason=str(RedactionGround(row.ground).label),
        sequence=entry.sequence,
        act=str(entry.request_id),
    )


def restored(log: str, *, before: dt.datetime | None = None) -> list[Line]:
    """Return when an older state of the whole of `log` was put back, and how many entries that took away."""
    entries = HistoryEntry.objects.filter(log=log, object_kind=Restore.KIND)
    if before:
        entries = entries.filter(time__lt=time_text(before))
    known = {entry.object_uuid: entry for entry in entries}
    rows = Restore.objects.filter(uuid__in=list(known), lost_log=log) if known else ()
    return [_restore(row, known[row.uuid]) for row in rows]


def _restore(row: Restore, entry: HistoryEntry) -> Line:
    return Line(
        time=parse_time(entry.time),
        action=_("An older state of the whole record was put back"),
        who=_("The staff of this installation"),
        label="",
        reason="",
        sequence=entry.sequence,
        act=str(entry.request_id),
        changes=[Moved(_("entries in this log"), str(row.lost_size), str(row.kept_size))],
    )


def inside_story(records: Sequence[Record], organisation_id: int | None) -> list[Line]:
    """Return the history of `records` as a member of that organisation may read it, latest first."""
    return _in_order(lines(records, public=False, organisation_id=organisation_id), redacted(records))


def entry_in_words(entry: HistoryEntry, organisation_id: int | None) -> Line | None:
    """Return one entry as a member of that organisation may read it; None where its record is there no more."""
    record = record_of(entry.object_kind, entry.object_uuid)
    if record is None:
        return None
    among = HistoryEntry.objects.filter(pk=entry.pk)
    return next(iter(lines([record], public=False, organisation_id=organisation_id, among=among)), None)


def _in_order(*parts: Iterable[Line]) -> list[Line]:
    """Return the lines of all `parts`, latest first; those of one moment stay as they come."""
    return sorted((line for part in parts for line in part), key=lambda line: line.time, reverse=True)
