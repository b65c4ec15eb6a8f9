"""Joining by the link of an invitation."""

import logging
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.account.conftest import Clock, Person
from tests.conftest import NOW, World, everything
from tracker.actions.invitations import Sent, invite, withdraw_invitation
from tracker.actions.organisations import change_organisation
from tracker.actions.people import change_user
from tracker.choices import Role
from tracker.models import Mail, User
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for

PAGE = "account_invitation"
PASSWORD = "a few words of my own"


@pytest.fixture
def offered(world: World) -> Sent:
    """A coordinator's and a reviewer's role for the first organisation."""
    return invite(
        "vera@example.org",
        world.organisations[0],
        [Role.COORDINATOR, Role.REVIEWER],
        alliance=world.alliance,
        actor=world.actor("staff"),
        at=NOW,
    )


def link(offered: Sent) -> str:
    return reverse("account_invited", args=[offered.token])


def typed(**values: str) -> dict[str, str]:
    return {
        "username": "vera",
        "first_name": "Vera",
        "last_name": "",
        "visibility": "hidden",
        "password": PASSWORD,
        "password_again": PASSWORD,
    } | values


def test_link_leads_to_a_page_that_tells_what_it_means(world: World, offered: Sent) -> None:
    client, before = Client(), everything()

    first = client.get(link(offered))
    page = client.get(first["Location"])

    shown = page.content.decode()
    assert (first.status_code, first["Location"]) == (302, reverse(PAGE))
    assert "You are invited to work with Alliance home, for: Organisation first." in shown
    for words in ("Coordinator", "Reviewer", "Records updates", "history", "second factor"):
        assert words in shown
    assert offered.token not in shown
    assert "vera@example.org" not in shown
    assert (page["Cache-Control"].count("no-store"), page["Referrer-Policy"]) == (1, "same-origin")
    assert everything() == before


def test_page_names_nobody_who_is_at_risk(world: World, offered: Sent) -> None:
    def shown() -> str:
        return Client().get(link(offered), follow=True).content.decode()

    assert "Invited by" not in shown()
    staff = change_user(world.users["staff"], visibility="named", actor=world.actor("staff"), at=NOW)
    assert f"Invited by {staff}." in shown()
    change_organisation(world.organisations[0], visibility="hidden", actor=SYSTEM, at=NOW)
    assert "Organisation first" not in shown()
    assert "A member organisation" in shown()


def test_newcomer_joins_signs_in_and_must_set_up_a_second_factor(
    world: World, offered: Sent, clock: Clock, second_factor: None
) -> None:
    vera = Person("vera", clock, password=PASSWORD)
    vera.client.get(link(offered))

    joined = vera.post(PAGE, typed())

    user = User.objects.get(username="vera")
    assert (joined.status_code, joined["Location"]) == (302, reverse("account_login"))
    assert (user.email, user.visibility) == ("vera@example.org", "hidden")
    assert actor_for(user, world.alliance).roles == {"coordinator", "reviewer"}
    vera.give_password()
    assert vera.client.get("/admin/")["Location"] == reverse("mfa_activate_totp")
    vera.enrol()
    assert vera.client.get("/admin/").status_code == 200


def test_link_is_good_once(world: World, offered: Sent) -> None:
    client = Client()
    client.get(link(offered))
    client.post(reverse(PAGE), typed())
    before = everything()

    again = [
        Client().get(link(offered)),
        client.get(reverse(PAGE)),
        client.post(reverse(PAGE), typed(username="vera2")),
    ]

    assert [answer.status_code for answer in again] == [410, 410, 410]
    assert everything() == before


def test_somebody_signed_in_accepts_for_their_own_account_and_signs_in_again(
    world: World, offered: Sent, clock: Clock
) -> None:
    nobody = Person("nobody", clock).sign_in()
    page = nobody.client.get(link(offered), follow=True).content.decode()
    assert "You are signed in as nobody." in page
    assert 'name="password"' not in page
    before = User.objects.count()

    nobody.post(PAGE)

    assert actor_for(world.users["nobody"], world.alliance).roles == {"coordinator", "reviewer"}
    assert User.objects.count() == before
    assert not nobody.is_in()
    nobody.give_password()
    assert nobody.client.get("/admin/").status_code == 200


def test_page_waits_while_somebody_signs_in(world: World, offered: Sent, clock: Clock) -> None:
    nobody = Person("nobody", clock)
    page = nobody.client.get(link(offered), follow=True).content.decode()
    assert f'href="{reverse("account_login")}?next={reverse(PAGE)}"' in page

    answer = nobody.give_password(back=reverse(PAGE))

    assert answer["Location"] == reverse(PAGE)
    assert "You are signed in as nobody." in nobody.get(PAGE).content.decode()


@pytest.mark.parametrize("name", ["staff", "boris"])
def test_who_may_not_accept_is_told_why(world: World, offered: Sent, clock: Clock, name: str) -> None:
    person = Person(name, clock).sign_in()
    person.client.get(link(offered))
    before = everything()

    answer = person.post(PAGE, follow=True)

    words = {"staff": "Nobody gives a role to themselves", "boris": "already acts for another organisation"}
    assert words[name] in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"username": "anna"}, "Somebody signs in with this name already"),
        ({"username": "ve ra"}, "Enter a valid username"),
        ({"password": "qwerty", "password_again": "qwerty"}, "too short"),
        (
            {"username": "vera.vera.vera", "password": "vera-vera-vera", "password_again": "vera-vera-vera"},
            "too similar",
        ),
        ({"password_again": "something else here"}, "not the same"),
        ({"visibility": "glowing"}, "Select a valid choice"),
    ],
)
def test_wrong_answers_are_refused_and_the_password_not_repeated(
    world: World, offered: Sent, values: dict[str, str], words: str
) -> None:
    client = Client()
    client.get(link(offered))
    before = everything()

    shown = client.post(reverse(PAGE), typed(**values)).content.decode()

    assert words in shown
    assert 'value="Vera"' in shown
    assert (values.get("password") or PASSWORD) not in shown
    assert everything() == before


def test_newcomer_makes_themselves_nothing_more(world: World, offered: Sent) -> None:
    client = Client()
    client.get(link(offered))

    more = {"is_superuser": "on", "email": "other@example.org", "roles": "staff", "organisation": "2"}
    client.post(reverse(PAGE), typed(**more))

    user = User.objects.get(username="vera")
    assert (user.is_superuser, user.email) == (False, "vera@example.org")
    assert actor_for(user, world.alliance).roles == {"coordinator", "reviewer"}


def test_every_link_that_does_not_hold_is_answered_alike(world: World, offered: Sent, clock: Clock) -> None:
    lapsed = link(offered)
    back = invite(
        "ivan@example.org",
        world.organisations[0],
        [Role.COORDINATOR],
        alliance=world.alliance,
        actor=world.actor("staff"),
        at=NOW,
    )
    withdraw_invitation(back.invitation, actor=SYSTEM, at=NOW)
    clock.turn(days=14)

    answers = [Client().get(address) for address in (lapsed, link(back), "/account/invitation/x/", reverse(PAGE))]

    # The same to the byte, but for the address itself.
    bodies = [answer.content.decode().replace(answer.wsgi_request.path, "") for answer in answers]
    assert [answer.status_code for answer in answers] == [410] * 4
    assert len({body.replace("/ru/", "/") for body in bodies}) == 1
    assert "Organisation first" not in bodies[0]
    assert [answer.cookies.get("sessionid") for answer in answers] == [None] * 4


def test_secret_is_in_no_log(world: World, offered: Sent, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        client.get(link(offered))
        refused = client.post(reverse(PAGE), typed())
        client.get(reverse(PAGE))

    assert refused.status_code == 403
    assert "Forbidden" in caplog.text
    assert offered.token not in caplog.text


@pytest.mark.parametrize("name", ["link", "page"])
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(world: World, offered: Sent, name: str, method: str) -> None:
    client = Client()
    client.get(link(offered))
    before = everything()

    answer = getattr(client, method)(link(offered) if name == "link" else reverse(PAGE))

    assert answer.status_code == 405
    assert everything() == before


def test_nothing_is_done_by_a_post_to_the_link(world: World, offered: Sent) -> None:
    before = everything()

    assert Client().post(link(offered), typed()).status_code == 405

    assert everything() == before


def test_inviting_takes_a_fresh_sign_in_and_keeps_what_was_typed(world: World, enrolled: Person, clock: Clock) -> None:
    clock.turn(minutes=16)
    before = everything()
    address = reverse("admin:tracker_invitation_add")
    invitation: dict[str, Any] = {
        "alliance": world.alliance.pk,
        "email": "vera@example.org",
        "organisation": world.organisations[0].pk,
        "roles_offered": ["coordinator"],
        "language": "en",
    }

    shown = enrolled.client.post(address, invitation).content.decode()

    assert "Confirm that it is you" in shown
    assert 'value="vera@example.org"' in shown
    assert (everything(), mail.outbox, Mail.objects.count()) == (before, [], 0)
