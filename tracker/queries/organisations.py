"""Reads about organisations: the part that one plays in an alliance, as the public sees it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tracker.choices import Origin, Visibility
from tracker.models import Alliance, ItemState, Organisation, Update
from tracker.queries.asof import Past, contributed_by, members_at
from tracker.queries.items import current
from tracker.queries.progress import published_by
from tracker.queries.withholding import public_updates

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


def part_in(alliance: Alliance, organisation: Organisation, *, today: dt.date, past: Past | None = None) -> Part:
    """Return the part that `organisation`, which is named in public, plays in `alliance`, or played then; five queries
    now.

    Without the items on which it may not be named, save the duty that it bears, and without what is withheld.
    """
    states = current(alliance, today=today, past=past)
    working = states.filter(item__visibility=Visibility.NAMED)
    # Who speaks in a source is named by the source.
    named = Q(item__visibility=Visibility.NAMED) | Q(origin=Origin.SOURCE)
    updates = (
        published_by(past)
        .filter(named, alliance=alliance, organisation=organisation)
        .select_related("organisation", "item__recommendation__document")
    )
    return Part(
        member=_is_member(alliance, organisation, past),
        owned=list(working.filter(owner=organisation)),
        contributed=list(_contributed(working, organisation, past)),
        borne=list(states.filter(duty_bearer=organisation)),
        updates=public_updates(updates.order_by("-published_at", "-pk")[:UPDATES_SHOWN]),
    )


def _is_member(alliance: Alliance, organisation: Organisation, past: Past | None) -> bool:
    if past is not None:
        return organisation in members_at(alliance, "members", past)
    return alliance.members.filter(pk=organisation.pk).exists()


def _contributed(states: QuerySet[ItemState], organisation: Organisation, past: Past | None) -> QuerySet[ItemState]:
    if past is not None:
        return states.filter(item__in=contributed_by(organisation, past))
    return states.filter(item__contributors=organisation)
