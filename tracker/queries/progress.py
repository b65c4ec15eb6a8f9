"""Reads about updates: timelines, what each perspective says now, what a draft rests on."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from tracker import workflow
from tracker.choices import ComponentVerdict, Origin, Perspective, UpdateState
from tracker.lib.dates import last_day
from tracker.models import Alliance, Bearing, Component, Item, Request, Update
from tracker.permissions import PUBLIC
from tracker.queries.access import on_items_in_use, visible_to
from tracker.queries.asof import (
    LETTER_FIELDS,
    Past,
    set_back,
    set_items_back,
    set_sources_back,
    states_at,
)
from tracker.queries.withholding import public_updates
from tracker.workflow import ComponentResult, Source


def wrote(user_id: int | None, update: Update) -> bool:
    """Tell whether a person began, edited or submitted `update`: it is their own, whoever its author is."""
    return user_id is not None and (update.author_id == user_id or update.writers.filter(pk=user_id).exists())


def sources_of(update: Update) -> list[Source]:
    """Return the evidence of `update` as the grade sees it."""
    return [Source(kind, publisher) for kind, publisher in update.evidence.values_list("kind", "publisher")]


def is_level_changed(update: Update, item: Item) -> bool:
    """Tell whether `update` claims a level that the alliance has not published: its review is the stricter one.

    Another perspective never moves the headline, but a level it claims is reviewed as one, and so is a correction that
    takes such a level away.
    """
    told = update.corrects
    if told is not None and told.perspective != Perspective.ALLIANCE and told.level:
        return True
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


def published_by(past: Past | None) -> QuerySet[Update]:
    """Return the updates that the public reads, or read then: what was published on items in use."""
    if past is None:
        found: QuerySet[Update] = visible_to(PUBLIC, Update)
        return found
    in_use = Exists(states_at(past).filter(item=OuterRef("item")))
    return Update.objects.filter(in_use, state=UpdateState.PUBLISHED, published_at__lt=past.before)


def published(item: Item, *, past: Past | None = None) -> list[Update]:
    """Return the updates on `item` that are published, or were then, latest first, with what a public page shows of
    them and nothing that is withheld; ten queries at most now.
    """
    found = list(
        published_by(past)
        .filter(item=item)
        .select_related(
            "organisation",
            "publisher_organisation",
            "second_publisher_organisation",
            "place_document",
            "corrects",
            "quotation",
        )
        .prefetch_related(
            "evidence__document",
            Prefetch("requests", _sent_letters()),
            "assessments__component",
            "bears_on__item__recommendation__document",
        )
        .order_by("-published_at", "-pk")
    )
    for update in found:
        update.item = item
    if past is not None:
        _set_back(found, past)
    return public_updates(found)


# What stands beside a published update and goes on changing.
_BESIDE: dict[str, Callable[[Iterable[Any], Past], list[Any]]] = {
    "evidence": set_sources_back,
    "requests": lambda rows, past: [row for row in set_back(rows, LETTER_FIELDS, past) if row.sent_on is not None],
    "bears_on": lambda rows, past: set_back(rows, ("reason", "archived_on"), past),
}


def _set_back(updates: Sequence[Update], past: Past) -> None:
    """Bring what stands beside published updates to what it was."""
    for name, back in _BESIDE.items():
        rows = {row.pk: row for update in updates for row in getattr(update, name).all()}
        then = {row.pk: row for row in back(rows.values(), past)}
        for update in updates:
            loaded = vars(update)["_prefetched_objects_cache"][name]
            loaded._result_cache = [then[row.pk] for row in loaded if row.pk in then]
    others = [bearing.item for update in updates for bearing in update.bears_on.all()]
    set_items_back([*others, *(update.corrects.item for update in updates if update.corrects)], past)


def _sent_letters() -> QuerySet[Request]:
    """Return what the public reads of letters: who wrote to whom, when, whether an answer came; never their text."""
    sent = Request.objects.filter(sent_on__isnull=False).select_related("organisation", "duty_bearer")
    return sent.defer("subject", "letter", "reply").order_by("sent_on", "pk")


def accounts(item: Item) -> list[Update]:
    """Return what each perspective says now of the level: its update, in the order of the list of perspectives.

    Of the alliance its latest published level. Of any other the one of the latest period, and of two of the same period
    the latest published; what was corrected since stands no more. Each member NGO speaks for itself. One query.
    """
    published = item.updates.filter(state=UpdateState.PUBLISHED)
    corrected = published.exclude(corrects=None).values("corrects")
    rows = published.exclude(level="").exclude(pk__in=corrected, perspective__in=_OTHERS)
    return _now(rows.select_related("organisation").order_by("published_at", "pk"))


def voices(updates: Iterable[Update]) -> list[Update]:
    """Return what each perspective said last, in the order of their list, by the rule of `accounts`.

    `updates` are all that is published on one item, in the order of their publication. Who has published a level is
    shown by the update that gives it.
    """
    known = list(updates)
    corrected = {update.corrects_id for update in known}
    standing = [update for update in known if update.pk not in corrected or update.perspective not in _OTHERS]
    levels = {_voice(update): update for update in _now(update for update in standing if update.level)}
    return _in_order(({_voice(update): update for update in _now(standing)} | levels).values())


def _now(updates: Iterable[Update]) -> list[Update]:
    found: dict[tuple[str, int | None], Update] = {}
    for update in updates:
        held = found.get(_voice(update))
        if held is None or _replaces(update.perspective, update.period_to, held.period_to):
            found[_voice(update)] = update
    return _in_order(found.values())


def _voice(update: Update) -> tuple[str, int | None]:
    """Return whose word an update is: a perspective, and of the member NGOs which one."""
    return update.perspective, update.organisation_id if update.perspective == Perspective.MEMBER_NGO else None


def _in_order(updates: Iterable[Update]) -> list[Update]:
    return sorted(updates, key=lambda update: (Perspective.values.index(update.perspective), update.organisation_id))


def corrections_of(updates: Iterable[Update], *, past: Past | None = None) -> dict[int, Update]:
    """Return {key of an update: its published correction}; `updates` are all that is published on one item,
    or was then.

    What a source says may have been recorded anew on another item, which takes one query.
    """
    known = list(updates)
    here = {update.corrects_id for update in known}
    perhaps = [update.pk for update in known if update.origin == Origin.SOURCE and update.pk not in here]
    if perhaps:
        elsewhere = Update.objects.filter(corrects__in=perhaps, state=UpdateState.PUBLISHED)
        if past is not None:
            elsewhere = elsewhere.filter(published_at__lt=past.before)
        known += public_updates(elsewhere.select_related("item__recommendation__document"))
        if past is not None:
            set_items_back([update.item for update in known if update.corrects_id in perhaps], past)
    return {update.corrects_id: update for update in known if update.corrects_id is not None}


_OTHERS = tuple(value for value in Perspective.values if value != Perspective.ALLIANCE)


def _replaces(perspective: str, period_to: str, held: str) -> bool:
    """Tell whether an account replaces one that was published before it: an older account of another side does not."""
    return perspective == Perspective.ALLIANCE or last_day(period_to) >= last_day(held)


def latest(
    alliance: Alliance, limit: int, *, past: Past | None = None, area: str = "", **narrowed: Any
) -> list[Update]:
    """Return the `limit` updates of `alliance` published last, now or by then, on items that have a page, without what
    is withheld; with `area` those on its points only, with other conditions on updates those that fit. One query.
    """
    found = published_by(past).filter(alliance=alliance, **narrowed)
    return newest(found.filter(item__recommendation__area=area) if area else found, limit)


def newest(published: QuerySet[Update], limit: int) -> list[Update]:
    """Return the `limit` of `published` updates that were published last, with what a line about them shows, without
    what is withheld; one query.
    """
    shown = published.select_related("organisation", "place_document", "item__recommendation__document")
    return public_updates(shown.order_by("-published_at", "-pk")[:limit])


def bearing_on(item: Item, *, past: Past | None = None) -> list[Bearing]:
    """Return what published updates on other items in use, none of them withheld, say about `item`, or said then,
    latest first; one query now.
    """
    found = Bearing.objects.filter(item=item, update__state=UpdateState.PUBLISHED, update__withheld=False)
    if past is None:
        found = found.filter(archived_on=None, **on_items_in_use("update__"))
    else:
        found = found.filter(update__in=published_by(past))
    rows = found.select_related(
        "update__organisation", "update__place_document", "update__item__recommendation__document"
    ).order_by("-update__published_at", "pk")
    if past is None:
        return list(rows)
    return [row for row in set_back(rows, ("reason", "archived_on"), past) if row.archived_on is None]
