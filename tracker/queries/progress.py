"""Reads about updates: timelines, what each perspective says now, what a draft rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker import workflow
from tracker.choices import ComponentVerdict, Origin, Perspective, UpdateState
from tracker.lib.dates import last_day
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


def needs_two(update: Update, item: Item) -> bool:
    """Tell whether two people must confirm `update`, as `item` stands now."""
    return workflow.needs_second_publisher(
        update.level or None,
        changes_level=is_level_changed(update, item),
        closes=update.closes_item,
        current=item.level,
        perspective=update.perspective,
    )


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
        .select_related(
            "organisation",
            "publisher_organisation",
            "second_publisher_organisation",
            "place_document",
            "corrects",
            "quotation",
        )
        .prefetch_related("evidence__document", "assessments__component", "bears_on__item__recommendation__document")
        .order_by("-published_at", "-pk")
    )


@dataclass(frozen=True)
class Account:
    """A level as one perspective gives it, up to the end of a period."""

    level: str
    period_to: str


def current_accounts(item: Item) -> dict[str, Account]:
    """Return {perspective: account}: what each perspective says now of the level.

    Of the alliance its latest published level. Of any other the one of the latest period, and of two of the same period
    the latest published; what was corrected since stands no more. One query.
    """
    published = item.updates.filter(state=UpdateState.PUBLISHED)
    corrected = published.exclude(corrects=None).values("corrects")
    rows = published.exclude(level="").exclude(pk__in=corrected, perspective__in=_OTHERS)
    found: dict[str, Account] = {}
    for perspective, level, period_to in rows.order_by("published_at", "pk").values_list(
        "perspective", "level", "period_to"
    ):
        held = found.get(perspective)
        if held is None or _replaces(perspective, period_to, held.period_to):
            found[perspective] = Account(level, period_to)
    return found


def voices(updates: Iterable[Update]) -> list[Update]:
    """Return what each perspective says now, in the order of their list, by the rule of `current_accounts`.

    `updates` are all that is published on one item, in the order of their publication.
    """
    known = list(updates)
    corrected = {update.corrects_id for update in known}
    found: dict[str, Update] = {}
    for update in known:
        if update.pk in corrected and update.perspective in _OTHERS:
            continue
        held = found.get(update.perspective)
        if held is None or _replaces(update.perspective, update.period_to, held.period_to):
            found[update.perspective] = update
    return [found[who] for who in Perspective if who in found]


def corrections_of(updates: Iterable[Update]) -> dict[int, Update]:
    """Return {key of an update: its published correction}; `updates` are all that is published on one item.

    What a source says may have been recorded anew on another item, which takes one query.
    """
    known = list(updates)
    here = {update.corrects_id for update in known}
    perhaps = [update.pk for update in known if update.origin == Origin.SOURCE and update.pk not in here]
    if perhaps:
        elsewhere = Update.objects.filter(corrects__in=perhaps, state=UpdateState.PUBLISHED)
        known += elsewhere.select_related("item__recommendation__document")
    return {update.corrects_id: update for update in known if update.corrects_id is not None}


_OTHERS = tuple(value for value in Perspective.values if value != Perspective.ALLIANCE)


def _replaces(perspective: str, period_to: str, held: str) -> bool:
    """Tell whether an account replaces one that was published before it: an older account of another side does not."""
    return perspective == Perspective.ALLIANCE or last_day(period_to) >= last_day(held)


def on_items_in_use(path: str = "") -> dict[str, None]:
    """Return the conditions that leave out updates on archived items and points; `path` leads to the update."""
    return {f"{path}item__archived_on": None, f"{path}item__recommendation__archived_on": None}


def latest(alliance: Alliance, limit: int) -> list[Update]:
    """Return the `limit` updates of `alliance` published last, on items that have a page; one query."""
    return list(
        Update.objects.filter(alliance=alliance, state=UpdateState.PUBLISHED, **on_items_in_use())
        .select_related("organisation", "place_document", "item__recommendation__document")
        .order_by("-published_at", "-pk")[:limit]
    )


def bearing_on(item: Item) -> list[Bearing]:
    """Return what published updates on other items in use say about `item`, latest first; one query."""
    return list(
        Bearing.objects.filter(
            item=item, archived_on=None, update__state=UpdateState.PUBLISHED, **on_items_in_use("update__")
        )
        .select_related("update__organisation", "update__place_document", "update__item__recommendation__document")
        .order_by("-update__published_at", "pk")
    )
