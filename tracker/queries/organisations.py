"""Reads about organisations: the part that one plays in an alliance, as the public sees it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tracker.choices import Origin, Visibility
from tracker.models import Alliance, ItemState, Organisation, Update
from tracker.queries.asof import Past, contributed_by, members_at
from tracker.queries.items import current
from tracker.queries.progress import newest, published_by

UPDATES_SHOWN = 50
ITEMS_SHOWN = 50


@dataclass(frozen=True)
class Part:
    """What an organisation owns, contributes to and bears in one alliance, and its latest published updates.

    Of each kind of items only so many; `all` says how many there are where more are.
    """

    member: bool
    owned: list[ItemState]
    contributed: list[ItemState]
    borne: list[ItemState]
    updates: list[Update]
    all: dict[str, int]

    @property
    def is_none(self) -> bool:
        """Whether the alliance and the organisation have nothing to do with each other."""
        return not (self.member or self.owned or self.contributed or self.borne or self.updates)


def part_in(alliance: Alliance, organisation: Organisation, *, today: dt.date, past: Past | None = None) -> Part:
    """Return the part that `organisation`, which is named in public, plays in `alliance`, or played then; five queries
    now, and one for each kind of which there are more than are shown.

    Without the items on which it may not be named, save the duty that it bears, and without what is withheld.
    """
    states = current(alliance, today=today, past=past)
    working = states.filter(item__visibility=Visibility.NAMED)
    kinds = {
        "owned": working.filter(owner=organisation),
        "contributed": contributed(working, organisation, past),
        "borne": states.filter(duty_bearer=organisation),
    }
    shown = {name: list(found[: ITEMS_SHOWN + 1]) for name, found in kinds.items()}
    return Part(
        member=_is_member(alliance, organisation, past),
        **{name: found[:ITEMS_SHOWN] for name, found in shown.items()},
        all={name: kinds[name].count() for name, found in shown.items() if len(found) > ITEMS_SHOWN},
        updates=newest(published_of(alliance, organisation, past=past), UPDATES_SHOWN),
    )


def published_of(alliance: Alliance, organisation: Organisation, *, past: Past | None = None) -> QuerySet[Update]:
    """Return what `organisation`, which is named in public, published in `alliance`, or by then; without the items on
    which it may not be named.
    """
    # Who speaks in a source is named by the source.
    named = Q(item__visibility=Visibility.NAMED) | Q(origin=Origin.SOURCE)
    return published_by(past).filter(named, alliance=alliance, organisation=organisation)


def _is_member(alliance: Alliance, organisation: Organisation, past: Past | None) -> bool:
    if past is not None:
        return organisation in members_at(alliance, "members", past)
    return alliance.members.filter(pk=organisation.pk).exists()


def contributed(states: QuerySet[ItemState], organisation: Organisation, past: Past | None) -> QuerySet[ItemState]:
    """Keep the states of the items that `organisation` contributes to, or contributed to then."""
    if past is not None:
        return states.filter(item__in=contributed_by(organisation, past))
    return states.filter(item__contributors=organisation)
