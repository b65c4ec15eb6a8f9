"""Reads about treaties: what an alliance's State did towards each, and when."""

from itertools import groupby

from tracker.lib.dates import last_day
from tracker.models import Alliance, Treaty, TreatyEvent
from tracker.queries.asof import Past, set_back, set_sources_back
from tracker.queries.withholding import public_evidence

_EVENT_FIELDS = ("event", "on", "note", "evidence", "archived_on")


def treaty_events(alliance: Alliance, *, past: Past | None = None) -> list[tuple[Treaty, list[TreatyEvent]]]:
    """Return each treaty that has a dated event for `alliance`, with its events in order of time and without what is
    withheld of their evidence; one query, and a handful for what was recorded by `past`.
    """
    events = list(
        TreatyEvent.objects.filter(alliance=alliance)
        .select_related("treaty", "evidence__document")
        .order_by("treaty__position", "treaty__code", "on", "pk")
    )
    if past is not None:
        events = set_back(events, _EVENT_FIELDS, past)
        set_sources_back((event.evidence for event in events), past)
    events = [event for event in events if event.archived_on is None]
    for event in events:
        public_evidence(event.evidence)
    # A year alone says less than its days: it stands after them.
    return [
        (treaty, sorted(rows, key=lambda event: last_day(event.on)))
        for treaty, rows in groupby(events, key=lambda event: event.treaty)
    ]
