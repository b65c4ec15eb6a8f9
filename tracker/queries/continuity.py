"""Whether the history goes on from what was published of it last: a shorter or another one opens read-only."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from tracker.errors import ReadOnly
from tracker.lib.checkpoints import Kept, last_of_each, read
from tracker.models import HistoryEntry, Restore
from tracker.queries.checkpoints import in_table


@dataclass(frozen=True)
class Gap:
    """A log that is not what was published: the checkpoint that it misses, and what the database holds instead.

    `size` and `head` are those of the log's last entry now; 0 and "" where the log is gone.
    """

    published: Kept
    size: int
    head: str


def checkpoints_file() -> Path | None:
    """Return where the checkpoints are kept outside the database; None where the database is in memory."""
    return settings.KEPT_FOLDER and settings.KEPT_FOLDER / "checkpoints.txt"


def kept_outside() -> list[Kept]:
    """Return the checkpoints in the file beside the database, oldest first; none where there is no file yet.

    Raises ReadOnly where the file cannot be read: nothing could be compared then.
    """
    path = checkpoints_file()
    if path is None or not path.exists():
        return []
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadOnly(
            _("The file of checkpoints cannot be read (%(path)s): %(problem)s.") % {"path": path, "problem": error}
        ) from error


def stands(kept: Kept, *, using: str = "default") -> bool:
    """Tell whether the log holds, at its place, the entry that a checkpoint names; one of an empty log always does."""
    here = HistoryEntry.objects.using(using).filter(log=kept.log, epoch=kept.epoch, sequence=kept.size, hash=kept.head)
    return kept.size == 0 or here.exists()


def gaps(published: Iterable[Kept], *, using: str = "default") -> list[Gap]:
    """Return the logs that no longer hold what was published of them last and whose restore nobody recorded."""
    # The furthest, not the lowest on the page: lines that were put back later vouch for no less.
    last = last_of_each(sorted(published, key=lambda kept: (kept.epoch, kept.size)))
    return [gap for kept in last.values() if (gap := _gap(kept, using)) is not None and not _is_recorded(kept, using)]


def breaks(*, using: str = "default") -> list[Gap]:
    """Return what the history misses of the checkpoints outside the database and of those in it, each gap once.

    Raises ReadOnly where the file cannot be read.
    """
    return list(dict.fromkeys(gaps(kept_outside(), using=using) + gaps(in_table(using=using), using=using)))


def _gap(kept: Kept, using: str) -> Gap | None:
    if stands(kept, using=using):
        return None
    entries = HistoryEntry.objects.using(using).filter(log=kept.log)
    last = entries.order_by("-epoch", "-sequence").values_list("sequence", "hash").first()
    return Gap(kept, *(last or (0, "")))


def _is_recorded(kept: Kept, using: str) -> bool:
    recorded = Restore.objects.using(using).filter(lost_log=kept.log, lost_epoch=kept.epoch)
    return recorded.filter(lost_size=kept.size, lost_head=kept.head).exists()


# Found unbroken when the process looked last: when it began, and once a minute, as a database may be put back under it.
_unbroken = False
_looked = 0.0
_LOOK_AGAIN = 60.0


def is_unbroken() -> bool:
    """Tell whether the record may be written. While it may not, every question looks again."""
    return not why_read_only()


def why_read_only() -> str:
    """Return why nothing may be written, in words for everyone; the empty text where the record is open."""
    global _unbroken, _looked
    now = time.monotonic()
    if _unbroken and now - _looked < _LOOK_AGAIN:
        return ""
    try:
        broken = bool(gaps(kept_outside()))
    except ReadOnly:
        _unbroken = False
        return _("The file of the published checkpoints cannot be read.")
    _unbroken, _looked = not broken, now
    return _("The history is not the one that was published: it is shorter, or another.") if broken else ""


def require_unbroken() -> None:
    """Raise ReadOnly unless the history goes on from what was published of it last."""
    why = why_read_only()
    if why:
        kept_outside()  # raises, with the place, where that is what is wrong
        raise ReadOnly(
            _(
                "%(why)s Nothing can be changed until an operator has looked into it and recorded a restore "
                "(manage.py record_restore)."
            )
            % {"why": why}
        )
