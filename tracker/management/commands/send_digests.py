"""manage.py send_digests."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.actions.mail import deliver, queue_mail, waiting
from tracker.management.commands.send_mail import in_words, require_all
from tracker.models import User
from tracker.queries.digests import Digest, digest_of, people
from tracker.reports.digest import LABELS, Letter, compose

_LINE_EVERY = 500

WRITTEN = "this week's mail"
NOTHING = "nothing waits"
ALREADY = "has this week's mail already"
PAUSED = "paused the mail"
NO_ADDRESS = "no e-mail address"


class Command(BaseCommand):
    """The weekly mail: what waits for each person."""

    help = (
        "Write to everyone with a role in an alliance what waits for them: due, overdue, stale, returned, to review, "
        "asked for, evidence and letters. At most one mail a week to each, however often this runs; none where nothing "
        "waits. Meant for a timer; docs/reminders.md has the lines. Exit codes: 0 done, 1 some mail was not taken, "
        "2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say who would get a mail and how much is in it; write nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        found = list(people(demo=settings.DEMO))
        ended: Counter[str] = Counter()
        for done, user in enumerate(found, start=1):
            digest = digest_of(user, at=now)
            outcome = why_not(digest) or (WRITTEN if dry_run or self._queue(digest, now) else ALREADY)
            ended[outcome] += 1
            if dry_run:
                self.stdout.write(f"{user.username}: {outcome}{_counts(digest) if outcome == WRITTEN else ''}")
            else:
                self._progress(done, len(found))
        if not dry_run and self.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        told = "".join(f"; {outcome}: {ended[outcome]}" for outcome in OUTCOMES if ended[outcome])
        self.stdout.write(f"{len(found)} {'person' if len(found) == 1 else 'people'}{told}.")
        if dry_run:
            self.stdout.write("Nothing was written or sent.")
            return
        # Also what an earlier run wrote, when it was stopped before it could send it.
        delivered = deliver(waiting(at=now), at=now)
        self.stdout.write(in_words(delivered))
        require_all(delivered)

    def _queue(self, digest: Digest, now: Any) -> bool:
        letter: Letter = compose(digest, site=settings.SITE_URL)
        return (
            queue_mail(
                key=digest.key,
                to=digest.user.email,
                language=letter.language,
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                user=digest.user,
                unsubscribe=letter.unsubscribe,
                at=now,
            )
            is not None
        )

    def _progress(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            bar = "█" * (20 * done // of)
            self.stderr.write(f"\r{bar:░<20} {done} of {of} people", ending="")
        elif done % _LINE_EVERY == 0:
            self.stderr.write(f"{done} of {of} people")


OUTCOMES = (WRITTEN, ALREADY, NOTHING, PAUSED, NO_ADDRESS)


def why_not(digest: Digest) -> str:
    """Return why the person gets no mail, or nothing."""
    user: User = digest.user
    if not user.email:
        return NO_ADDRESS
    if user.digests_paused:
        return PAUSED
    if not digest.parts:
        return NOTHING
    return ALREADY if digest.is_queued else ""


def _counts(digest: Digest) -> str:
    return "; " + ", ".join(f"{LABELS[code]} {count}" for code, count in digest.counts.items())
