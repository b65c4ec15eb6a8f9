"""The part that an organisation plays in an alliance."""

import datetime as dt

from tests.conftest import NOW, World
from tracker.actions.history import Act
from tracker.actions.items import archive_item, assign_item
from tracker.permissions import SYSTEM
from tracker.queries.organisations import part_in

TODAY = dt.date(2026, 3, 2)


def test_part_of_a_member_lists_what_it_owns_contributes_and_published(world: World) -> None:
    first, second = world.organisations[:2]
    assign_item(world.items[0], actor=world.actor("staff"), at=NOW, owner=first, contributors=[second])
    update = world.published(world.items[0])
    world.draft(world.items[1])

    part = part_in(world.alliance, first, today=TODAY)

    assert part.member
    assert [state.item for state in part.owned] == [world.items[0]]
    assert (part.contributed, part.borne, part.updates) == ([], [], [update])
    contributing = part_in(world.alliance, second, today=TODAY)
    assert [state.item for state in contributing.contributed] == [world.items[0]]


def test_part_of_the_state_is_its_duties_in_this_alliance(world: World) -> None:
    archive_item(world.items[2], actor=world.actor("staff"), at=NOW, reason="Entered twice.")

    part = part_in(world.alliance, world.organisations[4], today=TODAY)

    assert not part.member
    assert [state.item for state in part.borne] == world.items[:2]


def test_part_leaves_out_updates_on_points_that_left_the_catalogue(world: World) -> None:
    world.published()
    with Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.items[0].recommendation, archived_on=TODAY)

    assert part_in(world.alliance, world.organisations[0], today=TODAY).updates == []


def test_part_of_a_stranger_is_none(world: World) -> None:
    assert part_in(world.alliance, world.organisations[3], today=TODAY).is_none
    assert not part_in(world.other_alliance, world.organisations[3], today=TODAY).is_none
