"""Checkpoints: taken of every log that grew, and written down outside the database too.

They are no part of the history, they speak about it: no act, no entry.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from tracker.actions.history import lock_log
from tracker.errors import Refusal
from tracker.lib import files
from tracker.lib.checkpoints import Kept, as_text
from tracker.models import Checkpoint
from tracker.queries import checkpoints, continuity

# One at a time takes them; no log has this name.
_LOCK = "checkpoints"


def take_checkpoints(*, at: dt.datetime) -> list[Kept]:
    """Take a checkpoint of every log that grew since its last one, in the table and in the file beside the database.

    Returns those taken. A file that lacks what the table has is completed first. Raises Refusal, and takes none, where
    a log no longer extends what was published of it, or where the file cannot be read or written.
    """
    with transaction.atomic():
        lock_log(_LOCK)
        require_extended()
        taken = checkpoints.due(at=at)
        outside = set(continuity.kept_outside())
        lacking = [kept for kept in checkpoints.in_table() if kept not in outside]
        Checkpoint.objects.bulk_create(
            Checkpoint(log=kept.log, epoch=kept.epoch, size=kept.size, head=kept.head, time=kept.time) for kept in taken
        )
        # Before the rows are there for good: a disk that is full takes the rows back with it.
        publish_outside([*lacking, *taken])
    return taken


def require_extended() -> None:
    """Raise Refusal, naming the logs, where a chain no longer extends the checkpoint that was published of it last."""
    broken = [
        _("log %(log)s held %(size)s entries in epoch %(epoch)s at its last checkpoint and now ends at %(now)s")
        % {"log": gap.published.log, "size": gap.published.size, "epoch": gap.published.epoch, "now": gap.size}
        for gap in continuity.breaks()
    ]
    if broken:
        raise Refusal(
            _(
                "No checkpoint was taken, as the history is not the one that was published: %(logs)s. If an older "
                "backup was put back, tell it with manage.py record_restore; if not, find out with manage.py "
                "verify_history what happened, and put a backup back with manage.py restore."
            )
            % {"logs": "; ".join(broken)}
        )


def publish_outside(kept: Sequence[Kept]) -> None:
    """Add checkpoints to the file beside the database: all of them, on the disk, or none.

    Raises Refusal where the file cannot be written. Does nothing for a database in memory.
    """
    path = continuity.checkpoints_file()
    if path is None or not kept:
        return
    try:
        files.add(path, as_text(kept).encode("ascii"))
    except OSError as error:
        raise Refusal(
            _("No checkpoint was taken, as the file of checkpoints could not be written (%(path)s): %(problem)s.")
            % {"path": path, "problem": error.strerror or error}
        ) from error
