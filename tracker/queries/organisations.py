"""Reads about organisations: the part that one plays in an alliance, as the public sees it."""

import datetime as dt
from dataclasses import dataclass

from tracker.choices import UpdateState
from tracker.models import Alliance, ItemState, Organisation, Update
from tracker.queries.items import current
from tracker.queries.progress import on_items_in_use

UPDATES_SHOWN = 50


@dataclass(frozen=True)
class Part:
    """What an organisation owns, contributes to and bears in one alliance, and its latest published updates."""

    member: bool
    owned: list[ItemState]
    contributed: list[ItemState]
    borne: list[ItemState]
    updates: list[Update]

    @property
    def is_none(self) -> bool:
        """Whether the alliance and the organisation have nothing to do with each other."""
        return not (self.member or self.owned or self.contributed or self.borne or self.updates)


def part_in(alliance: Alliance, organisation: Organisation, *, today: dt.date) -> Part:
    """Return the part that `organisation` plays in `alliance`; five queries."""
    states = current(alliance, today=today)
    updates = Update.objects.filter(
        alliance=alliance, organisation=organisation, state=UpdateState.PUBLISHED, **on_items_in_use()
    ).select_related("organisation", "item__recommendation__document")
    return Part(
        member=alliance.members.filter(pk=organisation.pk).exists(),
        owned=list(states.filter(owner=organisation)),
        contributed=list(states.filter(item__contributors=organisation)),
        borne=list(states.filter(duty_bearer=organisation)),
        updates=list(updates.order_by("-published_at", "-pk")[:UPDATES_SHOWN]),
    )
