"""Reads about relations: which points of other documents a point relates to, and where an alliance stands on those."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from tracker.choices import READ_BACK, REFERENCE_DOCUMENTS, UNLEVELLED_KINDS, RelationKind, UpdateState
from tracker.models import Alliance, Document, Evidence, Item, ItemState, Recommendation, Relation, Section
from tracker.permissions import Actor
from tracker.queries.access import evidence, updates
from tracker.queries.asof import Past, not_yet_archived
from tracker.queries.items import current
from tracker.queries.outlines import followed

# Which way a relation is read: from its source, or back from its target.
_ORDER = (
    (RelationKind.SUPERSEDES, False),
    (RelationKind.SUPERSEDES, True),
    (RelationKind.SAME, False),
    (RelationKind.NARROWER, False),
    (RelationKind.NARROWER, True),
    (RelationKind.IN_TENSION, False),
)


@dataclass(frozen=True)
class Related:
    """The other point of a relation, why it is one, and what the alliance's item on it is, where it has one.

    `kind` and `back` say how the relation reads from this side.
    """

    point: Recommendation
    kind: RelationKind
    back: bool
    relation: Relation
    state: ItemState | None = None

    @property
    def is_unlevelled(self) -> bool:
        """Whether the other point is of a kind that never has a level."""
        return self.point.kind in UNLEVELLED_KINDS

    @property
    def words(self) -> str:
        """How the relation reads from this side."""
        return str(READ_BACK[self.kind.value] if self.back else self.kind.label)


@dataclass(frozen=True)
class Group:
    """The points that are related in one way, with the words for it."""

    words: str
    related: list[Related]


@dataclass
class ReferenceHeading:
    """A section of a document that nobody has to follow, with its points and what relates to each."""

    section: Section
    points: list[tuple[Recommendation, list[Group]]] = field(default_factory=list)


def in_use(past: Past | None = None) -> QuerySet[Relation]:
    """Return the relations that are not archived, nor one of their points or documents; with `past`, were not then."""
    paths = ("", *(f"{end}__{path}" for end in ("source", "target") for path in ("", "document__")))
    kept = Q()
    for path in paths:
        kept &= not_yet_archived(past, path) if past else Q(**{f"{path}archived_on": None})
    return Relation.objects.filter(kept)


def related_to(
    points: Collection[Recommendation],
    alliance: Alliance,
    *,
    today: dt.date,
    past: Past | None = None,
    among: Iterable[Document] | None = None,
) -> dict[int, list[Group]]:
    """Return {point: what it relates to}, each group in the order of the documents.

    Only points of documents that `alliance` follows (`among`, where the caller has read them already), and of those
    that are there to be related to; with the level of the alliance's own item, now or at the end of `past`. Two
    queries, one more without `among`.
    """
    keys = {point.pk for point in points}
    known = followed(alliance, past=past) if among is None else among
    shown = Q(kind__in=REFERENCE_DOCUMENTS) | Q(pk__in=[row.pk for row in known])
    documents = Document.objects.filter(shown).values("pk")
    relations = (
        in_use(past)
        .filter(Q(source__in=keys, target__document__in=documents) | Q(target__in=keys, source__document__in=documents))
        .select_related("source__document", "target__document")
    )
    found: dict[int, list[Related]] = {}
    for relation in relations:
        for here, there, back in (
            (relation.source, relation.target, False),
            (relation.target, relation.source, True),
        ):
            if here.pk in keys:
                kind = RelationKind(relation.kind)
                mutual = kind.value not in READ_BACK
                found.setdefault(here.pk, []).append(Related(there, kind, back and not mutual, relation))
    return _grouped(found, alliance, today=today, past=past)


def _place(related: Related) -> tuple[int, str, int, int]:
    """Return where a point stands: in the order of the documents, and no two at the same place."""
    point = related.point
    return point.document.position, point.document.code, point.position, point.pk


def _grouped(
    found: dict[int, list[Related]], alliance: Alliance, *, today: dt.date, past: Past | None
) -> dict[int, list[Group]]:
    others = {related.point.pk for rows in found.values() for related in rows}
    states = {
        state.item.recommendation_id: state
        for state in current(alliance, today=today, past=past).filter(item__recommendation__in=others)
    }
    groups: dict[int, list[Group]] = {}
    for key, rows in found.items():
        rows.sort(key=_place)
        for kind, back in _ORDER:
            some = [
                Related(row.point, row.kind, row.back, row.relation, states.get(row.point.pk))
                for row in rows
                if (row.kind, row.back) == (kind, back)
            ]
            if some:
                groups.setdefault(key, []).append(Group(some[0].words, some))
    return groups


def reference_outline(
    document: Document, alliance: Alliance, *, today: dt.date, past: Past | None = None
) -> list[ReferenceHeading]:
    """Return the sections of `document` that hold points, each point with what it relates to; four queries."""
    archived = not_yet_archived(past) if past else Q(archived_on=None)
    points = list(document.recommendations.filter(archived).select_related("section").order_by("position"))
    related = related_to(points, alliance, today=today, past=past)
    headings: dict[int, ReferenceHeading] = {}
    for point in points:
        heading = headings.setdefault(point.section_id, ReferenceHeading(point.section))
        heading.points.append((point, related.get(point.pk, [])))
    return list(headings.values())


def evidence_nearby(item: Item, actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence in the actor's sight that published updates on related items of the alliance rest on."""
    from_here, to_here = (in_use().filter(**{end: item.recommendation_id}) for end in ("source", "target"))
    related = Q(item__recommendation__in=from_here.values("target")) | Q(
        item__recommendation__in=to_here.values("source")
    )
    said = updates(actor).filter(related, state=UpdateState.PUBLISHED, item__archived_on=None)
    return evidence(actor).filter(pk__in=said.values("evidence"))


def reference_documents(past: Past | None = None) -> Sequence[Document]:
    """Return the documents that are there to be related to: treaties and goals."""
    archived = not_yet_archived(past) if past else Q(archived_on=None)
    return list(Document.objects.filter(archived, kind__in=REFERENCE_DOCUMENTS))
