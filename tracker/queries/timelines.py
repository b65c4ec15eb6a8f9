"""What each perspective said of the level over time, by the dates that its updates speak of."""

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from tracker.choices import Perspective
from tracker.lib.dates import last_day
from tracker.models import Update
from tracker.queries.names import shown_name, works_on


@dataclass(frozen=True)
class Timeline:
    """One voice, and the updates in which it gives a level, in the order of the days that they speak of."""

    voice: str
    updates: Sequence[Update]


def timelines(updates: Iterable[Update], corrected: Container[int]) -> list[Timeline]:
    """Return the timelines of all perspectives, in their order, from what is published on one item; no query.

    What was corrected since stands no more; of two updates of one day the later published stands. Each member NGO
    speaks for itself. Empty where fewer than two levels are dated: there is nothing to compare.
    """
    said: dict[tuple[str, int], dict[dt.date, Update]] = {}
    for update in sorted(updates, key=_published):
        if update.level and update.period_to and update.pk not in corrected:
            own = update.organisation_id if update.perspective == Perspective.MEMBER_NGO else 0
            said.setdefault((update.perspective, own), {})[last_day(update.period_to)] = update
    if sum(map(len, said.values())) < 2:
        return []
    order = sorted(said, key=lambda key: (Perspective.values.index(key[0]), key[1]))
    return [Timeline(_voice(key[0], said[key]), [said[key][day] for day in sorted(said[key])]) for key in order]


def _published(update: Update) -> tuple[dt.datetime, int]:
    return update.published_at or dt.datetime.min.replace(tzinfo=dt.UTC), update.pk


def _voice(perspective: str, said: dict[dt.date, Update]) -> str:
    label = str(Perspective(perspective).label)
    if perspective != Perspective.MEMBER_NGO:
        return label
    update = next(iter(said.values()))
    return f"{label}: {shown_name(update.organisation, works_on(update))}"
