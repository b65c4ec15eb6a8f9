"""manage.py reset_second_factor."""

import smtplib
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tracker.actions.people import reset_second_factor
from tracker.errors import Refusal
from tracker.models import User
from tracker.permissions import SYSTEM
from tracker.queries.people import user_called

MAIL = "mfa/email/second_factor_reset"


class Command(BaseCommand):
    """A lost phone, and lost recovery codes with it."""

    help = (
        "Take away the second factor and the recovery codes of someone who lost both, end their sign-ins, and tell "
        "them by mail. They set up a new one at the next sign-in. Make sure first that it is the person who asks: by "
        "voice, not by mail. Example: reset_second_factor anna --reason 'Phone stolen; called back at the office.' "
        "Exit codes: 0 done, 1 refused, 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="kept in the history: how you made sure who asks")

    def handle(self, *args: Any, username: str, reason: str, **options: Any) -> None:
        user = user_called(username)
        if user is None:
            raise CommandError(f"Nothing was written. Nobody signs in as {username}.")
        try:
            reset_second_factor(user, actor=SYSTEM, at=timezone.now(), reason=reason)
        except Refusal as refusal:
            raise CommandError(f"Nothing was written. {refusal}") from refusal
        self.stdout.write(f"{username} sets up a new second factor at the next sign-in.")
        self._tell(user)

    def _tell(self, user: User) -> None:
        if not user.email:
            self.stdout.write("There is no address to write to: tell them yourself.")
            return
        with translation.override(user.language or settings.LANGUAGE_CODE):
            subject, text = (render_to_string(f"{MAIL}_{part}.txt").strip() for part in ("subject", "message"))
        try:
            send_mail(subject, text, None, [user.email])
        except (OSError, smtplib.SMTPException) as error:
            self.stderr.write(f"The mail to {user.email} was not sent ({error}): tell them yourself.")
