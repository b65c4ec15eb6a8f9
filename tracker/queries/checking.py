"""What the page says on which anyone can check the record: how far a log reaches, what was redacted, what was lost."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.choices import RedactionState
from tracker.lib.canonical import parse_time
from tracker.lib.checkpoints import Kept
from tracker.models import HistoryEntry, HistoryValue, Redaction, Restore
from tracker.models.history import INSTALLATION
from tracker.queries.checkpoints import ends, latest
from tracker.queries.continuity import stands


@dataclass(frozen=True)
class Standing:
    """How far a log reaches and is vouched for: its end now, its last checkpoint, and whether that stands in the log.

    `end` is None for an empty log, `last` before the first checkpoint.
    """

    log: str
    end: Kept | None
    last: Kept | None
    broken: bool

    @property
    def is_installation(self) -> bool:
        """Whether it is the installation's log, not the alliance's."""
        return self.log == INSTALLATION

    @property
    def uncovered(self) -> int:
        """How many entries no checkpoint vouches for yet; all of them where the last one does not fit."""
        size = self.end.size if self.end else 0
        return size - self.last.size if self.last and not self.broken else size


def standing(log: str) -> Standing:
    """Return how far `log` reaches and is vouched for; three queries."""
    end, last = next(iter(ends([log])), None), latest(log)
    broken = last is not None and not stands(last)
    return Standing(log, end, last, broken)


@dataclass(frozen=True)
class Redacted:
    """One redaction: on which ground values were taken away, how many, when, and the entry that tells of it."""

    log: str
    sequence: int
    moment: dt.datetime
    ground: str
    values: int


def redactions_done(logs: Iterable[str]) -> list[Redacted]:
    """Return what was taken out of `logs`, latest first; three queries.

    Moment and place are those of the entry in which it was carried out.
    """
    done = {
        row.uuid: row for row in Redaction.objects.filter(log__in=list(logs), state=RedactionState.DONE).order_by("pk")
    }
    entries = {entry.pk: entry for entry in _entries(Redaction.KIND, done)}
    carried_out = HistoryValue.objects.filter(entry__in=list(entries), field="state", new=json.dumps("done"))
    found = [entries[value.entry] for value in carried_out]
    return [
        Redacted(
            entry.log,
            entry.sequence,
            parse_time(entry.time),
            done[entry.object_uuid].get_ground_display(),
            len(done[entry.object_uuid].places),
        )
        for entry in sorted(found, key=lambda entry: (entry.time, entry.sequence), reverse=True)
    ]


@dataclass(frozen=True)
class Lost:
    """One restore: when it was recorded, and from which entry to which what had been published is lost."""

    log: str
    sequence: int
    epoch: int
    moment: dt.datetime
    restore: Restore

    @property
    def first(self) -> int:
        """The first entry that is lost."""
        return 1 if self.whole_log else self.restore.kept_size + 1

    @property
    def whole_log(self) -> bool:
        """Whether another log is gone with all its entries."""
        return self.restore.lost_log != self.log


def gaps_told(logs: Iterable[str]) -> list[Lost]:
    """Return the restores recorded in `logs`, latest first; two queries."""
    wanted = set(logs)
    known = {row.uuid: row for row in Restore.objects.all()}
    found = [entry for entry in _entries(Restore.KIND, known) if entry.log in wanted]
    return [
        Lost(entry.log, entry.sequence, entry.epoch, parse_time(entry.time), known[entry.object_uuid])
        for entry in sorted(found, key=lambda entry: (entry.time, entry.sequence), reverse=True)
    ]


def _entries(kind: str, uuids: Iterable[object]) -> list[HistoryEntry]:
    found = HistoryEntry.objects.filter(object_kind=kind, object_uuid__in=list(uuids))
    return list(found.only("log", "epoch", "sequence", "time", "object_uuid"))
