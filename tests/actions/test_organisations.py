"""Alliances, people and roles: what each act stores, refuses and tells."""

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import NOW, World
from tracker.actions.organisations import (
    add_membership,
    add_user,
    change_alliance,
    change_organisation,
    create_alliance,
    end_membership,
)
from tracker.choices import Role
from tracker.errors import Conflict, InvalidValue, NotAllowed, WrongState
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
                "keeps_checkpoints": (None, False),
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


def test_change_alliance_sets_who_publishes_and_tells_why(world: World) -> None:
    change_alliance(
        world.alliance, review_rule="another_person", reason="We are three.", actor=world.actor("staff"), at=NOW
    )

    assert story(world.alliance)[1:] == [
        ("change_alliance", {"review_rule": ("another_organisation", "another_person")})
    ]
    assert opened(last_entry())["@reason"] == (None, "We are three.")
    assert last_entry().log == str(world.alliance.uuid)


@pytest.mark.parametrize(
    ("values", "reason", "words"),
    [
        ({"review_rule": "another_person"}, " ", "Say why"),
        ({"review_rule": "nobody"}, "So.", "who publishes"),
        ({"time_zone": "Mars/Olympus"}, "So.", "Mars/Olympus"),
    ],
)
def test_change_alliance_refuses_what_cannot_be(world: World, values: dict[str, str], reason: str, words: str) -> None:
    with refuses(InvalidValue, words):
        change_alliance(world.alliance, reason=reason, actor=world.actor("staff"), at=NOW, **values)


def test_change_alliance_leaves_its_address_alone(world: World) -> None:
    with refuses(TypeError, "only review_rule, time_zone"):
        change_alliance(world.alliance, slug="new", reason="So.", actor=SYSTEM, at=NOW)


def test_change_organisation_tells_what_changed(world: World) -> None:
    first = world.organisations[0]

    change_organisation(
        first, name=TEXT, kind="coalition", address="https://example.org", actor=world.actor("root"), at=NOW
    )

    [_setup, (action, told)] = story(first)
    assert action == "change_organisation"
    assert told == {
        "name": ({"en": "Organisation first", "ru": "Organisation first (по-русски)"}, TEXT),
        "kind": ("ngo", "coalition"),
        "address": ("", "https://example.org"),
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": {}}, "name"),
        ({"kind": "club"}, "kind"),
        ({"address": "javascript:alert(1)"}, "https://"),
        ({"visibility": "glowing"}, "not one of the known"),
    ],
)
def test_change_organisation_refuses_what_cannot_be(world: World, values: dict[str, object], words: str) -> None:
    with refuses(InvalidValue, words):
        change_organisation(world.organisations[0], actor=SYSTEM, at=NOW, **values)


def test_change_organisation_hides_without_a_reason_and_shows_with_one(world: World) -> None:
    first, staff = world.organisations[0], world.actor("staff")
    hidden = change_organisation(first, visibility="hidden", actor=world.actor("anna"), at=NOW)

    with refuses(InvalidValue, "Say why"):
        change_organisation(hidden, visibility="named", actor=staff, at=NOW)
    change_organisation(hidden, visibility="named", reason="They agreed.", actor=staff, at=NOW)

    assert story(first)[1:] == [
        ("change_organisation", {"visibility": ("named", "hidden")}),
        ("change_organisation", {"visibility": ("hidden", "named")}),
    ]


def test_change_organisation_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    first = world.organisations[0]
    change_organisation(first, visibility="hidden", actor=SYSTEM, at=NOW)

    with refuses(Conflict):
        change_organisation(first, visibility="role_only", actor=world.actor("anna"), at=NOW, version=first.version)


def test_organisation_for_which_people_act_is_not_archived(world: World) -> None:
    with refuses(WrongState, "End their roles first"):
        change_organisation(world.organisations[0], archived_on=NOW.date(), actor=SYSTEM, at=NOW)


def test_archived_organisation_gets_no_people_until_it_is_back(world: World) -> None:
    spare = make.OrganisationFactory(code="spare")
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, members=[*world.alliance.members.all(), spare])
    change_organisation(spare, archived_on=NOW.date(), actor=SYSTEM, at=NOW)
    nobody, home = world.users["nobody"], world.alliance

    with refuses(InvalidValue, "is no member"):
        add_membership(nobody, spare, Role.COORDINATOR, alliance=home, actor=SYSTEM, at=NOW)
    change_organisation(spare, archived_on=None, actor=SYSTEM, at=NOW)
    add_membership(nobody, spare, Role.COORDINATOR, alliance=home, actor=SYSTEM, at=NOW)

    assert actor_for(nobody, home).organisation_id == spare.pk


def test_giving_and_ending_a_role_end_the_sign_ins_of_that_person_only(world: World) -> None:
    anna, clara = world.users["anna"], world.users["clara"]
    versions = {"anna": anna.session_version, "clara": clara.session_version}

    given = add_membership(anna, world.organisations[0], Role.REVIEWER, alliance=world.alliance, actor=SYSTEM, at=NOW)
    end_membership(given, actor=SYSTEM, at=NOW, reason="Left")
    for user in (anna, clara):
        user.refresh_from_db()

    assert {"anna": anna.session_version, "clara": clara.session_version} == versions | {"anna": versions["anna"] + 2}


def test_who_can_no_longer_sign_in_is_given_no_role(world: World) -> None:
    gone = make.UserFactory(username="gone", is_active=False)

    with refuses(InvalidValue, "can no longer sign in"):
        add_membership(gone, world.organisations[0], Role.COORDINATOR, alliance=world.alliance, actor=SYSTEM, at=NOW)
