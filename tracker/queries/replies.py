"""Reads about a questionnaire: what the State replied to each question, and which items that bears on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from tracker.choices import Perspective, RecommendationKind
from tracker.models import Alliance, Bearing, Document, ItemState, Update
from tracker.queries.asof import Past, set_back, set_items_back
from tracker.queries.progress import published_by, voices
from tracker.queries.withholding import public_updates


@dataclass(frozen=True)
class Reply:
    """A question, what the State says to it now, None where it has not replied, and what that bears on."""

    state: ItemState
    said: Update | None
    bearings: list[Bearing]


def answered(alliance: Alliance, document: Document, *, past: Past | None = None) -> int:
    """Return how many questions of `document` have a published reply of the State, or had; one query."""
    asked = {"item__recommendation__document": document, "item__recommendation__kind": RecommendationKind.QUESTION}
    return _told(alliance, past).filter(**asked).values("item").distinct().count()


def replies(alliance: Alliance, states: Iterable[ItemState], *, past: Past | None = None) -> list[Reply]:
    """Return the reply to each of the questions `states`, in their order; two queries now, however many there are."""
    asked = list(states)
    found = public_updates(
        _told(alliance, past)
        .filter(item__in=[state.item_id for state in asked])
        .select_related("organisation", "place_document", "quotation", "item__recommendation__document")
        .prefetch_related(Prefetch("bears_on", Bearing.objects.select_related("item__recommendation__document")))
        .order_by("published_at", "pk")
    )
    said: dict[int, list[Update]] = {}
    for update in found:
        said.setdefault(update.item_id, []).append(update)
    now = {key: voices(updates)[-1] for key, updates in said.items()}
    bearings = _bearings(now.values(), past)
    return [Reply(state, now.get(state.item_id), bearings.get(state.item_id, [])) for state in asked]


def _told(alliance: Alliance, past: Past | None) -> QuerySet[Update]:
    """Return what the State said, less what was corrected since: it may have been recorded anew under another point."""
    corrected = published_by(past).exclude(corrects=None).values("corrects")
    return published_by(past).filter(alliance=alliance, perspective=Perspective.STATE).exclude(pk__in=corrected)


def _bearings(updates: Iterable[Update], past: Past | None) -> dict[int, list[Bearing]]:
    """Return {item: what the update on it says about others in use}."""
    rows = {update.item_id: list(update.bears_on.all()) for update in updates}
    every = [row for found in rows.values() for row in found]
    if past is not None and every:
        every = set_back(every, ("reason", "archived_on"), past)
        set_items_back([row.item for row in every], past)
    kept = {
        row.pk
        for row in every
        if row.archived_on is None and row.item.archived_on is None and row.item.recommendation.archived_on is None
    }
    return {key: [row for row in found if row.pk in kept] for key, found in rows.items()}
