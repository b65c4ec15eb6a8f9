"""Who someone is in an alliance."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import NOW, World
from tracker.actions.organisations import end_membership
from tracker.choices import Role
from tracker.permissions import SYSTEM, Actor
from tracker.queries.people import actor_for, alliances_of, is_of_demo


def test_actor_for_a_member_holds_every_role_of_that_alliance(world: World) -> None:
    boris, second = world.users["boris"], world.organisations[1]

    assert actor_for(boris, world.alliance) == Actor(
        name=boris.get_full_name(),
        user_id=boris.pk,
        user_uuid=str(boris.uuid),
        alliance_id=world.alliance.pk,
        organisation_id=second.pk,
        organisation_uuid=str(second.uuid),
        organisation_name="Organisation second",
        roles=frozenset({"reviewer", "coordinator"}),
    )


def test_actor_for_a_stranger_is_somebody_without_alliance(world: World) -> None:
    for name in ("nobody", "eve"):
        user = world.users[name]
        assert actor_for(user, world.alliance) == actor_for(user, None)
        assert actor_for(user, None) == Actor(name=user.get_full_name(), user_id=user.pk, user_uuid=str(user.uuid))


def test_actor_for_the_installations_staff_is_no_member(world: World) -> None:
    root = actor_for(world.users["root"], world.alliance)

    assert root.installation_staff
    assert (root.alliance_id, root.roles) == (None, frozenset())


def test_actor_for_someone_deactivated_holds_nothing(world: World) -> None:
    for name in ("anna", "root"):
        user = world.users[name]
        with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
            act.change(user, is_active=False)

        actor = actor_for(user, world.alliance)
        assert (actor.roles, actor.alliance_id, actor.installation_staff) == (frozenset(), None, False)
        assert alliances_of(user) == []


def test_actor_for_takes_the_user_name_where_there_is_no_other(world: World) -> None:
    user = make.UserFactory(username="short", first_name="", last_name="")

    assert actor_for(user, None).name == "short"


def test_actor_for_loses_a_role_that_ended(world: World) -> None:
    membership = world.alliance.memberships.get(user=world.users["boris"], role=Role.REVIEWER)
    end_membership(membership, actor=SYSTEM, at=NOW, reason="Left")

    assert actor_for(world.users["boris"], world.alliance).roles == {"coordinator"}


def test_member_of_an_organisation_that_left_the_alliance_has_left_it(world: World) -> None:
    boris = world.users["boris"]
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, members=world.organisations[:1])

    assert actor_for(boris, world.alliance) == actor_for(boris, None)
    assert alliances_of(boris) == []
    assert alliances_of(world.users["anna"]) == [world.alliance]


def test_demo_people_are_those_of_an_invented_alliance_but_for_the_installations_staff(world: World) -> None:
    demo = make.AllianceFactory(is_demo=True, members=[world.organisations[3]])
    for name in ("clara", "root"):
        member = make.MembershipFactory(alliance=demo, user=world.users[name], organisation=world.organisations[3])
    invented = make.MembershipFactory(alliance=demo, organisation=world.organisations[3]).user
    end_membership(member, actor=SYSTEM, at=NOW, reason="Left")

    assert is_of_demo(invented)
    assert is_of_demo(world.users["clara"])
    assert not is_of_demo(world.users["root"])
    assert not is_of_demo(world.users["anna"])


def test_actor_for_takes_one_query(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        actor_for(world.users["boris"], world.alliance)

    assert len(queries) == 1


def test_alliances_of_names_each_once_while_a_role_lasts(world: World) -> None:
    boris = world.users["boris"]
    assert alliances_of(boris) == [world.alliance]
    assert alliances_of(world.users["eve"]) == [world.other_alliance]
    assert alliances_of(world.users["nobody"]) == []

    for membership in world.alliance.memberships.filter(user=boris):
        end_membership(membership, actor=SYSTEM, at=NOW, reason="Left")

    assert alliances_of(boris) == []
