"""The first of two approvals: it counts as long as whoever gave it may review for the same organisation."""

from collections.abc import Callable

import pytest

from tests import factories as make
from tests.actions.asserting import refuses
from tests.conftest import LAW, NOW, STUDY, World
from tracker.actions.organisations import add_membership, end_membership
from tracker.actions.people import deactivate_user
from tracker.actions.progress import publish_update
from tracker.choices import Level, Role
from tracker.errors import EvidenceTooWeak, NotAllowed
from tracker.models import Item, Update
from tracker.permissions import SYSTEM
from tracker.queries.readiness import approval_stands, fallen_approval

NOTE = "They do not cite each other."


def publish(world: World, update: Update, name: str, note: str = NOTE) -> Update:
    return publish_update(update, independence_note=note, actor=world.actor(name), at=NOW)


def end_role(world: World, role: Role) -> None:
    held = world.alliance.memberships.get(user=world.users["boris"], role=role)
    end_membership(held, reason="Left", actor=world.actor("root"), at=NOW)


def end_reviewing(world: World) -> None:
    end_role(world, Role.REVIEWER)


def let_in_no_more(world: World) -> None:
    deactivate_user(world.users["boris"], reason="Left", actor=world.actor("root"), at=NOW)


def leave_alliance(world: World) -> None:
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, members=[world.organisations[0], world.organisations[2]])


def change_sides(world: World) -> None:
    """Let boris review for the author's own organisation from now on."""
    end_role(world, Role.COORDINATOR)
    end_role(world, Role.REVIEWER)
    add_membership(
        world.users["boris"],
        world.organisations[0],
        Role.REVIEWER,
        alliance=world.alliance,
        actor=world.actor("root"),
        at=NOW,
    )


@pytest.fixture
def approved(world: World) -> Update:
    """An update of anna's, of the first organisation, which boris of the second has approved as the first of two."""
    return publish(world, world.submitted(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY)), "boris")


def test_approval_counts_while_its_giver_may_review(world: World, approved: Update) -> None:
    end_role(world, Role.COORDINATOR)

    assert approval_stands(approved)
    assert fallen_approval(approved) == ""
    assert publish(world, approved, "clara", note="").state == "published"


@pytest.mark.parametrize("leave", [end_reviewing, let_in_no_more, leave_alliance, change_sides])
def test_approval_falls_with_the_role_of_its_giver(
    world: World, approved: Update, leave: Callable[[World], None]
) -> None:
    leave(world)
    waiting = Update.objects.get(pk=approved.pk)
    untouched = Item.objects.get(pk=approved.item_id)

    assert not approval_stands(waiting)
    names = f"{world.users['boris']} approved this update, but no longer reviews for {world.organisations[1]}: "
    assert fallen_approval(waiting).startswith(names)
    with refuses(EvidenceTooWeak):  # boris's word on the sources has fallen too
        publish(world, waiting, "clara", note="")

    first = publish(world, waiting, "clara")

    assert (first.state, first.publisher, first.second_publisher) == ("awaiting_second", world.users["clara"], None)
    assert Item.objects.get(pk=approved.item_id).version == untouched.version
    assert fallen_approval(first) == ""
    with refuses(NotAllowed, "You have approved this update already"):
        publish(world, first, "clara")


def test_who_reviews_again_confirms_what_another_has_approved_since(world: World, approved: Update) -> None:
    end_reviewing(world)
    publish(world, approved, "clara")
    with refuses(NotAllowed, "Only reviewers"):
        publish(world, approved, "boris")
    world_roles = {"alliance": world.alliance, "actor": world.actor("root"), "at": NOW}
    add_membership(world.users["boris"], world.organisations[1], Role.REVIEWER, **world_roles)

    published = publish(world, approved, "boris")

    assert (published.state, published.publisher, published.second_publisher) == (
        "published",
        world.users["clara"],
        world.users["boris"],
    )


def test_fallen_approval_keeps_the_rule_that_it_was_given_under(world: World, approved: Update) -> None:
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.alliance, review_rule="another_person")
    end_reviewing(world)

    with refuses(NotAllowed, "Another organisation than the author's"):
        publish(world, approved, "olga")


def test_update_that_nobody_has_approved_has_no_fallen_approval(world: World) -> None:
    update = world.submitted()

    assert not approval_stands(update)
    assert fallen_approval(update) == ""
