"""Takes the place of Django's command, which would write a user past the history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Points to add_user."""

    help = "Use add_user --superuser: every user has a history entry."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Use `manage.py add_user USERNAME --superuser`: every user has a history entry.")
