"""What moved in an alliance's record between the ends of two days, as the record itself said it then.

Who may be named, what is withheld and what was redacted is today's to say; an item that was archived since is left out.
"""

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from tracker import workflow
from tracker.choices import Level, Lifecycle
from tracker.lib.canonical import time_text
from tracker.lib.dates import add_months
from tracker.models import Alliance, HistoryEntry, ItemState, Update
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.asof import Past, end_of, set_back, states_at
from tracker.queries.items import current, headline_duties
from tracker.queries.withholding import public_item, public_updates

# The most columns that a series has.
COLUMNS = 24
# Comes after every entry that a log can have.
_HEAD = 2**62
# What can have moved, in the order of the page; updates that moved no level are read apart.
UP, DOWN, CONTRARY, JUDGED = "up", "down", "contrary", "judged"
LATE, STALE, LIFECYCLE, DISPUTED = "late", "stale", "lifecycle", "disputed"
PARTS = (UP, DOWN, CONTRARY, JUDGED, LATE, STALE, LIFECYCLE, DISPUTED)


@dataclass(frozen=True)
class Span:
    """From the end of one day to the end of another, or to this moment where that day is not over."""

    alliance: Alliance
    start: Past
    end: Past

    @property
    def began(self) -> dt.date | None:
        """The day of the first entry of the record."""
        return self.start.began

    @property
    def is_too_early(self) -> bool:
        """Whether the record had not begun by its end."""
        return self.began is None or self.end.day < self.began


def span(alliance: Alliance, since: dt.date, until: dt.date, *, today: dt.date) -> Span:
    """Return the span between two days, `until` being `today` at the latest; four queries, two until today."""
    start = end_of(alliance, since)
    if until < today:
        return Span(alliance, start, end_of(alliance, until))
    return Span(alliance, start, Past(today, _midnight(alliance, today), start.log, _HEAD, start.began))


def _midnight(alliance: Alliance, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(alliance.time_zone))


@dataclass(frozen=True)
class Standing:
    """What the record said of an item at the end of a day."""

    level: str = Level.NOT_ASSESSED.value
    lifecycle: str = Lifecycle.OPEN.value
    disputed: bool = False
    late: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Change:
    """An item and what it was before and after; `opened` tells that nobody followed it before."""

    item_id: int
    before: Standing
    after: Standing
    opened: bool = False


@dataclass(frozen=True)
class Row:
    """A change as the page shows it: `update` is the one that the level rested on at the end."""

    change: Change
    state: ItemState
    update: Update | None


def moves(found: Span) -> dict[str, list[Change]]:
    """Return {part: changes in the order of the documents}; two queries, whatever the number of items."""
    since, until = found.start, found.end
    touched = (
        Q(from_sequence__gt=since.sequence)
        | Q(
            item__recommendation__deadline_last_day__gte=since.day,
            item__recommendation__deadline_last_day__lt=until.day,
        )
        | Q(verify_by__gte=since.day, verify_by__lt=until.day)
    )
    after = _states(found.alliance, until).filter(touched)
    before = _states(found.alliance, since).filter(item__in=after.order_by().values("item"))
    known = {row[0]: Standing(*row[2:]) for row in before.order_by().values_list(*_COLUMNS)} if since.sequence else {}
    parts: dict[str, list[Change]] = {part: [] for part in PARTS}
    for item_id, deadline, *values in after.values_list(*_COLUMNS):
        then = known.get(item_id) or Standing(late=deadline is not None and deadline < since.day)
        change = Change(item_id, then, Standing(*values), opened=item_id not in known)
        for part in _parts_of(change):
            parts[part].append(change)
    return parts


_COLUMNS = (
    "item_id",
    "item__recommendation__deadline_last_day",
    "level",
    "lifecycle",
    "flag_disputed",
    "flag_deadline_passed",
    "flag_stale",
)


def _states(alliance: Alliance, past: Past) -> QuerySet[ItemState]:
    """Return what every item that is still followed was at the end of a day."""
    return current(alliance, today=past.day, past=past).filter(
        item__archived_on=None, item__recommendation__archived_on=None
    )


def _parts_of(change: Change) -> Iterable[str]:
    before, after = change.before, change.after
    way = direction(before.level, after.level)
    if way:
        yield way
    if after.late and not before.late:
        yield LATE
    if after.stale and not before.stale:
        yield STALE
    if after.lifecycle != before.lifecycle:
        yield LIFECYCLE
    if after.disputed != before.disputed:
        yield DISPUTED


def direction(before: str, after: str) -> str:
    """Return where a level moved: up or down the steps, to or from contrary measures, or to or from what nobody judged;
    "" where it stayed.
    """
    if before == after:
        return ""
    if Level.CONTRARY in (before, after):
        return CONTRARY
    first, last = workflow.LEVELS[Level(before)].step, workflow.LEVELS[Level(after)].step
    if first is None or last is None:
        return JUDGED
    return UP if last > first else DOWN


def rows(found: Span, changes: Iterable[Change]) -> dict[int, Row]:
    """Return {item: row} of the changes that a page shows; four queries."""
    known = {change.item_id: change for change in changes}
    if not known:
        return {}
    states = states_at(found.end).filter(item__in=list(known))
    related = ("item__alliance", "item__recommendation__document", "headline__organisation")
    given = list(states.select_related(*related))
    # The reason is the one that was given for what it was then.
    set_back([state.item for state in given], ("lifecycle", "lifecycle_reason"), found.end)
    closing = Update.objects.filter(item__in=list(known), closes_item=True, withheld=True)
    silent = set(closing.values_list("item_id", flat=True))
    for state in given:
        state.item.withheld = state.item.withheld or state.item_id in silent
    return {state.item_id: _row(known[state.item_id], state) for state in given}


def _row(change: Change, state: ItemState) -> Row:
    update = state.headline
    if update is not None:
        update.item = state.item
        public_updates([update])
    public_item(state.item)
    return Row(change, state, update)


def other_updates(found: Span) -> QuerySet[Update]:
    """Return what was published in the span and moved no level, latest first; hand a page of it to `public_updates`."""
    before = ItemState.objects.filter(item=OuterRef("item"), to_sequence=OuterRef("from_sequence"))
    moving = (
        ItemState.objects.filter(item=OuterRef("item"), headline=OuterRef("pk"))
        .annotate(was=Subquery(before.values("level")[:1]))
        .exclude(level=F("was"))
    )
    published: QuerySet[Update] = visible_to(PUBLIC, Update)
    return (
        published.filter(
            alliance=found.alliance, published_at__gte=found.start.before, published_at__lt=found.end.before
        )
        .exclude(Exists(moving))
        .select_related("organisation", "place_document", "item__recommendation__document")
        .order_by("-published_at", "-pk")
    )


# --- Month by month


@dataclass
class Column:
    """How many duties of the State stood at each level at the end of a day."""

    day: dt.date
    levels: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Level.values, 0))


def series(found: Span) -> list[Column]:
    """Return a column for the end of each month in the span and for its last day, at most COLUMNS; two queries.

    Where there are more months, every second, third … of them. Counted is what the headline counts.
    """
    if found.is_too_early or found.began is None:
        return []
    columns = [Column(day) for day in month_ends(max(found.start.day, found.began), found.end.day)]
    heads = _heads(found, [column.day for column in columns])
    for level, first, last, archived, count in _counts(found.alliance, heads):
        for column in columns[first:last]:
            if archived is None or archived > column.day:
                column.levels[level] += count
    return columns


def month_ends(since: dt.date, until: dt.date) -> list[dt.date]:
    """Return the last days of the months from `since` on and before `until`, thinned out evenly, and `until`."""
    months = (until.year - since.year) * 12 + until.month - since.month
    step = next(step for step in (1, 2, 3, 4, 6, *range(12, 120_000, 12)) if months // step < COLUMNS - 1)
    day, ends = since.replace(day=1), []
    while (end := add_months(day, 1) - dt.timedelta(days=1)) < until:
        if end >= since and end.month % min(step, 12) == 0 and (step <= 12 or end.year % (step // 12) == 0):
            ends.append(end)
        day = add_months(day, 1)
    return [*ends, until]


def _heads(found: Span, days: Sequence[dt.date]) -> list[int]:
    """Return the last sequence of the log by the end of each day; the last is the end of the span."""
    bounds = [time_text(_midnight(found.alliance, day)) for day in days[:-1]]
    if not bounds:
        return [found.end.sequence]
    whens = [When(time__lt=bound, then=Value(number)) for number, bound in enumerate(bounds)]
    within = HistoryEntry.objects.filter(
        log=found.start.log, sequence__gt=found.start.sequence, sequence__lte=found.end.sequence
    )
    buckets = Case(*whens, default=Value(len(bounds)), output_field=IntegerField())
    last = dict(within.order_by().values_list(buckets).annotate(last=Max("sequence")))
    heads, head = [], found.start.sequence
    for number in range(len(bounds)):
        head = last.get(number, head)
        heads.append(head)
    return [*heads, found.end.sequence]


def _counts(alliance: Alliance, heads: Sequence[int]) -> Iterable[tuple[str, int, int, dt.date | None, int]]:
    """Yield (level, first column, column after the last, when the point was archived, how many)."""
    states = ItemState.objects.filter(alliance=alliance, archived_on=None, from_sequence__lte=heads[-1])
    still = Q(to_sequence=None) | Q(to_sequence__gt=heads[0])
    rows = headline_duties(states.filter(still)).order_by()
    return rows.values_list(
        "level",
        _column("from_sequence", heads),
        _column("to_sequence", heads),
        "item__recommendation__archived_on",
    ).annotate(count=Count("pk"))


def _column(name: str, heads: Sequence[int]) -> Case:
    """Return the number of the first column whose head a sequence does not exceed; of null, the one after the last."""
    whens = [When(**{f"{name}__lte": head}, then=Value(number)) for number, head in enumerate(heads)]
    return Case(*whens, default=Value(len(heads)), output_field=IntegerField())
