"""The commands that send mail: who gets one, never twice in a week, how they end."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.conftest import NOW, World, everything
from tests.desks import CANARY, email, fill_desk, set_up
from tracker.actions.mail import WAITS, deliver, queue_mail
from tracker.models import Mail
from tracker.queries.digests import digest_of, reader_of


class Refusing(EmailBackend):
    """A mail server that is not there."""

    def open(self) -> None:
        raise ConnectionRefusedError(111, "Connection refused")


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    settings.SITE_URL = "https://tracker.example.org"


def clock(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def got() -> list[tuple[str, str]]:
    return [(reader, message.subject) for message in mail.outbox for reader in message.to]


@pytest.fixture
def people(world: World) -> World:
    """Everyone has an address but staff; boris has paused; olga's and anna's organisation has an overdue item."""
    for name in ("anna", "boris", "clara", "olga", "eve", "nobody"):
        email(world, name)
    set_up(world.users["boris"], digests_paused=True)
    set_up(world.items[0], owner=world.organisations[0], update_due_on=dt.date(2026, 3, 1))
    set_up(world.items[1], owner=world.organisations[1], update_due_on=dt.date(2026, 3, 1))
    return world


SUBJECT = "1 thing waits for you in the workspace"
OLGA, ANNA = ("olga@example.org", SUBJECT), ("anna@example.org", SUBJECT)


def test_everyone_for_whom_something_waits_gets_one_mail(people: World) -> None:
    assert run("send_digests") == (
        "6 people; this week's mail: 2; nothing waits: 2; paused the mail: 1; no e-mail address: 1.\n"
        "Mail: 2 sent, 0 failed.\n"
    )
    assert got() == [ANNA, OLGA]
    row = Mail.objects.get(user=people.users["anna"])
    assert (row.key, row.language, row.sent_at) == (f"digest:2026-W10:{people.users['anna'].uuid}", "en", NOW)


def test_mail_can_be_stopped_from_the_mail(people: World) -> None:
    run("send_digests")
    for message, name in zip(mail.outbox, ("anna", "olga"), strict=True):
        link = message.extra_headers["List-Unsubscribe"].strip("<>")
        assert link.startswith("https://tracker.example.org/account/mail/")
        assert link in message.body
        assert reader_of(link.split("/")[-2]) == people.users[name]


def test_second_run_of_the_week_sends_nothing_and_next_weeks_does(
    people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("send_digests")
    clock(monkeypatch, NOW + dt.timedelta(days=6))

    assert run("send_digests") == (
        "6 people; has this week's mail already: 2; nothing waits: 2; paused the mail: 1; no e-mail address: 1.\n"
        "Mail: 0 sent, 0 failed.\n"
    )
    assert digest_of(people.users["anna"], at=NOW).is_queued

    clock(monkeypatch, NOW + dt.timedelta(days=7))
    run("send_digests")
    assert got() == [ANNA, OLGA, ANNA, OLGA]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_run_that_was_killed_is_finished_by_the_next_without_sending_twice(people: World, after: int) -> None:
    steps = iter(range(3))
    with pytest.MonkeyPatch.context() as patch:
        for name, function in (("queue_mail", queue_mail), ("deliver", deliver)):
            stopped = interrupted(steps, after, function)
            patch.setattr(f"tracker.management.commands.send_digests.{name}", stopped)
        with pytest.raises(KeyboardInterrupt):
            run("send_digests")
    assert Mail.objects.count() == after

    run("send_digests")

    assert sorted(got()) == [ANNA, OLGA]


def test_two_runs_at_once_send_each_mail_once(people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[str] = []

    def meanwhile(**values: Any) -> Mail | None:
        # The other run comes between this one's look at what is queued and its own queueing.
        if not inner:
            inner.append(run_other())
        return queue_mail(**values)

    def run_other() -> str:
        with pytest.MonkeyPatch.context() as other:
            other.setattr("tracker.management.commands.send_digests.queue_mail", queue_mail)
            return run("send_digests")

    monkeypatch.setattr("tracker.management.commands.send_digests.queue_mail", meanwhile)

    assert run("send_digests").endswith("Mail: 0 sent, 0 failed.\n")
    assert inner[0].endswith("Mail: 2 sent, 0 failed.\n")
    assert got() == [ANNA, OLGA]


def test_dry_run_says_who_would_get_what_and_writes_nothing(people: World) -> None:
    fill_desk(people)
    before = everything()

    out = run("send_digests", "--dry-run")

    assert out == (
        "anna: this week's mail; Returned to us 1, Asked for an update 1, Update overdue 1, Update due in 30 days 1, "
        "Letters without an answer in time 1, Past the verification date 1, Evidence lost 1\n"
        "boris: paused the mail\n"
        "clara: this week's mail; To review 1\n"
        "eve: nothing waits\n"
        "olga: this week's mail; Safeguarding: waits for you 1, Returned to us 1, Asked for an update 1, "
        "Update overdue 1, Update due in 30 days 1, To review 1, Letters without an answer in time 1, "
        "Past the verification date 1, Evidence lost 1\n"
        "staff: no e-mail address\n"
        "6 people; this week's mail: 3; nothing waits: 1; paused the mail: 1; no e-mail address: 1.\n"
        "Nothing was written or sent.\n"
    )
    assert CANARY not in out
    assert everything() == before
    assert not Mail.objects.exists()
    assert mail.outbox == []


def test_dry_run_knows_who_has_the_mail_already(people: World) -> None:
    run("send_digests")
    assert "anna: has this week's mail already\n" in run("send_digests", "--dry-run")


@pytest.mark.django_db
def test_nobody_to_write_to_is_no_failure() -> None:
    assert run("send_digests") == "0 people.\nMail: 0 sent, 0 failed.\n"


def test_server_that_is_down_ends_with_one_and_what_to_do(
    people: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    locmem, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Refusing"

    for command in ("send_digests", "send_mail"):
        with pytest.raises(
            CommandError, match=r"^ConnectionRefusedError Connection refused\. What failed is ke"
        ) as ended:
            run(command)
        assert ended.value.returncode == 1
        clock(monkeypatch, NOW + WAITS[1])
    assert list(Mail.objects.values_list("attempts", "sent_at")) == [(2, None)] * 2

    settings.EMAIL_BACKEND = locmem
    clock(monkeypatch, NOW + WAITS[2])
    assert run("send_mail") == "Mail: 2 sent, 0 failed.\n"
    assert got() == [ANNA, OLGA]


@pytest.mark.django_db
def test_send_mail_with_nothing_to_send_is_done() -> None:
    assert run("send_mail") == "Mail: 0 sent, 0 failed.\n"


@pytest.mark.django_db
def test_send_mail_tells_of_what_a_killed_process_left(monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue_mail(key="k", to="k@example.org", language="en", subject="S", text="T", at=NOW)
    assert row is not None
    Mail.objects.filter(pk=row.pk).update(attempts=1)
    clock(monkeypatch, NOW + dt.timedelta(days=2))

    assert run("send_mail") == (
        "1 given up: a process was stopped while sending, and it may have arrived or not.\nMail: 0 sent, 0 failed.\n"
    )
    assert run("send_mail") == "Mail: 0 sent, 0 failed.\n"


def test_wrong_usage_ends_with_two() -> None:
    with pytest.raises(CommandError) as ended:
        call_command("send_digests", "--as-of", "2026-03-02")
    assert "unrecognized arguments" in str(ended.value)


def interrupted(steps: Any, after: int, function: Any) -> Any:
    """Return `function`, which is stopped before the step of the run that is number `after`."""

    def stopped(*args: Any, **values: Any) -> Any:
        if next(steps, None) == after:
            raise KeyboardInterrupt
        return function(*args, **values)

    return stopped
