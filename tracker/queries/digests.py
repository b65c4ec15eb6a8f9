"""What the weekly mail has to tell each person: the lists of their desk in every alliance they work in."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tracker.models import Alliance, Mail, Membership, User
from tracker.queries.desk import Desk
from tracker.queries.items import today
from tracker.queries.people import actor_for, alliances_of

# The lists of the desk that ask for something, most pressing first.
LISTS = (
    "held",
    "returned",
    "asked",
    "overdue",
    "due_soon",
    "to_review",
    "letters_due",
    "stale",
    "evidence_lost",
)
ROWS_SHOWN = 10
_SIGNER = Signer(salt="tracker.digests")


@dataclass(frozen=True)
class Listed:
    """One list of the desk: how many rows it has, and the first of them."""

    code: str
    count: int
    rows: tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """What waits in one alliance; lists without rows are left out."""

    alliance: Alliance
    today: dt.date
    lists: tuple[Listed, ...]


@dataclass(frozen=True)
class Digest:
    """What waits for one person in one week; alliances in which nothing does are left out.

    `works_in` is how many alliances the person works in. Nobody gets two mails with the same `key`.
    """

    user: User
    week: str
    works_in: int
    parts: tuple[Part, ...]

    @property
    def key(self) -> str:
        """What the mail is about: the week and the person."""
        return f"digest:{self.week}:{self.user.uuid}"

    @property
    def counts(self) -> dict[str, int]:
        """Return {code of a list: rows in all alliances}, in the order of the lists."""
        found = dict.fromkeys(LISTS, 0)
        for listed in (listed for part in self.parts for listed in part.lists):
            found[listed.code] += listed.count
        return {code: count for code, count in found.items() if count}

    @property
    def is_queued(self) -> bool:
        """Whether the mail of this week was written already, sent or not."""
        return Mail.objects.filter(key=self.key).exists()


def people(*, demo: bool) -> QuerySet[User]:
    """Return the active people with a role, by name; without `demo` none of invented alliances, who cannot sign in."""
    role = Membership.objects.filter(user=OuterRef("pk"), active=True, organisation__alliances=F("alliance"))
    found = User.objects.filter(Exists(role), is_active=True, is_staff=True).order_by("username")
    if demo:
        return found
    invented = Membership.objects.filter(user=OuterRef("pk"), alliance__is_demo=True)
    return found.filter(Q(is_superuser=True) | ~Exists(invented))


def digest_of(user: User, *, at: dt.datetime) -> Digest:
    """Return what waits for `user` on the day that `at` is in each alliance.

    The week is the ISO week of that day in the first of them. At most 20 queries for each alliance.
    """
    alliances = alliances_of(user)
    parts = [_part(user, alliance, at) for alliance in alliances]
    year, week, _day = (parts[0].today if parts else at).isocalendar()
    return Digest(user, f"{year}-W{week:02}", len(alliances), tuple(part for part in parts if part.lists))


def _part(user: User, alliance: Alliance, at: dt.datetime) -> Part:
    desk = Desk(actor_for(user, alliance), alliance, today(alliance, at))
    lists = (_listed(code, getattr(desk, code)()) for code in LISTS)
    return Part(alliance, desk.today, tuple(listed for listed in lists if listed.count))


def _listed(code: str, found: QuerySet[Any]) -> Listed:
    rows = tuple(found[: ROWS_SHOWN + 1])
    return Listed(code, len(rows) if len(rows) <= ROWS_SHOWN else found.count(), rows[:ROWS_SHOWN])


def language_of(user: User) -> str:
    """Return the language of mail to `user`: their own, or the site's first."""
    return user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def pause_token(user: User) -> str:
    """Return what lets whoever has it pause and resume the weekly mail to `user`, and nothing else."""
    return _SIGNER.sign(user.uuid.hex)


def reader_of(token: str) -> User | None:
    """Return whose mail `token` pauses, or None where we did not write it."""
    try:
        return User.objects.filter(uuid=_SIGNER.unsign(token)).first()
    except BadSignature:
        return None
