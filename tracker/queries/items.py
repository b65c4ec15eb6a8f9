"""Reads about items: their current states with flags, in the order of the documents."""

import datetime as dt

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, Value, When

from tracker.choices import COUNTED_KINDS, OPEN_LIFECYCLES, Addressee, Flag, Level
from tracker.lib.dates import add_months, day_in
from tracker.models import Alliance, Evidence, Item, ItemState, Organisation
from tracker.queries.asof import Past, item_at, lost_evidence, members_at, states_at
from tracker.queries.withholding import public_item

STALLED_AFTER_MONTHS = 24
# To the end: between equals a database gives any order, and another one on the next page.
DOCUMENT_ORDER = (
    "item__recommendation__document__position",
    "item__recommendation__document_id",
    "item__recommendation__position",
    "item_id",
)


def today(alliance: Alliance, at: dt.datetime) -> dt.date:
    """Return the calendar day in the alliance's time zone at an aware moment."""
    return day_in(alliance.time_zone, at)


def now() -> QuerySet[ItemState]:
    """Return what every item of every alliance is now; archived items and points are left out."""
    return ItemState.objects.filter(to_sequence=None, archived_on=None, item__recommendation__archived_on=None)


def current(alliance: Alliance, *, today: dt.date, past: Past | None = None) -> QuerySet[ItemState]:
    """Return what each item of `alliance` is now, annotated `flag_<code>` for every flag, in document order.

    With `past`, the end of the day `today`, what each was then. One query; related rows that a list shows come with it.
    Archived items and points are left out.
    """
    states = now() if past is None else states_at(past)
    return (
        with_flags(states.filter(alliance=alliance), today=today, past=past)
        .select_related("owner", "duty_bearer", "item__recommendation__document", "item__recommendation__section")
        .order_by(*DOCUMENT_ORDER)
    )


def with_flags(states: QuerySet[ItemState], *, today: dt.date, past: Past | None = None) -> QuerySet[ItemState]:
    """Annotate the flags of product rules, each a boolean `flag_<code>`; flags are computed, never stored or chosen."""
    conditions = _conditions(today, past)
    return states.annotate(**{f"flag_{flag}": _when(condition) for flag, condition in conditions.items()})


def _when(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _conditions(today: dt.date, past: Past | None) -> dict[str, Q]:
    open_now = Q(lifecycle__in=OPEN_LIFECYCLES)
    lost = lost_evidence(past) if past else _lost_evidence()
    # Years have a first one.
    quiet_since = dt.date.min if today.year <= 2 else add_months(today, -STALLED_AFTER_MONTHS)
    return {
        Flag.DEADLINE_PASSED: open_now
        & Q(item__recommendation__deadline_last_day__lt=today)
        & ~Q(level=Level.IMPLEMENTED),
        Flag.UPDATE_OVERDUE: open_now & Q(update_due_on__lt=today),
        Flag.STALE: open_now & Q(verify_by__lt=today) & ~Q(level=Level.NOT_ASSESSED),
        Flag.STALLED: open_now
        & Q(level__in=(Level.ANNOUNCED, Level.UNDER_WAY))
        & (Q(last_update_on__isnull=True) | Q(last_update_on__lt=quiet_since)),
        Flag.UNOWNED: open_now & Q(owner__isnull=True, item__recommendation__kind__in=COUNTED_KINDS),
        Flag.DISPUTED: open_now & Q(disputed=True),
        Flag.EVIDENCE_LOST: open_now & Q(Exists(lost)),
    }


def _lost_evidence() -> QuerySet[Evidence]:
    return Evidence.objects.filter(updates=OuterRef("headline_id"), dead_since__isnull=False, archived_address="")


def flags_of(state: ItemState) -> list[Flag]:
    """Return the flags of a state that `with_flags` annotated, in the order of the list of flags."""
    return [flag for flag in Flag if getattr(state, f"flag_{flag.value}")]


def headline_duties(states: QuerySet[ItemState]) -> QuerySet[ItemState]:
    """Keep what the headline counts: priority actions and commitments addressed to States, applicable and open."""
    return states.filter(
        item__recommendation__kind__in=COUNTED_KINDS,
        item__recommendation__addressee=Addressee.STATES,
        lifecycle__in=OPEN_LIFECYCLES,
    )


def late(alliance: Alliance, limit: int, *, today: dt.date, past: Past | None = None) -> QuerySet[ItemState]:
    """Return the `limit` duties of the State whose deadline in the source passed first, or had passed; one query."""
    duties = headline_duties(current(alliance, today=today, past=past)).filter(**{f"flag_{Flag.DEADLINE_PASSED}": True})
    return duties.order_by("item__recommendation__deadline_last_day", *DOCUMENT_ORDER)[:limit]


def find_item(alliance: Alliance, document: str, slug: str, *, past: Past | None = None) -> Item | None:
    """Return the item at an address as the public reads it now, or read it then; None where there is none."""
    items = alliance.items.filter(recommendation__document__code=document, recommendation__slug=slug)
    found = (
        (items.filter(archived_on=None) if past is None else items)
        .select_related(
            "recommendation__document", "recommendation__section__parent", "owner", "duty_bearer", "alliance"
        )
        .first()
    )
    if found is not None and past is not None:
        found = item_at(found, past)
    return public_item(found) if found else None


def contributors_of(item: Item, *, past: Past | None = None) -> list[Organisation]:
    """Return who contributes to `item` now, or did then."""
    return list(item.contributors.all()) if past is None else members_at(item, "contributors", past)
