"""What the filters of the list can be asked for: the sections and the organisations that it has anything of."""

from typing import Any

from django.db.models import Q, QuerySet

from tracker.choices import Visibility
from tracker.models import Alliance, Item, Organisation, Section
from tracker.queries.asof import Past, contributors_named, states_at


def sections(alliance: Alliance, past: Past | None) -> QuerySet[Section]:
    """Return the sections of the documents that the alliance follows, or followed then. Every document has some."""
    documents: QuerySet[Any, Any] = (
        alliance.items.filter(archived_on=None).values("recommendation__document")
        if past is None
        else states_at(past).values("item__recommendation__document")
    )
    return (
        Section.objects.filter(document__in=documents, archived_on=None)
        .select_related("document")
        .order_by("document__position", "document__code", "position", "pk")
    )


def organisations(alliance: Alliance, past: Past | None, *, internal: bool) -> QuerySet[Organisation]:
    """Return the organisations that can be asked for: `is_owner`, `is_bearer` and `is_contributor` of some item. To the
    public, those that are named. Of an earlier day, to the public, those who contributed at any time until then.
    """
    items: QuerySet[Any] = alliance.items.filter(archived_on=None) if past is None else states_at(past)
    working = items
    if not internal:
        working = items.filter(**{"visibility" if past is None else "item__visibility": Visibility.NAMED})
    known = Organisation.objects if internal else Organisation.objects.filter(visibility=Visibility.NAMED)
    if past is None:
        contributors = Item.contributors.through.objects.filter(item__in=working.values("pk"))
        helps = _is_among(contributors.values("organisation"))
    else:
        helps = Q(pk__isnull=False) if internal else Q(uuid__in=contributors_named(past))
    return known.annotate(
        is_owner=_is_among(working.values("owner")),
        is_bearer=_is_among(items.values("duty_bearer")),
        is_contributor=helps,
    ).filter(Q(is_owner=True) | Q(is_bearer=True) | Q(is_contributor=True))


def _is_among(keys: QuerySet[Any, Any]) -> Q:
    return Q(pk__in=keys)
