"""Mail is kept as a row and leaves at most once, whatever stops or doubles the process that sends it."""

import datetime as dt
import smtplib
from collections.abc import Iterable
from email.message import Message
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from tests import factories as make
from tests.conftest import NOW
from tracker.actions.history import Act
from tracker.actions.mail import (
    GIVEN_UP,
    WAITS,
    Delivered,
    deliver,
    give_up_doubtful,
    queue_mail,
    waiting,
)
from tracker.models import Mail, User
from tracker.permissions import SYSTEM

pytestmark = pytest.mark.django_db


class Server(BaseEmailBackend):
    """A mail server: `answers` are what it does with one mail after the other, taking them once those are used up."""

    def __init__(self, *answers: BaseException | None, down: BaseException | None = None) -> None:
        super().__init__()
        self.answers, self.down = list(answers), down
        self.taken: list[EmailMessage] = []
        self.opened = self.closed = 0

    def open(self) -> None:
        self.opened += 1
        if self.down:
            raise self.down

    def close(self) -> None:
        self.closed += 1

    def send_messages(self, messages: Any) -> int:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken += messages
        return len(messages)

    @property
    def readers(self) -> list[str]:
        return [reader for message in self.taken for reader in message.to]


def queued(key: str = "k", *, at: dt.datetime = NOW, **values: Any) -> Mail:
    defaults = {"to": f"{key}@example.org", "language": "en", "subject": "Hello", "text": "A text.", "html": "<p>A</p>"}
    mail = queue_mail(key=key, at=at, **(defaults | values))
    assert mail is not None
    return mail


def states(keys: Iterable[str] = ("k",)) -> list[tuple[str, str, int, bool, str]]:
    """Return (text, html, attempts, sent, error) of each mail."""
    found = Mail.objects.in_bulk(list(keys), field_name="key")
    return [
        (row.text, row.html, row.attempts, row.sent_at is not None, row.error) for row in map(found.get, keys) if row
    ]


def test_mail_is_kept_once_for_a_key() -> None:
    first = queued()

    assert queue_mail(key="k", to="b@example.org", language="ru", subject="Again", text="Another.", at=NOW) is None
    assert list(Mail.objects.values_list("pk", "to", "subject")) == [(first.pk, "k@example.org", "Hello")]


def test_mail_with_a_known_key_leaves_the_transaction_around_it_whole() -> None:
    queued()
    with transaction.atomic():
        assert queue_mail(key="k", to="b@example.org", language="en", subject="S", text="T", at=NOW) is None
        # The transaction around it goes on.
        assert Mail.objects.count() == 1


def test_subject_is_one_line() -> None:
    mail = queued(subject="One\r\nBcc: everyone@example.org " + "x" * 300)
    server = Server()

    deliver([mail], at=NOW, connection=server)

    assert mail.subject == f"One Bcc: everyone@example.org {'x' * 300}"[:200]
    assert server.readers == ["k@example.org"]


def test_delivered_mail_is_noted_and_forgets_its_text() -> None:
    mail, server = queued(), Server()

    assert deliver([mail], at=NOW, connection=server) == Delivered(1, 0)
    assert states() == [("", "", 1, True, "")]
    assert Mail.objects.get().sent_at == NOW
    message = server.taken[0].message()
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert server.closed == 1


def test_headers_say_what_it_is_and_how_to_stop_it(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "The tracker <tracker@example.org>"
    server = Server()
    deliver(
        [queued("a", unsubscribe="https://t.example.org/account/mail/x/", language="ru"), queued("b")],
        at=NOW,
        connection=server,
    )
    first, second = (message.message() for message in server.taken)

    assert headers(first) == {
        "From": "The tracker <tracker@example.org>",
        "Content-Language": "ru",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://t.example.org/account/mail/x/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert second["List-Unsubscribe"] is second["List-Unsubscribe-Post"] is None
    assert first["Message-ID"].endswith("@example.org>")
    assert first["Message-ID"] != second["Message-ID"]


def headers(message: Message) -> dict[str, str]:
    shown = "From Content-Language Auto-Submitted List-Unsubscribe List-Unsubscribe-Post".split()
    return {name: str(message[name]) for name in shown}


# --- Never twice


def test_two_processes_with_the_same_list_send_each_mail_once() -> None:
    queued("a"), queued("b")
    first, second = waiting(at=NOW), waiting(at=NOW)
    servers = Server(), Server()

    ended = [deliver(rows, at=NOW, connection=server) for rows, server in zip((first, second), servers, strict=True)]

    assert ended == [Delivered(2, 0), Delivered(0, 0)]
    assert [server.readers for server in servers] == [["a@example.org", "b@example.org"], []]


def test_what_one_process_failed_to_send_another_does_not_try_at_once() -> None:
    queued()
    first, second = waiting(at=NOW), waiting(at=NOW)
    deliver(first, at=NOW, connection=Server(OSError()))

    assert deliver(second, at=NOW, connection=Server()) == Delivered(0, 0)
    assert states() == [("A text.", "<p>A</p>", 1, False, "OSError")]


def test_mail_in_the_hands_of_another_process_is_not_sent() -> None:
    mail = queued()
    inner = Server()

    class Slow(Server):
        def send_messages(self, messages: Any) -> int:
            assert waiting(at=NOW) == []
            assert deliver([mail], at=NOW, connection=inner) == Delivered(0, 0)
            assert deliver([Mail.objects.get()], at=NOW, connection=inner) == Delivered(0, 0)
            return super().send_messages(messages)

    assert deliver([mail], at=NOW, connection=Slow()) == Delivered(1, 0)
    assert inner.taken == []


@pytest.mark.parametrize("taken", [True, False], ids=["after the server took it", "before the server took it"])
def test_process_killed_while_sending_leaves_the_rest_to_the_next_and_sends_nothing_twice(taken: bool) -> None:
    for key in "abc":
        queued(key)

    class Killed(Server):
        def send_messages(self, messages: Any) -> int:
            if len(self.taken) == 1:
                self.taken += messages if taken else []
                raise KeyboardInterrupt
            return super().send_messages(messages)

    server, next_server = Killed(), Server()
    with pytest.raises(KeyboardInterrupt):
        deliver(waiting(at=NOW), at=NOW, connection=server)

    assert deliver(waiting(at=NOW), at=NOW, connection=next_server) == Delivered(1, 0)
    assert deliver(waiting(at=NOW + dt.timedelta(days=30)), at=NOW, connection=next_server) == Delivered(0, 0)
    assert server.readers + next_server.readers == [f"{key}@example.org" for key in ("abc" if taken else "ac")]


def test_what_was_being_sent_when_it_was_stopped_is_given_up_after_two_days() -> None:
    queued("a", at=NOW)
    with pytest.raises(KeyboardInterrupt):
        deliver(waiting(at=NOW), at=NOW, connection=Server(KeyboardInterrupt()))
    queued("new", at=NOW), queued("failed", at=NOW)
    deliver(waiting(at=NOW)[1:], at=NOW, connection=Server(OSError()))

    assert give_up_doubtful(at=NOW + dt.timedelta(hours=47)) == 0
    assert give_up_doubtful(at=NOW + dt.timedelta(hours=48)) == 1
    assert states("a new failed".split()) == [
        ("", "", GIVEN_UP, False, "Stopped while it was sent: it may have arrived."),
        ("A text.", "<p>A</p>", 0, False, ""),
        ("A text.", "<p>A</p>", 1, False, "OSError"),
    ]
    assert give_up_doubtful(at=NOW + dt.timedelta(hours=48)) == 0


def test_nothing_is_sent_inside_a_transaction() -> None:
    mail, server = queued(), Server()
    with transaction.atomic(), pytest.raises(RuntimeError):
        deliver([mail], at=NOW, connection=server)

    assert server.taken == []
    assert states() == [("A text.", "<p>A</p>", 0, False, "")]


# --- Failing and trying again


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            smtplib.SMTPRecipientsRefused({"k@example.org": (550, b"no k@example.org here")}),
            "SMTPRecipientsRefused 550",
        ),
        (smtplib.SMTPSenderRefused(553, b"not <t@example.org>", "t@example.org"), "SMTPSenderRefused 553"),
        (smtplib.SMTPServerDisconnected("gone"), "SMTPServerDisconnected"),
        (ConnectionResetError(104, "Connection reset by peer"), "ConnectionResetError Connection reset by peer"),
        (TimeoutError("timed out"), "TimeoutError"),
        (ValueError("Invalid address k@example.org"), "ValueError"),
    ],
)
def test_failure_is_noted_without_addresses_and_does_not_stop_the_others(error: Exception, words: str) -> None:
    server = Server(error)

    ended = deliver([queued("a"), queued("b")], at=NOW, connection=server)

    assert ended == Delivered(1, 1, (words,))
    assert states("ab") == [("A text.", "<p>A</p>", 1, False, words), ("", "", 1, True, "")]
    # A connection that may be broken is not used again.
    assert (server.opened, server.closed) == (2, 2)


def test_server_that_takes_nothing_is_a_failure() -> None:
    class Deaf(Server):
        def send_messages(self, messages: Any) -> int:
            return 0

    assert deliver([queued()], at=NOW, connection=Deaf()) == Delivered(0, 1, ("The server took nothing.",))


def test_server_that_is_down_is_asked_once() -> None:
    server = Server(down=ConnectionRefusedError(111, "Connection refused"))

    ended = deliver([queued("a"), queued("b")], at=NOW, connection=server)

    problem = "ConnectionRefusedError Connection refused"
    assert ended == Delivered(0, 2, (problem,))
    assert states("ab") == [("A text.", "<p>A</p>", 1, False, problem)] * 2
    assert server.opened == 1


def test_failed_mail_is_tried_with_growing_gaps_and_then_given_up() -> None:
    mail = queued()
    tried = []
    for minute in range(0, 3 * 24 * 60, 5):
        moment = NOW + dt.timedelta(minutes=minute)
        if deliver(waiting(at=moment), at=moment, connection=Server(OSError())).failed:
            tried.append(moment - NOW)

    assert tried == list(WAITS)
    assert states() == [("", "", GIVEN_UP, False, "OSError")]
    assert deliver([Mail.objects.get(pk=mail.pk)], at=NOW, connection=Server()) == Delivered(0, 0)


def test_second_attempt_that_works_leaves_no_error() -> None:
    queued()
    deliver(waiting(at=NOW), at=NOW, connection=Server(OSError()))
    later = NOW + WAITS[1]

    assert deliver(waiting(at=later), at=later, connection=Server()) == Delivered(1, 0)
    assert states() == [("", "", 2, True, "")]


def test_oldest_comes_first() -> None:
    queued("late", at=NOW + dt.timedelta(minutes=1)), queued("early"), queued("future", at=NOW + dt.timedelta(days=1))

    assert [mail.key for mail in waiting(at=NOW + dt.timedelta(hours=1))] == ["early", "late"]


# --- What is not wanted any more


@pytest.mark.parametrize(
    ("change", "stops"),
    [({"is_active": False}, "both"), ({"email": "new@example.org"}, "both"), ({"digests_paused": True}, "one")],
)
def test_mail_is_dropped_where_the_reader_left_moved_or_paused_it(change: dict[str, Any], stops: str) -> None:
    user = make.UserFactory(email="anna@example.org")
    weekly = queued("weekly", to=user.email, user=user, unsubscribe="https://t.example.org/account/mail/x/")
    letter = queued("letter", to=user.email, user=user)
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        held: User = act.lock(user)
        act.change(held, **{name: value for name, value in change.items() if name != "email"})
        act.derive(held, **{name: value for name, value in change.items() if name == "email"})
    server = Server()

    ended = deliver([weekly, letter], at=NOW, connection=server)

    dropped = ("", "", GIVEN_UP, False, "Not wanted any more.")
    sent = ("", "", 1, True, "")
    assert states(("weekly", "letter")) == [dropped, dropped if stops == "both" else sent]
    assert ended == Delivered(0 if stops == "both" else 1, 0)
    assert server.readers == ([] if stops == "both" else ["anna@example.org"])
