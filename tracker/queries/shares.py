"""Who has how much to do in an alliance: what each named organisation owns, and what each duty bearer must do."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from tracker.choices import COUNTED_KINDS, OPEN_LIFECYCLES, Level, Visibility
from tracker.models import Alliance, ItemState, Organisation
from tracker.permissions import PUBLIC
from tracker.queries.access import visible_to
from tracker.queries.asof import Past, members_at
from tracker.queries.items import current


@dataclass(frozen=True)
class Share:
    """What one organisation owns, or must do: open priority actions and commitments, by level."""

    organisation: Organisation
    is_member: bool
    levels: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many they are: the denominator."""
        return sum(self.levels.values())


def shares(alliance: Alliance, *, today: dt.date, past: Past | None = None) -> tuple[list[Share], list[Share]]:
    """Return what each member and owner owns and what each duty bearer must do, or did then, in the order of the names
    of those that are named in public; four queries now.

    Without the items on which an owner may not be named, as in the list of items under the same filter.
    """
    states = current(alliance, today=today, past=past).filter(
        item__recommendation__kind__in=COUNTED_KINDS, lifecycle__in=OPEN_LIFECYCLES
    )
    owned = _by_level(states.filter(item__visibility=Visibility.NAMED), "owner")
    borne = _by_level(states, "duty_bearer")
    members = {row.pk for row in (alliance.members.all() if past is None else members_at(alliance, "members", past))}
    named = list(visible_to(PUBLIC, Organisation).filter(pk__in={*members, *owned, *borne}))
    named.sort(key=lambda row: str(row).casefold())
    nothing = dict.fromkeys(Level.values, 0)
    return (
        [Share(row, row.pk in members, owned.get(row.pk, nothing)) for row in named if row.pk in {*members, *owned}],
        [Share(row, row.pk in members, borne[row.pk]) for row in named if row.pk in borne],
    )


def _by_level(states: QuerySet[ItemState], role: str) -> dict[int, dict[str, int]]:
    """Return {organisation in this role: {level: how many}}; one query."""
    found: dict[int, dict[str, int]] = {}
    counted = states.exclude(**{role: None}).order_by().values_list(role, "level").annotate(count=Count("pk"))
    for key, level, count in counted:
        found.setdefault(key, dict.fromkeys(Level.values, 0))[level] = count
    return found
