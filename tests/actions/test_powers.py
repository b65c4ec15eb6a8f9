"""People, organisations and invitations: each act by everyone. Who cheats from inside gets nowhere."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests import factories as make
from tests.actions.asserting import actors, outcomes
from tests.conftest import NOW, World
from tracker.actions import invitations, organisations, people
from tracker.choices import Role
from tracker.permissions import Actor

INSTALLATION = {"root", "system"}
STAFF = {"staff", *INSTALLATION}
FIRST = {"anna", "olga"}
# The system offers no roles: somebody has to answer for an invitation.
PERSONS = {"staff", "root"}


@pytest.fixture
def acts(world: World) -> dict[str, tuple[Callable[[Actor], Any], set[str]]]:
    """Return every act as (the act, who may do it), each about the first organisation or its people."""
    at, first, alliance = NOW, world.organisations[0], world.alliance
    hidden = make.OrganisationFactory(code="hidden", visibility="hidden")
    shared = make.OrganisationFactory(code="shared", visibility="hidden")
    with make.Act("test_setup", actor=make.SYSTEM, at=NOW) as act:
        act.change(alliance, members=[*alliance.members.all(), hidden, shared])
        act.change(world.other_alliance, members=[*world.other_alliance.members.all(), shared])
    newcomer = make.UserFactory(username="newcomer")
    olga = world.users["olga"]
    olgas = alliance.memberships.get(user=olga, role=Role.REVIEWER)
    ended = make.UserFactory(username="ended", is_active=False)
    invited = partial(invitations.invite, "new@example.org", first, alliance=alliance, at=at)
    offered = invited([Role.COORDINATOR], actor=world.actor("staff")).invitation
    as_reviewer = invitations.invite(
        "other@example.org", first, [Role.REVIEWER], alliance=alliance, actor=world.actor("root"), at=at
    ).invitation
    show = partial(organisations.change_organisation, at=at)
    give = partial(organisations.add_membership, alliance=alliance, at=at)
    call = {
        "rename": (lambda a: show(first, name={"en": "New"}, actor=a), INSTALLATION),
        "rename and hide": (lambda a: show(first, visibility="hidden", kind="company", actor=a), INSTALLATION),
        "archive": (lambda a: show(hidden, archived_on=at.date(), reason="Closed", actor=a), INSTALLATION),
        "hide": (lambda a: show(first, visibility="hidden", actor=a), STAFF | FIRST),
        "show more": (lambda a: show(hidden, visibility="role_only", reason="Agreed", actor=a), STAFF),
        "show more of a shared one": (
            lambda a: show(shared, visibility="named", reason="Agreed", actor=a),
            INSTALLATION,
        ),
        "rules": (
            lambda a: organisations.change_alliance(
                alliance, review_rule="another_person", reason="We are three.", actor=a, at=at
            ),
            STAFF,
        ),
        "coordinator for a stranger": (lambda a: give(newcomer, first, Role.COORDINATOR, actor=a), STAFF),
        "reviewer for a stranger": (lambda a: give(newcomer, first, Role.REVIEWER, actor=a), STAFF),
        "end a role": (
            lambda a: organisations.end_membership(olgas, reason="Left", actor=a, at=at),
            STAFF | {"anna"},
        ),
        "invite a coordinator": (
            lambda a: invitations.invite("x@example.org", first, [Role.COORDINATOR], alliance=alliance, actor=a, at=at),
            PERSONS | FIRST,
        ),
        "invite a reviewer": (
            lambda a: invitations.invite("x@example.org", first, [Role.REVIEWER], alliance=alliance, actor=a, at=at),
            PERSONS,
        ),
        "invite both": (
            lambda a: invitations.invite(
                "x@example.org", first, [Role.COORDINATOR, Role.STAFF], alliance=alliance, actor=a, at=at
            ),
            PERSONS,
        ),
        "send again": (lambda a: invitations.resend_invitation(offered, actor=a, at=at), PERSONS | FIRST),
        "send a reviewer's again": (lambda a: invitations.resend_invitation(as_reviewer, actor=a, at=at), PERSONS),
        "take back": (lambda a: invitations.withdraw_invitation(as_reviewer, actor=a, at=at), STAFF | FIRST),
        "names": (lambda a: people.change_user(olga, first_name="Ольга", actor=a, at=at), INSTALLATION),
        "address": (lambda a: people.change_user(olga, email="o@example.org", actor=a, at=at), INSTALLATION),
        "hide a person": (
            lambda a: people.change_user(olga, visibility="hidden", actor=a, at=at),
            INSTALLATION | {"olga"},
        ),
        "name a person": (lambda a: people.change_user(olga, visibility="named", actor=a, at=at), {"olga"}),
        "mail": (lambda a: people.set_mail(olga, paused=True, actor=a, at=at), {"olga"}),
        "end a sign-in": (
            lambda a: people.deactivate_user(olga, reason="Left", actor=a, at=at),
            INSTALLATION,
        ),
        "allow a sign-in": (
            lambda a: people.reactivate_user(ended, reason="Back", actor=a, at=at),
            INSTALLATION,
        ),
    }
    return call


def test_each_act_by_everyone(world: World, acts: dict[str, tuple[Callable[[Actor], Any], set[str]]]) -> None:
    people_here = actors(world)

    found = outcomes(
        {(act, name): partial(call, actor) for act, (call, _who) in acts.items() for name, actor in people_here.items()}
    )

    assert found == {
        (act, name): "done" if name in who else "NotAllowed"
        for act, (_call, who) in acts.items()
        for name in people_here
    }


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COORDINATOR, Role.SAFEGUARDING])
def test_nobody_gives_a_role_to_themselves_but_the_installations_staff(world: World, role: Role) -> None:
    third = world.organisations[2]

    found = outcomes(
        {
            name: partial(
                organisations.add_membership,
                world.users[name],
                organisation,
                role,
                alliance=world.alliance,
                actor=world.actor(name),
                at=NOW,
            )
            for name, organisation in {"staff": third, "anna": world.organisations[0], "root": third}.items()
        }
    )

    assert found == {"staff": "NotAllowed", "anna": "NotAllowed", "root": "done"}


def test_nobody_ends_a_role_of_their_own(world: World) -> None:
    mine = {name: world.alliance.memberships.filter(user=world.users[name]).first() for name in ("staff", "anna")}

    found = outcomes(
        {
            name: partial(organisations.end_membership, row, reason="Enough", actor=world.actor(name), at=NOW)
            for name, row in mine.items()
            if row is not None
        }
    )

    assert found == {"staff": "NotAllowed", "anna": "NotAllowed"}


def test_nobody_ends_their_own_sign_in(world: World) -> None:
    root = world.actor("root")

    found = outcomes({"root": partial(people.deactivate_user, world.users["root"], reason="Bye", actor=root, at=NOW)})

    assert found == {"root": "NotAllowed"}


def test_coordinator_gives_the_role_to_people_of_the_own_organisation_only(world: World) -> None:
    ours = make.UserFactory(username="ours")
    first = world.organisations[0]
    make.MembershipFactory(alliance=world.alliance, user=ours, organisation=first, role=Role.REVIEWER)
    give = partial(organisations.add_membership, role=Role.COORDINATOR, alliance=world.alliance, at=NOW)
    anna = world.actor("anna")

    found = outcomes(
        {
            "ours": lambda: give(ours, first, actor=anna),
            "of another organisation": lambda: give(world.users["clara"], first, actor=anna),
            "of another alliance": lambda: give(world.users["eve"], first, actor=anna),
            "for another organisation": lambda: give(world.users["clara"], world.organisations[2], actor=anna),
        }
    )

    assert found == {
        "ours": "done",
        "of another organisation": "NotAllowed",
        "of another alliance": "NotAllowed",
        "for another organisation": "NotAllowed",
    }
