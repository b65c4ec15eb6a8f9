"""Many items at once: each row its own entry, one request id, none half done; and what else staff decides."""

import datetime as dt
from typing import Any

import pytest

from tests.actions.asserting import actors, outcomes, refuses, story
from tests.conftest import NOW, World
from tracker.actions.items import (
    archive_item,
    assign_item,
    assign_items,
    name_dispute,
    restore_item,
    set_item_visibility,
    set_lifecycle,
)
from tracker.choices import Level, Lifecycle, Perspective, PointAtIssue, Visibility
from tracker.errors import Conflict, InvalidValue, NotAllowed, WrongState
from tracker.models import HistoryEntry, Item

DUE = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)


def rows(world: World) -> list[tuple[Item, int]]:
    return [(item, item.version) for item in world.items]


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def test_each_row_has_its_entry_and_all_have_one_request(world: World) -> None:
    first, second = world.organisations[:2]
    assign_item(world.items[0], contributors=[first], actor=world.actor("staff"), at=NOW)

    done = assign_items(
        [(fresh(item), fresh(item).version) for item in world.items],
        owner=second,
        update_due_on=DUE,
        add_contributors=[second],
        reason="A plan for the year",
        actor=world.actor("staff"),
        at=NOW,
    )

    assert (done.changed, done.same, done.refused) == (world.items, [], [])
    assert [(item.owner, item.update_due_on) for item in map(fresh, world.items)] == [(second, DUE)] * 3
    assert set(fresh(world.items[0]).contributors.all()) == {first, second}
    entries = HistoryEntry.objects.filter(object_uuid__in=[item.uuid for item in world.items]).order_by("-id")[:3]
    assert len({entry.request_id for entry in entries}) == 1
    assert {entry.object_uuid for entry in entries} == {item.uuid for item in world.items}


def test_rows_that_cannot_be_changed_are_named_and_keep_none_back(world: World) -> None:
    staff, second = world.actor("staff"), world.organisations[1]
    plan = rows(world)
    archive_item(world.items[0], reason="Double", actor=staff, at=NOW)
    assign_item(world.items[1], update_due_on=DUE, actor=staff, at=NOW)
    archived = fresh(world.items[0])

    done = assign_items([(archived, archived.version), plan[1], plan[2]], owner=second, actor=staff, at=NOW)

    assert done.changed == [world.items[2]]
    assert [(item.pk, words[:12]) for item, words in done.refused] == [
        (world.items[0].pk, "This item is"),
        (world.items[1].pk, "Someone else"),
    ]
    assert [fresh(item).owner for item in world.items] == [None, None, second]


def test_bulk_act_that_changes_nothing_writes_nothing(world: World) -> None:
    staff = world.actor("staff")
    assign_items(rows(world), update_due_on=DUE, actor=staff, at=NOW)
    before = HistoryEntry.objects.count()

    done = assign_items(
        [(fresh(item), fresh(item).version) for item in world.items], update_due_on=DUE, actor=staff, at=NOW
    )

    assert (done.changed, done.same) == ([], world.items)
    assert HistoryEntry.objects.count() == before


def test_owners_are_asked_for_an_update_and_answer_with_one(world: World) -> None:
    staff, first = world.actor("staff"), world.organisations[0]
    done = assign_items(rows(world)[:1], owner=first, ask="Before the mid-term review", actor=staff, at=NOW)
    item = fresh(world.items[0])
    assert (len(done.changed), item.update_asked_on, item.update_asked_note) == (
        1,
        NOW.date(),
        "Before the mid-term review",
    )

    world.published(item, by="boris", reviewer="clara")
    assert fresh(item).update_asked_on == NOW.date()
    world.published(item, at=NOW + DAY)
    assert (fresh(item).update_asked_on, fresh(item).update_asked_note) == (None, "")


def test_asking_on_an_item_that_is_not_open_or_not_owned_changes_nothing_of_it(world: World) -> None:
    staff, first = world.actor("staff"), world.organisations[0]
    set_lifecycle(world.items[0], Lifecycle.SUPERSEDED, reason={"en": "Newer"}, actor=staff, at=NOW)
    closed = fresh(world.items[0])

    done = assign_items([(closed, closed.version)], owner=first, ask="Please", actor=staff, at=NOW)
    nobody = assign_items(rows(world)[1:2], update_due_on=DUE, ask="Please", actor=staff, at=NOW)

    assert (done.changed, nobody.changed) == ([], [])
    assert "not open" in done.refused[0][1]
    assert "assign an owner" in nobody.refused[0][1]
    assert (fresh(closed).owner, fresh(world.items[1]).update_due_on) == (None, None)


def test_bulk_acts_are_the_staffs(world: World) -> None:
    found = outcomes(
        {
            name: lambda a=actor: assign_items(rows(world), update_due_on=DUE, actor=a, at=NOW)
            for name, actor in actors(world).items()
        }
    )

    assert {name for name, outcome in found.items() if outcome == "done"} == {"staff", "system"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_one_foreign_row_refuses_the_whole_bulk_act(world: World) -> None:
    mixed = [*rows(world), (world.other_item, world.other_item.version)]
    with refuses(NotAllowed):
        assign_items(mixed, update_due_on=DUE, actor=world.actor("staff"), at=NOW)


# --- Disputes


def disputed(world: World) -> Item:
    world.published(level=Level.UNDER_WAY)
    world.published(perspective=Perspective.STATE, level=Level.IMPLEMENTED)
    return fresh(world.items[0])


def test_point_at_issue_is_named_and_goes_with_the_dispute(world: World) -> None:
    item = name_dispute(
        disputed(world), PointAtIssue.EFFECT, note={"en": "On paper only."}, actor=world.actor("anna"), at=NOW
    )
    assert (item.dispute_point, str(item.dispute_note)) == ("effect", "On paper only.")
    assert story(item)[-1] == (
        "name_dispute",
        {"dispute_point": ("", "effect"), "dispute_note": ({}, {"en": "On paper only."})},
    )

    world.published(perspective=Perspective.STATE, level=Level.UNDER_WAY, period_to="2026-03", at=NOW + DAY)
    ended = fresh(item)
    assert (ended.disputed, ended.dispute_point, str(ended.dispute_note)) == (False, "", "")


def test_point_at_issue_is_refused(world: World) -> None:
    anna, item = world.actor("anna"), disputed(world)

    with refuses(WrongState, "No two perspectives"):
        name_dispute(world.items[1], PointAtIssue.FACT, note={}, actor=anna, at=NOW)
    with refuses(InvalidValue, "Choose what"):
        name_dispute(item, "weather", note={}, actor=anna, at=NOW)
    with refuses(InvalidValue, "may identify a child"):
        name_dispute(item, PointAtIssue.FACT, note={"en": "Ask her.mother@example.com"}, actor=anna, at=NOW)
    with refuses(Conflict):
        name_dispute(item, PointAtIssue.FACT, note={}, actor=anna, at=NOW, version=item.version - 1)


def test_point_at_issue_is_named_by_members_who_judge(world: World) -> None:
    item = disputed(world)
    found = outcomes(
        {
            name: lambda a=actor: name_dispute(item, PointAtIssue.FACT, note={}, actor=a, at=NOW)
            for name, actor in actors(world).items()
        }
    )

    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "boris", "clara", "staff"}
    assert set(found.values()) == {"done", "NotAllowed"}


# --- Visibility on an item


def test_visibility_on_an_item_by_everyone(world: World) -> None:
    item = assign_item(world.items[0], owner=world.organisations[0], actor=world.actor("staff"), at=NOW)
    less: dict[str, Any] = {"visibility": Visibility.HIDDEN, "reason": "Threats"}
    found = outcomes(
        {
            name: lambda a=actor: set_item_visibility(item, **less, actor=a, at=NOW)
            for name, actor in actors(world).items()
        }
    )

    assert {name for name, outcome in found.items() if outcome == "done"} == {"anna", "olga", "staff", "system"}
    assert set(found.values()) == {"done", "NotAllowed"}


def test_owner_shows_less_and_staff_alone_shows_more(world: World) -> None:
    staff, anna = world.actor("staff"), world.actor("anna")
    item = assign_item(world.items[0], owner=world.organisations[0], actor=staff, at=NOW)
    item = set_item_visibility(item, Visibility.HIDDEN, reason="Threats", actor=anna, at=NOW)

    with refuses(NotAllowed, "show more"):
        set_item_visibility(item, Visibility.ROLE_ONLY, reason="Safe again", actor=anna, at=NOW)
    with refuses(InvalidValue, "how much"):
        set_item_visibility(item, "loud", reason="x", actor=staff, at=NOW)
    assert set_item_visibility(item, Visibility.NAMED, reason="Safe", actor=staff, at=NOW).visibility == "named"


# --- Archived items come back


def test_archived_item_is_brought_back(world: World) -> None:
    staff = world.actor("staff")
    item = archive_item(world.items[0], reason="Double", actor=staff, at=NOW)

    assert restore_item(item, reason="It is not", actor=staff, at=NOW).archived_on is None
    with refuses(WrongState, "not archived"):
        restore_item(item, reason="It is not", actor=staff, at=NOW)


@pytest.mark.parametrize(("name", "reason", "error"), [("anna", "x", NotAllowed), ("staff", " ", InvalidValue)])
def test_bringing_back_is_refused(world: World, name: str, reason: str, error: type[Exception]) -> None:
    item = archive_item(world.items[0], reason="Double", actor=world.actor("staff"), at=NOW)
    with refuses(error):
        restore_item(item, reason=reason, actor=world.actor(name), at=NOW)
