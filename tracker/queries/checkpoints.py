"""Checkpoints: how far each log is vouched for, what is not yet, and who keeps them."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, QuerySet

from tracker.lib.canonical import time_text
from tracker.lib.checkpoints import Kept
from tracker.models import Alliance, Checkpoint, HistoryEntry, Membership, Organisation
from tracker.models.history import INSTALLATION


def logs_of(alliance: Alliance) -> tuple[str, str]:
    """Return the logs that the pages of `alliance` rest on: its own, and the installation's."""
    return str(alliance.uuid), INSTALLATION


def logs(*, using: str = "default") -> list[str]:
    """Return the name of every log that has an entry, the installation's first."""
    known = HistoryEntry.objects.using(using).order_by().values_list("log", flat=True).distinct()
    return sorted(known, key=lambda log: (log != INSTALLATION, log))


def latest(log: str, *, using: str = "default") -> Kept | None:
    """Return the checkpoint of `log` that was published last; None before the first."""
    return next(iter(_kept(_of((log,), using).order_by("-epoch", "-size")[:1])), None)


def reach(alliance: Alliance) -> Kept | None:
    """Return how far the record of `alliance` is vouched for: the last checkpoint of its log, one query."""
    return latest(str(alliance.uuid))


def published(logs: Iterable[str], *, using: str = "default") -> list[Kept]:
    """Return every checkpoint of `logs`, newest first."""
    return list(_kept(_of(logs, using).order_by("-time", "log", "-epoch", "-size")))


def in_table(*, using: str = "default") -> list[Kept]:
    """Return every checkpoint that the database knows, in the order in which they were taken."""
    return list(_kept(Checkpoint.objects.using(using).order_by("pk")))


def ends(logs: Iterable[str], *, using: str = "default") -> list[Kept]:
    """Return where each of `logs` ends now, in the form of a checkpoint whose time is that of the last entry.

    Whoever keeps one can check everything up to it, whether or not it was published. Empty logs are left out.
    """
    return [end for log in logs if (end := _end(log, using)) is not None]


def due(*, at: dt.datetime) -> list[Kept]:
    """Return the checkpoint of `at` for every log that has grown since its last one, the installation's first."""
    return [
        Kept(end.log, end.epoch, end.size, end.head, time_text(at))
        for end in ends(logs())
        if (last := latest(end.log)) is None or (last.epoch, last.size) < (end.epoch, end.size)
    ]


def _of(logs: Iterable[str], using: str) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.using(using).filter(log__in=list(logs))


def _kept(rows: QuerySet[Checkpoint]) -> Iterable[Kept]:
    return (Kept(*row) for row in rows.values_list("log", "epoch", "size", "head", "time"))


def _end(log: str, using: str) -> Kept | None:
    entries = HistoryEntry.objects.using(using).filter(log=log).order_by("-epoch", "-sequence")
    last = entries.values_list("log", "epoch", "sequence", "hash", "time").first()
    return Kept(*last) if last else None


# --- Who keeps them


def keepers(*, demo: bool) -> QuerySet[Membership]:
    """Return who gets the checkpoints by mail: one person for each organisation of an alliance that has named one.

    They have an address and can sign in; without `demo` none of an invented alliance.
    """
    found = _active().select_related("user", "alliance").order_by("alliance", "organisation")
    return found if demo else found.filter(alliance__is_demo=False)


def without_keeper(alliance: Alliance) -> QuerySet[Organisation]:
    """Return the member organisations of `alliance` in which nobody gets the checkpoints."""
    kept = _active().filter(alliance=alliance, organisation=OuterRef("pk"))
    return alliance.members.filter(~Exists(kept), archived_on=None)


def _active() -> QuerySet[Membership]:
    reached = Membership.objects.filter(active=True, keeps_checkpoints=True, user__is_active=True)
    return reached.exclude(user__email="").filter(organisation__alliances=F("alliance"))
