"""Counts that pages show: how many duties stand at which level. Nothing is averaged."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet

from tracker.choices import COUNTED_KINDS, OPEN_LIFECYCLES, Addressee, Area, Flag, Level, Lifecycle, OrganisationKind
from tracker.models import Alliance, Document, ItemState
from tracker.queries.asof import Past
from tracker.queries.items import current, headline_duties, now

# Where one of these bears the duty, the alliance judges its own work.
SELF_ASSESSING_KINDS = (OrganisationKind.NGO.value, OrganisationKind.COALITION.value)


@dataclass(frozen=True)
class Group:
    """Items that are alike in all that figures ask about, and how many they are; `document` only where it was asked."""

    area: str
    level: str
    lifecycle: str
    kind: str
    addressee: str
    self_assessed: bool
    stale: bool
    late: bool
    count: int = 1
    document: int = 0


def _no_levels() -> dict[str, int]:
    return dict.fromkeys(Level.values, 0)


@dataclass
class Standing:
    """Where things stand. `levels` are the duties of the State: applicable and open; the rest is counted apart.

    `late` and `stale` are part of `levels`; `not_applicable`, `ended` (closed or superseded) and `others` (what is
    addressed to others, by level) are not. `self_assessed` is the part of `others` that the alliance's own kind bears.
    """

    levels: dict[str, int] = field(default_factory=_no_levels)
    areas: dict[str, dict[str, int]] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=_no_levels)
    stale: int = 0
    late: int = 0
    not_applicable: int = 0
    ended: int = 0
    self_assessed: int = 0

    @property
    def total(self) -> int:
        """How many duties the State has here: the denominator."""
        return sum(self.levels.values())

    @property
    def implemented(self) -> int:
        return self.levels[Level.IMPLEMENTED]

    @property
    def not_assessed(self) -> int:
        return self.levels[Level.NOT_ASSESSED]

    @property
    def no_information(self) -> int:
        return self.levels[Level.NO_INFORMATION]

    @property
    def judged(self) -> int:
        """How many duties the alliance has assessed at all."""
        return self.total - self.not_assessed

    @property
    def others_total(self) -> int:
        return sum(self.others.values())


def groups(
    alliance: Alliance, *, today: dt.date, past: Past | None = None, area: str = "", document: Document | None = None
) -> list[Group]:
    """Count the items of `alliance` by all that figures ask about; one query, however many items there are.

    With `area` those of one area only, and apart by document; with `document` those of that one.
    """
    states: QuerySet[Any] = current(alliance, today=today, past=past)
    if area:
        states = states.filter(item__recommendation__area=area)
    if document:
        states = states.filter(item__recommendation__document=document)
    apart = {"document": F("item__recommendation__document")} if area else {}
    rows = (
        states.order_by()
        .values(
            "level",
            "lifecycle",
            "flag_stale",
            "flag_deadline_passed",
            area=F("item__recommendation__area"),
            kind=F("item__recommendation__kind"),
            addressee=F("item__recommendation__addressee"),
            bearer=F("duty_bearer__kind"),
            **apart,
        )
        .annotate(count=Count("pk"))
    )
    return [
        Group(
            area=row["area"],
            level=row["level"],
            lifecycle=row["lifecycle"],
            kind=row["kind"],
            addressee=row["addressee"],
            self_assessed=row["bearer"] in SELF_ASSESSING_KINDS,
            stale=row["flag_stale"],
            late=row["flag_deadline_passed"],
            count=row["count"],
            document=row.get("document", 0),
        )
        for row in rows
    ]


def standing(parts: Iterable[Group]) -> Standing:
    """Add up groups. Only priority actions and commitments count; questions and indicators never do."""
    found = Standing()
    areas = {str(area): _no_levels() for area in Area.values}
    for part in parts:
        if part.kind not in COUNTED_KINDS:
            continue
        if part.lifecycle == Lifecycle.NOT_APPLICABLE:
            found.not_applicable += part.count
        elif part.lifecycle not in OPEN_LIFECYCLES:
            found.ended += part.count
        elif part.addressee != Addressee.STATES:
            found.others[part.level] += part.count
            found.self_assessed += part.count * part.self_assessed
        else:
            found.levels[part.level] += part.count
            areas[part.area][part.level] += part.count
            found.stale += part.count * part.stale
            found.late += part.count * part.late
    found.areas = {area: levels for area, levels in areas.items() if any(levels.values())}
    return found


def group_of(state: ItemState) -> Group:
    """Return the group of one state that `queries.items.current` gave."""
    point = state.item.recommendation
    return Group(
        area=point.area,
        level=state.level,
        lifecycle=state.lifecycle,
        kind=point.kind,
        addressee=point.addressee,
        self_assessed=is_self_assessed(state),
        stale=bool(getattr(state, f"flag_{Flag.STALE.value}")),
        late=bool(getattr(state, f"flag_{Flag.DEADLINE_PASSED.value}")),
    )


def is_self_assessed(state: ItemState) -> bool:
    """Tell whether NGOs themselves bear the duty, so that the level is the alliance's word about its own side."""
    return state.duty_bearer is not None and state.duty_bearer.kind in SELF_ASSESSING_KINDS


def levels_by_alliance() -> Mapping[int, Mapping[str, int]]:
    """Return {alliance: {level: duties of its State}} for every alliance that has any; one query."""
    found: dict[int, dict[str, int]] = {}
    duties = headline_duties(now())
    for alliance, level, count in duties.values_list("alliance", "level").annotate(count=Count("pk")).order_by():
        found.setdefault(alliance, _no_levels())[level] = count
    return found


def followed_documents(alliance: Alliance, *, today: dt.date, past: Past | None = None) -> Counter[int]:
    """Return how many points of each document, by its id, the alliance follows; one query."""
    found = current(alliance, today=today, past=past).order_by().values_list("item__recommendation__document")
    return Counter(dict(found.annotate(count=Count("pk"))))
