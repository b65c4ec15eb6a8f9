"""Invitations in the workspace: who offers what, and what is mailed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.conftest import World, everything
from tracker.models import Invitation, Mail

SignIn = Callable[[str], Client]
INVITE = "admin:tracker_invitation_add"


def typed(world: World, **values: Any) -> dict[str, Any]:
    return {
        "alliance": world.alliance.pk,
        "email": "vera@example.org",
        "organisation": world.organisations[0].pk,
        "roles_offered": ["coordinator"],
        "language": "en",
    } | values


def step(name: str, invitation: Invitation) -> str:
    return reverse(f"admin:tracker_invitation_{name}", args=[invitation.pk])


def test_invitation_is_mailed_and_its_text_forgotten(world: World, sign_in: SignIn) -> None:
    answer = sign_in("anna").post(reverse(INVITE), typed(world), follow=True)

    invitation, [message] = Invitation.objects.get(), mail.outbox
    assert "The mail is on its way to vera@example.org." in answer.content.decode()
    assert (message.to, message.subject) == (["vera@example.org"], "Invitation to the workspace of Alliance home")
    assert "for: Organisation first." in message.body
    [link] = re.findall(r"http://127\.0\.0\.1:8000(/account/invitation/[\w-]{43}/)\n", message.body)
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    assert f'href="http://127.0.0.1:8000{link}"' in html
    row = Mail.objects.get()
    assert (row.sent_at is not None, row.text, row.html) == (True, "", "")
    assert link.split("/")[-2] not in str(everything()) + answer.content.decode()
    assert invitation.invited_by == world.users["anna"]


def test_invitation_is_mailed_in_the_language_that_was_chosen(world: World, sign_in: SignIn) -> None:
    sign_in("staff").post(reverse(INVITE), typed(world, language="ru"))

    [message] = mail.outbox
    assert "/ru/account/invitation/" in message.body
    assert "Organisation first (по-русски)" in message.body
    assert message.extra_headers["Content-Language"] == "ru"


@pytest.mark.parametrize("visibility", ["role_only", "hidden"])
def test_mail_names_no_organisation_at_risk(world: World, sign_in: SignIn, visibility: str) -> None:
    first = world.organisations[0]
    sign_in("anna").post(reverse("admin:tracker_organisation_visibility", args=[first.pk]), {"visibility": visibility})
    sign_in("anna").post(reverse(INVITE), typed(world))

    [message] = mail.outbox
    assert "Organisation first" not in message.message().as_string()
    assert "Anna" not in message.message().as_string()


def test_mail_that_cannot_be_sent_is_said_so_and_kept(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_messages: Any) -> int:
        raise OSError("no server")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    shown = sign_in("anna").post(reverse(INVITE), typed(world), follow=True).content.decode()
    assert "could not be sent yet. It is tried again." in shown
    assert (Invitation.objects.count(), Mail.objects.get().sent_at) == (1, None)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("anna", {"roles_offered": ["reviewer"]}, "Select a valid choice"),
        ("anna", {"roles_offered": ["coordinator", "staff"]}, "Select a valid choice"),
        ("anna", {"organisation": "SECOND"}, "Select a valid choice"),
        ("anna", {"alliance": "ABROAD"}, "Select a valid choice"),
        ("staff", {"organisation": "FOREIGN"}, "Select a valid choice"),
        ("staff", {"roles_offered": []}, "This field is required"),
        ("staff", {"email": "vera"}, "valid email"),
        ("root", {"organisation": "FOREIGN"}, "is no member"),
    ],
)
def test_wrong_invitation_is_refused_and_nothing_mailed(
    world: World, sign_in: SignIn, name: str, values: dict[str, Any], words: str
) -> None:
    known = {
        "SECOND": world.organisations[1].pk,
        "FOREIGN": world.organisations[3].pk,
        "ABROAD": world.other_alliance.pk,
    }
    wrong = {field: known.get(value, value) if isinstance(value, str) else value for field, value in values.items()}
    before = everything()
    shown = sign_in(name).post(reverse(INVITE), typed(world, **wrong)).content.decode()
    assert words in shown
    assert (everything(), mail.outbox, Mail.objects.count()) == (before, [], 0)


def test_sending_again_mails_another_link(world: World, sign_in: SignIn) -> None:
    sign_in("staff").post(reverse(INVITE), typed(world))
    invitation = Invitation.objects.get()

    answer = sign_in("staff").post(step("resend", invitation), {"version": invitation.version}, follow=True)

    links = [re.search(r"/account/invitation/\S+", message.body)[0] for message in mail.outbox]  # type: ignore[index]
    assert len(set(links)) == 2
    assert "The mail is on its way" in answer.content.decode()
    assert [Client().get(link).status_code for link in links] == [410, 302]


def test_link_of_an_invitation_that_was_taken_back_leads_nowhere(world: World, sign_in: SignIn) -> None:
    sign_in("staff").post(reverse(INVITE), typed(world))
    invitation = Invitation.objects.get()
    link = re.search(r"/account/invitation/\S+", mail.outbox[0].body)[0]  # type: ignore[index]

    sign_in("anna").post(step("withdraw", invitation), {"reason": "Wrong address."})

    assert Client().get(link).status_code == 410
    page = sign_in("anna").get(reverse("admin:tracker_invitation_change", args=[invitation.pk])).content.decode()
    assert "taken back" in page
    assert "Send it again" not in page


def test_list_tells_coordinators_of_their_own_organisation_only(world: World, sign_in: SignIn) -> None:
    sign_in("staff").post(reverse(INVITE), typed(world))
    sign_in("staff").post(
        reverse(INVITE), typed(world, email="ivan@example.org", organisation=world.organisations[1].pk)
    )

    def listed(name: str) -> list[str]:
        shown = sign_in(name).get(reverse("admin:tracker_invitation_changelist")).content.decode()
        return [address for address in ("vera@", "ivan@") if address in shown]

    assert {name: listed(name) for name in ("anna", "boris", "staff", "eve", "root")} == {
        "anna": ["vera@"],
        "boris": ["ivan@"],
        "staff": ["vera@", "ivan@"],
        "eve": [],
        "root": ["vera@", "ivan@"],
    }
    other = Invitation.objects.get(email="ivan@example.org")
    before = everything()
    for act in ("resend", "withdraw"):
        assert sign_in("anna").post(step(act, other), {"reason": "x"}).status_code == 404
    assert everything() == before
