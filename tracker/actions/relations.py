"""Relations between points of different documents: from the files, and by hand. Archived, never deleted."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.actions.catalogue import ACTION, archive_missing, placed, put, revise
from tracker.actions.history import Act
from tracker.choices import MUTUAL_RELATIONS, RelationKind
from tracker.errors import InvalidValue, NotAllowed
from tracker.importer.fields import Point
from tracker.importer.relations import RELATIONS, RelationEntry
from tracker.models import HistoryEntry, Recommendation, Relation
from tracker.models.base import texts
from tracker.permissions import Actor, may_edit_catalogue

_Key = tuple[frozenset[int], str]


def load_relations(entries: Iterable[RelationEntry], *, actor: Actor, at: dt.datetime) -> None:
    """Bring the relations to what the file says, in one act; those that it no longer holds are archived.

    One that the staff made or archived by hand is theirs from then on. Raises NotAllowed for anyone but the
    installation's staff, CatalogueError naming the relation that the record cannot hold.
    """
    _require_staff(actor)
    by_hand = HistoryEntry.objects.filter(object_kind=Relation.KIND).exclude(action=ACTION).values("object_uuid")
    theirs = {_key(row): row for row in Relation.objects.filter(uuid__in=by_hand)}
    rows = Relation.objects.exclude(uuid__in=by_hand).select_related("source__document", "target__document")
    known = {_key(row): row for row in rows}
    points = {Point(row.document.code, row.reference): row for row in Recommendation.objects.select_related("document")}
    kept: set[_Key] = set()
    with Act(ACTION, actor=actor, at=at) as act:
        for entry in entries:
            ends = {"source": points[entry.source], "target": points[entry.target]}
            key = (frozenset(row.pk for row in ends.values()), entry.kind)
            values = {"reason": entry.reason, "archived_on": None}
            kept.add(key)
            if key in theirs:
                continue
            with placed(RELATIONS, entry.place):
                put(act, Relation, known, key, {"kind": entry.kind}, ends | values)
        archive_missing(act, known, kept)


def relate_points(
    source: Recommendation,
    target: Recommendation,
    kind: RelationKind,
    *,
    reason: dict[str, str],
    actor: Actor,
    at: dt.datetime,
) -> Relation:
    """Say how `source` relates to `target`, with the `reason` that the public reads; one that was archived returns.

    Raises NotAllowed for anyone but the installation's staff, InvalidValue without a reason, for points of one document
    of which neither replaces the other, for an archived point, and where the two are related in this way already.
    """
    _require_staff(actor)
    if not any(text.strip() for text in texts(reason).values()):
        raise InvalidValue(_("Say what is the same in the two points, and what is not."))
    if source.archived_on or target.archived_on:
        raise InvalidValue(_("An archived point is not related to others."))
    if source.document_id == target.document_id and kind != RelationKind.SUPERSEDES:
        raise InvalidValue(_("Within one document a point can only replace another."))
    either = Q(source=source, target=target) | Q(source=target, target=source)
    with Act("relate_points", actor=actor, at=at) as act:
        archived = Relation.objects.filter(either, kind=kind).exclude(archived_on=None).first()
        if archived is None:
            return act.add(Relation(source=source, target=target, kind=kind, reason=reason))
        held = act.lock(archived)
        ends = {} if kind in MUTUAL_RELATIONS else {"source": source, "target": target}
        return revise(act, held, **ends, reason=reason, archived_on=None)


def archive_relation(
    relation: Relation, *, reason: str, actor: Actor, at: dt.datetime, version: int | None = None
) -> Relation:
    """Take a relation out of use, for a `reason` that the history keeps.

    Raises NotAllowed for anyone but the installation's staff, InvalidValue without a reason or where it is archived.
    """
    _require_staff(actor)
    if not reason.strip():
        raise InvalidValue(_("Say why these points are not related in this way."))
    with Act("archive_relation", actor=actor, at=at, reason=reason.strip()) as act:
        held = act.lock(relation, version=version)
        if held.archived_on is not None:
            raise InvalidValue(_("This relation is archived already."))
        act.change(held, archived_on=act.at.date())
    return held


def _require_staff(actor: Actor) -> None:
    if not may_edit_catalogue(actor):
        raise NotAllowed(_("Only the staff of this installation may edit the catalogue."))


def _key(relation: Relation) -> _Key:
    """Return how a relation is known again, whichever end it was written from."""
    return frozenset((relation.source_id, relation.target_id)), relation.kind
