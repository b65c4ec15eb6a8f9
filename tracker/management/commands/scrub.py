"""manage.py scrub."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.actions.redactions import list_outside
from tracker.actions.scrubbing import scrub
from tracker.queries.redactions import redactions_file


class Command(BaseCommand):
    """Finish what a redaction began where readers held it up."""

    help = (
        "Write the files of the database anew, so that no byte of what was redacted is left in them, and complete the "
        "list of redactions beside it. Takes about as long as copying the database; nothing is written meanwhile. Exit "
        "codes: 0 done; 1 not done, and what to do; 2 usage."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not list_outside():
            raise CommandError(f"The list of redactions could not be written: {redactions_file()}. See to its folder.")
        scrubbed = scrub()
        if not scrubbed.done:
            raise CommandError(scrubbed.left)
        self.stdout.write("Nothing that was deleted is left in the files of the database.")
