"""Invitations: what is offered, taken up, taken back, and what no longer holds."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.invitations import (
    LIFE,
    Sent,
    accept_invitation,
    invite,
    join_by_invitation,
    resend_invitation,
    withdraw_invitation,
)
from tracker.actions.organisations import add_membership, change_organisation, end_membership
from tracker.actions.people import deactivate_user
from tracker.choices import Role
from tracker.errors import Conflict, InvalidValue, NotAllowed, WrongState
from tracker.models import HistoryValue, Invitation, User
from tracker.permissions import SYSTEM
from tracker.queries.invitations import invitation_of
from tracker.queries.people import actor_for
from tracker.queries.verify import verify

ADDRESS = "Vera@example.org"
GONE = "no longer holds"


def sent(world: World, *roles: Role, by: str = "staff", organisation: int = 0, **values: Any) -> Sent:
    return invite(
        values.pop("email", ADDRESS),
        world.organisations[organisation],
        roles or (Role.COORDINATOR,),
        alliance=world.alliance,
        actor=world.actor(by),
        at=NOW,
        **values,
    )


def join(token: str, username: str = "vera", *, at: dt.datetime = NOW) -> Invitation:
    return join_by_invitation(token, username, password="a very long secret", at=at, first_name="Vera")


def test_invite_keeps_address_and_secret_out_of_the_history(world: World) -> None:
    found = sent(world, Role.REVIEWER, Role.COORDINATOR, language="ru")

    [(action, told)] = story(found.invitation)
    assert action == "invite"
    assert told == {
        "organisation": (None, str(world.organisations[0].uuid)),
        "roles": (None, ["coordinator", "reviewer"]),
        "invited_by": (None, str(world.users["staff"].uuid)),
        "expires_at": (None, "2026-03-16T09:00:00.000000Z"),
    }
    assert last_entry().log == str(world.alliance.uuid)
    values = str(list(HistoryValue.objects.values_list("old", "new")))
    assert "example.org" not in values
    assert found.token not in values
    assert found.invitation.token_hash == hashlib.sha256(found.token.encode()).hexdigest()
    assert len(found.token) == 43


def test_each_invitation_has_a_secret_of_its_own(world: World) -> None:
    tokens = {sent(world, email=f"{n}@example.org").token for n in range(5)}

    assert len(tokens) == 5


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "vera"}, "e-mail address"),
        ({"email": "vera@example.org\nBcc: all@example.org"}, "e-mail address"),
        ({"organisation": 3}, "is no member"),
        ({"organisation": 4}, "is no member"),
    ],
)
def test_invite_refuses_what_cannot_be(world: World, values: dict[str, Any], words: str) -> None:
    with refuses(InvalidValue, words):
        sent(world, **values)


def test_invite_refuses_no_role_and_one_that_is_none(world: World) -> None:
    for roles in ([], ["king"]):
        with refuses(InvalidValue, "at least one role"):
            invite(ADDRESS, world.organisations[0], roles, alliance=world.alliance, actor=world.actor("staff"), at=NOW)


def test_invite_refuses_an_address_that_is_invited_until_that_has_ended(world: World) -> None:
    first = sent(world)
    with refuses(InvalidValue, "invited already"):
        sent(world, email=ADDRESS.lower())

    withdraw_invitation(first.invitation, actor=SYSTEM, at=NOW)

    assert sent(world).invitation.pk != first.invitation.pk


def test_newcomer_joins_with_the_roles_that_were_offered(world: World) -> None:
    offered = sent(world, Role.COORDINATOR, Role.REVIEWER, language="ru")

    join(offered.token)

    vera = User.objects.get(username="vera")
    assert (vera.email, vera.language, vera.is_staff, vera.is_superuser) == (ADDRESS, "ru", True, False)
    assert vera.check_password("a very long secret")
    actor = actor_for(vera, world.alliance)
    assert (actor.roles, actor.organisation_id) == ({"coordinator", "reviewer"}, world.organisations[0].pk)
    assert story(offered.invitation)[1:] == [
        (
            "accept_invitation",
            {"accepted_at": (None, "2026-03-02T09:00:00.000000Z"), "accepted_by": (None, str(vera.uuid))},
        )
    ]
    assert opened(last_entry())["@actor"] == (None, {"name": "Vera", "uuid": str(vera.uuid)})
    assert "secret" not in str(list(HistoryValue.objects.values_list("new", flat=True)))


def test_who_signs_in_already_takes_it_up_for_their_own_account(world: World) -> None:
    nobody, before = world.users["nobody"], world.users["nobody"].session_version

    accept_invitation(sent(world, Role.REVIEWER).token, nobody, at=NOW)

    nobody.refresh_from_db()
    assert actor_for(nobody, world.alliance).roles == {"reviewer"}
    assert nobody.session_version == before + 1


def test_roles_that_are_held_already_stay_as_they_are(world: World) -> None:
    held = world.alliance.memberships.get(user=world.users["anna"])

    accept_invitation(sent(world, Role.COORDINATOR, Role.REVIEWER).token, world.users["anna"], at=NOW)

    assert len(story(held)) == 1
    assert actor_for(world.users["anna"], world.alliance).roles == {"coordinator", "reviewer"}


def test_who_acts_for_another_organisation_cannot_take_it_up(world: World) -> None:
    offered = sent(world)

    with refuses(InvalidValue, "already acts for another organisation"):
        accept_invitation(offered.token, world.users["boris"], at=NOW)


def test_nobody_takes_up_what_they_offered(world: World) -> None:
    offered = sent(world, Role.REVIEWER, organisation=2)

    with refuses(NotAllowed, "Nobody gives a role to themselves"):
        accept_invitation(offered.token, world.users["staff"], at=NOW)


def test_who_has_an_account_at_the_address_makes_no_second_one(world: World) -> None:
    make.UserFactory(username="vera-already", email=ADDRESS.upper())
    offered = sent(world)

    with refuses(WrongState, "You can sign in here already"):
        join(offered.token)


def test_name_that_is_taken_is_refused_and_the_invitation_still_holds(world: World) -> None:
    offered = sent(world)

    with refuses(InvalidValue, "already exists"):
        join(offered.token, "anna")
    join(offered.token)

    assert User.objects.filter(username="vera").exists()


def ended(world: World, offered: Sent) -> dict[str, Callable[[], Any]]:
    """Return what makes an invitation hold no longer."""
    staff, third = world.users["staff"], world.organisations[2]

    def leave() -> None:
        with Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(world.alliance, members=world.organisations[1:3])

    def archive() -> None:
        for member in world.organisations[0].memberships.all():
            end_membership(member, reason="Left", actor=SYSTEM, at=NOW)
        change_organisation(world.organisations[0], archived_on=NOW.date(), actor=SYSTEM, at=NOW)

    def demote() -> None:
        held = world.alliance.memberships.get(user=staff)
        end_membership(held, reason="Left", actor=SYSTEM, at=NOW)
        # A coordinator elsewhere offers nothing for the first organisation.
        add_membership(staff, third, Role.COORDINATOR, alliance=world.alliance, actor=SYSTEM, at=NOW)

    return {
        "used": lambda: join(offered.token, "somebody"),
        "taken back": lambda: withdraw_invitation(offered.invitation, actor=SYSTEM, at=NOW),
        "sent again": lambda: resend_invitation(offered.invitation, actor=world.actor("staff"), at=NOW),
        "inviter gone": lambda: deactivate_user(staff, reason="Left", actor=SYSTEM, at=NOW),
        "inviter without the power": demote,
        "organisation left": leave,
        "organisation archived": archive,
    }


CAUSES = [
    "used",
    "taken back",
    "sent again",
    "inviter gone",
    "inviter without the power",
    "organisation left",
    "organisation archived",
]


@pytest.mark.parametrize("cause", CAUSES)
def test_invitation_that_has_ended_is_taken_up_by_nobody(world: World, cause: str) -> None:
    offered = sent(world)
    assert invitation_of(offered.token, at=NOW) == offered.invitation

    ended(world, offered)[cause]()

    assert invitation_of(offered.token, at=NOW) is None
    with refuses(WrongState, GONE):
        join(offered.token)
    with refuses(WrongState, GONE):
        accept_invitation(offered.token, world.users["nobody"], at=NOW)


@pytest.mark.parametrize("token", ["", "x", "ы" * 40, "x" * 5000])
def test_link_that_never_was_is_refused_alike(world: World, token: str) -> None:
    sent(world)

    with refuses(WrongState, GONE):
        join(token)


def test_invitation_holds_until_its_last_moment(world: World) -> None:
    offered, tick = sent(world), dt.timedelta(microseconds=1)

    assert invitation_of(offered.token, at=NOW + LIFE - tick) is not None
    with refuses(WrongState, GONE):
        join(offered.token, at=NOW + LIFE)
    join(offered.token, at=NOW + LIFE - tick)


def test_sending_again_makes_a_new_link_and_whoever_sent_it_answers_for_it(world: World) -> None:
    offered = sent(world, by="staff")

    again = resend_invitation(offered.invitation, actor=world.actor("anna"), at=NOW + dt.timedelta(days=20))

    assert again.token != offered.token
    assert invitation_of(again.token, at=NOW + dt.timedelta(days=21)) == offered.invitation
    assert story(offered.invitation)[1:] == [
        (
            "invite",
            {
                "invited_by": (str(world.users["staff"].uuid), str(world.users["anna"].uuid)),
                "expires_at": ("2026-03-16T09:00:00.000000Z", "2026-04-05T09:00:00.000000Z"),
            },
        )
    ]


def test_sending_again_at_once_is_told_too(world: World) -> None:
    offered = sent(world)

    resend_invitation(offered.invitation, actor=world.actor("staff"), at=NOW)

    assert story(offered.invitation)[1:] == [("invite", {})]


@pytest.mark.parametrize("act", [resend_invitation, withdraw_invitation])
def test_what_was_taken_up_or_back_is_neither_sent_again_nor_taken_back(world: World, act: Any) -> None:
    used, back = sent(world), sent(world, email="other@example.org")
    join(used.token)
    withdraw_invitation(back.invitation, actor=SYSTEM, at=NOW)

    for offered, words in ((used, "taken up already"), (back, "taken back")):
        with refuses(WrongState, words):
            act(offered.invitation, actor=world.actor("staff"), at=NOW)


def test_withdrawing_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    offered = sent(world)
    resend_invitation(offered.invitation, actor=world.actor("anna"), at=NOW + LIFE)

    with refuses(Conflict):
        withdraw_invitation(offered.invitation, actor=world.actor("staff"), at=NOW, version=1)


def test_record_verifies_after_all_of_it(world: World) -> None:
    used, back = sent(world, Role.REVIEWER), sent(world, email="other@example.org")
    resend_invitation(back.invitation, actor=world.actor("anna"), at=NOW)
    withdraw_invitation(back.invitation, reason="Wrong address", actor=SYSTEM, at=NOW)
    join(used.token)
    deactivate_user(User.objects.get(username="vera"), reason="Left", actor=SYSTEM, at=NOW)

    assert verify().faults == []
