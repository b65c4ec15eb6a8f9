"""manage.py reset_second_factor: for a lost phone and lost recovery codes."""

import io
import smtplib
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command

from tests.actions.asserting import story
from tests.conftest import World, everything
from tracker.models import User

REASON = "Phone stolen; called back at the office."


def run(*args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("reset_second_factor", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def anna(world: World) -> User:
    user = world.users["anna"]
    Authenticator.objects.create(user=user, type="totp", data={})
    return user


def know(user: User, **values: str) -> None:
    User.objects.filter(pk=user.pk).update(**values)


def test_second_factor_is_taken_away_and_the_person_told(anna: User) -> None:
    know(anna, email="anna@example.org")

    assert run("anna", "--reason", REASON) == ("anna sets up a new second factor at the next sign-in.\n", "")

    assert not Authenticator.objects.exists()
    assert story(anna)[1:] == [("reset_second_factor", {})]
    [message] = mail.outbox
    assert (message.to, message.subject) == (["anna@example.org"], "Your second factor was taken away")
    assert REASON not in message.body


def test_person_without_an_address_is_told_by_whoever_did_it(anna: User) -> None:
    assert "There is no address to write to" in run("anna", "--reason", REASON)[0]
    assert mail.outbox == []


def test_mail_that_cannot_be_sent_undoes_nothing(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: Any, messages: Any) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    know(anna, email="anna@example.org")
    monkeypatch.setattr(EmailBackend, "send_messages", down)

    assert (
        run("anna", "--reason", REASON)[1] == "The mail to anna@example.org was not sent (gone): tell them yourself.\n"
    )
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nobody-is-called-so", "--reason", REASON), "Nobody signs in as nobody-is-called-so."),
        (("boris", "--reason", REASON), "has no second factor"),
        (("anna", "--reason", " "), "Say why"),
    ],
)
def test_refusal_changes_nothing(anna: User, args: tuple[str, ...], said: str) -> None:
    before = everything()

    with pytest.raises(CommandError, match="Nothing was written") as refused:
        run(*args)

    assert said in str(refused.value)
    assert refused.value.returncode == 1
    assert everything() == before
    assert Authenticator.objects.count() == 1
