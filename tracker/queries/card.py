"""Reads for the progress card: the indicators that an alliance follows, how each stands and what it rests on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from tracker.choices import DocumentKind, Origin, Perspective, RecommendationKind
from tracker.models import Alliance, Document, Evidence, Item, ItemState, Recommendation, Section, Update
from tracker.queries.asof import Past
from tracker.queries.items import current
from tracker.queries.progress import published_by


@dataclass(frozen=True)
class Square:
    """One indicator: its state, how many pieces of evidence its level rests on, and what was published beside it.

    `stars` are published works of member NGOs with evidence. `kept` are stars of the source's own card: what a source
    says of an indicator in the card itself, of which nothing else survives.
    """

    state: ItemState
    evidence: int
    stars: Sequence[Update]
    kept: Sequence[Update]


@dataclass(frozen=True)
class Goal:
    """A goal of the card, with its indicators in the order of the source."""

    section: Section
    squares: Sequence[Square]


def indicators() -> QuerySet[Recommendation]:
    """Return the points of which progress cards are made."""
    cards = Document.objects.filter(kind=DocumentKind.PROGRESS_CARD).values("pk")
    return Recommendation.objects.filter(kind=RecommendationKind.INDICATOR, document__in=cards)


def with_card(alliances: QuerySet[Alliance]) -> QuerySet[Alliance]:
    """Tell of each alliance, as `has_card`, whether it follows a card now: every page's navigation asks."""
    # Named by their keys, so that a database looks at the few indicators and not at all that an alliance follows.
    points = indicators().filter(archived_on=None).values("pk")
    followed = Item.objects.filter(alliance=OuterRef("pk"), recommendation__in=points, archived_on=None)
    return alliances.annotate(has_card=Exists(followed))


def card(alliance: Alliance, *, today: dt.date, past: Past | None = None) -> list[Goal]:
    """Return the goals of the card that `alliance` follows, or followed then; none where it follows none. Three
    queries, one where there is no card.
    """
    points = indicators().values("pk")
    states = list(current(alliance, today=today, past=past).filter(item__recommendation__in=points))
    if not states:
        return []
    evidence = _evidence(states, past)
    beside = _beside(alliance, past)
    goals: dict[Section, list[Square]] = {}
    for state in states:
        said = [update for update in beside if update.item_id == state.item_id]
        square = Square(
            state,
            evidence.get(state.headline_id or 0, 0),
            [update for update in said if update.origin == Origin.RECORDED],
            [update for update in said if update.origin == Origin.SOURCE],
        )
        goals.setdefault(state.item.recommendation.section, []).append(square)
    return [Goal(section, squares) for section, squares in goals.items()]


def _evidence(states: Sequence[ItemState], past: Past | None) -> dict[int, int]:
    """Return {update that a level rests on: how many sources and letters it names}; what is withheld names none."""
    sent = Q(requests__sent_on__isnull=False)
    if past is not None:
        sent &= Q(requests__sent_on__lte=past.day)
    headlines = Update.objects.filter(pk__in=[state.headline_id for state in states], withheld=False)
    counted = headlines.annotate(
        sources=Count("evidence", distinct=True), letters=Count("requests", filter=sent, distinct=True)
    )
    return {key: sources + letters for key, sources, letters in counted.values_list("pk", "sources", "letters")}


def _beside(alliance: Alliance, past: Past | None) -> list[Update]:
    """Return what gives an indicator a star, latest first, unless it was corrected since."""
    seen = Evidence.objects.filter(updates=OuterRef("pk"), withheld=False)
    ours = Q(Exists(seen), origin=Origin.RECORDED, perspective=Perspective.MEMBER_NGO)
    theirs = Q(origin=Origin.SOURCE, place_document=F("item__recommendation__document"))
    corrected = published_by(past).exclude(corrects=None).values("corrects")
    return list(
        published_by(past)
        .filter(ours | theirs, alliance=alliance, withheld=False, item__recommendation__in=indicators().values("pk"))
        .exclude(pk__in=corrected)
        .select_related("organisation", "place_document", "item__recommendation")
        .order_by("-published_at", "-pk")
    )
