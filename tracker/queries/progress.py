"""Reads about updates: timelines, what each perspective says now, what a draft rests on."""

from tracker.choices import ComponentVerdict, Perspective, UpdateState
from tracker.models import Alliance, Bearing, Component, Item, Update
from tracker.workflow import ComponentResult, Source


def sources_of(update: Update) -> list[Source]:
    """Return the evidence of `update` as the grade sees it."""
    return [Source(kind, publisher) for kind, publisher in update.evidence.values_list("kind", "publisher")]


def is_level_changed(update: Update, item: Item) -> bool:
    """Tell whether `update` claims a level that the alliance has not published: its review is the stricter one.

    Another perspective never moves the headline, but a level it claims is reviewed as one.
    """
    return bool(update.level) and (update.perspective != Perspective.ALLIANCE or update.level != item.level)


def applicable_components(item: Item) -> list[Component]:
    """Return the components of the item's point that apply to the alliance's country, in order."""
    excluded = item.components_not_applicable.filter(archived_on=None).values_list("component_id", flat=True)
    return list(item.recommendation.components.filter(archived_on=None).exclude(pk__in=list(excluded)))


def assessed_components(update: Update) -> list[ComponentResult]:
    """Return each applicable component as `update` judges it."""
    verdicts = dict(update.assessments.values_list("component_id", "verdict"))
    return [
        ComponentResult(row.layer, row.required, verdicts.get(row.pk, ComponentVerdict.NOT_ASSESSED.value))
        for row in applicable_components(update.item)
    ]


def published(item: Item) -> list[Update]:
    """Return the published updates on `item`, latest first, with what a page shows of them; nine queries at most."""
    return list(
        item.updates.filter(state=UpdateState.PUBLISHED)
        .select_related("organisation", "publisher_organisation", "second_publisher_organisation", "place_document")
        .prefetch_related("evidence__document", "assessments__component", "bears_on__item__recommendation__document")
        .order_by("-published_at", "-pk")
    )


def current_levels(item: Item) -> dict[str, str]:
    """Return {perspective: level}: of each perspective its latest published level."""
    found = (
        item.updates.filter(state=UpdateState.PUBLISHED)
        .exclude(level="")
        .order_by("published_at", "pk")
        .values_list("perspective", "level")
    )
    return dict(found)


def latest(alliance: Alliance, limit: int) -> list[Update]:
    """Return the `limit` updates of `alliance` published last, on items that are not archived; one query."""
    return list(
        Update.objects.filter(alliance=alliance, state=UpdateState.PUBLISHED, item__archived_on=None)
        .select_related("organisation", "place_document", "item__recommendation__document")
        .order_by("-published_at", "-pk")[:limit]
    )


def bearing_on(item: Item) -> list[Bearing]:
    """Return what published updates on other items say about `item`, latest first; one query."""
    return list(
        Bearing.objects.filter(
            item=item, archived_on=None, update__state=UpdateState.PUBLISHED, update__item__archived_on=None
        )
        .select_related("update__organisation", "update__place_document", "update__item__recommendation__document")
        .order_by("-update__published_at", "pk")
    )
