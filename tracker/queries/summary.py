"""Reads for the status summary: what each item is now, with the texts and evidence that its row shows."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from tracker.choices import Flag, Perspective, UpdateState
from tracker.models import ItemState, Update
from tracker.queries.asof import Past
from tracker.queries.items import DOCUMENT_ORDER, with_flags

_POINT = "item__recommendation"
_COLUMNS = (
    "pk",
    f"{_POINT}__document__code",
    f"{_POINT}__document__text_rights",
    f"{_POINT}__reference",
    f"{_POINT}__slug",
    f"{_POINT}__kind",
    f"{_POINT}__section__code",
    f"{_POINT}__section__title",
    f"{_POINT}__area",
    f"{_POINT}__addressee",
    f"{_POINT}__title",
    f"{_POINT}__wording",
    f"{_POINT}__deadline",
    "level",
    "level_since",
    "lifecycle",
    "update_due_on",
    "verify_by",
    "owner__name",
    "owner__kind",
    "owner__visibility",
    "duty_bearer__name",
    "duty_bearer__kind",
    "duty_bearer__visibility",
    "item__visibility",
    "headline_id",
    "headline__evidence_grade",
    "last_update_on",
    "state_level",
    "state_level_on",
    "last_done",
    "last_withheld",
    *(f"flag_{flag.value}" for flag in Flag),
)


def ordered(states: QuerySet[ItemState]) -> list[int]:
    """Return the keys of `states` in document order, in one query."""
    return list(states.order_by(*DOCUMENT_ORDER).values_list("pk", flat=True))


def rows(
    keys: list[int],
    *,
    today: dt.date,
    public: bool,
    past: Past | None = None,
    using: str = "default",
    at_once: int = 500,
) -> Iterator[dict[str, Any]]:
    """Yield the states with these keys, in their order, as {column: value}; two queries for every `at_once` of them.

    Point and related rows come under their path (`item__recommendation__title`), flags as `flag_<code>`. Besides:
    `last_done`, what the alliance's latest published update says was done, and `sources`, the evidence that the level
    rests on as rows of {address, document, page}. With `public` nothing that is withheld: `last_done` and the sources
    are empty there, and `last_withheld` says why. With `past` what was published by then.
    """
    for start in range(0, len(keys), at_once):
        chunk = keys[start : start + at_once]
        found = {row["pk"]: row for row in _states(chunk, today, past, using)}
        sources = _sources((row["headline_id"] for row in found.values()), using, public=public)
        for key in chunk:
            row = found[key] | {"sources": sources.get(found[key]["headline_id"], [])}
            if public and row["last_withheld"]:
                row["last_done"] = ""
            yield row


def _states(keys: list[int], today: dt.date, past: Past | None, using: str) -> list[dict[str, Any]]:
    # The item's own and latest, whatever its level: the headline may be older.
    latest = Update.objects.filter(
        item=OuterRef("item_id"), state=UpdateState.PUBLISHED, perspective=Perspective.ALLIANCE
    ).order_by("-published_at", "-pk")
    if past is not None:
        latest = latest.filter(published_at__lt=past.before)
    states = with_flags(ItemState.objects.using(using).filter(pk__in=keys), today=today, past=past)
    last = {name: Subquery(latest.values(column)[:1]) for name, column in _LAST.items()}
    return list(states.annotate(**last).values(*_COLUMNS))


_LAST = {"last_done": "done", "last_withheld": "withheld"}


def _sources(headlines: Iterable[int | None], using: str, *, public: bool) -> dict[int, list[dict[str, str]]]:
    """Return {update: its evidence in the order it was added}; what the public may not see is counted, and empty."""
    wanted = {key for key in headlines if key is not None}
    found: dict[int, list[dict[str, str]]] = {}
    links = Update.evidence.through.objects.using(using).filter(update_id__in=wanted).order_by("evidence_id")
    columns = ("evidence__address", "evidence__document__code", "evidence__document__source_address", "evidence__page")
    withheld = ("evidence__withheld", "update__withheld")
    for update, *places, source_hidden, all_hidden in links.values_list("update_id", *columns, *withheld):
        hidden = public and (source_hidden or all_hidden)
        address, document, source, page = (None, None, None, "") if hidden else places
        found.setdefault(update, []).append(
            {"address": address or source or "", "document": document or "", "page": page}
        )
    return found
