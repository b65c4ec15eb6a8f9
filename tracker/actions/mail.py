"""Mail: a row first, sent after commit, never twice.

A row is claimed by one UPDATE before its mail leaves, so that no two processes send it. What a process was sending when
it was stopped may have arrived or not; nobody can tell, and it is not sent again.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from tracker.models import Mail, User

log = logging.getLogger(__name__)

# How long after it was queued a mail may be tried for the first time, the second, and so on; then it is given up.
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (0, 5, 30, 2 * 60, 8 * 60, 24 * 60))
GIVEN_UP = len(WAITS)
# By then whoever was sending has ended, one way or the other.
DOUBTFUL_AFTER = dt.timedelta(days=2)
# ValueError: an address or a header that no mail can have.
_FAILURES = (OSError, smtplib.SMTPException, ValueError)


@dataclass(frozen=True)
class Delivered:
    """How many mails the server took, how many it did not, and what went wrong, each problem once."""

    sent: int
    failed: int
    problems: tuple[str, ...] = ()


def queue_mail(
    *,
    key: str,
    to: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    user: User | None = None,
    unsubscribe: str = "",
    at: dt.datetime,
) -> Mail | None:
    """Keep a mail to be sent by `deliver`; return None, and keep nothing, where the same `key` was ever used.

    `unsubscribe` is the address of a page that stops mail of this kind by a POST; such mail is not sent to a `user` who
    has paused it by then.
    """
    mail = Mail(
        key=key,
        user=user,
        to=to,
        language=language,
        subject=" ".join(subject.split())[: Mail._meta.get_field("subject").max_length],
        text=text,
        html=html,
        unsubscribe=unsubscribe,
        created_at=at,
    )
    try:
        with transaction.atomic():
            mail.save(force_insert=True)
    except IntegrityError:
        if Mail.objects.filter(key=key).exists():
            return None
        raise
    return mail


def waiting(*, at: dt.datetime) -> list[Mail]:
    """Return the mail that may be tried at `at`, oldest first, without what another process has in its hands."""
    due = Q(pk=None)
    for attempts, wait in enumerate(WAITS):
        due |= Q(attempts=attempts, created_at__lte=at - wait)
    return list(_unclaimed().filter(due).order_by("created_at", "pk"))


def deliver(mails: Iterable[Mail], *, at: dt.datetime, connection: BaseEmailBackend | None = None) -> Delivered:
    """Send each mail that nobody else has sent or is sending, by Django's mail backend unless `connection` is given.

    What is delivered, or given up, loses its text. What fails waits for `manage.py send_mail`. Raises RuntimeError
    inside a transaction: what it wrote could be taken back, and the mail could not.
    """
    server, sent, problems = _Server(connection or get_connection()), 0, []
    try:
        for mail in mails:
            claimed = _claim(mail)
            if claimed is None or _is_dropped(claimed):
                continue
            problem = server.send(_message(claimed))
            if problem:
                problems.append(problem)
                _note_failure(claimed, problem)
            else:
                sent += 1
                _settle(claimed, sent_at=at)
    finally:
        server.close()
    return Delivered(sent, len(problems), tuple(dict.fromkeys(problems)))


def give_up_doubtful(*, at: dt.datetime) -> int:
    """Close the mail that a process was sending when it was stopped, days ago; return how many there were."""
    found = Mail.objects.filter(sent_at=None, error="", attempts__gt=0, created_at__lte=at - DOUBTFUL_AFTER)
    return found.update(attempts=GIVEN_UP, error="Stopped while it was sent: it may have arrived.", text="", html="")


class _Server:
    """One connection for many mails; once it cannot be opened, it is not tried again."""

    def __init__(self, connection: BaseEmailBackend) -> None:
        self.connection, self.down = connection, ""

    def send(self, message: EmailMultiAlternatives) -> str:
        """Return what went wrong, or nothing."""
        if self.down:
            return self.down
        try:
            self.connection.open()
        except _FAILURES as error:
            self.down = _in_words(error)
            return self.down
        try:
            taken = self.connection.send_messages([message])
        except _FAILURES as error:
            # Django keeps a connection that broke; the next mail gets a new one.
            self.close()
            return _in_words(error)
        return "" if taken else "The server took nothing."

    def close(self) -> None:
        with suppress(*_FAILURES):
            self.connection.close()


def _unclaimed() -> QuerySet[Mail]:
    return Mail.objects.filter(Q(attempts=0) | ~Q(error=""), sent_at=None, attempts__lt=GIVEN_UP)


def _claim(mail: Mail) -> Mail | None:
    """Take `mail` in hand before anybody else does; an attempt without an error means that somebody has it."""
    with transaction.atomic(durable=True):
        mine = _unclaimed().filter(pk=mail.pk, attempts=mail.attempts).update(attempts=F("attempts") + 1, error="")
    return Mail.objects.select_related("user").get(pk=mail.pk) if mine else None


def _is_dropped(mail: Mail) -> bool:
    """Give up what is not wanted any more, and say whether that was so."""
    user = mail.user
    if user is None:
        return False
    if user.is_active and user.email == mail.to and not (mail.unsubscribe and user.digests_paused):
        return False
    _settle(mail, attempts=GIVEN_UP, error="Not wanted any more.")
    return True


def _note_failure(mail: Mail, problem: str) -> None:
    log.warning("Mail %s was not sent: %s", mail.pk, problem)
    if mail.attempts >= GIVEN_UP:
        _settle(mail, error=problem)
    else:
        Mail.objects.filter(pk=mail.pk).update(error=problem)


def _settle(mail: Mail, **values: object) -> None:
    """Note how it ended and forget the text: it may hold the secret of a link."""
    Mail.objects.filter(pk=mail.pk).update(text="", html="", **values)


def _message(mail: Mail) -> EmailMultiAlternatives:
    sender = settings.DEFAULT_FROM_EMAIL
    headers = {
        # Of the key, so that whoever gets it twice after all shows it once; without the name of this machine.
        "Message-ID": f"<{sha256(mail.key.encode()).hexdigest()[:40]}@{parseaddr(sender)[1].rpartition('@')[2]}>",
        "Content-Language": mail.language,
        # RFC 3834: keeps answers by machines away.
        "Auto-Submitted": "auto-generated",
    }
    if mail.unsubscribe:
        # RFC 8058.
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(mail.subject, mail.text, sender, [mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _in_words(error: Exception) -> str:
    """Return the kind of a failure; what servers say about it names addresses."""
    refused = error.recipients.values() if isinstance(error, smtplib.SMTPRecipientsRefused) else ()
    code = next((str(answer[0]) for answer in refused), str(getattr(error, "smtp_code", "")))
    said = (error.strerror or "") if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else ""
    return " ".join(filter(None, [type(error).__name__, code, said]))[:300]
