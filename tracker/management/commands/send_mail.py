"""manage.py send_mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tracker.actions.mail import Delivered, deliver, give_up_doubtful, waiting


class Command(BaseCommand):
    """Mail that could not be sent when it was written."""

    help = (
        "Send the mail that waits: what was never tried, and what failed, 5 and 30 minutes, 2, 8 and 24 hours after it "
        "was written; then it is given up. Meant for a timer; docs/reminders.md has the lines. Exit codes: 0 done, "
        "also where nothing waits; 1 some mail was not taken; 2 usage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if doubtful := give_up_doubtful(at=now):
            self.stdout.write(
                f"{doubtful} given up: a process was stopped while sending, and it may have arrived or not."
            )
        sent = deliver(waiting(at=now), at=now)
        self.stdout.write(in_words(sent))
        require_all(sent)


def in_words(delivered: Delivered) -> str:
    """Return how many mails were sent and how many failed."""
    return f"Mail: {delivered.sent} sent, {delivered.failed} failed."


def require_all(delivered: Delivered) -> None:
    """Raise CommandError where something was not sent, with what to do about it."""
    if delivered.failed:
        raise CommandError(
            f"{'; '.join(delivered.problems)}. What failed is kept: see that EMAIL_URL names a server that answers, "
            "then run manage.py send_mail, by hand or by its timer. docs/reminders.md says when it tries again."
        )
