"""Reads about documents as an alliance follows them: the outline, with what each point is now in its place."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from tracker.models import Alliance, Document, ItemState, Section
from tracker.queries.asof import Past, states_at
from tracker.queries.items import current


@dataclass
class Heading:
    """A section with the states of its own points and its subsections, in the order of the source."""

    section: Section
    states: list[ItemState] = field(default_factory=list)
    children: list["Heading"] = field(default_factory=list)

    @property
    def holds(self) -> int:
        """How many points stand here and below."""
        return len(self.states) + sum(child.holds for child in self.children)


def followed(alliance: Alliance, *, past: Past | None = None) -> list[Document]:
    """Return the documents that `alliance` follows, or followed then, in their order."""
    if past is not None:
        return list(Document.objects.filter(pk__in=states_at(past).values("item__recommendation__document")))
    points = alliance.items.filter(archived_on=None).values("recommendation__document")
    return list(Document.objects.filter(pk__in=points, archived_on=None))


def outline(document: Document, states: Iterable[ItemState]) -> list[Heading]:
    """Return the top headings of `document` with `states` in their places; headings without points are left out."""
    headings = {row.pk: Heading(row) for row in document.sections.filter(archived_on=None).order_by("position", "pk")}
    top: list[Heading] = []
    for heading in headings.values():
        above = headings.get(heading.section.parent_id) if heading.section.parent_id else None
        (above.children if above else top).append(heading)
    for state in states:
        section = state.item.recommendation.section
        # A heading that went while its points stayed: show them under it all the same.
        if section.pk not in headings:
            headings[section.pk] = Heading(section)
            top.append(headings[section.pk])
        headings[section.pk].states.append(state)
    return _without_empty(top)


def states_of(
    alliance: Alliance, document: Document, *, today: dt.date, past: Past | None = None
) -> QuerySet[ItemState]:
    """Return what each followed point of `document` is now, or was then, in the order of the source."""
    return current(alliance, today=today, past=past).filter(item__recommendation__document=document)


def _without_empty(headings: list[Heading]) -> list[Heading]:
    kept = [heading for heading in headings if heading.holds]
    for heading in kept:
        heading.children = _without_empty(heading.children)
    return kept
