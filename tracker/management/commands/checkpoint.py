"""manage.py checkpoint."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.checkpoints import require_extended, take_checkpoints
from tracker.actions.mail import deliver, queue_mail, waiting
from tracker.errors import Refusal
from tracker.lib.checkpoints import Kept, as_text
from tracker.management.commands.send_mail import in_words, require_all
from tracker.models import Membership
from tracker.queries.checkpoints import due, keepers, latest, logs_of
from tracker.queries.continuity import checkpoints_file
from tracker.reports.checkpoints import compose, mail_key


class Command(BaseCommand):
    """Says how far each log of the history reaches, where nobody can take it back."""

    help = (
        "Take a checkpoint of every log of the history that grew since its last one: how many entries it has and the "
        "hash of the last, six lines each. They are printed, appended to checkpoints.txt beside the database (setting "
        "KEPT_FOLDER), shown on the site, and mailed to the person who keeps them in each member organisation. Whoever "
        "has kept one can prove that nothing before it was changed; what is younger than the last one is vouched for "
        "by nobody, so run this daily by a timer (docs/operating.md has the lines). It refuses where the history is "
        "no longer the one that was published. Exit codes: 0 done, also where nothing is new; 1 refused and nothing "
        "taken, or taken and some mail not sent; 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be taken; write nothing and send nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        try:
            if dry_run:
                require_extended()
            taken = due(at=now) if dry_run else take_checkpoints(at=now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(as_text(taken), ending="")
        self.stderr.write(_counted(taken, dry_run))
        if dry_run:
            return
        # Also what an earlier run took, when it was stopped before it could write to everyone.
        for membership in keepers(demo=settings.DEMO):
            self._queue(membership, now)
        delivered = deliver(waiting(at=now), at=now)
        self.stderr.write(in_words(delivered))
        require_all(delivered)

    def _queue(self, membership: Membership, now: Any) -> None:
        user, alliance = membership.user, membership.alliance
        kept = [last for log in logs_of(alliance) if (last := latest(log)) is not None]
        letter = compose(user, alliance, kept, site=settings.SITE_URL)
        queue_mail(
            key=mail_key(user, alliance, kept),
            to=user.email,
            language=letter.language,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            user=user,
            at=now,
        )


def _counted(taken: Sequence[Kept], dry_run: bool) -> str:
    if not taken:
        return "No log has grown since its last checkpoint."
    what = f"{len(taken)} checkpoint{'' if len(taken) == 1 else 's'}"
    if dry_run:
        return f"{what} would be taken; nothing was written."
    file = checkpoints_file()
    return f"{what} taken{f', also in {file}' if file else ''}."
