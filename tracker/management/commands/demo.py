"""manage.py demo."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tracker.models import Membership

PASSWORD = "demo"  # noqa: S105  (known to all; DEMO refuses to start anywhere but on this machine)


class Command(BaseCommand):
    """A working site on this machine, with the catalogue and an invented alliance to sign in to."""

    help = (
        "Prepare the database (migrate, import the catalogue and the invented demo alliance), print the address and "
        "the demo sign-ins, and serve the site on this machine. Needs DEMO=true. "
        "Exit codes: 0 done, 1 refused, 2 usage."
    )
    requires_system_checks: list[str] = []  # The tables come first; runserver checks.

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="on 127.0.0.1 (default 8000)")
        parser.add_argument("--no-server", action="store_true", help="prepare and print only")

    def handle(self, *args: Any, port: int, no_server: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo's sign-ins are known to all: it runs only with DEMO=true, on this machine.")
        call_command("migrate", verbosity=0, stdout=self.stdout)
        call_command("import_catalogue", demo=True, password=PASSWORD, stdout=self.stdout, stderr=self.stderr)
        self._banner(port)
        if not no_server:
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)

    def _banner(self, port: int) -> None:
        people = Membership.objects.filter(alliance__is_demo=True, active=True).select_related("user", "organisation")
        roles: dict[str, list[str]] = {}
        for row in people.order_by("user__username"):
            roles.setdefault(f"{row.user.username:<8} {row.organisation}", []).append(row.role)
        self.stdout.write(f"\nThe site:      http://127.0.0.1:{port}/   по-русски: http://127.0.0.1:{port}/ru/")
        self.stdout.write(f"The workspace: http://127.0.0.1:{port}/admin/   password of everyone: {PASSWORD}")
        for person, held in roles.items():
            self.stdout.write(f"  {person}: {', '.join(held)}")
        self.stdout.write("Stop with Ctrl-C.\n")
        # The server never returns: whoever reads this through a pipe should not wait for it.
        self.stdout.flush()
