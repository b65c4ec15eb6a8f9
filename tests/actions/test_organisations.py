"""Alliances, people and roles: what each act stores, refuses and tells."""

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import NOW, World
from tracker.actions.organisations import add_membership, add_user, create_alliance, end_membership
from tracker.choices import Role
from tracker.errors import Conflict, InvalidValue, NotAllowed
from tracker.models import Alliance, Membership
from tracker.permissions import SYSTEM
from tracker.queries.people import actor_for

TEXT = {"en": "The alliance", "ru": "Альянс"}


def test_create_alliance_stores_it_with_its_members(world: World) -> None:
    first, second = world.organisations[:2]

    alliance = create_alliance(
        members=[first, second], actor=SYSTEM, at=NOW, reason="Founded", slug="new", name=TEXT, country_name=TEXT
    )

    [(action, told)] = story(alliance)
    assert set(alliance.members.all()) == {first, second}
    assert action == "create_alliance"
    assert told["members"] == (None, sorted([str(first.uuid), str(second.uuid)]))
    assert told["name"] == (None, TEXT)
    assert last_entry().log == str(alliance.uuid)
    assert opened(last_entry())["@reason"] == (None, "Founded")


def test_create_alliance_refuses_an_address_that_is_taken(world: World) -> None:
    with refuses(InvalidValue, "already exists"):
        create_alliance(members=[], actor=SYSTEM, at=NOW, slug="home", name=TEXT, country_name=TEXT)


def test_create_alliance_refuses_an_unknown_time_zone(world: World) -> None:
    with refuses(InvalidValue, "Mars/Olympus"):
        create_alliance(
            members=[], actor=SYSTEM, at=NOW, slug="new", name=TEXT, country_name=TEXT, time_zone="Mars/Olympus"
        )


def test_create_alliance_is_for_the_installations_staff(world: World) -> None:
    with refuses(NotAllowed):
        create_alliance(members=[], actor=world.actor("staff"), at=NOW, slug="new", name=TEXT, country_name=TEXT)


def test_add_user_keeps_the_password_out_of_the_history(world: World) -> None:
    user = add_user("vera", password="a very long secret", actor=world.actor("root"), at=NOW, first_name="Vera")

    [(action, told)] = story(user)
    assert user.check_password("a very long secret")
    assert action == "add_user"
    assert "password" not in told
    assert told["username"] == (None, "vera")
    assert "secret" not in str(list(opened(last_entry()).items()))
    assert last_entry().log == "installation"


def test_add_user_refuses_a_name_that_is_taken(world: World) -> None:
    with refuses(InvalidValue, "A user with that username already exists."):
        add_user("anna", password="x", actor=SYSTEM, at=NOW)


@pytest.mark.parametrize("name", ["", "with space", "x" * 151])
def test_add_user_refuses_a_name_that_cannot_be(world: World, name: str) -> None:
    with refuses(InvalidValue, "username"):
        add_user(name, password="x", actor=SYSTEM, at=NOW)


def test_add_membership_gives_the_role_and_tells_it(world: World) -> None:
    nobody, second = world.users["nobody"], world.organisations[1]

    membership = add_membership(
        nobody, second, Role.REVIEWER, alliance=world.alliance, actor=world.actor("staff"), at=NOW
    )

    assert story(membership) == [
        (
            "add_membership",
            {
                "user": (None, str(nobody.uuid)),
                "organisation": (None, str(second.uuid)),
                "role": (None, "reviewer"),
                "active": (None, True),
            },
        )
    ]
    assert actor_for(nobody, world.alliance).roles == {"reviewer"}


def test_add_membership_refuses_an_organisation_that_is_no_member(world: World) -> None:
    with refuses(InvalidValue, "is no member of this alliance"):
        add_membership(
            world.users["nobody"], world.organisations[3], Role.STAFF, alliance=world.alliance, actor=SYSTEM, at=NOW
        )


def test_add_membership_refuses_a_second_organisation(world: World) -> None:
    with refuses(InvalidValue, "already acts for another organisation"):
        add_membership(
            world.users["anna"], world.organisations[1], Role.STAFF, alliance=world.alliance, actor=SYSTEM, at=NOW
        )


def test_add_membership_refuses_the_same_role_twice(world: World) -> None:
    with refuses(InvalidValue, "already has this role"):
        add_membership(
            world.users["anna"], world.organisations[0], Role.COORDINATOR, alliance=world.alliance, actor=SYSTEM, at=NOW
        )


def test_end_membership_takes_the_role_and_keeps_the_row(world: World) -> None:
    membership = world.alliance.memberships.get(user=world.users["clara"])

    end_membership(membership, actor=world.actor("staff"), at=NOW, reason="Left the organisation")

    assert story(membership)[1:] == [("end_membership", {"active": (True, False)})]
    assert opened(last_entry())["@reason"] == (None, "Left the organisation")
    assert actor_for(world.users["clara"], world.alliance).roles == frozenset()


def test_end_membership_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    membership = world.alliance.memberships.get(user=world.users["clara"])
    end_membership(membership, actor=SYSTEM, at=NOW, reason="Left")
    again = add_membership(
        world.users["clara"], world.organisations[1], Role.REVIEWER, alliance=world.alliance, actor=SYSTEM, at=NOW
    )

    with refuses(Conflict):
        end_membership(again, actor=world.actor("staff"), at=NOW, reason="Left", version=membership.version)


def test_end_membership_twice_tells_it_once(world: World) -> None:
    membership = world.alliance.memberships.get(user=world.users["clara"])

    for _ in range(2):
        end_membership(membership, actor=SYSTEM, at=NOW, reason="Left")

    assert len(story(membership)) == 2


def test_a_role_that_ended_can_be_given_again_for_any_member(world: World) -> None:
    clara, second = world.users["clara"], world.organisations[1]
    membership = world.alliance.memberships.get(user=clara)
    end_membership(membership, actor=SYSTEM, at=NOW, reason="Left")

    again = add_membership(clara, second, Role.REVIEWER, alliance=world.alliance, actor=SYSTEM, at=NOW)

    assert again.pk == membership.pk
    assert Membership.objects.filter(user=clara).count() == 1
    assert actor_for(clara, world.alliance).organisation_id == second.pk
    assert story(membership)[2] == (
        "add_membership",
        {"organisation": (str(world.organisations[2].uuid), str(second.uuid)), "active": (False, True)},
    )


def test_roles_are_separate_in_each_alliance(world: World) -> None:
    other: Alliance = world.other_alliance
    make.MembershipFactory(
        alliance=other, user=world.users["anna"], organisation=world.organisations[3], role=Role.STAFF
    )

    assert actor_for(world.users["anna"], world.alliance).roles == {"coordinator"}
    assert actor_for(world.users["anna"], other).roles == {"staff"}
    assert actor_for(world.users["anna"], other).organisation_id == world.organisations[3].pk
