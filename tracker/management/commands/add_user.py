"""manage.py add_user."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from tracker.actions.organisations import add_membership, add_user
from tracker.choices import Role
from tracker.errors import Refusal
from tracker.models import Alliance, Organisation, User
from tracker.permissions import SYSTEM


class Command(BaseCommand):
    """Someone who can sign in."""

    help = (
        "Add someone who can sign in to the workspace, with the history entry that everyone gets. The password is "
        "asked for, or taken from the variable ADD_USER_PASSWORD. Example: add_user anna --first-name Anna "
        "--alliance russia --organisation stellit --role coordinator. Exit codes: 0 done, 1 refused, 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--email", default="", help="for mail, and to choose a new password by it")
        parser.add_argument("--superuser", action="store_true", help="staff of this installation")
        parser.add_argument("--alliance", help="address of the alliance, as in /russia/")
        parser.add_argument("--organisation", help="code of a member organisation of that alliance")
        parser.add_argument("--role", action="append", choices=Role.values, default=[], help="may be repeated")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        if (options["alliance"] or options["organisation"]) and not options["role"]:
            raise CommandError("Nothing was written. --alliance and --organisation need a --role in them.")
        try:
            with transaction.atomic():
                user = self._add(username, options)
                for role in options["role"]:
                    self._give_role(user, Role(role), options)
        except Refusal as refusal:
            raise CommandError(f"Nothing was written. {refusal}") from refusal
        self.stdout.write(f"{username} can sign in.")

    def _add(self, username: str, options: dict[str, Any]) -> User:
        if User.objects.filter(username=username).exists():
            raise CommandError(f"Nothing was written. There is a user {username} already.")
        known = {name: options[name] for name in ("first_name", "last_name", "email")}
        return add_user(
            username,
            password=self._password(User(username=username, **known)),
            **known,
            is_superuser=options["superuser"],
            actor=SYSTEM,
            at=timezone.now(),
        )

    def _password(self, person: User) -> str:
        password = os.environ.get("ADD_USER_PASSWORD") or getpass.getpass("Password: ")
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(f"Nothing was written. {' '.join(error.messages)}") from error
        return password

    def _give_role(self, user: User, role: Role, options: dict[str, Any]) -> None:
        alliance = Alliance.objects.filter(slug=options["alliance"] or "").first()
        organisation = Organisation.objects.filter(code=options["organisation"] or "").first()
        if alliance is None or organisation is None:
            raise CommandError("Nothing was written. A role needs --alliance and --organisation that exist.")
        add_membership(user, organisation, role, alliance=alliance, actor=SYSTEM, at=timezone.now())
