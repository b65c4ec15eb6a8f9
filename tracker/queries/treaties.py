"""Reads about treaties: what an alliance's State did towards each, and when."""

from itertools import groupby

from tracker.lib.dates import last_day
from tracker.models import Alliance, Treaty, TreatyEvent
from tracker.queries.withholding import public_evidence


def treaty_events(alliance: Alliance) -> list[tuple[Treaty, list[TreatyEvent]]]:
    """Return each treaty that has a dated event for `alliance`, with its events in order of time and without what is
    withheld of their evidence; one query.
    """
    events = list(
        TreatyEvent.objects.filter(alliance=alliance, archived_on=None)
        .select_related("treaty", "evidence__document")
        .order_by("treaty__position", "treaty__code", "on", "pk")
    )
    for event in events:
        public_evidence(event.evidence)
    # A year alone says less than its days: it stands after them.
    return [
        (treaty, sorted(rows, key=lambda event: last_day(event.on)))
        for treaty, rows in groupby(events, key=lambda event: event.treaty)
    ]
