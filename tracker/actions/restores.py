"""Restores: an older state was put back. The history tells for ever what it lost, in an epoch of its own."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from tracker.actions.history import Act, lock_log
from tracker.actions.organisations import require_installation
from tracker.actions.redactions import replay_redactions
from tracker.errors import InvalidValue, NotAllowed, WrongState
from tracker.models import Alliance, HistoryEntry, Restore
from tracker.models.guards import NO_PREDECESSOR
from tracker.models.history import INSTALLATION
from tracker.permissions import Actor
from tracker.queries.checkpoints import in_table
from tracker.queries.continuity import Gap, breaks, kept_outside
from tracker.queries.redactions import pending_redactions


def record_restores(*, actor: Actor, at: dt.datetime, reason: str) -> list[Restore]:
    """Tell in each log what is missing of what was published, which opens the record again.

    Then carries out the redactions that the restored state has not. Each log with a gap goes on in a new epoch; where a
    whole log is gone, the installation's tells of it. Raises NotAllowed for anyone but a person of the installation's
    staff, InvalidValue without a reason, WrongState where nothing is missing and no redaction is left, ReadOnly where
    what is kept outside the database cannot be read.
    """
    require_installation(actor)
    if actor.system:
        raise NotAllowed(_("A restore is recorded by a person, who answers for it."))
    if not reason.strip():
        raise InvalidValue(_("Say why an older state was put back: the others will ask."))
    if not breaks() and not pending_redactions():
        raise WrongState(_("The history goes on from what was published: there is nothing to record."))
    with Act("record_restore", actor=actor, at=at, reason=reason, unbroken=False) as act:
        found = _locked(breaks())
        epochs = _next_epochs(found)
        restores = [_record(act, gap, epochs) for gap in found]
    replay_redactions(actor=actor, at=at)
    return restores


def _locked(found: Sequence[Gap]) -> list[Gap]:
    """Hold the logs of `found`, in the order of every act, and return what is missing of them by then."""
    logs = {INSTALLATION, *(gap.published.log for gap in found)}
    for log in sorted(logs, key=lambda name: (name != INSTALLATION, name)):
        lock_log(log)
    return breaks()


def _record(act: Act, gap: Gap, epochs: dict[str, int]) -> Restore:
    lost = gap.published
    alliance = next((known for known in Alliance.objects.all() if str(known.uuid) == lost.log), None)
    if alliance is not None or lost.log == INSTALLATION:
        act.open_epoch(lost.log, epochs[lost.log])
    return act.add(
        Restore(
            alliance=alliance,
            kept_size=gap.size,
            kept_head=gap.head or NO_PREDECESSOR,
            lost_log=lost.log,
            lost_epoch=lost.epoch,
            lost_size=lost.size,
            lost_head=lost.head,
        )
    )


def _next_epochs(found: Iterable[Gap]) -> dict[str, int]:
    """Return {log: an epoch that it never had, neither here nor in what was published}."""
    published = [*kept_outside(), *in_table()]
    highest: dict[str, int] = {}
    for log in {gap.published.log for gap in found}:
        here = HistoryEntry.objects.filter(log=log).order_by("-epoch", "-sequence").values_list("epoch", flat=True)
        highest[log] = max([here.first() or 0, *(kept.epoch for kept in published if kept.log == log)]) + 1
    return highest
