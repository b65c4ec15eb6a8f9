"""Items: opened, assigned, taken through their lifecycle, archived."""

import datetime as dt

import pytest

from tests import factories as make
from tests.actions.asserting import last_entry, opened, refuses, story
from tests.conftest import LAW, NOW, STUDY, World, content, everything
from tracker.actions.items import (
    archive_item,
    assign_item,
    exclude_component,
    lifecycles_from,
    open_items,
    set_lifecycle,
)
from tracker.actions.progress import draft_update, publish_update, submit_update
from tracker.choices import Addressee, Level, Lifecycle
from tracker.errors import Conflict, InvalidValue, NotAllowed, WrongState
from tracker.models import HistoryEntry, Item, ItemState
from tracker.permissions import SYSTEM

REASON = {"en": "It concerns another region.", "ru": "Это о другом регионе."}


def close(world: World) -> Item:
    """Close the first item as it must be: by an update that two reviewers publish."""
    update = world.published(level=Level.IMPLEMENTED, new_evidence=(LAW, STUDY), closes_item=True)
    publish_update(update, actor=world.actor("clara"), at=NOW)
    return Item.objects.get(pk=world.items[0].pk)


def bring(world: World, lifecycle: str) -> Item:
    """Return the first item in `lifecycle`."""
    item = world.items[0]
    if lifecycle == Lifecycle.OPEN:
        return item
    if lifecycle == Lifecycle.CLOSED:
        return close(world)
    first = Lifecycle.SUPERSEDED if lifecycle == Lifecycle.REOPENED else lifecycle
    item = set_lifecycle(item, first, reason=REASON, actor=SYSTEM, at=NOW)
    if lifecycle == Lifecycle.REOPENED:
        item = set_lifecycle(item, lifecycle, reason=REASON, actor=SYSTEM, at=NOW)
    return item


# --- Opening


def test_open_items_follows_every_point_once(world: World) -> None:
    section = make.SectionFactory(document=world.document)
    mine = make.RecommendationFactory(section=section)
    theirs = make.RecommendationFactory(section=section, addressee=Addressee.PRIVATE_SECTOR)
    make.RecommendationFactory(section=section, archived_on=NOW.date())

    opened_now = open_items(world.alliance, world.document, actor=world.actor("staff"), at=NOW)

    assert [(item.recommendation, item.duty_bearer) for item in opened_now] == [
        (mine, world.alliance.duty_bearer),
        (theirs, None),
    ]
    assert {item.level for item in opened_now} == {"not_assessed"}
    assert len(set(HistoryEntry.objects.order_by("-id").values_list("request_id", flat=True)[:2])) == 1
    assert ItemState.objects.filter(item__in=opened_now, to_sequence=None).count() == 2


def test_open_items_again_writes_nothing(world: World) -> None:
    before = everything()

    assert open_items(world.alliance, world.document, actor=SYSTEM, at=NOW) == []
    assert everything() == before


def test_an_item_is_opened_once_only(world: World) -> None:
    with refuses(InvalidValue, "already follows this point"), make.Act("test", actor=SYSTEM, at=NOW) as act:
        act.add(Item(alliance=world.alliance, recommendation=world.items[0].recommendation))


# --- Assigning


def test_assign_item_sets_what_is_given_and_leaves_the_rest(world: World) -> None:
    first, second, third = world.organisations[:3]
    due = dt.date(2026, 6, 1)

    assign_item(world.items[0], owner=first, actor=world.actor("staff"), at=NOW, reason="Agreed in March")
    item = assign_item(
        world.items[0], contributors=[third, second], update_due_on=due, actor=world.actor("staff"), at=NOW
    )

    assert (item.owner, set(item.contributors.all()), item.update_due_on) == (first, {second, third}, due)
    assert story(item)[1:] == [
        ("assign_item", {"owner": (None, str(first.uuid))}),
        (
            "assign_item",
            {
                "contributors": ([], sorted([str(second.uuid), str(third.uuid)])),
                "update_due_on": (None, "2026-06-01"),
            },
        ),
    ]
    assert ItemState.objects.get(item=item, to_sequence=None).owner == first


def test_assign_item_to_what_is_there_writes_nothing(world: World) -> None:
    assign_item(
        world.items[0], owner=world.organisations[0], contributors=[world.organisations[1]], actor=SYSTEM, at=NOW
    )
    before = everything()

    assign_item(
        world.items[0], owner=world.organisations[0], contributors=[world.organisations[1]], actor=SYSTEM, at=NOW
    )

    assert everything() == before


def test_assign_item_takes_the_owner_away(world: World) -> None:
    assign_item(world.items[0], owner=world.organisations[0], actor=SYSTEM, at=NOW)

    item = assign_item(world.items[0], owner=None, actor=SYSTEM, at=NOW)

    assert item.owner is None
    assert story(item)[-1] == ("assign_item", {"owner": (str(world.organisations[0].uuid), None)})


@pytest.mark.parametrize("role", ["owner", "contributors"])
def test_assign_item_refuses_organisations_that_are_no_members(world: World, role: str) -> None:
    foreign = world.organisations[3]

    with refuses(InvalidValue, "is no member of this alliance"):
        assign_item(
            world.items[0], **{role: foreign if role == "owner" else [world.organisations[0], foreign]},
            actor=world.actor("staff"), at=NOW,
        )  # fmt: skip


def test_assign_item_checks_contributors_that_come_one_by_one(world: World) -> None:
    members = world.organisations[:2]

    item = assign_item(world.items[0], contributors=(row for row in members), actor=SYSTEM, at=NOW)

    assert set(item.contributors.all()) == set(members)


@pytest.mark.parametrize("name", ["level", "headline", "lifecycle", "alliance", "disputed", "archived_on"])
def test_assign_item_sets_no_other_field(world: World, name: str) -> None:
    with refuses(TypeError, name):
        assign_item(world.items[0], **{name: None}, actor=world.actor("staff"), at=NOW)


def test_assign_item_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    read = world.items[0].version
    assign_item(world.items[0], owner=world.organisations[0], actor=SYSTEM, at=NOW)

    with refuses(Conflict, "Someone else changed this"):
        assign_item(world.items[0], owner=world.organisations[1], actor=SYSTEM, at=NOW, version=read)


def test_assign_item_keeps_a_published_level_from_never_being_verified(world: World) -> None:
    staff = world.actor("staff")
    assign_item(world.items[1], verify_by=None, actor=staff, at=NOW)
    world.published()

    with refuses(InvalidValue, "give the day by which it is verified again"):
        assign_item(world.items[0], verify_by=None, actor=staff, at=NOW)
    for item in world.items[:2]:
        with refuses(InvalidValue, "within 24 months at most"):
            assign_item(item, verify_by=dt.date(2028, 3, 3), actor=staff, at=NOW)
        assert assign_item(item, verify_by=dt.date(2028, 3, 2), actor=staff, at=NOW).verify_by == dt.date(2028, 3, 2)


# --- Lifecycle


@pytest.mark.parametrize("target", [*Lifecycle.values, "forgotten"])
@pytest.mark.parametrize("now", Lifecycle.values)
def test_set_lifecycle_follows_its_table(world: World, now: str, target: str) -> None:
    item = bring(world, now)
    leads = {
        "open": {"not_applicable", "superseded"},
        "reopened": {"not_applicable", "superseded"},
        "not_applicable": {"reopened"},
        "superseded": {"reopened"},
        "closed": {"reopened"},
    }
    assert set(lifecycles_from(now)) == leads[now]

    if target in leads[now]:
        changed = set_lifecycle(item, target, reason={"en": "New"}, actor=world.actor("staff"), at=NOW)
        assert changed.lifecycle == target
        assert story(item)[-1][1]["lifecycle"] == (now, target)
        assert opened(last_entry())["@reason"] == (None, "New")
        assert ItemState.objects.get(item=item, to_sequence=None).lifecycle == target
    else:
        with refuses(WrongState):
            set_lifecycle(item, target, reason=REASON, actor=world.actor("staff"), at=NOW)


@pytest.mark.parametrize("reason", [{}, {"en": ""}])
def test_set_lifecycle_needs_a_reason(world: World, reason: dict[str, str]) -> None:
    with refuses(InvalidValue, "Give the reason"):
        set_lifecycle(world.items[0], Lifecycle.SUPERSEDED, reason=reason, actor=SYSTEM, at=NOW)


def test_set_lifecycle_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    assign_item(world.items[0], owner=world.organisations[0], actor=SYSTEM, at=NOW)

    with refuses(Conflict):
        set_lifecycle(world.items[0], Lifecycle.SUPERSEDED, reason=REASON, actor=SYSTEM, at=NOW, version=1)


@pytest.mark.parametrize("now", [Lifecycle.NOT_APPLICABLE, Lifecycle.SUPERSEDED, Lifecycle.CLOSED, "archived"])
def test_items_that_are_not_open_take_no_updates(world: World, now: str) -> None:
    # A draft and a submitted update of the time before are held back too.
    item = world.items[0]
    draft, waiting = world.draft(by="boris"), None
    if now != Lifecycle.CLOSED:
        waiting = world.submitted()
    item = archive_item(item, actor=SYSTEM, at=NOW, reason="Gone") if now == "archived" else bring(world, now)

    with refuses(WrongState, "not open"):
        draft_update(item, content(), actor=world.actor("anna"), at=NOW)
    with refuses(WrongState, "not open"):
        submit_update(draft, actor=world.actor("boris"), at=NOW)
    if waiting:
        with refuses(WrongState, "not open"):
            publish_update(waiting, actor=world.actor("boris"), at=NOW)


def test_items_of_a_point_that_left_the_catalogue_take_no_updates(world: World) -> None:
    draft, waiting = world.draft(by="boris"), world.submitted()
    with make.Act("test_setup", actor=SYSTEM, at=NOW) as act:
        act.change(world.items[0].recommendation, archived_on=NOW.date())
    item = Item.objects.get(pk=world.items[0].pk)

    assert not item.is_open
    with refuses(WrongState, "taken out of the catalogue"):
        draft_update(item, content(), actor=world.actor("anna"), at=NOW)
    with refuses(WrongState, "taken out of the catalogue"):
        submit_update(draft, actor=world.actor("boris"), at=NOW)
    with refuses(WrongState, "taken out of the catalogue"):
        publish_update(waiting, actor=world.actor("boris"), at=NOW)


def test_a_reopened_item_takes_updates_again(world: World) -> None:
    item = close(world)
    assert not item.is_open
    assert item.level == "implemented"

    item = set_lifecycle(item, Lifecycle.REOPENED, reason={"en": "The law was repealed."}, actor=SYSTEM, at=NOW)
    update = publish_update(world.published(item, level=Level.ANNOUNCED), actor=world.actor("clara"), at=NOW)

    item.refresh_from_db()
    assert (update.state, item.lifecycle, item.level) == ("published", "reopened", "announced")


# --- Components and archive


def test_exclude_component_keeps_the_reason(world: World) -> None:
    component = make.ComponentFactory(recommendation=world.items[0].recommendation)

    row = exclude_component(world.items[0], component, reason=REASON, actor=world.actor("staff"), at=NOW)

    assert story(row) == [
        (
            "exclude_component",
            {
                "item": (None, str(world.items[0].uuid)),
                "component": (None, str(component.uuid)),
                "reason": (None, REASON),
            },
        )
    ]


def test_exclude_component_refuses_another_points_an_empty_reason_and_a_second_time(world: World) -> None:
    item, other = world.items[:2]
    component = make.ComponentFactory(recommendation=item.recommendation)

    with refuses(InvalidValue, "belongs to another point"):
        exclude_component(other, component, reason=REASON, actor=SYSTEM, at=NOW)
    with refuses(InvalidValue, "Give the reason"):
        exclude_component(item, component, reason={"en": ""}, actor=SYSTEM, at=NOW)
    exclude_component(item, component, reason=REASON, actor=SYSTEM, at=NOW)
    with refuses(InvalidValue):
        exclude_component(item, component, reason=REASON, actor=SYSTEM, at=NOW)


def test_archive_item_takes_it_off_the_lists_on_the_alliances_day(world: World) -> None:
    late = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)  # 3 March in Moscow.

    item = archive_item(world.items[0], actor=world.actor("staff"), at=late, reason="Opened by mistake")

    assert item.archived_on == dt.date(2026, 3, 3)
    assert story(item)[1:] == [("archive_item", {"archived_on": (None, "2026-03-03")})]
    with refuses(WrongState, "archived already"):
        archive_item(item, actor=SYSTEM, at=late, reason="Again")


def test_archive_item_refuses_what_someone_else_changed_meanwhile(world: World) -> None:
    assign_item(world.items[0], owner=world.organisations[0], actor=SYSTEM, at=NOW)

    with refuses(Conflict):
        archive_item(world.items[0], actor=world.actor("staff"), at=NOW, reason="Gone", version=1)


def test_archive_item_needs_a_reason(world: World) -> None:
    with refuses(InvalidValue, "Give the reason"):
        archive_item(world.items[0], actor=SYSTEM, at=NOW, reason=" ")


def test_staff_of_another_alliance_manage_nothing_here(world: World) -> None:
    foreign = world.actor("eve", world.other_alliance)
    for call in (
        lambda: open_items(world.alliance, world.document, actor=foreign, at=NOW),
        lambda: assign_item(world.items[0], owner=None, actor=foreign, at=NOW),
        lambda: archive_item(world.items[0], actor=foreign, at=NOW, reason="x"),
    ):
        with refuses(NotAllowed):
            call()
