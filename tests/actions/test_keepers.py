"""Who keeps the checkpoints of an organisation: one person, named by the organisation or the staff."""

from functools import partial

import pytest

from tests.actions.asserting import actors, outcomes, refuses
from tests.conftest import NOW, World
from tests.desks import email
from tracker.actions.organisations import end_membership
from tracker.actions.people import deactivate_user, keep_checkpoints, stop_keeping_checkpoints
from tracker.choices import Role
from tracker.errors import WrongState
from tracker.models import HistoryEntry, Membership
from tracker.queries.checkpoints import keepers, without_keeper


def role(world: World, name: str, which: Role = Role.COORDINATOR) -> Membership:
    return world.alliance.memberships.get(user=world.users[name], role=which)


@pytest.fixture
def reached(world: World) -> World:
    """Everyone has an address."""
    for name in world.users:
        email(world, name)
    return world


def kept() -> list[str]:
    return [membership.user.username for membership in keepers(demo=False)]


@pytest.mark.parametrize("name", ["anna", "olga", "staff", "root"])
def test_organisation_names_its_keeper(reached: World, name: str) -> None:
    held = keep_checkpoints(role(reached, "anna"), actor=reached.actor(name), at=NOW)
    assert held.keeps_checkpoints
    assert kept() == ["anna"]
    assert HistoryEntry.objects.filter(action="keep_checkpoints", object_uuid=held.uuid).count() == 1
    assert reached.organisations[0] not in without_keeper(reached.alliance)
    assert reached.organisations[1] in without_keeper(reached.alliance)


def test_another_one_takes_the_place_of_the_first(reached: World) -> None:
    keep_checkpoints(role(reached, "anna"), actor=reached.actor("anna"), at=NOW)
    keep_checkpoints(role(reached, "olga"), actor=reached.actor("anna"), at=NOW)
    assert kept() == ["olga"]
    assert not role(reached, "anna").keeps_checkpoints


def test_keeper_can_be_released(reached: World) -> None:
    keep_checkpoints(role(reached, "anna"), actor=reached.actor("anna"), at=NOW)
    stop_keeping_checkpoints(role(reached, "anna"), actor=reached.actor("olga"), at=NOW)
    assert kept() == []


def test_each_act_by_everyone(reached: World) -> None:
    keep_checkpoints(role(reached, "olga"), actor=reached.actor("root"), at=NOW)
    acts = {
        "keep": partial(keep_checkpoints, role(reached, "anna"), at=NOW),
        "stop": partial(stop_keeping_checkpoints, role(reached, "olga"), at=NOW),
    }
    people = actors(reached)
    found = outcomes(
        {(act, name): partial(call, actor=who) for act, call in acts.items() for name, who in people.items()}
    )
    may = {"anna", "olga", "staff", "root", "system"}
    assert found == {(act, name): "done" if name in may else "NotAllowed" for act in acts for name in people}


def test_person_without_an_address_is_refused(world: World) -> None:
    with refuses(WrongState, "address"):
        keep_checkpoints(role(world, "anna"), actor=world.actor("anna"), at=NOW)


def test_person_who_has_left_is_refused_and_gets_none(reached: World) -> None:
    keep_checkpoints(role(reached, "anna"), actor=reached.actor("anna"), at=NOW)
    end_membership(role(reached, "anna"), reason="Left", actor=reached.actor("staff"), at=NOW)
    assert kept() == []
    with refuses(WrongState, "no longer"):
        keep_checkpoints(role(reached, "anna"), actor=reached.actor("olga"), at=NOW)
    keep_checkpoints(role(reached, "olga"), actor=reached.actor("olga"), at=NOW)
    deactivate_user(reached.users["olga"], reason="Left", actor=reached.actor("root"), at=NOW)
    assert kept() == []
    assert reached.organisations[0] in without_keeper(reached.alliance)


def test_keepers_of_an_invented_alliance_get_mail_in_the_demo_only(reached: World) -> None:
    keep_checkpoints(role(reached, "anna"), actor=reached.actor("anna"), at=NOW)
    type(reached.alliance).objects.filter(pk=reached.alliance.pk).update(is_demo=True)
    assert kept() == []
    assert [membership.user.username for membership in keepers(demo=True)] == ["anna"]
