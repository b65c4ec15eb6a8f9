"""manage.py record_restore."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.checkpoints import take_checkpoints
from tracker.actions.restores import record_restores
from tracker.errors import Refusal
from tracker.lib.checkpoints import as_text
from tracker.permissions import Actor
from tracker.queries.continuity import Gap, breaks
from tracker.queries.people import actor_for, user_called
from tracker.queries.redactions import pending_redactions


class Command(BaseCommand):
    """Tells what an older state that was put back has lost."""

    help = (
        "Record that an older state of the database was put back by other means than manage.py restore: one entry in "
        "each log that is shorter than, or another than, what was published of it, told for ever with the reason. It "
        "opens the next epoch of the log, carries out the redactions that the older state lacks, publishes a "
        "checkpoint of the new epoch, and the record can be written again. Example: record_restore --as root --reason "
        "'Disk failed on 3 May; backup of 2 May put back.' Exit codes: 0 done; 1 refused, and nothing written; 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help="staff of this installation")
        parser.add_argument("--reason", required=True, help="what happened; kept in the history")
        parser.add_argument("--dry-run", action="store_true", help="say what is missing, and write nothing")

    def handle(self, *args: Any, username: str, reason: str, dry_run: bool, **options: Any) -> None:
        try:
            found, pending = breaks(), len(pending_redactions())
            for line in told(found):
                self.stdout.write(line)
            if pending:
                self.stdout.write(f"Redactions to be carried out again: {pending}.")
            if dry_run:
                self.stdout.write("Nothing was written.")
                return
            self.stdout.write(recorded(operator(username), reason))
        except Refusal as refusal:
            raise CommandError(f"Nothing was written. {refusal}") from refusal


def told(found: Sequence[Gap]) -> list[str]:
    """Return in a line for each log what is missing of it."""
    return [
        f"log {gap.published.log}: published with {gap.published.size} entries in epoch {gap.published.epoch} on "
        f"{gap.published.time}, now {gap.size}. "
        + (
            f"At least {gap.published.size - gap.size} entries are lost."
            if gap.published.size > gap.size
            else "It is another history from some entry on."
        )
        for gap in found
    ]


def operator(username: str) -> Actor:
    """Return who records. Raises CommandError for anyone but an active superuser."""
    user = user_called(username)
    if user is None or not (user.is_active and user.is_superuser):
        raise CommandError(f"Nothing was written. {username} is not of this installation's staff (a superuser).")
    return actor_for(user, None)


def recorded(actor: Actor, reason: str) -> str:
    """Record what is missing, publish where the logs go on from, and return what was done in words."""
    now = timezone.now()
    restores = record_restores(actor=actor, at=now, reason=reason)
    # At once: an epoch that nobody has seen could be opened a second time by the next restore.
    kept = take_checkpoints(at=now)
    return f"{as_text(kept)}{len(restores)} recorded; the record can be written again. Restart the web processes."
